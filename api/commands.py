"""Wishes into Kafka, quickly or not at all.

A command that the broker has not taken within a few seconds is given up, and the producer with
it: an idempotent producer would otherwise keep it in memory and deliver it whenever the broker
comes back, long after the customer was told that booking is paused.
"""

import asyncio
import contextlib
import random
from collections.abc import Callable

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from justbookit import topics, wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.seat_commands import SeatCommand
from justbookit.show_views import ShowsViewed

log = structlog.get_logger()

TAKEN_SECONDS = 5.0
LINGER_MS = 10
"""Each request to the broker costs more than many commands in it."""
_BUFFER_SECONDS = 1.0
_RETRY_SECONDS = 1.0


Failed = Callable[[Exception], None]
"""What is told of a command that was handed over and not taken; named once, since a function made
for each request would put the type together each time."""


class NotTaken(Exception):
    """The broker did not take a command; whether it ever will is not known."""


class Commands:
    """One idempotent producer, replaced by a new one when it fails."""

    def __init__(self, servers: str, partitions: int) -> None:
        self._servers = servers
        self._partitions = partitions
        self._producer: AIOKafkaProducer | None = None
        self._starting: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None

    @property
    def ready(self) -> bool:
        return self._producer is not None

    def open(self) -> None:
        """Begin to connect, and keep trying."""
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        while self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._servers,
                client_id="justbookit-api",
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                linger_ms=LINGER_MS,
                request_timeout_ms=int(TAKEN_SECONDS * 1000),
                metadata_max_age_ms=30_000,
            )
            try:
                await producer.start()
                await producer.partitions_for(topics.SEAT_COMMANDS.name)
            except (KafkaError, OSError) as error:
                log.warning("kafka is away", why=str(error))
                await _stop(producer)
                await asyncio.sleep(_RETRY_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            else:
                self._producer = producer

    async def close(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
        if self._producer is not None:
            await _stop(self._producer)

    async def send_seat(self, command: SeatCommand, failed: Failed) -> None:
        """Hand over a seat command; see `_send`."""
        partition = topics.partition_of(command.show_id, self._partitions)
        await self._send(
            topics.SEAT_COMMANDS.name, command.show_id, partition, wire.encode(command), failed
        )

    async def send_catalogue(self, key: str, command: CatalogueCommand, failed: Failed) -> None:
        """Hand over a catalogue command; see `_send`."""
        await self._send(topics.CATALOGUE_COMMANDS.name, key, 0, wire.encode(command), failed)

    async def send_views(self, views: ShowsViewed) -> None:
        """Hand over counts. Raises NotTaken, and leaves the producer to those who book."""
        producer = self._producer
        if producer is None:
            raise NotTaken("not connected")
        try:
            async with asyncio.timeout(TAKEN_SECONDS):
                await producer.send_and_wait(
                    topics.SHOW_VIEWS.name, value=wire.encode(views), partition=0
                )
        except (KafkaError, TimeoutError, OSError) as error:
            raise NotTaken(str(error) or type(error).__name__) from error

    async def _send(
        self,
        topic: str,
        key: str,
        partition: int,
        value: bytes,
        failed: Failed,
    ) -> None:
        """Hand bytes over; `failed` is called when it turns out that the broker did not take them.

        Whoever waits for the answer need not wait for the broker's receipt as well. Raises
        NotTaken when it is clear at once.
        """
        producer = self._producer
        if producer is None:
            self.open()
            raise NotTaken("not connected")
        try:
            async with asyncio.timeout(_BUFFER_SECONDS):
                receipt = await producer.send(
                    topic, value=value, key=key.encode(), partition=partition
                )
        except (KafkaError, TimeoutError, OSError) as error:
            self._replace(producer)
            raise NotTaken(str(error) or type(error).__name__) from error
        late = asyncio.get_running_loop().call_later(
            TAKEN_SECONDS, self._give_up, producer, receipt, failed
        )

        def settle(done: asyncio.Future[object]) -> None:
            late.cancel()
            if not done.cancelled() and (error := done.exception()) is not None:
                failed(NotTaken(str(error)))
                self._replace(producer)

        receipt.add_done_callback(settle)

    def _give_up(
        self,
        producer: AIOKafkaProducer,
        receipt: asyncio.Future[object],
        failed: Failed,
    ) -> None:
        if not receipt.done():
            failed(NotTaken(f"no receipt within {TAKEN_SECONDS} s"))
            self._replace(producer)

    def _replace(self, producer: AIOKafkaProducer) -> None:
        if self._producer is producer:
            log.warning("the producer failed; beginning another")
            self._producer = None
            self._stopping = asyncio.create_task(_stop(producer))
            self.open()


async def _stop(producer: AIOKafkaProducer) -> None:
    """Flush for a second at most, then let go of whatever the broker would not take."""
    with contextlib.suppress(TimeoutError, KafkaError, OSError):
        async with asyncio.timeout(1.0):
            await producer.stop()
            return
    # stop() waits for its flush before it ends the sender, which would deliver much later.
    sender = producer._sender.sender_task  # noqa: SLF001 - aiokafka has no stop without flush
    if sender is not None:
        sender.cancel()
    await producer.client.close()
