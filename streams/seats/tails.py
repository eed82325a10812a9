"""The last of what was decided and of what was published, held against Postgres at a takeover.

Positions alone do not tell a topic that was made anew and has grown again, nor a Postgres that
was put back to an older state. So what lies before a position must have been answered, and what
was published must be known, byte for byte. Reading some messages of each partition is enough:
both disasters lose everything from some moment on.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import md5
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from justbookit import topics, wire
from justbookit.errors import MalformedMessage
from justbookit.ids import CommandId, ShowId
from justbookit.seat_events import SeatEvent
from justbookit.settings import Settings
from streams.seats import takeover
from streams.seats.batch import Position
from streams.seats.logs import BrokenLog, Log, next_offsets
from streams.seats.reading import read

DECIDED_MAX = 20
PUBLISHED_MAX = 50
SILENCE_SECONDS_MAX = 10.0

Record: TypeAlias = ConsumerRecord[bytes, bytes]


async def check(
    settings: Settings,
    connection: takeover.Connection,
    positions: Mapping[int, Position],
    logs: Mapping[TP, Log],
) -> datetime | None:
    """When the last of it was decided, if anything was.

    Raises BrokenLog when a topic or Postgres is not the one that the positions are about.
    """
    decided = {
        tp: Log(max(logs[tp].start, next_offset - DECIDED_MAX), next_offset)
        for tp, next_offset in next_offsets(positions).items()
    }
    records = await _read(settings, decided, list(positions))
    await _check_decided(settings, connection, {tp: records.get(tp, []) for tp in decided})
    published = [record for tp, own in records.items() if tp not in decided for record in own]
    return await _check_published(connection, published)


async def _read(
    settings: Settings, decided: Mapping[TP, Log], partitions: Sequence[int]
) -> dict[TP, list[Record]]:
    """The messages of these ranges, and the last of `seat-events`."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka.split(","),
        client_id="justbookit-seats-takeover",
        enable_auto_commit=False,
    )
    records: dict[TP, list[Record]] = {}
    async with asyncio.timeout(SILENCE_SECONDS_MAX):
        await consumer.start()
        try:
            events = [TP(topics.SEAT_EVENTS.name, each) for each in partitions]
            starts = await consumer.beginning_offsets(events)
            ends = await consumer.end_offsets(events)
            wanted = {tp: Log(max(starts[tp], ends[tp] - PUBLISHED_MAX), ends[tp]) for tp in events}
            wanted |= decided
            left = {tp for tp, log in wanted.items() if log.start < log.end}
            consumer.assign(list(left))
            for tp in left:
                consumer.seek(tp, wanted[tp].start)
            while left:
                for tp, own in (await consumer.getmany(timeout_ms=200)).items():
                    end = wanted[TP(*tp)].end
                    records.setdefault(TP(*tp), []).extend(
                        record for record in own if record.offset < end
                    )
                left = {tp for tp in left if await consumer.position(tp) < wanted[tp].end}
        finally:
            await consumer.stop()
    return records


async def _check_decided(
    settings: Settings, connection: takeover.Connection, records: Mapping[TP, Sequence[Record]]
) -> None:
    """Of each topic's last messages before our position some must have been answered.

    Not all: what no rule could take is a dead letter and has no answer.
    """
    asked: dict[TP, set[CommandId]] = {}
    for tp, own in records.items():
        for record in own:
            try:
                command = read(
                    record.value,
                    topic=tp.topic,
                    partition=tp.partition,
                    partitions=settings.partitions,
                )
            except MalformedMessage:
                continue
            asked.setdefault(tp, set()).add(command.command_id)
    everything = [command_id for each in asked.values() for command_id in each]
    answered = await takeover.answered(connection, everything)
    for tp, commands in asked.items():
        if not commands & answered:
            raise BrokenLog(
                f"{tp.topic}/{tp.partition}: nobody decided any of {len(commands)} commands before"
                f" {records[tp][-1].offset + 1}, where our position is. The topic was made anew"
                " and has grown again, or Postgres was put back to an older state. Find out which;"
                " then set writer_position to where reading is to go on"
            )


async def _check_published(
    connection: takeover.Connection, records: Sequence[Record]
) -> datetime | None:
    """What was published must be in Postgres: it is committed there before it is published."""
    events: dict[tuple[ShowId, int], tuple[SeatEvent, Record]] = {}
    for record in records:
        try:
            event = wire.decode_seat_event(record.value or b"")
        except MalformedMessage as error:
            raise BrokenLog(f"seat-events/{record.partition}@{record.offset}: {error}") from error
        events[event.show_id, event.version] = event, record
    known = await takeover.digests(connection, list(events))
    for key, (event, record) in events.items():
        assert record.value is not None
        digest = md5(record.value, usedforsecurity=False).hexdigest()
        if known.get(key) != digest:
            has = "another" if key in known else "no"
            raise BrokenLog(
                f"seat-events/{record.partition}@{record.offset} says what happened to"
                f" {event.show_id} as version {event.version}, and Postgres has {has} such event:"
                " Postgres was put back to an older state, or is another one. Seats that were given"
                " away since then would be sold again. Bring the later state back before any"
                " writer starts"
            )
    return max((event.at for event, _ in events.values()), default=None)
