"""The command `justbookit`: what people type, each command one line or a process of its own."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.markup import escape

from justbookit.settings import Settings
from stack import detached, doctor, migrate, pausing, postgres, run_state, show, topics, up
from stack import sample as city
from stack.environment import child_environment, read_settings
from stack.errors import StackError

EXIT_TROUBLE = 1
EXIT_NOT_RUNNING = 3
PARTS = (
    "postgres",
    "kafka",
    "opensearch",
    "feeds",
    "lake",
    "dbt",
    "faust",
    "logs",
    "paused",
    "run.json",
    "lock",
    city.LOADED,
)
"""What a run leaves in its home; whatever else lies there, such as `make`'s tools, stays."""
_console = Console(soft_wrap=True, highlight=False)
_CONTEXT = {"help_option_names": ["-h", "--help"]}
_PASS_ON = {"ignore_unknown_options": True, "help_option_names": []}


def main() -> None:
    """Run the command; what the stack cannot do is told in one paragraph, not as a traceback."""
    try:
        command()
    except StackError as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(
            f"[bold red]justbookit:[/] {escape(str(error))}"
        )
        sys.exit(EXIT_TROUBLE)


@click.group(context_settings=_CONTEXT)
@click.pass_context
def command(context: click.Context) -> None:
    """JustBookIt on this machine: start it, look at it, ask it, prove it."""
    context.obj = read_settings()


@command.command("up")
@click.option("--detach", is_flag=True, help="Come back when it is ready, and leave it running.")
@click.option("--only", default="", help="Processes to start: `servers`, or names with commas.")
@click.option("--no-sample", is_flag=True, help="Do not load the sample city.")
@click.pass_obj
def up_(settings: Settings, *, detach: bool, only: str, no_sample: bool) -> None:
    """Start everything, and stop it with Ctrl-C."""
    if detach:
        arguments = ["--no-sample"] if no_sample else []
        detached.start(settings, [*arguments, "--only", only])
        return
    names = [name.strip() for name in only.split(",") if name.strip()]
    wish = up.Wish(only=names, with_sample=not no_sample)
    up.run(settings, wish, lambda text: _console.print(text, markup=False))


@command.command()
@click.pass_obj
def down(settings: Settings) -> None:
    """Stop what `up` started here."""
    run = detached.stop(settings)
    _console.print("stopped" if run else f"nothing is running in {settings.home}")


@command.command()
@click.pass_obj
def status(settings: Settings) -> None:
    """Show the processes and where they listen."""
    run = run_state.read(Path(settings.home))
    if run is None:
        _console.print(f"nothing is running in {settings.home}")
        sys.exit(EXIT_NOT_RUNNING)
    _console.print(show.processes(run))
    for name, url in run.urls.items():
        _console.print(f"{name:<12}{url}", markup=False)
    sys.exit(0 if run.ready else EXIT_TROUBLE)


@command.command()
@click.argument("name")
@click.pass_obj
def pause(settings: Settings, name: str) -> None:
    """Take one process of the running stack out, and keep it out."""
    pausing.pause(settings, name)
    _console.print(f"{name} is paused; `justbookit resume {name}` puts it back")


@command.command()
@click.argument("name")
@click.pass_obj
def resume(settings: Settings, name: str) -> None:
    """Put a paused process back."""
    pausing.resume(settings, name)
    _console.print(f"{name} is ready")


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def reset(settings: Settings, *, yes: bool) -> None:
    """Remove all data of this stack: bookings, topics, indices, feeds, logs."""
    home = Path(settings.home)
    if not yes:
        click.confirm(f"Remove everything in {home}?", abort=True)
    detached.stop(settings)
    postgres.remove(settings)
    for part in PARTS:
        path = home / part
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    _console.print(f"{home} is empty; `justbookit up` begins anew")


@command.command("doctor")
@click.pass_obj
def doctor_(settings: Settings) -> None:
    """Look for what would keep the stack from starting, and say what to do."""
    running = run_state.is_locked(Path(settings.home))
    findings = list(doctor.examine(settings, running=running))
    _console.print(show.findings(findings))
    sys.exit(EXIT_TROUBLE if any(one.verdict == "trouble" for one in findings) else 0)


@command.command("migrate")
@click.pass_obj
def migrate_(settings: Settings) -> None:
    """Bring tables and topics up to date on servers that are running already."""
    for name in migrate.migrate(settings):
        _console.print(f"applied {name}")
    for name in topics.ensure(settings):
        _console.print(f"made the topic {name}")
    _console.print("tables and topics are up to date")


@command.command()
@click.pass_obj
def sample(settings: Settings) -> None:
    """Put the sample city's files into the feeds' inbox of the running stack."""
    asyncio.run(city.write(settings))
    _console.print(f"the sample city lies in {city.inbox(settings)}")


@command.command("topics")
@click.pass_obj
def topics_(settings: Settings) -> None:
    """Show every topic, who writes to it, and whether it is as it should be."""
    reports = topics.compare(settings)
    _console.print(show.topics(reports))
    sys.exit(EXIT_TROUBLE if any(report.differences for report in reports) else 0)


@command.command()
@click.argument("name")
@click.option("-f", "--follow", is_flag=True, help="Go on showing what is written.")
@click.option("-n", "--lines", default=100, show_default=True)
@click.pass_obj
def logs(settings: Settings, *, name: str, follow: bool, lines: int) -> None:
    """Show the end of a process's log."""
    folder = Path(settings.home) / "logs"
    log = folder / f"{name}.log"
    if not log.exists():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise StackError(f"there is no log of {name}; there are: {known}")
    sys.exit(subprocess.call(["tail", f"-n{lines}", *(["-F"] if follow else []), str(log)]))


def _passed_on(name: str, help_: str, *module: str) -> None:
    """Make a command that is a process of another package, with its arguments and exit code."""

    @command.command(name, help=help_, context_settings=_PASS_ON)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.pass_obj
    def pass_on(settings: Settings, arguments: tuple[str, ...]) -> None:
        argv = [sys.executable, "-m", *module, *arguments]
        sys.exit(subprocess.call(argv, env=dict(child_environment(settings))))

    assert isinstance(pass_on, click.Command)


_passed_on("feeds", "Show what came in from theatres and what was refused.", "connectors", "feeds")
_passed_on("demo", "Play the whole story against the running stack.", "lab", "demo")
_passed_on("verify", "Recompute everything from the event log and compare.", "lab", "verify")
_passed_on(
    "bench",
    "Measure: seats, booking, browse, dark, live, lag, expiry, memory or warehouse.",
    "lab",
    "bench",
)
_passed_on("chaos", "Break the running stack under load, and check every answer.", "lab", "chaos")
_passed_on("sql", "Ask the lake: justbookit sql 'select …'.", "warehouse", "sql")
_passed_on(
    "publish", "Copy the lake's new rows to PostgreSQL's schema raw.", "warehouse", "publish"
)
_passed_on(
    "build", "Publish, then build and test the finance tables with dbt.", "warehouse", "build"
)
_passed_on(
    "archive", "Let months whose shows are long over leave for the lake.", "warehouse", "archive"
)
_passed_on("check", "Hold lake, raw and books against each other.", "warehouse", "check")
_passed_on("settle", "Settle a day with its theatres: draft, approve, send.", "warehouse", "settle")
_passed_on(
    "reconcile",
    "Build the ledger, and hold bookings against gateways and theatres.",
    "warehouse",
    "reconcile",
)
_passed_on("reports", "Write the pages for finance and for operations.", "warehouse", "reports")
_passed_on("daily", "Build, settle, reconcile, report: once a day.", "warehouse", "daily")
_passed_on("schedule", "Call `daily` each day, after the last cut-off.", "warehouse", "schedule")
_passed_on("grant", "Let somebody read reports: EMAIL ROLE.", "api", "grant")
_passed_on("revoke", "Let somebody read reports no longer.", "api", "revoke")
_passed_on("contracts", "Take contracts in from a CSV file.", "warehouse", "contracts")
_passed_on("take-files", "Take gateway files and theatres' reports in.", "warehouse", "take-files")
_passed_on("discard-file", "Count a gateway file no longer.", "warehouse", "discard-file")
_passed_on("reindex", "Build the search index anew, without downtime.", "streams", "reindex")
