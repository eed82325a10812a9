"""What the nets held, and how long takeovers took: tables for people."""

from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from lab.chaos.nets import FENCED, SECOND_NET, Outcome
from lab.chaos.takeovers import SIGNALS, Takeover


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print all of it; what is not as it should be with what the writers said."""
    table = Table(
        *("nets", "writers stopped by the fence", "by a key", "bookings", "seats sold twice"),
        *("violations", "judged after, s", "as it should be"),
        header_style="bold",
    )
    for column in table.columns[1:-1]:
        column.justify = "right"
    for outcome in outcomes:
        judged, ends = outcome.judged, outcome.ends
        table.add_row(
            outcome.trial.name,
            *(str(ends.get(code, 0)) for code in (FENCED, SECOND_NET)),
            *(str(outcome.bookings), str(len(judged.sold_twice)), str(judged.violations)),
            f"{outcome.seconds:.0f}",
            "yes" if outcome.is_as_it_should_be else "[bold red]no[/]",
        )
    console.print(table)
    for outcome in outcomes:
        if not outcome.is_as_it_should_be:
            console.print(f"[bold red]{outcome.trial.name}[/]: ends {outcome.ends}")
            console.print(escape("\n".join([*outcome.judged.worst, outcome.said])))


def show_takeovers(found: Sequence[Takeover], console: Console) -> None:
    """How long partitions were silent, of those that were the victim's: half of all."""
    table = Table(
        *("a writer is gone by", "times", "silence of its partitions, p50 s", "max s"),
        header_style="bold",
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for how in SIGNALS:
        ours = [each.silences for each in found if each.how == how]
        silent = [silence for each in ours for silence in each[len(each) // 2 :]]
        table.add_row(how, str(len(ours)), f"{median(silent):.2f}", f"{max(silent):.2f}")
    console.print(table)
