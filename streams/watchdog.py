"""Ends a process that has something to do and does nothing.

Faust only logs when a stream stands still, and goes on sending heartbeats from its consumer's
thread: the partitions would stay with a worker that is as good as dead.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from streams.exits import Exit, end

LOOK_SECONDS = 5.0
LOOKS_MAX = 6
"""So many looks without progress and it is over; a paused process does not look."""


class Watchdog:
    """Looks at progress from inside the event loop, and at the event loop from outside it."""

    def __init__(
        self, progress: Callable[[], object], behind: Callable[[], Awaitable[bool]]
    ) -> None:
        self._progress = progress
        self._behind = behind
        self._looks = 0

    def start(self) -> asyncio.Task[None]:
        """Watch for as long as the process lives."""
        threading.Thread(target=self._watch_loop, name="watchdog", daemon=True).start()
        return asyncio.create_task(self._watch_progress(), name="watchdog")

    async def _watch_progress(self) -> None:
        idle, last = 0, self._progress()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._looks += 1
            now = self._progress()
            stuck = now == last and await self._is_behind()
            idle, last = (idle + 1 if stuck else 0), now
            if idle >= LOOKS_MAX:
                end(Exit.STUCK, f"messages wait and none was decided in {idle * LOOK_SECONDS} s")

    async def _is_behind(self) -> bool:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._behind()
        except Exception:  # noqa: BLE001 - a broker that does not answer is no lag of ours
            return False

    def _watch_loop(self) -> None:
        pause = threading.Event()
        still, last = 0, self._looks
        while True:
            pause.wait(LOOK_SECONDS)
            looks = self._looks
            still, last = (still + 1 if looks == last else 0), looks
            if still > LOOKS_MAX:
                end(Exit.STUCK, f"the event loop stood still for {still * LOOK_SECONDS} s")
