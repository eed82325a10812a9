"""What Faust delivered and nobody has taken yet: in order, of the claimed generation, no gaps.

A delivery is a list of records of one partition (see `app`); it is acknowledged as a whole, once
all of it was handled.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any

from aiokafka.structs import ConsumerRecord
from faust.types import TP

from justbookit.errors import MissingOffsets
from streams.app import StreamApp

RECORDS_MAX = 5_000
"""More than these are not taken from Faust until somebody takes them from here."""


class Deliveries:
    """What an app was sent, between Faust's agents and the owner of the partitions."""

    def __init__(self, app: StreamApp) -> None:
        self._app = app
        self._deliveries: deque[Any] = deque()
        self._waiting = 0
        self._expected: dict[TP, int] = {}
        self._generation = -1
        self._changed = asyncio.Condition()

    @property
    def positions(self) -> Mapping[TP, int]:
        """The next offset of each partition, as far as it was taken."""
        return self._expected

    def open(self, positions: Mapping[TP, int]) -> None:
        """From now on these partitions come in, each from its offset on."""
        self.close()
        self._expected = dict(positions)
        self._generation = self._app.consumer_generation_id

    def close(self) -> None:
        """Nothing is ours; what came in and was not taken will come again to whoever owns it."""
        self._deliveries.clear()
        self._waiting = 0
        self._expected = {}

    async def listen(self, stream: Any) -> None:
        """Take what Faust delivers: the body of an agent."""
        stream.enable_acks = False
        async for delivery in stream.events():
            async with self._changed:
                await self._changed.wait_for(lambda: self._waiting < RECORDS_MAX)
                if delivery.message.generation_id == self._generation:
                    self._deliveries.append(delivery)
                    self._waiting += len(delivery.value)
                    self._changed.notify_all()

    async def arrival(self) -> None:
        """Wait until there is something to take."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._deliveries))

    async def take(self, records_min: int) -> tuple[list[ConsumerRecord[bytes, bytes]], list[Any]]:
        """What came in, up to the delivery that reaches `records_min`; acknowledge it once handled.

        Raises MissingOffsets when a later offset came than the one that comes next.
        """
        records: list[ConsumerRecord[bytes, bytes]] = []
        deliveries: list[Any] = []
        async with self._changed:
            while self._deliveries and len(records) < records_min:
                delivery = self._deliveries.popleft()
                self._waiting -= len(delivery.value)
                deliveries.append(delivery)
                records.extend(record for record in delivery.value if self._is_next(record))
            self._changed.notify_all()
        return records, deliveries

    def _is_next(self, record: ConsumerRecord[bytes, bytes]) -> bool:
        tp = TP(record.topic, record.partition)
        expected = self._expected.get(tp)
        if expected is None or record.offset < expected:
            return False
        if record.offset > expected:
            raise MissingOffsets(
                f"{record.topic}/{record.partition}: {record.offset} came, {expected} is next"
            )
        self._expected[tp] = expected + 1
        return True
