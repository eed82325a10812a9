"""What the billboard reads from Postgres: shows as they are, as `streams/search` reads them too.

`doc_version` is the version of the show's document in the index: for a given movie, theatre and
venue it rises with every change, and only with one.
"""

import asyncio
from collections.abc import Collection
from typing import LiteralString

import msgspec
from psycopg import OperationalError
from psycopg.rows import TupleRow

from api.browse.noticed import Noticed
from api.postgres import Pool
from justbookit.catalogue import Movie, ShowTerms, Theatre, Venue
from justbookit.ids import ShowId
from justbookit.listing import KEPT, Details, Now, ShowListing, listing_of, now_of

SHOWS_MAX = 100_000
"""The soonest; with more than that, the memory of a process is no place for them."""
READ_SECONDS_MAX = 10.0


_VERSION = """
       show_inventory.version::bigint * 1048576 + movie.version + venue.version + theatre.version
"""

_FROM = f"""
  FROM show
  JOIN show_inventory USING (show_id)
  JOIN movie ON movie.movie_id = show.movie_id
  JOIN venue ON venue.venue_id = show.venue_id
  JOIN theatre ON theatre.theatre_id = show.theatre_id
 WHERE show.status <> 'opening' AND show.ends_at > now() - interval '{KEPT.days} day'
"""

_NOW = f"""
       show.version, movie.version, venue.version, theatre.version, show.status = 'open',
       {_VERSION}, show_inventory.version, seats_total, seats_free, as_of
"""

_SEATS = f"""
SELECT show.show_id, {_NOW}
{_FROM}
   AND show.show_id = ANY(%s)
"""

_LISTINGS = f"""
SELECT show.terms::text, movie.body::text, venue.body::text, theatre.body::text, {_NOW}
{_FROM}
   AND show.show_id = ANY(%s)
"""

_VERSIONS = f"""
SELECT show.show_id, {_VERSION}
{_FROM}
 ORDER BY show.starts_at, show.show_id
 LIMIT %s
"""

_SHOWS_WITH = f"""
SELECT show_id FROM show
 WHERE ends_at > now() - interval '{KEPT.days} day'
   AND (movie_id = ANY(%s) OR venue_id = ANY(%s) OR theatre_id = ANY(%s))
"""  # noqa: S608 - made of constants

_terms = msgspec.json.Decoder(ShowTerms)
_movie = msgspec.json.Decoder(Movie)
_venue = msgspec.json.Decoder(Venue)
_theatre = msgspec.json.Decoder(Theatre)


class BillboardReading:
    """Reads through a pool; raises what psycopg raises when it cannot, also when it takes long."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def _all(self, query: LiteralString, *parameters: object) -> list[TupleRow]:
        try:
            # A server that is frozen, or behind a cable that is not there, answers nothing at all.
            async with asyncio.timeout(READ_SECONDS_MAX), self._pool.connection() as connection:
                cursor = await connection.execute(query, parameters)
                return await cursor.fetchall()
        except TimeoutError as error:
            raise OperationalError(f"no answer within {READ_SECONDS_MAX:g} s") from error

    async def versions(self) -> dict[ShowId, int]:
        """Every show there is to know of, the soonest first, with its version."""
        rows = await self._all(_VERSIONS, SHOWS_MAX)
        return {ShowId(show_id): version for show_id, version in rows}

    async def seats(self, show_ids: Collection[ShowId]) -> list[tuple[ShowId, Details, Now]]:
        """What changes most often in these shows, and the versions of all the rest."""
        rows = await self._all(_SEATS, list(show_ids))
        return [(ShowId(show_id), *now_of(rest)) for show_id, *rest in rows]

    async def listings(self, show_ids: Collection[ShowId]) -> list[tuple[Details, ShowListing]]:
        """These shows as they are; those not on sale yet, and those long over, are left out."""
        made = []
        for terms, movie, venue, theatre, *rest in await self._all(_LISTINGS, list(show_ids)):
            details, now = now_of(rest)
            listing = listing_of(
                _terms.decode(terms),
                movie=_movie.decode(movie),
                venue=_venue.decode(venue),
                theatre=_theatre.decode(theatre),
                **now,
            )
            made.append((details, listing))
        return made

    async def shows_with(self, noticed: Noticed) -> list[ShowId]:
        """The shows of the movies, venues and theatres that were noticed."""
        things = (list(noticed.movies), list(noticed.venues), list(noticed.theatres))
        return [ShowId(show_id) for (show_id,) in await self._all(_SHOWS_WITH, *things)]
