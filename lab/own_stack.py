"""A stack of our own, in a folder of its own, for what must not be done to anybody's data."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from justbookit.settings import PREFIX, Settings
from lab.demo.door import NotAsPromised

ROOT = Path(__file__).resolve().parents[1]
READY_SECONDS_MAX = 300.0
STOP_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.2
PORTS = range(20000, 30000)
OPENSEARCH_PORTS = range(9201, 9300)
HEAP_MB = 384

Say = Callable[[str], None]

_given: set[int] = set()


class _Run(msgspec.Struct):
    ready: bool = False


@contextmanager
def own_home() -> Iterator[Path]:
    """A folder for one stack, until the block ends."""
    # PostgreSQL runs as another user when we are root, who must get there as well.
    home = Path(tempfile.mkdtemp(prefix="justbookit-chaos-"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(settings: Settings, only: str, say: Say) -> Iterator[None]:
    """The part of a stack that `only` names, until the block ends; then nothing is left of it.

    Raises NotAsPromised when it does not start.
    """
    log = Path(settings.home) / "supervisor.log"
    up = [sys.executable, "-m", "stack", "up", "--no-sample", "--only", only]
    with log.open("wb") as output:
        process = subprocess.Popen(
            dies_with_us(up), env=environment(settings), cwd=ROOT, stdout=output, stderr=output
        )
    try:
        _until_ready(process, log, say)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reset = [sys.executable, "-m", "stack", "reset", "--yes"]
        subprocess.run(
            reset, env=environment(settings), cwd=ROOT, check=False, stdout=subprocess.DEVNULL
        )


def fresh(home: Path, **changed: object) -> Settings:
    """Settings with free ports and `home` for its data, and what is `changed`.

    With `listen_above` the ports at which the servers are reached are free as well.
    """
    above = int(str(changed.get("listen_above", 0)))
    near = () if not above else (above,)
    opensearch = range(OPENSEARCH_PORTS.start - above, OPENSEARCH_PORTS.stop - above)
    ours = Settings(
        home=str(home),
        postgres=f"postgresql://justbookit@127.0.0.1:{free_port(neighbours=near)}/justbookit",
        kafka=f"127.0.0.1:{free_port(neighbours=(*near, above + 1))}",
        opensearch=f"http://127.0.0.1:{free_port(opensearch, neighbours=(*near, above + 100))}",
        api_port=free_port(),
        push_port=free_port(),
        kafka_heap_mb=HEAP_MB,
        opensearch_heap_mb=HEAP_MB,
    )
    theirs = {f"{PREFIX}{name.upper()}": str(value) for name, value in changed.items()}
    return Settings.read({**ours.environment(), **theirs})


def environment(settings: Settings) -> dict[str, str]:
    """What a process of ours is told."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**others, **settings.environment(), "PYTHONUNBUFFERED": "1"}


def dies_with_us(argv: list[str]) -> list[str]:
    """The command that runs `argv` so that it ends when this process does, however that ends."""
    wrapper = [sys.executable, "-I", "-S", str(ROOT / "stack" / "child.py")]
    return [*wrapper, f"--parent={os.getpid()}", "--", *argv]


def free_port(among: range = PORTS, neighbours: tuple[int, ...] = ()) -> int:
    """A port that nobody listens on, and whose `neighbours` are free as well.

    None is given twice: who was given one need not listen on it yet.
    """
    for port in random.sample(among, len(among)):
        wanted = {port + step for step in (0, *neighbours)}
        if wanted.isdisjoint(_given) and all(map(_is_free, wanted)):
            _given.update(wanted)
            return port
    raise NotAsPromised(f"no free port from {among.start} to {among.stop - 1}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _until_ready(process: subprocess.Popen[bytes], log: Path, say: Say) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    notes = log.with_name("run.json")
    while not (notes.exists() and msgspec.json.decode(notes.read_bytes(), type=_Run).ready):
        said = log.read_text().splitlines()
        say(said[-1] if said else "starting a stack of our own")
        if process.poll() is not None or time.monotonic() > deadline:
            last = "\n".join(said[-20:])
            raise NotAsPromised(f"the stack of our own did not start:\n{last}")
        time.sleep(LOOK_SECONDS)
