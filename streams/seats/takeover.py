"""What the owner of partitions reads from Postgres first: positions, timers and what is unsent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, cast

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit import wire
from justbookit.dead_letters import StreamDeadLetter
from justbookit.ids import BookingId, CommandId, EntryId, ShowId
from justbookit.seat_events import SeatEvent
from streams.arrays import BigInts, Ints, SmallInts, Texts
from streams.seats.batch import Message, Position

_BEGIN_POSITIONS = """
INSERT INTO writer_position (partition, epoch, commands_next, facts_next)
SELECT partition, 0, commands_next, facts_next
  FROM unnest(%s, %s, %s) AS first (partition, commands_next, facts_next)
ON CONFLICT (partition) DO NOTHING
"""

_RAISE_EPOCHS = """
   UPDATE writer_position
      SET epoch = epoch + 1
    WHERE partition = ANY(%s)
RETURNING partition, epoch, commands_next, facts_next
"""

_TIMERS = """
SELECT partition, held_until, show_id, booking_id
  FROM booking
 WHERE partition = ANY(%(partitions)s) AND status = 'held'
 UNION ALL
SELECT partition, lapses_at, show_id, ''
  FROM show_inventory
 WHERE partition = ANY(%(partitions)s) AND lapses_at IS NOT NULL
 UNION ALL
SELECT partition, offered_until, show_id, entry_id
  FROM waiting_entry
 WHERE partition = ANY(%(partitions)s) AND status = 'offered'
"""

_UNSENT = """
SELECT partition, batch, events, dead_letters
  FROM seat_outbox
 WHERE partition = ANY(%s)
 ORDER BY partition, batch
"""

_BODIES = """
SELECT event.show_id, event.version, event.body
  FROM unnest(%s, %s) AS wanted (show_id, version)
  JOIN seat_event AS event USING (show_id, version)
"""

_PLEDGED = """
SELECT event.body
  FROM booking
  JOIN seat_event AS event
    ON event.show_id = booking.show_id AND event.command_id = booking.pledge ->> 'exchange_id'
 WHERE booking.partition = ANY(%s) AND booking.pledge IS NOT NULL
"""

_ANSWERED = "SELECT command_id FROM seat_event WHERE command_id = ANY(%s)"

_DIGESTS = """
SELECT event.show_id, event.version, md5(event.body::text)
  FROM unnest(%s, %s) AS wanted (show_id, version)
  JOIN seat_event AS event USING (show_id, version)
"""

_TIME = "SELECT clock_timestamp()"

_references = msgspec.json.Decoder(list[tuple[ShowId, int]])
_letters = msgspec.json.Decoder(list[StreamDeadLetter])

Connection = AsyncConnection[TupleRow]


class Unsent(NamedTuple):
    """What a predecessor committed and did not send, or did not note as sent."""

    messages: list[Message]
    letters: list[StreamDeadLetter]
    last_batches: dict[int, int]


async def raise_epochs(
    connection: Connection, first: Mapping[int, tuple[int, int]]
) -> dict[int, Position]:
    """Own these partitions from now on; `first` is where each begins if nobody ever had it."""
    partitions = SmallInts(list(first))
    async with connection.transaction():
        await connection.execute(
            _BEGIN_POSITIONS,
            (
                partitions,
                BigInts([commands for commands, _ in first.values()]),
                BigInts([facts for _, facts in first.values()]),
            ),
        )
        cursor = await connection.execute(_RAISE_EPOCHS, (partitions,))
        found = await cursor.fetchall()
    return {partition: Position(*numbers) for partition, *numbers in found}


async def timers(
    connection: Connection, partitions: Sequence[int]
) -> list[tuple[int, datetime, ShowId, BookingId | EntryId]]:
    """Every hold and offer that stands, and every show (nothing named) where something lapses."""
    cursor = await connection.execute(_TIMERS, {"partitions": SmallInts(partitions)})
    return await cursor.fetchall()


async def unsent(connection: Connection, partitions: Sequence[int]) -> Unsent:
    """What lies in the outbox of these partitions, in the order it was decided."""
    cursor = await connection.execute(_UNSENT, (SmallInts(partitions),))
    found = await cursor.fetchall()
    references = [(partition, _references.decode(events)) for partition, _, events, _ in found]
    wanted = {each for _, events in references for each in events}
    bodies = await _bodies(connection, list(wanted))
    messages = [
        Message(partition, wire.decode_seat_event(bodies[each]), bodies[each], fresh=False)
        for partition, events in references
        for each in events
    ]
    letters = [letter for *_, raw in found for letter in _letters.decode(raw)]
    return Unsent(messages, letters, {partition: batch for partition, batch, *_ in found})


async def pledged(connection: Connection, partitions: Sequence[int]) -> list[SeatEvent]:
    """The exchanges of these partitions that other shows have not answered yet, as they began."""
    cursor = await connection.execute(_PLEDGED, (SmallInts(partitions),))
    return [wire.decode_seat_event(body) for (body,) in await cursor.fetchall()]


async def answered(connection: Connection, command_ids: Sequence[CommandId]) -> set[CommandId]:
    """Which of these commands have an answer."""
    cursor = await connection.execute(_ANSWERED, (Texts(command_ids),))
    return {command_id async for (command_id,) in cursor}


async def digests(
    connection: Connection, events: Sequence[tuple[ShowId, int]]
) -> dict[tuple[ShowId, int], str]:
    """The MD5 of each of these events that there is."""
    cursor = await connection.execute(_DIGESTS, _columns(events))
    return {(show_id, version): digest async for show_id, version, digest in cursor}


async def time(connection: Connection) -> datetime:
    """What Postgres' own clock says."""
    cursor = await connection.execute(_TIME)
    [row] = await cursor.fetchall()
    return cast("datetime", row[0])


def _columns(events: Sequence[tuple[ShowId, int]]) -> tuple[Texts, Ints]:
    return Texts([show_id for show_id, _ in events]), Ints([version for _, version in events])


async def _bodies(
    connection: Connection, events: Sequence[tuple[ShowId, int]]
) -> dict[tuple[ShowId, int], bytes]:
    cursor = await connection.execute(_BODIES, _columns(events))
    return {(show_id, version): body async for show_id, version, body in cursor}
