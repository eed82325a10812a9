"""Questions from the command line or one after the other at a prompt, answered on the terminal."""

import sys

import msgspec
from rich.console import Console

from warehouse import show
from warehouse.ask import Answer, Desk, Refused

HELP = "SQL ends with ;   \\d lists the tables   \\q leaves"

_out = Console(soft_wrap=False, highlight=False)
_aside = Console(stderr=True, soft_wrap=True, highlight=False)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """How much is told, and how."""

    rows_max: int
    seconds_max: float
    format: str


def answer(desk: Desk, statement: str, form: Form) -> None:
    """Ask once. Raises Refused when there is no answer."""
    found = desk.ask(statement, rows_max=form.rows_max, seconds_max=form.seconds_max)
    tell(found, form.format)


def write(desk: Desk, statement: str, form: Form) -> None:
    """Write all that is found into the desk's file. Raises Refused when there is no answer."""
    count = desk.write(statement, seconds_max=form.seconds_max)
    _aside.print(f"{count:,} rows written", style="dim")


def tell(found: Answer, form: str) -> None:
    """Print an answer; what is not part of it goes to stderr."""
    match form:
        case "csv":
            sys.stdout.write(show.as_csv(found))
        case "json":
            sys.stdout.write(show.as_json(found))
        case _:
            _out.print(show.as_table(found))
    _aside.print(show.footer(found), style="dim", markup=False)


def loop(desk: Desk, form: Form) -> None:
    """Ask until the input ends."""
    if sys.stdin.isatty():
        import readline  # noqa: F401, PLC0415 - input() edits its line with it, at a terminal only

        _aside.print(HELP, style="dim", markup=False)
    statement = ""
    while (line := _read("   ...> " if statement else "lake> ")) is not None:
        command = line.strip()
        if not statement and command in {"\\q", "exit", "quit"}:
            return
        if not statement and command in {"\\d", "\\dt"}:
            tell(desk.tables(), form.format)
            continue
        statement = f"{statement}\n{line}" if statement else line
        if not statement.strip():
            statement = ""
        elif command.endswith(";"):
            _try(desk, statement, form)
            statement = ""
    if statement.strip():
        _try(desk, statement, form)


def _try(desk: Desk, statement: str, form: Form) -> None:
    try:
        answer(desk, statement, form)
    except Refused as refused:
        _aside.print(str(refused), style="red", markup=False)


def _read(words: str) -> str | None:
    try:
        return input(words if sys.stdin.isatty() else "")
    except (EOFError, KeyboardInterrupt):
        return None
