"""Messages out of the outbox to Kafka: all of them, in order, before it says so."""

import asyncio
from collections.abc import Sequence

import msgspec
from aiokafka import AIOKafkaProducer

from justbookit.settings import Settings
from justbookit.topics import HEADER_COMMAND_ID

BATCH_BYTES_MAX = 512 * 1024
REQUEST_BYTES_MAX = 16 * 1024 * 1024


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it lies in the outbox."""

    topic: str
    partition: int
    key: str
    body: bytes
    command_id: str | None = None


class Publisher:
    """An idempotent producer: what it sends to a partition arrives once and in order."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send everything; comes back when the brokers have all of it.

        Raises KafkaError when they do not take it.
        """
        if not messages:
            return
        producer = await self._started()
        sent = [
            await producer.send(
                message.topic,
                partition=message.partition,
                key=message.key.encode(),
                value=message.body,
                headers=[]
                if message.command_id is None
                else [(HEADER_COMMAND_ID, message.command_id.encode())],
            )
            for message in messages
        ]
        await asyncio.gather(*sent)

    async def stop(self) -> None:
        """Let the connection go."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.kafka,
                enable_idempotence=True,
                acks="all",
                compression_type="lz4",
                max_batch_size=BATCH_BYTES_MAX,
                max_request_size=REQUEST_BYTES_MAX,
                request_timeout_ms=20_000,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer
