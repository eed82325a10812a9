"""SQL of a theatre's own things; the organizer who asks is part of every question."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import msgspec
from psycopg.rows import dict_row

from api.postgres import Pool
from api.theatres.views import Cancellation, ShowSales, TheatreShow
from justbookit.catalogue import Movie, Offer, ShowTerms, Theatre, Venue
from justbookit.ids import OrganizerId, ShowId

FROM_THE_START = (datetime.min.replace(tzinfo=UTC), "")

_VENUES = """
  SELECT body
    FROM venue
   WHERE organizer_id = %(organizer_id)s
     AND removed_at IS NULL
ORDER BY venue_id
"""

_THEATRES = """
  SELECT theatre.body
    FROM theatre
    JOIN venue USING (venue_id)
   WHERE venue.organizer_id = %(organizer_id)s
     AND theatre.removed_at IS NULL
ORDER BY theatre.theatre_id
"""

_OFFERS = "SELECT body FROM offer WHERE removed_at IS NULL"

_MOVIES = """
  SELECT body
    FROM movie
   WHERE (%(like)s = '' OR body ->> 'title' ILIKE %(like)s)
     AND movie_id > %(after)s
     AND removed_at IS NULL
ORDER BY movie_id
   LIMIT %(limit)s
"""

_SHOWS = """
  SELECT terms, status
    FROM show
   WHERE organizer_id = %(organizer_id)s
     AND (%(show_id)s::text IS NULL OR show_id = %(show_id)s)
     AND (%(since)s::timestamptz IS NULL OR starts_at >= %(since)s)
     AND (%(until)s::timestamptz IS NULL OR starts_at < %(until)s)
     AND (
            %(day)s::date IS NULL
         OR (starts_at AT TIME ZONE (terms ->> 'timezone'))::date = %(day)s
     )
     AND (starts_at, show_id) > (%(after)s, %(after_id)s)
ORDER BY starts_at, show_id
   LIMIT %(limit)s
"""

_SALES = """
   SELECT show.show_id,
          show.movie_id,
          coalesce(movie.body ->> 'title', '') AS title,
          show.theatre_id,
          show.starts_at,
          show.terms ->> 'currency' AS currency,
          coalesce(seats.seats_total, 0) AS seats_total,
          coalesce(seats.seats_free, 0) AS seats_free,
          coalesce(seats.seats_held, 0) AS seats_held,
          coalesce(seats.seats_booked, 0) AS seats_booked,
          coalesce(seats.seats_counter, 0) AS seats_counter,
          coalesce(seats.seats_blocked, 0) AS seats_blocked,
          coalesce(seats.seats_not_allotted, 0) AS seats_not_allotted,
          sold.bookings + archived.bookings AS bookings,
          (sold.amount + archived.amount)::bigint AS amount,
          sold.cancelled + archived.cancelled AS cancelled,
          (sold.refunds + archived.refunds)::bigint AS refunds,
          seats.as_of
     FROM show
LEFT JOIN movie USING (movie_id)
LEFT JOIN show_inventory AS seats USING (show_id)
LEFT JOIN LATERAL (
              SELECT count(*) FILTER (WHERE status = 'confirmed') AS bookings,
                     coalesce(sum(amount) FILTER (WHERE status = 'confirmed'), 0) AS amount,
                     count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
                     coalesce(sum(refund), 0) AS refunds
                FROM booking
               WHERE booking.show_id = show.show_id
          ) AS sold ON true
CROSS JOIN LATERAL (
              SELECT coalesce(sum(archived_show.bookings), 0)::bigint AS bookings,
                     coalesce(sum(archived_show.amount), 0) AS amount,
                     coalesce(sum(archived_show.cancelled), 0)::bigint AS cancelled,
                     coalesce(sum(archived_show.refunds), 0) AS refunds
                FROM archived_show
               WHERE archived_show.show_id = show.show_id
          ) AS archived
    WHERE show.organizer_id = %(organizer_id)s
      AND (%(show_id)s::text IS NULL OR show.show_id = %(show_id)s)
      AND (%(since)s::timestamptz IS NULL OR show.starts_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR show.starts_at < %(until)s)
      AND (
             %(day)s::date IS NULL
          OR (show.starts_at AT TIME ZONE (show.terms ->> 'timezone'))::date = %(day)s
      )
 ORDER BY show.starts_at, show.show_id
"""


_CANCELLATION = """
   SELECT asked.show_id,
          asked.body ->> 'reason' AS reason,
          asked.at AS asked_at,
          (asked.body ->> 'bookings')::integer AS bookings,
          (asked.body ->> 'bookings')::integer - stand.bookings AS cancelled,
          stand.refunds + archived.refunds AS refunds,
          show.terms ->> 'currency' AS currency,
          seats.lapses_at IS NULL AS done
     FROM seat_event AS asked
     JOIN show USING (show_id)
     JOIN show_inventory AS seats USING (show_id)
    CROSS JOIN LATERAL (
              SELECT count(*) FILTER (WHERE status = 'confirmed') AS bookings,
                     coalesce(sum(refund) FILTER (WHERE because <> ''), 0)::bigint AS refunds
                FROM booking
               WHERE booking.show_id = asked.show_id
          ) AS stand
    CROSS JOIN LATERAL (
              SELECT coalesce(sum(refunds_by_theatre), 0)::bigint AS refunds
                FROM archived_show
               WHERE archived_show.show_id = asked.show_id
          ) AS archived
    WHERE asked.show_id = %(show_id)s
      AND asked.type = 'ShowCancelled'
      AND show.organizer_id = %(organizer_id)s
"""


async def venues(pool: Pool, organizer_id: OrganizerId) -> tuple[Venue, ...]:
    rows = await _bodies(pool, _VENUES, {"organizer_id": organizer_id})
    return tuple(msgspec.convert(row, Venue) for row in rows)


async def theatres(pool: Pool, organizer_id: OrganizerId) -> tuple[Theatre, ...]:
    rows = await _bodies(pool, _THEATRES, {"organizer_id": organizer_id})
    return tuple(msgspec.convert(row, Theatre) for row in rows)


async def offers(pool: Pool) -> tuple[Offer, ...]:
    """All offers there are."""
    rows = await _bodies(pool, _OFFERS, {})
    return tuple(msgspec.convert(row, Offer) for row in rows)


async def movies(pool: Pool, words: str, after: str, limit: int) -> tuple[Movie, ...]:
    """Movies whose title has `words` in it; `after` is the id of the last one seen."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    like = f"%{escaped}%" if words else ""
    rows = await _bodies(pool, _MOVIES, {"like": like, "after": after, "limit": limit})
    return tuple(msgspec.convert(row, Movie) for row in rows)


async def shows(
    pool: Pool,
    organizer_id: OrganizerId,
    *,
    show_id: ShowId | None = None,
    day: date | None = None,
    after: tuple[datetime, str],
    limit: int,
) -> tuple[TheatreShow, ...]:
    """An organizer's shows, soonest first; `day` is theatre-local."""
    asked = {
        **_of_day(organizer_id, show_id, day),
        "after": after[0],
        "after_id": after[1],
        "limit": limit,
    }
    async with pool.connection() as connection:
        cursor = await connection.execute(_SHOWS, asked)
        rows = await cursor.fetchall()
    return tuple(show_view(msgspec.convert(row[0], ShowTerms), row[1]) for row in rows)


async def sales(
    pool: Pool,
    organizer_id: OrganizerId,
    *,
    show_id: ShowId | None = None,
    day: date | None = None,
) -> tuple[ShowSales, ...]:
    """What an organizer's shows have sold."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(_SALES, _of_day(organizer_id, show_id, day))
        return tuple(msgspec.convert(row, ShowSales) for row in await cursor.fetchall())


async def cancellation(
    pool: Pool, organizer_id: OrganizerId, show_id: ShowId
) -> Cancellation | None:
    """How far the cancellation of a show is; None when it was not cancelled."""
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(_CANCELLATION, {"organizer_id": organizer_id, "show_id": show_id})
        row = await cursor.fetchone()
    return None if row is None else msgspec.convert(row, Cancellation)


def show_view(terms: ShowTerms, status: str) -> TheatreShow:
    return TheatreShow(
        show_id=terms.show_id,
        theatre_id=terms.theatre_id,
        venue_id=terms.venue_id,
        city_id=terms.city_id,
        movie_id=terms.movie_id,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        timezone=terms.timezone,
        prices=terms.prices,
        language=terms.language,
        subtitles=terms.subtitles,
        format=terms.format,
        status=status,
    )


def _of_day(organizer_id: OrganizerId, show_id: ShowId | None, day: date | None) -> dict[str, Any]:
    """The bounds let the index find the day; no zone is further than a day from UTC."""
    midnight = None if day is None else datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
    return {
        "organizer_id": organizer_id,
        "show_id": show_id,
        "day": day,
        "since": None if midnight is None else midnight - timedelta(days=1),
        "until": None if midnight is None else midnight + timedelta(days=2),
    }


async def _bodies(pool: Pool, query: LiteralString, asked: dict[str, Any]) -> list[Any]:
    async with pool.connection() as connection:
        cursor = await connection.execute(query, asked)
        return [row[0] for row in await cursor.fetchall()]
