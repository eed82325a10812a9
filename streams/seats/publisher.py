"""Committed events on their way to Kafka: idempotent, all replicas, each show's in order."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from justbookit import topics, wire
from justbookit.dead_letters import StreamDeadLetter
from justbookit.errands import errand_of
from justbookit.seat_events import SeatEvent
from justbookit.settings import Settings
from streams.seats.batch import Message

BATCH_BYTES_MAX = 512 * 1024
"""Of one partition in one request, before compression; one event may be larger on its own."""

_AGAIN = (topics.HEADER_AGAIN, b"1")


class Publisher:
    """Hands whole record batches to the producer: a message on its own costs five times as much."""

    _producer: AIOKafkaProducer

    def __init__(self, settings: Settings) -> None:
        self._brokers = settings.kafka
        self._partitions = settings.partitions

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._brokers,
            client_id="justbookit-seats",
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            max_batch_size=BATCH_BYTES_MAX,
            max_request_size=16 * 1024 * 1024,
            request_timeout_ms=20_000,
        )
        await self._producer.start()

    async def stop(self) -> None:
        await self._producer.stop()

    async def publish(
        self, messages: Sequence[Message], letters: Iterable[StreamDeadLetter]
    ) -> None:
        """Back when Kafka has all of them, and the errands that follow; raises when it does not.

        An event may be published again, and then its errands are run again: they are decided once.
        """
        by_partition: dict[int, list[Message]] = {}
        for message in messages:
            by_partition.setdefault(message.partition, []).append(message)
        await asyncio.gather(
            *(self._publish_events(partition, own) for partition, own in by_partition.items()),
            *(self._publish_letter(letter) for letter in letters),
        )
        await self.run_errands(message.event for message in messages)

    async def run_errands(self, events: Iterable[SeatEvent]) -> None:
        """Ask other shows what follows from these events; back when Kafka has it."""
        for event in events:
            if (errand := errand_of(event)) is not None:
                await self._producer.send_and_wait(
                    topics.SEAT_COMMANDS.name,
                    key=errand.show_id.encode(),
                    value=wire.encode(errand),
                    partition=topics.partition_of(errand.show_id, self._partitions),
                )

    async def _publish_events(self, partition: int, messages: Iterable[Message]) -> None:
        topic, sent = topics.SEAT_EVENTS.name, list[Awaitable[Any]]()
        builder = self._producer.create_batch()
        for message in messages:
            record = _record(message)
            if builder.append(**record) is None:
                sent.append(await self._producer.send_batch(builder, topic, partition=partition))
                builder = self._producer.create_batch()
                builder.append(**record)
        sent.append(await self._producer.send_batch(builder, topic, partition=partition))
        await asyncio.gather(*sent)

    async def _publish_letter(self, letter: StreamDeadLetter) -> None:
        await self._producer.send_and_wait(
            topics.STREAM_DEAD_LETTERS.name,
            key=f"{letter.topic}/{letter.partition}".encode(),
            value=wire.encode(letter),
            partition=0,
        )


def _record(message: Message) -> dict[str, Any]:
    event = message.event
    command_id = event.command_id
    return {
        "timestamp": None,
        "key": event.show_id.encode(),
        "value": message.body,
        "headers": [
            *([(topics.HEADER_COMMAND_ID, command_id.encode())] if command_id else ()),
            *([_AGAIN] if message.again else ()),
        ],
    }
