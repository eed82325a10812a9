"""Who waits for what: a bell for each subject, rung when it changes, and so many ears at most.

Nothing is kept for those who wait. Each knows what it told last and, woken, looks for itself what
has come since: a slow connection costs no memory, and is told the latest when it can take it.
"""

import asyncio
from collections.abc import Hashable

Subject = Hashable

LISTENERS_MAX = 12_000
PULSE_SECONDS = 15.0


class Bells:
    """The bells of one process."""

    def __init__(self) -> None:
        self._rings: dict[Subject, asyncio.Future[None]] = {}
        self._listeners: dict[Subject, int] = {}
        self.count = 0
        self.over = False

    @property
    def is_full(self) -> bool:
        return self.over or self.count >= LISTENERS_MAX

    def listen(self, subject: Subject) -> None:
        """One more who waits."""
        self.count += 1
        self._listeners[subject] = self._listeners.get(subject, 0) + 1

    def leave(self, subject: Subject) -> None:
        """One less."""
        self.count -= 1
        self._listeners[subject] -= 1
        if not self._listeners[subject]:
            del self._listeners[subject]
            self._rings.pop(subject, None)

    def is_heard(self, subject: Subject) -> bool:
        return subject in self._listeners

    def next_ring(self, subject: Subject) -> asyncio.Future[None]:
        """Done at the next ring; take it before looking, and nothing is missed between."""
        ring = self._rings.get(subject)
        if ring is None:
            ring = self._rings[subject] = asyncio.get_running_loop().create_future()
        return ring

    def ring(self, subject: Subject) -> None:
        """The subject has changed."""
        ring = self._rings.pop(subject, None)
        if ring is not None and not ring.done():
            ring.set_result(None)

    def ring_all(self) -> None:
        for subject in list(self._rings):
            self.ring(subject)

    def end(self) -> None:
        """Send everybody away; they come back to another process, or to the next."""
        self.over = True
        self.ring_all()

    async def pulse(self) -> None:
        """Ring everything now and then, so that each connection says that it lives."""
        while True:
            await asyncio.sleep(PULSE_SECONDS)
            self.ring_all()
