"""One whole stack for the whole run: real servers and all our processes, in its own folder."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from justbookit.settings import PREFIX, Settings
from lab.own_stack import free_port
from stack import run_state
from stack.addresses import OPENSEARCH_PORTS
from stack.environment import ROOT, child_environment
from stack.process import tail_of, wrapped

READY_SECONDS_MAX = 180.0
STOP_SECONDS_MAX = 60.0
_UP = (sys.executable, "-m", "stack", "up", "--no-sample")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a developer run a few tests on a part of the stack."""
    parser.addoption(
        "--stack-only",
        default="",
        help="processes of the stack to start, as for `justbookit up --only` (everything)",
    )


ON_THE_STACK = (
    "tests/integration/api/",
    "tests/integration/connectors/",
    "tests/integration/lab/",
    "tests/integration/stack/test_runs.py",
    "tests/integration/stack/test_servers.py",
    "tests/integration/streams/browsing/",
    "tests/journeys/test_demo.py",
    "tests/journeys/test_web.py",
)
ON_BARE_SERVERS = ("tests/integration/streams/", "tests/integration/warehouse/")


class ByServers(LoadScopeScheduling):
    """Tests that share servers go to the same of pytest-xdist's processes; a file stays whole.

    So there is one stack in the run, and the tests that need no server, or others, fill the time
    in which those on the stack wait. (pytest-xdist's own groups are lost on pytest 9.2.)
    """

    def _split_scope(self, nodeid: str) -> str:
        """What a test is shared out with."""
        if nodeid.startswith(ON_THE_STACK):
            return "stack"
        if nodeid.startswith(ON_BARE_SERVERS):
            return "bare servers"
        return nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hold the lists above to what the tests ask for: a second stack would start unnoticed."""
    for item in items:
        asked_for = set(getattr(item, "fixturenames", ()))
        for server, files in (("stack", ON_THE_STACK), ("bare_servers", ON_BARE_SERVERS)):
            if server in asked_for and not item.nodeid.startswith(files):
                raise pytest.UsageError(f"{item.nodeid} asks for `{server}`; name its file here")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByServers:
    """Share the tests out by what they need."""
    return ByServers(config, log)


def fresh_settings(home: Path) -> Settings:
    """Settings of a stack of its own: free ports, and `home` for its data."""
    return Settings(
        home=str(home),
        postgres=f"postgresql://justbookit@127.0.0.1:{free_port()}/justbookit",
        kafka=f"127.0.0.1:{free_port(neighbours=(1,))}",
        opensearch=f"http://127.0.0.1:{free_port(OPENSEARCH_PORTS, neighbours=(100,))}",
        api_port=free_port(),
        push_port=free_port(),
        kafka_heap_mb=384,
        opensearch_heap_mb=384,
        sink_seconds=0.5,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a run we started, and everything it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def running(only: str, theirs: Mapping[str, str]) -> Iterator[Settings]:
    """A stack in a folder of its own, or the part of one that `only` names."""
    # not pytest's own temporary folder: its parent is closed to the user PostgreSQL runs as
    home = Path(tempfile.mkdtemp(prefix="justbookit-tests-"))
    home.chmod(0o755)
    settings = Settings.read({**fresh_settings(home).environment(), **theirs})
    log = home / "supervisor.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            wrapped([*_UP, "--only", only], None),
            env=dict(child_environment(settings)),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(process, home, log)
        yield settings
    finally:
        end(process)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """The settings of a running stack; the environment says the same until the run ends."""
    before = dict(os.environ)
    theirs = {name: value for name, value in before.items() if name.startswith(PREFIX)}
    with running(request.config.getoption("--stack-only"), theirs) as settings:
        os.environ.update(settings.environment())
        yield settings
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def bare_servers() -> Iterator[Settings]:
    """Postgres and Kafka apart, for tests that falsify the books: `verify` reads the stack's."""
    with running("postgres,kafka", {}) as settings:
        yield settings


@pytest.fixture(scope="module")
def own_servers() -> Iterator[Settings]:
    """Postgres and Kafka for one module that destroys what is in them; two partitions."""
    with running("postgres,kafka", {"JUSTBOOKIT_PARTITIONS": "2"}) as settings:
        yield settings


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while True:
        run = run_state.read(home)
        if run is not None and run.ready:
            return
        if process.poll() is not None:
            pytest.fail(f"the stack did not start:\n{tail_of(log, 60)}", pytrace=False)
        if time.monotonic() > deadline:
            tails = "\n\n".join(
                f"{path.name}:\n{tail_of(path)}" for path in sorted((home / "logs").glob("*.log"))
            )
            pytest.fail(f"the stack is not ready:\n{tail_of(log)}\n\n{tails}", pytrace=False)
        time.sleep(0.1)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show the ends of the stack's logs beside a failure that happened on it."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    settings = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(settings, Settings):
        for path in sorted((Path(settings.home) / "logs").glob("*.log")):
            if path.stem not in {"kafka", "opensearch", "initdb", "kafka-format"}:
                report.sections.append((f"log of {path.stem}", tail_of(path, 15)))
