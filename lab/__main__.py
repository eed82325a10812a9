"""python -m lab: demo, verify, bench, against the stack that the settings name."""

import os
import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.markup import escape

from justbookit.settings import Settings
from lab.verify import report
from lab.verify.moment import NeverStill
from lab.verify.run import read_promises, verify

EXIT_DIFFERS = 1
EXIT_NEVER_STILL = 2

_console = Console(soft_wrap=True, highlight=False)


@click.group()
@click.pass_context
def command(context: click.Context) -> None:
    """What proves JustBookIt, against a running stack."""
    context.obj = Settings.read(os.environ)


@command.command("verify")
@click.option(
    "--answers",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of bookings that were answered 201 (from `bench booking`): each must be there.",
)
@click.option(
    "--wait",
    default=60.0,
    show_default=True,
    help="Seconds to wait for a moment at which nothing moves.",
)
@click.pass_obj
def verify_(settings: Settings, *, answers: Path | None, wait: float) -> None:
    """Recompute everything from the event log and compare it with every store."""
    with _console.status("looking for a quiet moment") as status:
        try:
            audit = verify(
                settings, read_promises(answers), wait, lambda text: status.update(escape(text))
            )
        except NeverStill as error:
            _console.print(f"[bold red]{escape(str(error))}[/]")
            sys.exit(EXIT_NEVER_STILL)
    report.show(audit, _console)
    sys.exit(0 if audit.is_clean else EXIT_DIFFERS)


if __name__ == "__main__":
    command(prog_name="python -m lab")
