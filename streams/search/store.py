"""What search reads from Postgres: what is on as it is now, and how far it has read the topics.

A document's version must rise with every change of it. The seats' version counts the events of
the show's log, and which movie, theatre and venue a show has changes only with one of those; so
it leads. The versions of the three things follow as their sum: for given things each only ever
rises, and all are read in one statement, that is in one snapshot, so the sum rises as well.
A movie's card says nothing but what the movie says, and has its version.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from faust.types import TP
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit.catalogue import Movie, ShowTerms, Theatre, Venue
from justbookit.ids import MovieId, ShowId
from justbookit.listing import KEPT, Details, Now, ShowListing, listing_of, now_of
from justbookit.title_cards import TitleCard, card_of
from streams.arrays import BigInts, SmallInts, Texts
from streams.search.touched import Touched

Connection = AsyncConnection[TupleRow]


VERSION = """
       show_inventory.version::bigint * 1048576 + movie.version + venue.version + theatre.version
"""

ON_SALE = f"""
  FROM show
  JOIN show_inventory USING (show_id)
  JOIN movie ON movie.movie_id = show.movie_id
  JOIN venue ON venue.venue_id = show.venue_id
  JOIN theatre ON theatre.theatre_id = show.theatre_id
 WHERE show.status <> 'opening' AND show.ends_at > now() - interval '{KEPT.days} day'
"""

_DETAILS = """
       show.version, movie.version, venue.version, theatre.version
"""

_LISTINGS = f"""
SELECT show.terms::json, movie.body::json, venue.body::json, theatre.body::json,
       {_DETAILS}, show.status = 'open', {VERSION},
       show_inventory.version, seats_total, seats_free, as_of
{ON_SALE}
   AND show.show_id = ANY(%s)
"""

_SEATS = f"""
SELECT show.show_id, {_DETAILS}, show.status = 'open', {VERSION},
       show_inventory.version, seats_total, seats_free, as_of
{ON_SALE}
   AND show.show_id = ANY(%s)
"""

_VERSIONS = f"""
SELECT show.show_id, {VERSION}
{ON_SALE}
   AND show.show_id > %s
 ORDER BY show.show_id
 LIMIT %s
"""

_MOVIES = f"""
SELECT DISTINCT movie.movie_id, movie.version
{ON_SALE}
"""

_CARDS = "SELECT body::json, version FROM movie WHERE movie_id = ANY(%s)"

_STILL_ON = f"""
SELECT DISTINCT movie.movie_id
{ON_SALE}
   AND movie.movie_id = ANY(%s)
"""

_SHOWS_WITH = f"""
SELECT show_id FROM show
 WHERE ends_at > now() - interval '{KEPT.days} day'
   AND (movie_id = ANY(%s) OR venue_id = ANY(%s) OR theatre_id = ANY(%s))
"""  # noqa: S608 - made of constants

_POSITIONS = "SELECT topic, partition, next_offset FROM search_position"

_SAVE_POSITIONS = """
INSERT INTO search_position (topic, partition, next_offset)
SELECT * FROM unnest(%s, %s, %s)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
"""

_TRY_LOCK = "SELECT pg_try_advisory_lock(hashtext('justbookit: making an index'))"

_terms = msgspec.json.Decoder(ShowTerms)
_movie = msgspec.json.Decoder(Movie)
_venue = msgspec.json.Decoder(Venue)
_theatre = msgspec.json.Decoder(Theatre)


async def shows_of(connection: Connection, touched: Touched) -> set[ShowId]:
    """The shows that changed, those of a changed movie, venue or theatre included."""
    shows = set(touched.shows)
    if touched.movies or touched.venues or touched.theatres:
        cursor = await connection.execute(
            _SHOWS_WITH,
            (
                Texts(list(touched.movies)),
                Texts(list(touched.venues)),
                Texts(list(touched.theatres)),
            ),
        )
        shows.update([show_id async for (show_id,) in cursor])
    return shows


async def listings(connection: Connection, show_ids: Collection[ShowId]) -> list[ShowListing]:
    """These shows as they are now; those not on sale yet, and those long over, are left out."""
    return [listing for _, listing, _ in await detailed(connection, show_ids)]


async def detailed(
    connection: Connection, show_ids: Collection[ShowId]
) -> list[tuple[Details, ShowListing, Movie]]:
    """The same, with the versions of what the listings were made of, and the movie."""
    cursor = await connection.execute(_LISTINGS, (Texts(list(show_ids)),))
    made = []
    for terms, body, venue, theatre, *rest in await cursor.fetchall():
        details, now = now_of(rest)
        movie = _movie.decode(body)
        listing = listing_of(
            _terms.decode(terms),
            movie=movie,
            venue=_venue.decode(venue),
            theatre=_theatre.decode(theatre),
            **now,
        )
        made.append((details, listing, movie))
    return made


async def seats(
    connection: Connection, show_ids: Collection[ShowId]
) -> list[tuple[ShowId, Details, Now]]:
    """What changes most often in these shows, and the versions of all the rest."""
    cursor = await connection.execute(_SEATS, (Texts(list(show_ids)),))
    return [(show_id, *now_of(rest)) for show_id, *rest in await cursor.fetchall()]


async def versions(
    connection: Connection, after: ShowId, limit: int
) -> Sequence[tuple[ShowId, int]]:
    """The next so many shows behind `after`, with what their documents' versions should be."""
    cursor = await connection.execute(_VERSIONS, (after, limit))
    return await cursor.fetchall()


async def movies(connection: Connection) -> dict[MovieId, int]:
    """The movies that have a card, with their versions."""
    cursor = await connection.execute(_MOVIES)
    return {movie_id: version async for movie_id, version in cursor}


async def cards(connection: Connection, movie_ids: Collection[MovieId]) -> list[TitleCard]:
    """The cards of these movies as they are now."""
    cursor = await connection.execute(_CARDS, (Texts(list(movie_ids)),))
    return [card_of(_movie.decode(body), version) async for body, version in cursor]


async def still_on(connection: Connection, movie_ids: Collection[MovieId]) -> set[MovieId]:
    """Those of these movies that have shows, or had one not long ago."""
    cursor = await connection.execute(_STILL_ON, (Texts(list(movie_ids)),))
    return {movie_id async for (movie_id,) in cursor}


async def positions(connection: Connection) -> dict[TP, int]:
    """The next offset of each partition that was ever read."""
    cursor = await connection.execute(_POSITIONS)
    return {TP(topic, partition): offset async for topic, partition, offset in cursor}


async def save_positions(connection: Connection, offsets: Mapping[TP, int]) -> None:
    """Everything before these offsets is in the index."""
    await connection.execute(
        _SAVE_POSITIONS,
        (
            Texts([tp.topic for tp in offsets]),
            SmallInts([tp.partition for tp in offsets]),
            BigInts(list(offsets.values())),
        ),
    )


async def try_lock(connection: Connection) -> bool:
    """Be the only one who makes an index, until the connection is closed."""
    cursor = await connection.execute(_TRY_LOCK)
    return bool((await cursor.fetchall())[0][0])
