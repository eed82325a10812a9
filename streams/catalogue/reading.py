"""What a batch of catalogue commands needs to know, read from Postgres in one round trip."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit import catalogue_commands as asked
from justbookit.catalogue import Movie, Offer, ShowTerms, Theatre, Venue
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.schedule import CLEAN_UP, Asked, Kept, Slot, View
from streams.publisher import Outgoing

LONGEST = timedelta(minutes=900) + CLEAN_UP
"""A show cannot have the screen for longer, so no slot further away can be in the way."""

_VENUES = """
SELECT body::json, version, removed_at IS NOT NULL
  FROM venue
 WHERE venue_id = ANY(%(venues)s)
    OR venue_id IN (SELECT venue_id FROM theatre WHERE theatre_id = ANY(%(theatres)s))
"""

_THEATRES = """
SELECT body::json, version, removed_at IS NOT NULL
  FROM theatre
 WHERE theatre_id = ANY(%(theatres)s) OR venue_id = ANY(%(emptied)s)
"""

_MOVIES = """
SELECT body::json, version, removed_at IS NOT NULL, organizer_id
  FROM movie
 WHERE movie_id = ANY(%(movies)s)
"""

_OFFERS = """
SELECT body::json, version, removed_at IS NOT NULL, organizer_id FROM offer WHERE %(selling)s
"""

# The slot that was asked for last says what the show is or will be; a closed show has none.
_SHOWS = """
SELECT coalesce(latest.terms, show.terms)::json, show.status = 'closed'
  FROM show
  LEFT JOIN LATERAL (
           SELECT terms FROM screen_slot
            WHERE screen_slot.show_id = show.show_id
            ORDER BY asked DESC
            LIMIT 1
       ) AS latest ON true
 WHERE show.show_id = ANY(%(shows)s)
"""

_COMING = """
SELECT DISTINCT ON (show_id) terms::json, false
  FROM screen_slot
 WHERE upper(during) > %(now)s
   AND (%(everywhere)s OR theatre_id = ANY(%(vacated)s) OR terms ->> 'movie_id' = ANY(%(ended)s))
 ORDER BY show_id, asked DESC
"""

_SLOTS = """
SELECT theatre_id, show_id, lower(during), upper(during)
  FROM screen_slot
 WHERE theatre_id = ANY(%(screens)s) AND during && tstzrange(%(first)s, %(last)s)
"""

_ANSWERS = """
SELECT command_id, topic, partition, key, body
  FROM catalogue_answer
 WHERE command_id = ANY(%(commands)s)
"""

_venue = msgspec.json.Decoder(Venue)
_theatre = msgspec.json.Decoder(Theatre)
_movie = msgspec.json.Decoder(Movie)
_offer = msgspec.json.Decoder(Offer)
_terms = msgspec.json.Decoder(ShowTerms)


class Named(msgspec.Struct, kw_only=True):
    """What a batch of commands names, and so what has to be read."""

    venues: set[str] = set()
    theatres: set[str] = set()
    movies: set[str] = set()
    shows: set[str] = set()
    screens: set[str] = set()
    """Theatres whose slots matter, because a show is put there."""
    starts: list[datetime] = []
    emptied: set[str] = set()
    """Venues whose theatres matter, because they are to be removed."""
    vacated: set[str] = set()
    ended: set[str] = set()
    """Theatres and movies whose shows to come matter, because they are to be removed."""
    moved: bool = False
    """A show moves, and when it is on only its row says: slots matter whenever they are."""
    everywhere: bool = False
    """All shows to come matter, because offers change."""


def named_by(commands: Iterable[CatalogueCommand]) -> Named:  # noqa: C901 - one case a command
    """Everything that deciding these commands looks at."""
    named = Named()
    for command in commands:
        match command:
            case asked.PutVenue(venue=venue):
                named.venues.add(venue.venue_id)
            case asked.RemoveVenue(venue_id=venue_id):
                named.venues.add(venue_id)
                named.emptied.add(venue_id)
            case asked.PutTheatre(theatre=theatre):
                named.venues.add(theatre.venue_id)
                named.theatres.add(theatre.theatre_id)
            case asked.RemoveTheatre(theatre_id=theatre_id):
                named.theatres.add(theatre_id)
                named.vacated.add(theatre_id)
            case asked.PutMovie(movie=movie):
                named.movies.add(movie.movie_id)
            case asked.RemoveMovie(movie_id=movie_id):
                named.movies.add(movie_id)
                named.ended.add(movie_id)
            case asked.PutShow(show=show):
                named.theatres.add(show.theatre_id)
                named.movies.add(show.movie_id)
                named.shows.add(show.show_id)
                named.screens.add(show.theatre_id)
                named.starts.append(show.starts_at)
            case asked.RemoveShow(show_id=show_id):
                named.shows.add(show_id)
            case asked.MoveShow():
                named.theatres.add(command.theatre_id)
                named.shows.add(command.show_id)
                named.screens.add(command.theatre_id)
                named.moved = True
            case asked.PutOffer(offer=offer):
                named.theatres.update(offer.theatres)
                named.everywhere = True
            case asked.RemoveOffer():
                named.everywhere = True
    return named


async def read_view(
    connection: AsyncConnection[TupleRow], commands: Sequence[CatalogueCommand], now: datetime
) -> tuple[View, dict[str, Outgoing]]:
    """What the rules need to know for these commands, and how those were answered that were."""
    named = named_by(commands)
    parameters = {
        "venues": list(named.venues),
        "theatres": list(named.theatres),
        "movies": list(named.movies),
        "shows": list(named.shows),
        "screens": list(named.screens),
        "emptied": list(named.emptied),
        "vacated": list(named.vacated),
        "ended": list(named.ended),
        "everywhere": named.everywhere,
        "selling": named.everywhere or bool(named.screens),
        "first": min(named.starts, default=now) - LONGEST,
        "last": None if named.moved else max(named.starts, default=now) + LONGEST,
        "now": now,
        "commands": [command.command_id for command in commands],
    }
    queries = [_VENUES, _THEATRES, _MOVIES, _OFFERS, _SHOWS, _SLOTS, _ANSWERS]
    if named.everywhere or named.vacated or named.ended:
        queries.append(_COMING)
    async with connection.pipeline():
        cursors = [await connection.execute(query, parameters) for query in queries]
    rows = [await cursor.fetchall() for cursor in cursors]
    view = View()
    for body, version, removed in rows[0]:
        venue = _venue.decode(body)
        view.venues[venue.venue_id] = Kept(thing=venue, version=version, removed=removed)
    for body, version, removed in rows[1]:
        theatre = _theatre.decode(body)
        view.theatres[theatre.theatre_id] = Kept(thing=theatre, version=version, removed=removed)
    for body, version, removed, owner in rows[2]:
        movie = _movie.decode(body)
        kept = Kept(thing=movie, version=version, removed=removed, owner=owner)
        view.movies[movie.movie_id] = kept
    for body, version, removed, owner in rows[3]:
        offer = _offer.decode(body)
        view.offers[offer.offer_id] = Kept(
            thing=offer, version=version, removed=removed, owner=owner
        )
    for body, closed in (*(rows[7] if len(rows) > 7 else ()), *rows[4]):  # noqa: PLR2004 - _COMING
        terms = _terms.decode(body)
        view.shows[terms.show_id] = Asked(terms=terms, closed=closed)
    for theatre_id, show_id, begins, ends in rows[5]:
        slot = Slot(show_id=show_id, begins=begins, ends=ends)
        view.slots.setdefault(theatre_id, []).append(slot)
    answers = {
        command_id: Outgoing(
            topic=topic, partition=partition, key=key, body=body, command_id=command_id
        )
        for command_id, topic, partition, key, body in rows[6]
    }
    return view, answers
