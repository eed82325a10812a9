"""Records that were delivered and not yet decided, in the order they came."""

import asyncio
from collections import deque
from typing import Any, NamedTuple

from aiokafka.structs import ConsumerRecord
from faust.types import TP

RECORDS_MAX = 8_000
"""Above this Faust is made to wait; what is in memory here is decided in a second or two."""

BYTES_MAX = 4 * 1024 * 1024
"""Of one batch: opening a show is a thousand times as long as booking a seat."""


class Slice(NamedTuple):
    """Consecutive records of one partition; `event` is acknowledged with the last of them."""

    tp: TP
    records: list[ConsumerRecord[bytes, bytes]]
    event: Any | None


class Inbox:
    """Filled by the agent, emptied by the writer."""

    def __init__(self) -> None:
        self._slices: deque[Slice] = deque()
        self._count = 0
        self._room = asyncio.Event()
        self._room.set()
        self.filled = asyncio.Event()

    def __len__(self) -> int:
        return self._count

    async def until_room(self) -> None:
        await self._room.wait()

    def put(self, tp: TP, records: list[ConsumerRecord[bytes, bytes]], event: Any) -> None:
        """Add what one event brought."""
        self._slices.append(Slice(tp, records, event))
        self._count += len(records)
        self.filled.set()
        if self._count >= RECORDS_MAX:
            self._room.clear()

    def take(self, records_max: int) -> list[Slice]:
        """Take out at most so many records, and at least one if there is one."""
        taken: list[Slice] = []
        space, volume = records_max, BYTES_MAX
        while self._slices and space > 0 and volume > 0:
            tp, records, event = self._slices.popleft()
            fitting = 0
            for record in records:
                if fitting == space or volume <= 0:
                    break
                fitting += 1
                volume -= len(record.value or b"")
            if fitting < len(records):
                self._slices.appendleft(Slice(tp, records[fitting:], event))
                records, event = records[:fitting], None
            taken.append(Slice(tp, records, event))
            space -= fitting
            self._count -= fitting
        self._note()
        return taken

    def wake(self) -> None:
        """Let whoever waits for records look around once, records or not."""
        self.filled.set()

    def clear(self) -> None:
        """Forget everything: it is delivered again."""
        self._slices.clear()
        self._count = 0
        self._note()

    def _note(self) -> None:
        if self._count < RECORDS_MAX:
            self._room.set()
        if not self._slices:
            self.filled.clear()
