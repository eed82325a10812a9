"""SQL of bookings and of the log of events: read only, what the seat writer wrote."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from api.hearsay import CHANNEL
from api.postgres import Pool
from justbookit import topics
from justbookit.ids import BookingId, CommandId, CustomerId, OrganizerId, ShowId

_ANSWER = """
SELECT %(seat_events)s AS topic, body::text, pg_notify(%(channel)s, version || ' ' || show_id)::text
  FROM seat_event
 WHERE command_id = %(command_id)s
 UNION ALL
SELECT topic, body::text, NULL
  FROM catalogue_answer
 WHERE command_id = %(command_id)s
   AND topic = %(catalogue_events)s
"""

_EVENTS = """
  SELECT body::text
    FROM seat_event
   WHERE show_id = %(show_id)s
ORDER BY version
"""

_EVENTS_SINCE = """
  SELECT event.show_id, event.body::text
    FROM unnest(%(show_ids)s::text[], %(versions)s::integer[]) AS known (show_id, version)
    JOIN seat_event AS event ON event.show_id = known.show_id AND event.version > known.version
ORDER BY event.show_id, event.version
   LIMIT %(limit)s
"""

_SHOW_COLUMNS = """
          show.movie_id,
          show.starts_at,
          show.terms ->> 'timezone' AS timezone,
          show.terms ->> 'language' AS language,
          show.terms ->> 'format' AS format,
          movie.body ->> 'title' AS title,
          venue.body ->> 'name' AS venue_name,
          venue.body ->> 'address' AS venue_address,
          venue.body ->> 'city_name' AS city_name,
          theatre.body ->> 'name' AS theatre_name
"""

_PLACES = """
LEFT JOIN movie USING (movie_id)
LEFT JOIN theatre USING (theatre_id)
LEFT JOIN venue ON venue.venue_id = show.venue_id
"""

_BOOKINGS = (
    "SELECT booking.*," + _SHOW_COLUMNS + "FROM booking LEFT JOIN show USING (show_id)" + _PLACES
)

_SHOWS = (
    "SELECT show.show_id,"
    + _SHOW_COLUMNS
    + "FROM show"
    + _PLACES
    + "WHERE show.show_id = ANY(%(show_ids)s)"
)

_BOOKING = (
    _BOOKINGS
    + """
    WHERE booking_id = %(booking_id)s
      AND customer_id = %(customer_id)s
"""
)

_MINE = (
    _BOOKINGS
    + """
    WHERE customer_id = %(customer_id)s
      AND (held_at, booking_id) < (%(before)s, %(before_id)s)
 ORDER BY held_at DESC, booking_id DESC
    LIMIT %(limit)s
"""
)

_OWNER = """
SELECT organizer_id
  FROM show
 WHERE show_id = %(show_id)s
"""


_SAME_ORGANIZER = """
SELECT other.show_id
  FROM show
  JOIN show AS other USING (organizer_id)
 WHERE show.show_id = %(show_id)s
   AND other.show_id = ANY(%(among)s)
"""


async def answer_to(pool: Pool, command_id: CommandId) -> tuple[str, bytes] | None:
    """The event that answered a command, as it was published, with its topic.

    All processes are told that it was found (see `api.hearsay`).
    """
    async with pool.connection() as connection:
        cursor = await connection.execute(
            _ANSWER,
            {
                "command_id": command_id,
                "channel": CHANNEL,
                "seat_events": topics.SEAT_EVENTS.name,
                "catalogue_events": topics.CATALOGUE_EVENTS.name,
            },
        )
        row = await cursor.fetchone()
    return None if row is None else (row[0], row[1].encode())


async def tell(pool: Pool, told: str) -> None:
    """Say something to all processes (see `api.hearsay`)."""
    async with pool.connection() as connection:
        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, told))


async def events_of(pool: Pool, show_id: ShowId) -> Sequence[bytes]:
    """All that happened to a show's seats, in order."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_EVENTS, {"show_id": show_id})
        return [row[0].encode() for row in await cursor.fetchall()]


async def events_since(
    pool: Pool, versions: Mapping[ShowId, int], limit: int
) -> dict[ShowId, list[bytes]]:
    """What happened to some shows after a version of each; of all together `limit` at most."""
    asked = {"show_ids": list(versions), "versions": list(versions.values()), "limit": limit}
    found: dict[ShowId, list[bytes]] = {}
    async with pool.connection() as connection:
        cursor = await connection.execute(_EVENTS_SINCE, asked)
        for show_id, body in await cursor.fetchall():
            found.setdefault(ShowId(show_id), []).append(body.encode())
    return found


async def owner_of(pool: Pool, show_id: ShowId) -> OrganizerId | None:
    """Who runs a show; None when there is no such show."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_OWNER, {"show_id": show_id})
        row = await cursor.fetchone()
    return None if row is None else OrganizerId(row[0])


async def of_same_organizer(pool: Pool, show_id: ShowId, among: Sequence[ShowId]) -> set[ShowId]:
    """Those of these shows that have the organizer of `show_id`."""
    async with pool.connection() as connection:
        cursor = await connection.execute(
            _SAME_ORGANIZER, {"show_id": show_id, "among": list(among)}
        )
        return {ShowId(row[0]) for row in await cursor.fetchall()}


async def booking(
    pool: Pool, booking_id: BookingId, customer_id: CustomerId
) -> dict[str, Any] | None:
    """A customer's own booking with its show; somebody else's is none."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(_BOOKING, {"booking_id": booking_id, "customer_id": customer_id})
        return await cursor.fetchone()


async def bookings_of(
    pool: Pool, customer_id: CustomerId, before: tuple[datetime, str], limit: int
) -> list[dict[str, Any]]:
    """A customer's bookings older than `before` with their shows, the latest first."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(
            _MINE,
            {
                "customer_id": customer_id,
                "before": before[0],
                "before_id": before[1],
                "limit": limit,
            },
        )
        return await cursor.fetchall()


async def shows(pool: Pool, show_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is said of their shows beside bookings."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(_SHOWS, {"show_ids": list(show_ids)})
        return {row["show_id"]: row for row in await cursor.fetchall()}
