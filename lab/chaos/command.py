"""`justbookit chaos`: on the running stack, or on one of its own."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import rich_click as click
import uvloop
from rich.console import Console
from rich.markup import escape

from justbookit.settings import Settings
from lab.chaos import nets_report, report
from lab.chaos.cuts import proxies
from lab.chaos.nets import nets
from lab.chaos.report import Report
from lab.chaos.run import Plan
from lab.chaos.run import chaos as run
from lab.chaos.schedule import CUTS, SLOT_SECONDS, Fault
from lab.chaos.takeovers import takeovers
from lab.demo.door import NotAsPromised
from lab.own_stack import fresh, own_home, running
from lab.verify.kafka_log import OtherPartitions
from lab.verify.moment import NeverStill

EXIT_DIFFERS = 1
EXIT_NEVER_STILL = 2
PROCESSES = "servers,catalogue,seats,search,connectors,api"
LISTEN_ABOVE = 50
BATCH_MAX = 4
"""Commands in a batch of our own stack: so few that one batch waits behind another, as it is
otherwise only when thousands come at once."""

WIDTH = 150

_console = Console(soft_wrap=True, highlight=False)
Say = Callable[[str], None]
Show = Callable[[Console], None]


def _faults(_: click.Context, __: click.Parameter, text: str | None) -> list[Fault] | None:
    try:
        if text is None:
            return None
        return [Fault(name.strip()) for name in text.split(",") if name.strip()]
    except ValueError as error:
        raise click.BadParameter(f"{error}; there are: {', '.join(Fault)}") from error


@click.command()
@click.option("--minutes", default=3.0, show_default=True, help="How long the crowd asks.")
@click.option(
    "--seed", type=int, help="Of the faults and of what is asked; some number if left out."
)
@click.option(
    "--faults",
    callback=_faults,
    help="Which faults, with commas; all that can be done if left out, and '' for none.",
)
@click.option(
    "--every",
    type=click.FloatRange(min=5.0),
    default=SLOT_SECONDS,
    show_default=True,
    help="Seconds from one fault to the next, of those that change who decides.",
)
@click.option("--clients", default=24, show_default=True, help="Customers who ask at once.")
@click.option(
    "--own-stack",
    is_flag=True,
    help="On a stack started for this and thrown away after it; connections can be cut there.",
)
@click.option(
    "--nets",
    "only_nets",
    is_flag=True,
    help="Instead of all that, on servers of its own: each net against double sales, alone.",
)
@click.option(
    "--takeovers",
    "rounds",
    type=int,
    help="Instead of all that: lose one of two writers so often, each way, and measure.",
)
@click.option(
    "--report",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Keep the tables in this file as well.",
)
@click.option(
    "--history",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where every request and answer is kept; in the stack's home if left out.",
)
@click.pass_obj
def chaos(  # noqa: PLR0913 - one for each option
    settings: Settings,
    *,
    minutes: float,
    seed: int | None,
    faults: list[Fault] | None,
    every: float,
    clients: int,
    own_stack: bool,
    only_nets: bool,
    rounds: int | None,
    file: Path | None,
    history: Path | None,
) -> None:
    """Break the running stack while many customers ask, and check what they were told."""
    seed = int(time.time()) if seed is None else seed
    if faults is None:
        faults = [fault for fault in Fault if own_stack or fault not in CUTS]
    elif not own_stack and (cuts := set(faults) & set(CUTS)):
        raise click.UsageError(f"{', '.join(sorted(cuts))}: only with --own-stack")
    history = history or Path(settings.home) / "chaos" / f"{int(time.time())}.jsonl"
    plan = Plan(
        seconds=minutes * 60,
        seed=seed,
        clients=clients,
        faults=faults,
        every=every,
        history=history,
    )
    with _console.status("chaos") as status:

        def say(text: str) -> None:
            status.update(escape(text))

        try:
            if rounds is not None:
                show, is_sound = _takeovers(rounds, say)
            elif only_nets:
                show, is_sound = _nets(say)
            else:
                show, is_sound = _run(settings, plan, say, own=own_stack)
        except NeverStill as error:
            _console.print(f"[bold red]{escape(str(error))}[/] (history: {history})")
            sys.exit(EXIT_NEVER_STILL)
        except (NotAsPromised, OtherPartitions, ExceptionGroup) as error:
            _console.print(f"[bold red]chaos:[/] {escape(_told(error))}")
            sys.exit(EXIT_DIFFERS)
    show(_console)
    if file is not None:
        with file.open("w") as text:
            show(Console(file=text, width=WIDTH, soft_wrap=True))
    sys.exit(0 if is_sound else EXIT_DIFFERS)


def _nets(say: Say) -> tuple[Show, bool]:
    outcomes = nets(say)
    is_sound = all(each.is_as_it_should_be for each in outcomes)
    return lambda console: nets_report.show(outcomes, console), is_sound


def _takeovers(rounds: int, say: Say) -> tuple[Show, bool]:
    found = takeovers(rounds, say)
    return lambda console: nets_report.show_takeovers(found, console), True


def _run(settings: Settings, plan: Plan, say: Say, *, own: bool) -> tuple[Show, bool]:
    _console.print(f"seed {plan.seed}")
    found = _on_its_own(plan, say) if own else uvloop.run(run(settings, plan, say))
    return lambda console: report.show(found, console), found.is_sound


def _on_its_own(plan: Plan, say: Say) -> Report:
    with ExitStack() as stack:
        home = stack.enter_context(own_home())
        switches = home / "rehearsal"
        switches.mkdir()
        settings = fresh(
            home,
            listen_above=LISTEN_ABOVE,
            rehearsal=switches,
            api_workers=2,
            batch_max=BATCH_MAX,
        )
        between = stack.enter_context(proxies(settings))
        stack.enter_context(running(settings, PROCESSES, say))
        return uvloop.run(run(settings, plan, say, between))


def _told(error: Exception) -> str:
    """What was not as promised. Anything else in a group is a mistake of ours, and raised."""
    if not isinstance(error, ExceptionGroup):
        return str(error)
    told, others = error.split(NotAsPromised)
    if others is not None:
        raise others
    return repr(told)
