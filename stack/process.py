"""One child process: its command, its log file, when it counts as ready, how it ends."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from stack.errors import StackError

GIVING_WAY = 5
"""The `nice` of those that nobody waits for: what they do in a second may take two."""

TAIL_LINES = 25
POLL_SECONDS = 0.05
_CHILD = str(Path(__file__).with_name("child.py"))


class User(msgspec.Struct, frozen=True):
    """Who a process runs as, when that is not us."""

    uid: int
    gid: int


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """A command, and what is to be known to look after it."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    stage: int
    """Stages are stopped from the highest to the lowest."""
    answers: Callable[[], Awaitable[bool]] | None = None
    """Whether it can work now; without it, a line beginning `ready ` in its log says so."""
    needs: tuple[str, ...] = ()
    """Processes without which it cannot start; it is not started again before they are ready."""
    user: User | None = None
    nice: int = 0
    """How much it lets others go first when all want to work: 0 (not at all) to 19."""
    stop_signal: signal.Signals = signal.SIGTERM
    start_seconds_max: float = 90.0
    stop_seconds_max: float = 20.0


class Child:
    """A program that runs, in a process group of its own."""

    def __init__(self, program: Program, logs: Path) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self.process: asyncio.subprocess.Process | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """The process, which leads a group with the same number."""
        return None if self.process is None else self.process.pid

    async def spawn(self) -> None:
        """Start it; its output goes to the end of its log."""
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self.process = await asyncio.create_subprocess_exec(
                *wrapped(
                    self.program.argv,
                    self.program.user,
                    self.program.stop_signal,
                    self.program.nice,
                ),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.program.environment),
                cwd="/" if self.program.user else None,
                start_new_session=True,
            )

    async def until_ready(self) -> bool:
        """Wait until it can work; False when it ended instead, or takes too long."""
        assert self.process is not None
        deadline = asyncio.get_running_loop().time() + self.program.start_seconds_max
        while self.process.returncode is None:
            answered = await self.program.answers() if self.program.answers else self._said_ready()
            if answered:
                return True
            if asyncio.get_running_loop().time() > deadline:
                await self.stop()
                return False
            await asyncio.sleep(POLL_SECONDS)
        return False

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        return await self.process.wait()

    async def stop(self) -> None:
        """Ask it to end, and end it and whatever it started if it does not."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(self.program.stop_signal)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.program.stop_seconds_max):
                await self.process.wait()
        self.kill()
        await self.process.wait()

    def kill(self) -> None:
        """End the whole group at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def tail(self) -> str:
        """The last lines of its log."""
        return tail_of(self.log)

    def _said_ready(self) -> bool:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            said = log.read()
        return said.startswith(b"ready ") or b"\nready " in said


def tail_of(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log file."""
    if not log.exists():
        return "(it wrote nothing)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 64 * 1024))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:]) or "(it wrote nothing)"


def wrapped(
    argv: Sequence[str],
    user: User | None,
    signal_: signal.Signals = signal.SIGTERM,
    nice: int = 0,
) -> list[str]:
    """The command that runs `argv` so that it dies with this process."""
    wrapper = [sys.executable, "-I", "-S", _CHILD, f"--parent={os.getpid()}"]
    wrapper += [f"--signal={int(signal_)}", f"--nice={nice}"]
    if user is not None:
        wrapper += [f"--uid={user.uid}", f"--gid={user.gid}"]
    return [*wrapper, "--", *argv]


async def run_once(argv: Sequence[str], *, log: Path, user: User | None = None) -> None:
    """Run a short command to its end, its output in `log`.

    Raises StackError when it fails.
    """
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *wrapped(argv, user),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/" if user else None,
        )
    if code := await process.wait():
        raise StackError(f"{Path(argv[0]).name} failed with {code}:\n\n{tail_of(log)}")
