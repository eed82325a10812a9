"""The stack's processes, as its own notes name them, and a second seat writer of ours."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from pathlib import Path

from justbookit.settings import Settings
from lab import notes
from lab.demo.door import NotAsPromised
from lab.notes import Process

SPARE = "spare"
HOLD_SECONDS = 6
"""Of the second writer: holds run out while a run lasts, whatever the stack's setting says."""
DEATHS_WITHIN_SECONDS = 60.0
LOOK_SECONDS = 0.2
STOP_SECONDS_MAX = 15.0


class Processes:
    """Who runs, how often each died of late, and the spare."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        home = Path(settings.home)
        self._log = home / "logs" / "chaos-seats.log"
        self._deaths: dict[str, int] = {}
        self._died_at: dict[str, deque[float]] = {}
        self._spare: asyncio.subprocess.Process | None = None
        self._spare_begins = 0

    def read(self) -> dict[str, Process]:
        """Every process there is. Raises NotAsPromised when no stack runs here."""
        try:
            found = notes.processes(self._settings)
        except notes.NoStack as error:
            raise NotAsPromised(str(error)) from error
        spare = self._spare
        if spare is not None:
            alive = spare.returncode is None
            state = "starting" if alive and not self._spare_is_ready() else "ready"
            found[SPARE] = Process(spare.pid if alive else None, state if alive else "dead")
        return found

    def writers(self) -> list[str]:
        """The seat writers, the spare among them."""
        return [name for name in self.read() if name == SPARE or name.split("-")[0] == "seats"]

    def switches(self, name: str) -> Path | None:
        """The folder of switches of a seat writer, if it has one."""
        if name != SPARE:
            return Path(self._settings.rehearsal) if self._settings.rehearsal else None
        is_here = any(host in self._settings.postgres for host in ("127.0.0.1", "localhost"))
        return Path(self._settings.home) / "rehearsal-spare" if is_here else None

    def said(self, name: str, words: bytes) -> int:
        """How often a seat writer's log has these words."""
        log = self._log if name == SPARE else self._log.with_name(f"{name}.log")
        return log.read_bytes().count(words) if log.exists() else 0

    def all_ready(self) -> bool:
        """Whether everything works, as far as the notes know."""
        return all(process.state == "ready" for process in self.read().values())

    def deaths(self, name: str) -> int:
        """How often it died in the last minute, whoever killed it."""
        now = asyncio.get_running_loop().time()
        return sum(at > now - DEATHS_WITHIN_SECONDS for at in self._died_at.get(name, ()))

    async def watch(self) -> None:
        """Count deaths; goes on until it is cancelled."""
        while True:
            for name, process in self.read().items():
                for _ in range(process.deaths - self._deaths.get(name, process.deaths)):
                    died_at = self._died_at.setdefault(name, deque(maxlen=10))
                    died_at.append(asyncio.get_running_loop().time())
                self._deaths[name] = process.deaths
            await asyncio.sleep(LOOK_SECONDS)

    async def keep_spare(self) -> None:
        """Run a seat writer beside the stack's own, again whenever it ends."""
        environment = {**os.environ, **self._settings.environment()}
        environment["JUSTBOOKIT_HOLD_SECONDS"] = str(HOLD_SECONDS)
        if (switches := self.switches(SPARE)) is not None:
            switches.mkdir(exist_ok=True)
            environment["JUSTBOOKIT_REHEARSAL"] = str(switches)
        try:
            while True:
                with self._log.open("ab") as log:
                    self._spare_begins = log.tell()
                    self._spare = await asyncio.create_subprocess_exec(
                        *(sys.executable, "-m", "streams", "seats"),
                        env=environment,
                        stdin=asyncio.subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                    )
                await self._spare.wait()
                await asyncio.sleep(1.0)
        finally:
            await self._end_spare()

    async def _end_spare(self) -> None:
        spare = self._spare
        if spare is None or spare.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            spare.send_signal(signal.SIGCONT)
            spare.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await spare.wait()
        except TimeoutError:
            spare.kill()
            await spare.wait()

    def _spare_is_ready(self) -> bool:
        with self._log.open("rb") as log:
            log.seek(self._spare_begins)
            return b"ready seats" in log.read()
