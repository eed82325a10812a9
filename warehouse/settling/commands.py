"""The command line of settlement: thin, so that cron, Airflow or a person can call the same."""

import argparse
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from justbookit.settings import Settings
from justbookit.settlement import PayoutStatus, Run
from warehouse.amounts import money
from warehouse.settling import contracts, files, intake, steps
from warehouse.settling.overview import payouts_of, run_of

_out = Console(highlight=False, soft_wrap=True)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `settle`, `contracts`, `take-files` and `discard-file`."""
    settle = commands.add_parser("settle", help="what theatres are owed: draft, approve, send")
    settle.add_argument("--by", required=True, metavar="NAME", help="who says so")
    what = settle.add_mutually_exclusive_group(required=True)
    what.add_argument("--date", type=date.fromisoformat, help="make and balance the run of a day")
    what.add_argument("--approve", metavar="RUN", help="somebody else says that it may be paid")
    what.add_argument("--send", metavar="RUN", help="write its files and send its payouts")
    what.add_argument("--statements", metavar="RUN", help="write its organizers' statements")
    what.add_argument("--reverse", metavar="RUN", help="take a run back, whole")
    what.add_argument("--paid", metavar="PAYOUT", help="the bank paid it")
    what.add_argument("--returned", metavar="PAYOUT", help="it came back from the bank")
    what.add_argument("--hold", metavar="ORGANIZER", help="pay nothing out; see --reason")
    what.add_argument("--lift", metavar="ORGANIZER", help="lift every hold")
    settle.add_argument("--reason", default="", help="for --hold: why")
    settle.add_argument("--until", type=date.fromisoformat, help="for --hold: until which day")
    settle.set_defaults(run=_settle)
    agreed = commands.add_parser("contracts", help="take contracts in from a CSV file")
    agreed.add_argument("file", type=Path)
    agreed.set_defaults(run=_contracts)
    take = commands.add_parser("take-files", help="take gateway files and theatres' reports in")
    take.add_argument("files", nargs="+", type=Path, metavar="FILE")
    take.set_defaults(run=_take)
    discard = commands.add_parser("discard-file", help="count a gateway file no longer")
    discard.add_argument("file_id", type=int)
    discard.add_argument("--by", required=True, metavar="NAME")
    discard.set_defaults(run=_discard)


def _settle(settings: Settings, given: argparse.Namespace) -> int:  # noqa: PLR0911 - one for each wish
    if given.paid or given.returned:
        told = PayoutStatus.PAID if given.paid else PayoutStatus.RETURNED
        status = steps.answer(settings, given.paid or given.returned, told)
        _out.print(f"{given.paid or given.returned} is {status}", markup=False)
        return 0
    if given.hold:
        steps.hold(settings, given.hold, given.reason, given.by, given.until)
        _out.print(f"{given.hold} is paid nothing out", markup=False)
        return 0
    if given.lift:
        count = steps.lift(settings, given.lift, given.by)
        _out.print(f"{given.lift}: {count} holds lifted", markup=False)
        return 0
    if given.statements:
        written = files.write(settings, given.statements, statements=True)
        folder = files.folder_of(settings, given.statements)
        _out.print(f"{len(written)} files in {folder}", markup=False)
        return 0
    if given.approve:
        return _tell(settings, steps.approve(settings, given.approve, given.by))
    if given.reverse:
        return _tell(settings, steps.reverse(settings, given.reverse, given.by))
    if given.send:
        files.write(settings, given.send)
        run = steps.send(settings, given.send, given.by)
        _out.print(f"its files lie in {files.folder_of(settings, run.run_id)}", markup=False)
        return _tell(settings, run)
    return _tell(settings, steps.settle(settings, given.date, given.by))


def _tell(settings: Settings, run: Run) -> int:
    one = run_of(settings, run.run_id)
    story = ", ".join(f"{step.status} by {step.by}" for step in run.steps)
    _out.print(f"{run.run_id}: {story}", markup=False)
    _out.print(f"{one.show_count:,} shows, {one.booking_count:,} bookings", markup=False)
    table = Table(box=None)
    for name in ("organizer", "", "carried in", "earned", "paid out", "carried out", "status"):
        table.add_column(name, justify="left" if name in {"organizer", "", "status"} else "right")
    for each in payouts_of(settings, run.run_id):
        sums = (each.carried_in, each.earned, each.amount, each.carried_out)
        told = f"{each.status}{': ' if each.reason else ''}{each.reason}"
        amounts = (money(amount, each.currency) for amount in sums)
        table.add_row(each.organizer_id, each.currency, *amounts, told)
    _out.print(table)
    return 0


def _contracts(settings: Settings, given: argparse.Namespace) -> int:
    _out.print(f"{contracts.take(settings, given.file)} new contracts")
    return 0


def _take(settings: Settings, given: argparse.Namespace) -> int:
    refused = 0
    for path in sorted(given.files):
        try:
            taken = intake.take(settings, path)
        except intake.FileRefused as error:
            refused += 1
            _out.print(str(error), style="red", markup=False)
            continue
        told = f"{taken.lines:,} lines" if taken.is_new else "was here already"
        if taken.is_doubled:
            told += "; another file of that day counts, approvals wait until one is discarded"
        _out.print(f"{path.name}: {told}", markup=False)
    return 1 if refused else 0


def _discard(settings: Settings, given: argparse.Namespace) -> int:
    if intake.discard(settings, given.file_id, given.by):
        _out.print(f"file {given.file_id} counts no longer")
        return 0
    _out.print(f"there is no file {given.file_id} that counts", style="red")
    return 1
