"""Two seat writers on every partition: each in a consumer group of its own, so Kafka lets them.

They have different minds as well: what one holds for ten minutes the other gives away after a
second. If nothing stopped them, they would sell the same seats to different people.
"""

import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg

from justbookit.settings import Settings
from lab.demo.door import NotAsPromised
from lab.own_stack import dies_with_us, environment

HOLD_SECONDS = (600, 1)
AGAIN_SECONDS = 0.5
STOP_SECONDS_MAX = 20.0
SETTLE_SECONDS_MAX = 60.0

_DONE = """
SELECT bool_and(commands_next = %s) AND NOT EXISTS (SELECT FROM seat_outbox)
  FROM writer_position
"""


class Rivals:
    """Runs them, again whenever one ends, and counts how they ended."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._again_at = dict.fromkeys(range(len(HOLD_SECONDS)), 0.0)
        self._logs = [folder / f"rival-{number}.log" for number in self._again_at]
        self.ends: Counter[int] = Counter()
        """Exit codes."""

    def look(self) -> None:
        """Start who does not run; to be called again and again."""
        for number in self._again_at:
            process = self._running.get(number)
            if process is not None and (code := process.poll()) is not None:
                self.ends[code] += 1
                del self._running[number]
                self._again_at[number] = time.monotonic() + AGAIN_SECONDS
            elif process is None and time.monotonic() > self._again_at[number]:
                self._running[number] = self._start(number)

    def are_ready(self) -> bool:
        """Whether each has had its partitions."""
        return all(log.exists() and b"ready seats" in log.read_bytes() for log in self._logs)

    def stop(self) -> None:
        """Let both finish what they began."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            self._end(process)
        self._running.clear()

    def settle(self, postgres: psycopg.Connection[tuple[Any, ...]], end: int) -> None:
        """Let one alone decide what is left, until `end` of the commands.

        Raises NotAsPromised when it does not.
        """
        alone = self._start(0)
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        try:
            while postgres.execute(_DONE, (end,)).fetchone() != (True,):
                if alone.poll() is not None or time.monotonic() > deadline:
                    raise NotAsPromised(f"one writer alone did not end it: {self.said()}")
                time.sleep(0.1)
        finally:
            self._end(alone)

    def said(self) -> str:
        """Why they ended, in their own words."""
        lines = [line for log in self._logs for line in log.read_text().splitlines()]
        return "\n".join(line for line in lines if line.startswith("streams: "))

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        switches = self._folder / f"rival-{number}"
        switches.mkdir(parents=True, exist_ok=True)
        (switches / "group").write_text(f"justbookit-seats-rival-{number}")
        told = {
            "JUSTBOOKIT_REHEARSAL": str(switches),
            "JUSTBOOKIT_HOLD_SECONDS": str(HOLD_SECONDS[number]),
        }
        with self._logs[number].open("ab") as log:
            return subprocess.Popen(
                dies_with_us([sys.executable, "-m", "streams", "seats"]),
                env={**environment(self._settings), **told},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
