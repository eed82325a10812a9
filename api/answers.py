"""What became of a wish: each process follows the event topics from their end.

The same stream answers the requests that wait here and keeps the seat maps in memory true.
Thousands of events may pass in a second and few concern this process, so an event is decoded
only when somebody waits for its command or looks at its show.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from justbookit import topics, wire
from justbookit.catalogue_events import CatalogueEvent
from justbookit.errors import MalformedMessage
from justbookit.ids import CommandId, ShowId
from justbookit.seat_events import SeatEvent

log = structlog.get_logger()

Answer = SeatEvent | CatalogueEvent


class Answered(NamedTuple):
    """The event that answers a command; `again`: it had been published before."""

    event: Answer
    again: bool = False


LIVE_SECONDS = 3.0
_POLL_MS = 1000
_FETCH_WAIT_MS = 30
_RETRY_SECONDS = 1.0
_RECKON_SECONDS = 0.02
_COMMAND_ID = b'"command_id":"'
_AGAIN = topics.HEADER_AGAIN


def command_id_in(raw: bytes) -> str | None:
    """The command an encoded event answers, without decoding the event."""
    begins = raw.find(_COMMAND_ID)
    if begins < 0:
        return None
    begins += len(_COMMAND_ID)
    return raw[begins : raw.index(b'"', begins)].decode()


class Answers:
    """Futures by command, resolved by the events that come by."""

    def __init__(
        self,
        servers: str,
        partitions: int,
        *,
        is_watched: Callable[[ShowId], bool],
        seen: Callable[[SeatEvent], None],
        noticed: Callable[[str, bytes | None, bytes], None] = lambda *_: None,
    ) -> None:
        self._servers = servers
        self._is_watched = is_watched
        self._seen = seen
        self._noticed = noticed
        self._partitions = [
            *(TopicPartition(topics.SEAT_EVENTS.name, number) for number in range(partitions)),
            TopicPartition(topics.CATALOGUE_EVENTS.name, 0),
        ]
        self._positions: dict[TopicPartition, int] = {}
        self._waiting: dict[str, list[asyncio.Future[Answered]]] = {}
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self._polled_at = 0.0
        self._reckoned_at = 0.0

    @property
    def live(self) -> bool:
        """Whether events come by: every partition was read from within the last seconds."""
        return time.time() - self.as_of < LIVE_SECONDS

    @property
    def as_of(self) -> float:
        """Up to when (seconds since the epoch) every event that happened has been seen."""
        consumer = self._consumer
        now = time.monotonic()
        # Every seat map that is shown asks, and each partition has to be asked.
        if consumer is not None and now - self._reckoned_at > _RECKON_SECONDS:
            self._reckoned_at = now
            stamps = [consumer.last_poll_timestamp(each) or 0 for each in self._partitions]
            self._polled_at = max(self._polled_at, min(stamps) / 1000)
        return self._polled_at

    def open(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def expect(self, command_id: CommandId) -> asyncio.Future[Answered]:
        """The answer to a command that is about to be sent; `forget` it in the end."""
        future: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(command_id, []).append(future)
        return future

    def forget(self, command_id: CommandId, future: asyncio.Future[Answered]) -> None:
        waiting = self._waiting.get(command_id)
        if waiting is None:
            return
        with contextlib.suppress(ValueError):
            waiting.remove(future)
        if not waiting:
            del self._waiting[command_id]

    def heard(self, event: SeatEvent) -> None:
        """An event that was read in Postgres, where it is before anybody publishes it.

        Who is told of it sees it in the show's seat map, too.
        """
        if self._is_watched(event.show_id):
            self._seen(event)

    async def _follow(self) -> None:
        while True:
            try:
                await self._follow_once()
            except (KafkaError, OSError) as error:
                log.warning("lost the events; following again", why=str(error))
                # Not all processes at the same moment.
                await asyncio.sleep(_RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

    async def _follow_once(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            client_id="justbookit-api",
            enable_auto_commit=False,
            auto_offset_reset="latest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
            # The one fetch under way leaves partitions out that had something waiting here.
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            metadata_max_age_ms=30_000,
        )
        try:
            await consumer.start()
            consumer.assign(self._partitions)
            if self._positions:
                for partition, offset in self._positions.items():
                    consumer.seek(partition, offset)
            else:
                await consumer.seek_to_end(*self._partitions)
                for partition in self._partitions:
                    self._positions[partition] = await consumer.position(partition)
            self._consumer = consumer
            while True:
                batches = await consumer.getmany(timeout_ms=_POLL_MS)
                for partition, records in batches.items():
                    for record in records:
                        self.take(partition.topic, record.key, record.value, record.headers)
                    self._positions[partition] = records[-1].offset + 1
        finally:
            self._consumer = None
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await consumer.stop()

    def take(
        self,
        topic: str,
        key: bytes | None,
        raw: bytes,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Look at one event, and no closer than somebody needs."""
        self._noticed(topic, key, raw)
        command_id = command_id_in(raw)
        asked = command_id is not None and command_id in self._waiting
        try:
            event: Any
            if topic == topics.SEAT_EVENTS.name:
                watched = key is not None and self._is_watched(ShowId(key.decode()))
                if not (asked or watched):
                    return
                event = wire.decode_seat_event(raw)
                if watched:
                    self._seen(event)
            elif asked:
                event = wire.decode_catalogue_event(raw)
        except (MalformedMessage, UnicodeDecodeError) as error:
            log.error("an event that is none", why=str(error))  # noqa: TRY400 - the reason is all
            return
        if asked and command_id is not None:
            answered = Answered(event, again=any(name == _AGAIN for name, _ in headers))
            for future in self._waiting.get(command_id, ()):
                if not future.done():
                    future.set_result(answered)
