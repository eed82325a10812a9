"""What a writer looks up in Postgres because it is not, or not any more, in its memory."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit import wire
from justbookit.bookings import Booking
from justbookit.ids import CommandId, ShowId
from justbookit.seat_events import SeatEvent
from justbookit.settings import Settings
from justbookit.snapshots import FORM
from streams import postgres
from streams.arrays import Ints, Texts
from streams.seats.shows import Kept

_SNAPSHOTS = """
SELECT show_id, version, body FROM show_snapshot WHERE show_id = ANY(%s) AND form = %s
"""

_EVENTS_SINCE = """
SELECT event.show_id, event.body
  FROM unnest(%s, %s) AS known (show_id, version)
  JOIN seat_event AS event ON event.show_id = known.show_id AND event.version > known.version
 ORDER BY event.show_id, event.version
"""

# OFFSET 0 keeps the show out of the inner question. While there are no statistics of the table, a
# plan that looks at all events of the show for each command looks as good, and is kept.
ANSWERS = """
SELECT event.show_id, event.body
  FROM unnest(%s, %s) AS asked (show_id, command_id)
 CROSS JOIN LATERAL (
       SELECT show_id, version, body
         FROM seat_event
        WHERE seat_event.command_id = asked.command_id
       OFFSET 0
       ) AS event
 WHERE event.show_id = asked.show_id
 ORDER BY event.show_id, event.version
"""

_BOOKINGS = """
SELECT booking.show_id,
       json_build_object(
           'booking_id', booking_id, 'customer_id', customer_id, 'status', status,
           'lines', lines, 'amount', amount, 'currency', currency, 'held_at', held_at,
           'held_until', held_until, 'confirmed_at', confirmed_at, 'ended_at', ended_at,
           'payment', payment, 'refund', refund, 'because', because
       )
  FROM unnest(%s, %s) AS asked (show_id, booking_id)
  JOIN booking USING (show_id, booking_id)
"""

Asked = Sequence[tuple[ShowId, str]]
"""Names of commands or bookings, with the show that each is about."""

_booking = msgspec.json.Decoder(Booking)


class Archive:
    """Reads on a connection of its own, while the one that writes is busy."""

    connection: AsyncConnection[TupleRow]

    async def open(self, settings: Settings) -> None:
        self.connection = await postgres.connect(settings, "seats reads")

    async def close(self) -> None:
        await self.connection.close()

    async def shows(self, show_ids: Sequence[ShowId]) -> dict[ShowId, Kept]:
        """All there is of these shows, each of them in the answer."""
        cursor = await self.connection.execute(_SNAPSHOTS, (Texts(show_ids), FORM))
        found = {show_id: (version, body) for show_id, version, body in await cursor.fetchall()}
        versions = [found[each][0] if each in found else 0 for each in show_ids]
        cursor = await self.connection.execute(_EVENTS_SINCE, (Texts(show_ids), Ints(versions)))
        events: dict[ShowId, list[bytes]] = defaultdict(list)
        for show_id, body in await cursor.fetchall():
            events[show_id].append(body)
        return {
            each: Kept(found[each][1] if each in found else None, events[each]) for each in show_ids
        }

    async def answers(self, asked: Asked) -> dict[tuple[ShowId, CommandId], SeatEvent]:
        """How these commands were answered; those that never were are not in it."""
        cursor = await self.connection.execute(ANSWERS, _columns(asked))
        found: dict[tuple[ShowId, CommandId], SeatEvent] = {}
        for show_id, body in await cursor.fetchall():
            event = wire.decode_seat_event(body)
            assert event.command_id is not None
            found[show_id, event.command_id] = event
        return found

    async def bookings(self, asked: Asked) -> list[tuple[ShowId, Booking]]:
        """Those of these bookings that there ever were."""
        cursor = await self.connection.execute(_BOOKINGS, _columns(asked))
        return [(show_id, _booking.decode(body)) for show_id, body in await cursor.fetchall()]


def _columns(asked: Asked) -> tuple[Texts, Texts]:
    return Texts([show_id for show_id, _ in asked]), Texts([name for _, name in asked])
