"""python -m lab: demo, verify, bench, chaos, against the stack that the settings name."""

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import rich_click as click
import uvloop
from rich.console import Console
from rich.markup import escape

from justbookit.settings import Settings
from lab.bench import booking as booking_
from lab.bench import browse as browse_
from lab.bench import comparison, figures
from lab.bench.booking import Plan, booking
from lab.bench.browse import Wanted, browse
from lab.bench.comparison import Beside
from lab.bench.dark import Wanted as DarkWanted
from lab.bench.dark import dark
from lab.bench.expiry import Plan as ExpiryPlan
from lab.bench.expiry import expiry
from lab.bench.figures import NotPlausible, Result
from lab.bench.lag import lag
from lab.bench.live import live
from lab.bench.memory import Plan as MemoryPlan
from lab.bench.memory import memory
from lab.bench.outages import OUTAGES
from lab.bench.seats import seats
from lab.bench.warehouse import Plan as MonthPlan
from lab.bench.warehouse import warehouse
from lab.chaos.command import chaos
from lab.demo.play import play
from lab.verify import report
from lab.verify.kafka_log import OtherPartitions, see_partitions
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


@command.command()
@click.pass_obj
def demo(settings: Settings) -> None:
    """Play the whole story over HTTP and files; stops where it is not as promised."""
    sys.exit(0 if asyncio.run(play(settings, _console)) else EXIT_DIFFERS)


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
        except OtherPartitions as error:
            _console.print(f"[bold red]verify:[/] {escape(str(error))}")
            sys.exit(EXIT_DIFFERS)
    report.show(audit, _console)
    sys.exit(0 if audit.is_clean else EXIT_DIFFERS)


@command.command("bench")
@click.argument(
    "name",
    type=click.Choice(
        ["seats", "booking", "browse", "dark", "live", "lag", "expiry", "memory", "warehouse"]
    ),
)
@click.option(
    "--json",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the figures in this file.",
)
@click.option("--bookings", default=40_000, show_default=True, help="For `seats`: how many.")
@click.option(
    "--without-baselines", is_flag=True, help="For `seats`: once, and nothing to compare with."
)
@click.option(
    "--rounds", default=3, show_default=True, help="For `seats`: how often all is measured in turn."
)
@click.option(
    "--baseline-seconds",
    default=10.0,
    show_default=True,
    help="For `seats`: how long each of the row locks is measured at most.",
)
@click.option(
    "--clients",
    type=click.IntRange(min=1),
    help=f"For `booking` (else {booking_.CLIENTS}) and `browse` (else {browse_.CLIENTS}).",
)
@click.option("--seconds", default=20.0, show_default=True, help="Of each part that is timed.")
@click.option(
    "--rate", default=200, show_default=True, help="For `booking` and `browse`: bookings a second."
)
@click.option(
    "--samples", default=200, show_default=True, help="For `lag`, `browse`, `live`: how many holds."
)
@click.option("--connections", default=1000, show_default=True, help="For `live`: how many.")
@click.option("--shows", default=200_000, show_default=True, help="For `memory`: open at once.")
@click.option("--holds", default=100_000, show_default=True, help="For `expiry`: live at once.")
@click.option(
    "--holds-per-second", default=2000, show_default=True, help="For `expiry`: how fast they come."
)
@click.option(
    "--wait", default=600.0, show_default=True, help="For `expiry`: the longest a hold may live."
)
@click.option(
    "--minutes", default=5.0, show_default=True, help="For `dark`: how long each outage is."
)
@click.option(
    "--away",
    "away",
    multiple=True,
    type=click.Choice(OUTAGES),
    help="For `dark`: only this outage; may be given several times.",
)
@click.option(
    "--tickets", default=300_000, show_default=True, help="For `warehouse`: in the month."
)
@click.option("--keep", is_flag=True, help="For `warehouse`: leave lake and database behind.")
@click.option(
    "--answers",
    type=click.Path(dir_okay=False, path_type=Path),
    help="For `booking`: keep what was answered 201 in this file, for `verify --answers`.",
)
@click.pass_obj
def bench_(  # noqa: PLR0913 - one for each option
    settings: Settings,
    *,
    name: str,
    file: Path | None,
    bookings: int,
    without_baselines: bool,
    rounds: int,
    baseline_seconds: float,
    clients: int | None,
    seconds: float,
    rate: int,
    samples: int,
    connections: int,
    shows: int,
    holds: int,
    holds_per_second: int,
    wait: float,
    minutes: float,
    away: tuple[str, ...],
    tickets: int,
    keep: bool,
    answers: Path | None,
) -> None:
    """Measure how much and how fast; `justbookit bench --help` lists what there is."""
    machine = figures.machine()
    with _console.status(f"bench {name}") as status:

        def say(text: str) -> None:
            status.update(escape(text))

        measure: dict[str, Callable[[], Result]] = {
            "seats": lambda: seats(
                settings,
                bookings,
                None if without_baselines else Beside(rounds, baseline_seconds),
                say,
            ),
            "booking": lambda: uvloop.run(
                booking(
                    settings,
                    Plan(
                        clients=clients or booking_.CLIENTS,
                        seconds=seconds,
                        rate=rate,
                        answers=answers,
                    ),
                    say,
                )
            ),
            "browse": lambda: browse(
                settings,
                Wanted(clients or browse_.CLIENTS, seconds, rate, samples),
                say,
                uvloop.run,
            ),
            "dark": lambda: dark(
                settings,
                DarkWanted(away or OUTAGES, minutes * 60),
                say,
                partial(_console.print, markup=False),
                uvloop.run,
            ),
            "live": lambda: uvloop.run(live(settings, connections, samples, say)),
            "lag": lambda: uvloop.run(lag(settings, samples, say)),
            "expiry": lambda: expiry(
                settings, ExpiryPlan(holds=holds, per_second=holds_per_second, wait=wait), say
            ),
            "memory": lambda: memory(settings, MemoryPlan(shows=shows), say),
            "warehouse": lambda: warehouse(settings, MonthPlan(tickets=tickets, keep=keep), say),
        }
        try:
            if name != "warehouse":  # it has data of its own
                see_partitions(settings)
            found = measure[name]()
        except OtherPartitions as error:
            _console.print(f"[bold red]bench {name}:[/] {escape(str(error))}")
            sys.exit(EXIT_DIFFERS)
        except (NotPlausible, ExceptionGroup) as error:
            for why in sorted({str(each) for each in figures.leaves(error)}):
                _console.print(f"[bold red]bench {name}:[/] {escape(why)}")
            sys.exit(EXIT_DIFFERS)
    found.machine, found.versions = machine, figures.versions(settings)
    figures.show(found, _console)
    if name == "seats" and found.baselines:
        _console.print(comparison.table(found.figures, found.baselines))
    if file is not None:
        figures.write(found, file)
    for why in found.failures:
        _console.print(f"[bold red]bench {name}:[/] {escape(why)}")
    if found.failures:
        sys.exit(EXIT_DIFFERS)


command.add_command(chaos)


if __name__ == "__main__":
    command(prog_name="python -m lab")
