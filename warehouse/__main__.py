"""The archive's commands.

python -m warehouse sink      Kafka into the lake, until SIGTERM
python -m warehouse publish   the lake into Postgres' schema raw
python -m warehouse build     publish, then dbt build, then the marts back into the lake
python -m warehouse dbt …     dbt itself, logged in
python -m warehouse check     is everything there: lake, raw and books against each other
python -m warehouse load …    messages from files into the lake, as the sink files them
python -m warehouse sql …     ask the lake
python -m warehouse settle …  what theatres are owed: draft, approve, send
python -m warehouse reconcile  the ledger, and bookings against gateways and theatres
python -m warehouse reports   the pages for finance and for operations
python -m warehouse daily     build, settle today as a draft, reconcile, report, archive
python -m warehouse schedule  call `daily` each day, after the last cut-off
python -m warehouse archive   months whose shows are long over leave Postgres for the lake
python -m warehouse contracts | take-files | discard-file   what others say
"""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from justbookit.errors import JustBookItError, MissingOffsets
from justbookit.settings import Settings
from warehouse import archive, asking, build, consumer, dump, scheduling, sink
from warehouse.amounts import money
from warehouse.completeness import check
from warehouse.lake import Lake, folder_of, read_manifest
from warehouse.manifest import LakeUnreadable
from warehouse.publish import publish
from warehouse.reporting import site
from warehouse.settling import commands as settling
from warehouse.settling import steps

EXIT_TROUBLE = 1
EXIT_MISUSED = 2
EXIT_MISSING_OFFSETS = 71
WAIT_STEP_SECONDS = 0.2

_console = Console(stderr=True, soft_wrap=True, highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        settings = Settings.read(os.environ)
    except ValueError as error:
        _console.print(f"[bold red]warehouse:[/] {error}")
        return EXIT_MISUSED
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    logging.getLogger("kafka").setLevel(logging.ERROR)
    try:
        run: Callable[[Settings, argparse.Namespace], int] = arguments.run
        return run(settings, arguments)
    except JustBookItError as error:
        _console.print("[bold red]warehouse:[/]", end=" ")
        _console.print(str(error), markup=False)
        return EXIT_MISSING_OFFSETS if isinstance(error, MissingOffsets) else EXIT_TROUBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m warehouse",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True)
    commands.add_parser("sink", help="Kafka into the lake").set_defaults(run=_sink)
    for name, run, words in (
        ("publish", _publish, "the lake into Postgres' schema raw"),
        ("build", _build, "publish, then dbt build"),
    ):
        command = commands.add_parser(name, help=words)
        command.add_argument(
            "--wait",
            type=float,
            metavar="SECONDS",
            default=0.0,
            help="first wait until the lake has all that is in Kafka now",
        )
        command.add_argument(
            "--from-scratch", action="store_true", help="copy everything again from the lake"
        )
        command.set_defaults(run=run)
    closing = commands.add_parser("reconcile", help="the ledger and the reconciliation")
    closing.set_defaults(run=lambda settings, _: _dbt_build(settings, ["--select", build.CLOSING]))
    pages = commands.add_parser("reports", help="the pages for finance and for operations")
    pages.set_defaults(run=_reports)
    daily = commands.add_parser(
        "daily", help="build, settle today as a draft, reconcile, report, archive"
    )
    daily.add_argument("--by", required=True, metavar="NAME", help="who makes the draft")
    daily.add_argument("--wait", type=float, default=60.0, metavar="SECONDS")
    daily.set_defaults(run=_daily, from_scratch=False)
    schedule = commands.add_parser("schedule", help="call `daily` each day after the last cut-off")
    schedule.add_argument("--by", required=True, metavar="NAME", help="who makes the drafts")
    schedule.set_defaults(run=_schedule)
    settling.add(commands)
    dbt = commands.add_parser("dbt", help="dbt itself, logged in", add_help=False)
    dbt.add_argument("arguments", nargs=argparse.REMAINDER)
    dbt.set_defaults(run=lambda settings, given: build.dbt(settings, given.arguments))
    checked = commands.add_parser("check", help="lake, raw and books against each other")
    checked.set_defaults(run=_check)
    cold = commands.add_parser("archive", help="months of shows long over into the lake")
    cold.add_argument(
        "--older-than",
        type=asking.positive(int),
        metavar="DAYS",
        help="whose show ended more than so many days ago (JUSTBOOKIT_ARCHIVE_DAYS)",
    )
    cold.set_defaults(run=_archive)
    load = commands.add_parser("load", help="messages from files into the lake")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE", help=dump.Kept.__doc__)
    load.set_defaults(run=_load)
    asking.add(commands)
    return parser


def _sink(settings: Settings, _arguments: argparse.Namespace) -> int:
    going = True

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sink.run(settings, keep_going=lambda: going, ready=lambda: print("ready warehouse", flush=True))
    return 0


def _publish(settings: Settings, arguments: argparse.Namespace) -> int:
    if arguments.wait:
        _wait(settings, arguments.wait)
    with _console.status("publishing the lake") as status:
        done = publish(settings, status.update, from_scratch=arguments.from_scratch)
    new = ", ".join(f"{count:,} {table}" for table, count in done.added.items() if count)
    _console.print(
        f"published {new or 'nothing new'}; raw has all {done.total:,} messages of the lake"
    )
    return 0


def _wait(settings: Settings, seconds: float) -> None:
    wanted = consumer.ends(settings)
    until = time.monotonic() + seconds
    with _console.status("waiting until the lake has what is in Kafka"):
        while True:
            try:
                there = read_manifest(folder_of(settings)).next
            except LakeUnreadable:
                there = {}
            behind = sum(max(0, end - there.get(name, 0)) for name, end in wanted.items())
            if not behind:
                return
            if time.monotonic() > until:
                raise LakeUnreadable(
                    f"after {seconds:g} s the lake still lacks {behind:,} messages that are in"
                    " Kafka: is the sink running?"
                )
            time.sleep(WAIT_STEP_SECONDS)


def _build(settings: Settings, arguments: argparse.Namespace) -> int:
    _publish(settings, arguments)
    whole = ["--full-refresh"] if arguments.from_scratch else []
    return _dbt_build(settings, ["--exclude", build.CLOSING, build.ANALYTICS, *whole])


def _dbt_build(settings: Settings, arguments: list[str]) -> int:
    passed = 0
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=_console) as progress:
        bar = progress.add_task("dbt reads the project", total=None)

        def say(step: build.Step) -> None:
            nonlocal passed
            if step.failed:
                progress.console.print(step.message, style="red", markup=False)
                return
            passed += 1
            description = f"{step.kind} {step.name}"
            progress.update(bar, total=step.total, completed=passed, description=description)

        code = build.build(settings, arguments, say)
        progress.update(bar, description="")
    verdict = f"dbt build: {passed} steps passed" if not code else f"dbt build failed ({code})"
    _console.print(verdict)
    return code


def _check(settings: Settings, _arguments: argparse.Namespace) -> int:
    with _console.status("counting and adding up"):
        found = check(settings)
    for difference in found.differences:
        _console.print(f"[bold red]differs:[/] {escape(difference)}")
    for currency, (paid, refunded) in sorted(found.money.items()):
        told = f"{money(paid, currency)} paid, {money(refunded, currency)} given back"
        _console.print(f"{currency} {told}", markup=False)
    _console.print(f"{found.messages:,} messages, {found.quarantined:,} of them in quarantine")
    return EXIT_TROUBLE if found.differences else 0


def _archive(settings: Settings, arguments: argparse.Namespace) -> int:
    with _console.status("copying months, and holding the copies against PostgreSQL"):
        done = archive.archive(settings, arguments.older_than or settings.archive_days)
    for month in done.waiting:
        _console.print(f"{month} stays: not all of its shows are long over", markup=False)
    for month in done.busy:
        _console.print(f"{month} stays: its table is in use; try again", style="yellow")
    for copy in done.left:
        _console.print(
            f"{copy.month}: {copy.bookings:,} bookings left PostgreSQL for the lake", markup=False
        )
    if not (done.left or done.waiting or done.busy):
        _console.print("there is no month that could leave")
    return 0


def _load(settings: Settings, arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    lake = Lake(folder_of(settings))
    try:
        done = dump.load(lake, arguments.files)
    finally:
        lake.close()
    seconds = time.monotonic() - began
    _console.print(
        f"filed {done.messages:,} messages in {seconds:.2f} s, {done.quarantined:,} in quarantine"
    )
    return 0


def _reports(settings: Settings, _arguments: argparse.Namespace) -> int:
    if code := _dbt_build(settings, ["--select", build.ANALYTICS]):
        return code
    for path in site.write(settings):
        print(path)
    return 0


def _daily(settings: Settings, arguments: argparse.Namespace) -> int:
    """What a scheduler calls once a day, after the last cut-off; calling it again is harmless.

    It ends badly when the sources are not fresh, but only after everything else is done.
    """
    if code := _build(settings, arguments):
        return code
    run = steps.settle(settings, datetime.now(UTC).date(), arguments.by)
    _console.print(f"{run.run_id} is {run.status}", markup=False)
    if code := _dbt_build(settings, ["--select", build.CLOSING]):
        return code
    if code := _reports(settings, arguments):
        return code
    done = archive.archive(settings, settings.archive_days)
    _console.print(f"{len(done.left)} months of bookings left PostgreSQL for the lake")
    if build.is_fresh(settings, _tell_trouble):
        return 0
    _console.print("nothing came in lately: does the sink run, and does anybody book?", style="red")
    return EXIT_TROUBLE


def _schedule(settings: Settings, arguments: argparse.Namespace) -> int:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopped.set())
    scheduling.keep_closing(settings, arguments.by, stopped, _console.print)
    return 0


def _tell_trouble(step: build.Step) -> None:
    if step.failed:
        _console.print(step.message, style="red", markup=False)


if __name__ == "__main__":
    sys.exit(main())
