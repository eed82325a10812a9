"""Looks after the children: starts them, restarts the dead, gives up, stops all in order."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from stack import pausing
from stack.errors import GaveUp
from stack.process import Child, Program
from stack.run_state import Journal

DEATHS_MAX = 5
DEATHS_WITHIN_SECONDS = 60.0
DEATHS_BEFORE_READY_MAX = 2
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 5.0

Say = Callable[[str], None]


class Supervisor:
    """The children of one run. Every one of them is in the guard's list while it lives."""

    def __init__(self, *, logs: Path, journal: Journal, lock: IO[bytes], say: Say) -> None:
        self._logs = logs
        self._journal = journal
        self._say = say
        self._children: dict[str, Child] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._stopping = False
        self._gave_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py"))],
            stdin=subprocess.PIPE,
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )

    async def bring_up(self, programs: Sequence[Program]) -> None:
        """Start `programs` side by side; back when all are ready.

        Raises GaveUp when one of them cannot be brought up.
        """
        ready: list[asyncio.Event] = []
        for program in programs:
            event = asyncio.Event()
            ready.append(event)
            self._rotate(program.name)
            self._children[program.name] = Child(program, self._logs)
            keeper = asyncio.create_task(self._keep(program, event))
            keeper.add_done_callback(self._note_failure)
            self._keepers[program.name] = keeper
        everyone = asyncio.create_task(_all(ready))
        try:
            await asyncio.wait([everyone, self._gave_up], return_when=asyncio.FIRST_COMPLETED)
        finally:
            everyone.cancel()
        if self._gave_up.done():
            self._gave_up.result()

    async def until_given_up(self) -> None:
        """Wait; ends only by raising GaveUp."""
        await asyncio.shield(self._gave_up)

    async def stop(self) -> None:
        """Stop everything, the last stage first; what does not end in time is killed."""
        self._stopping = True
        stages = sorted({child.program.stage for child in self._children.values()}, reverse=True)
        for stage in stages:
            children = [child for child in self._children.values() if child.program.stage == stage]
            await asyncio.gather(*(child.stop() for child in children))
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        self._gave_up.cancel()
        self._tell_guard("bye")
        await asyncio.to_thread(self._guard.wait)

    def kill(self) -> None:
        """End everything at once, for somebody who does not want to wait."""
        self._stopping = True
        for child in self._children.values():
            child.kill()

    async def _keep(self, program: Program, ready: asyncio.Event) -> None:
        deaths: deque[float] = deque(maxlen=DEATHS_MAX)
        child = self._children[program.name]
        count = 0
        while not self._stopping:
            await self._until_wanted(program, deaths=count)
            started = time.monotonic()
            await child.spawn()
            self._tell_guard(f"+{child.pid}")
            self._journal.note(program, pid=child.pid, state="starting", deaths=count)
            if await child.until_ready():
                self._journal.note(program, pid=child.pid, state="ready", deaths=count)
                self._say(f"{program.name} is ready ({time.monotonic() - started:.1f} s)")
                ready.set()
            code = await child.ended()
            child.kill()
            self._tell_guard(f"-{child.pid}")
            if self._stopping:
                break
            if self._is_paused(program.name):
                continue
            count += 1
            deaths.append(time.monotonic())
            self._journal.note(program, pid=None, state="dead", deaths=count)
            if self._hopeless(deaths, was_ready=ready.is_set()):
                reason = f"ended {count} times, last with {code}"
                raise GaveUp(program.name, reason, child.tail())
            pause = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN * 2 ** (len(deaths) - 1))
            self._say(f"{program.name} ended with {code}; again in {pause:.1f} s")
            await asyncio.sleep(pause)
            await self._until_there(program.needs)
        self._journal.note(program, pid=None, state="stopped", deaths=count)

    def _is_paused(self, name: str) -> bool:
        return pausing.mark(self._logs.parent, name).exists()

    async def _until_wanted(self, program: Program, *, deaths: int) -> None:
        """Wait while somebody has paused the process."""
        if self._is_paused(program.name):
            self._journal.note(program, pid=None, state="paused", deaths=deaths)
            self._say(f"{program.name} is paused")
            while self._is_paused(program.name):  # noqa: ASYNC110 - the mark is a file
                await asyncio.sleep(pausing.LOOK_SECONDS)

    async def _until_there(self, names: Sequence[str]) -> None:
        """Wait for those of `names` that are ours: dying of their absence would count as deaths."""
        processes = self._journal.state.processes
        while not self._stopping and any(  # noqa: ASYNC110 - looked at as seldom as a death is
            name in self._children and processes[name].state != "ready" for name in names
        ):
            await asyncio.sleep(PAUSE_SECONDS_MIN)

    def _note_failure(self, keeper: asyncio.Task[None]) -> None:
        error = None if keeper.cancelled() else keeper.exception()
        if error is not None and not self._gave_up.done():
            self._gave_up.set_exception(error)

    def _hopeless(self, deaths: deque[float], *, was_ready: bool) -> bool:
        if not was_ready:
            return len(deaths) >= DEATHS_BEFORE_READY_MAX
        recent = [at for at in deaths if at > deaths[-1] - DEATHS_WITHIN_SECONDS]
        return len(recent) >= DEATHS_MAX

    def _tell_guard(self, line: str) -> None:
        assert self._guard.stdin is not None
        if self._guard.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError):
            self._guard.stdin.write(f"{line}\n".encode())
            self._guard.stdin.flush()
            if line == "bye":
                self._guard.stdin.close()

    def _rotate(self, name: str) -> None:
        log = self._logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))


async def _all(events: Sequence[asyncio.Event]) -> None:
    for event in events:
        await event.wait()
