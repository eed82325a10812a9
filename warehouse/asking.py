"""The command line of questions: SQL, or a metric by name, asked of the lake."""

import argparse
from collections.abc import Callable
from pathlib import Path

from justbookit.settings import Settings
from warehouse import ask, prompt, show
from warehouse.lake import folder_of
from warehouse.metrics import METRICS, question


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sql`."""
    sql = commands.add_parser("sql", help="ask the lake")
    sql.add_argument("statement", nargs="?", help="without one, a prompt")
    sql.add_argument("--tables", action="store_true", help="list what there is to ask")
    sql.add_argument("--metrics", action="store_true", help="list the metrics, with what they say")
    sql.add_argument("--metric", metavar="NAME,…", default="", help="ask for these metrics")
    sql.add_argument("--by", metavar="COLUMN,…", default="", help="for --metric: by what")
    sql.add_argument("--of", metavar="MART", default="", help="for --metric: of which mart")
    sql.add_argument("--format", choices=show.FORMATS, default="table")
    sql.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help=f"write every row into a file, as its name ends: {', '.join(ask.FILES)}",
    )
    sql.add_argument("--limit", type=positive(int), default=100, help="rows at most (100)")
    sql.add_argument("--timeout", type=positive(float), default=30.0, help="seconds at most (30)")
    sql.set_defaults(run=_sql)


def positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """What argparse turns a number with: it has to be more than 0."""

    def parse(text: str) -> float:
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError("must be more than 0")
        return value

    return parse


def _sql(settings: Settings, given: argparse.Namespace) -> int:
    form = prompt.Form(rows_max=given.limit, seconds_max=given.timeout, format=given.format)
    if given.metrics:
        prompt.tell(_known(), form.format)
        return 0
    statement = given.statement
    if given.metric:
        statement = question(_names(given.metric), _names(given.by), mart=given.of)
    if given.out is not None and statement is None:
        raise ask.Refused("--out needs a statement, or --metric")
    desk = ask.Desk(folder_of(settings), given.out)
    try:
        if given.tables:
            prompt.tell(desk.tables(), form.format)
        elif given.out is not None:
            prompt.write(desk, statement, form)
        elif statement is None:
            prompt.loop(desk, form)
        else:
            prompt.answer(desk, statement, form)
    finally:
        desk.close()
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _known() -> ask.Answer:
    """The metrics, as an answer."""
    return ask.Answer(
        columns=("metric", "unit", "marts", "says"),
        types=("VARCHAR",) * 4,
        rows=[
            (each.name, each.unit, ", ".join(each.marts), each.says) for each in METRICS.values()
        ],
        cut=False,
        seconds=0.0,
    )
