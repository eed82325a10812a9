"""What Postgres says, as of one moment, and what OpenSearch says."""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import Any, LiteralString, TypeVar

import msgspec
import psycopg
from opensearchpy import OpenSearch
from opensearchpy.helpers import scan
from psycopg.rows import TupleRow

from justbookit.bookings import BookingChange, Exchanged, Pledge
from justbookit.catalogue import Movie, Offer, ShowTerms, Theatre, Venue
from justbookit.claims import Counts
from justbookit.exchange_commands import Origin
from justbookit.ids import MovieId, ShowId, TheatreId, VenueId
from justbookit.listing import ShowListing
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.settings import Settings
from justbookit.title_cards import TitleCard
from lab.verify.cold import cold_rows
from lab.verify.line import Standing
from lab.verify.programme import SlotRow, Thing
from lab.verify.rows import BookingRow, EventRow, InventoryRow, ShowRow, ShowRows

SHOWS, MOVIES = "shows", "movies"
T = TypeVar("T")

_EVENTS = """
SELECT show_id, version, command_id, type, at, body::text
  FROM seat_event
 WHERE show_id = ANY(%s)
 ORDER BY show_id, version
"""

_BOOKINGS = """
SELECT show_id, booking_id, customer_id, status, seat_ids, amount, currency, refund, lines::text,
       held_until, held_at, confirmed_at, ended_at, payment::text, because, changes::text,
       version, origin::text, pledge::text, exchanges::text
  FROM booking
 WHERE show_id = ANY(%s)
"""

_MONTHS = "SELECT month FROM archived_month ORDER BY month"

_CLAIMS = "SELECT show_id, seat_id, kind, claimed_by FROM seat_claim WHERE show_id = ANY(%s)"

_ENTRIES = """
SELECT show_id, entry_id, status, seat_ids, offered_until, version
  FROM waiting_entry
 WHERE show_id = ANY(%s)
"""

_INVENTORY = """
SELECT show_id, version, as_of, lapses_at, seats_total, seats_free, seats_held, seats_booked,
       seats_counter, seats_blocked, seats_not_allotted
  FROM show_inventory
 WHERE show_id = ANY(%s)
"""

_SHOWS = "SELECT show_id, status, terms::text FROM show WHERE show_id = ANY(%s)"

_SHOW_IDS = """
SELECT 'seat_event', show_id FROM seat_event GROUP BY show_id
 UNION ALL
SELECT 'booking', show_id FROM booking GROUP BY show_id
 UNION ALL
SELECT 'booking', show_id FROM archived_show GROUP BY show_id
 UNION ALL
SELECT 'seat_claim', show_id FROM seat_claim GROUP BY show_id
 UNION ALL
SELECT 'show_inventory', show_id FROM show_inventory
 UNION ALL
SELECT 'waiting_entry', show_id FROM waiting_entry GROUP BY show_id
 UNION ALL
SELECT 'show', show_id FROM show
"""

_SLOTS = "SELECT show_id, theatre_id, lower(during), upper(during) FROM screen_slot"

_THINGS: tuple[tuple[LiteralString, type[Thing]], ...] = (
    ("SELECT 'venue', venue_id, body::text, removed_at FROM venue", Venue),
    ("SELECT 'theatre', theatre_id, body::text, removed_at FROM theatre", Theatre),
    ("SELECT 'movie', movie_id, body::text, removed_at FROM movie", Movie),
    ("SELECT 'offer', offer_id, body::text, removed_at FROM offer", Offer),
)

_POSITIONS = """
SELECT 'seat-commands', partition, commands_next FROM writer_position
 UNION ALL
SELECT 'theatre-facts', partition, facts_next FROM writer_position
 UNION ALL
SELECT 'catalogue-commands', partition, commands_next FROM catalogue_position
 UNION ALL
SELECT 'search of ' || topic, partition, next_offset FROM search_position
"""

_WAITING = """
SELECT 'batches in seat_outbox', count(*) FROM seat_outbox
 UNION ALL
SELECT 'messages in catalogue_outbox', count(*) FROM catalogue_outbox
 UNION ALL
SELECT 'holds past their end', count(*)
  FROM booking
 WHERE status = 'held' AND held_until < now() - interval '2 seconds'
 UNION ALL
SELECT 'shows where something should have ended', count(*)
  FROM show_inventory
 WHERE lapses_at < now() - interval '2 seconds'
 UNION ALL
SELECT 'exchanges that another show has not answered', count(*)
  FROM booking
 WHERE pledge IS NOT NULL
 UNION ALL
SELECT 'seat offers past their end', count(*)
  FROM waiting_entry
 WHERE status = 'offered' AND offered_until < now() - interval '2 seconds'
"""

_lines = msgspec.json.Decoder(tuple[PriceLine, ...])
_changes = msgspec.json.Decoder(tuple[BookingChange, ...])
_origin = msgspec.json.Decoder(Origin)
_pledge = msgspec.json.Decoder(Pledge)
_exchanges = msgspec.json.Decoder(tuple[Exchanged, ...])
_payment = msgspec.json.Decoder(Payment)
_terms = msgspec.json.Decoder(ShowTerms)


class Postgres:
    """A connection of our own, for reading only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection = psycopg.connect(
            settings.postgres, autocommit=True, options="-c TimeZone=UTC -c jit=off"
        )
        self._movies: dict[MovieId, Movie] = {}
        self._venues: dict[VenueId, Venue] = {}
        self._theatres: dict[TheatreId, Theatre] = {}

    def close(self) -> None:
        self._connection.close()

    def begin_moment(self) -> None:
        """From now on this connection sees everything as it is at this moment."""
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._connection.execute("SELECT count(*) FROM writer_position")

    def end_moment(self) -> None:
        self._connection.execute("ROLLBACK")

    def positions(self) -> dict[tuple[str, int], int]:
        """How far each writer, and search, has read each partition."""
        return {(name, partition): at for name, partition, at in self._ask(_POSITIONS)}

    def waiting(self) -> dict[str, int]:
        """What is still to be done, and how much of it."""
        return {name: count for name, count in self._ask(_WAITING) if count}

    def show_ids(self) -> dict[str, set[ShowId]]:
        """Of which shows each table has rows."""
        tables: dict[str, set[ShowId]] = {}
        for table, show_id in self._ask(_SHOW_IDS):
            tables.setdefault(table, set()).add(show_id)
        return tables

    def slots(self) -> list[SlotRow]:
        return [SlotRow(*row) for row in self._ask(_SLOTS)]

    def things(self) -> dict[str, Thing | None]:
        """Every venue, theatre, movie and offer; None for what is removed."""
        found: dict[str, Thing | None] = {}
        for query, kind in _THINGS:
            for name, thing_id, body, removed_at in self._ask(query):
                thing = msgspec.json.decode(body, type=kind)
                match thing:
                    case Movie():
                        self._movies[thing.movie_id] = thing
                    case Venue():
                        self._venues[thing.venue_id] = thing
                    case Theatre():
                        self._theatres[thing.theatre_id] = thing
                found[f"{name} {thing_id}"] = thing if removed_at is None else None
        return found

    def rows(self, show_ids: Collection[ShowId]) -> dict[ShowId, ShowRows]:
        """All rows of these shows; `things` must have been called before."""
        found = {show_id: ShowRows() for show_id in show_ids}
        ids = list(show_ids)
        for show_id, version, command_id, type_, at, body in self._ask(_EVENTS, ids):
            row = EventRow(version, command_id, type_, at, body.encode())
            found[show_id].events.append(row)
        for show_id, booking in self.bookings(show_ids):
            found[show_id].bookings.append(booking)
        for show_id, seat_id, kind, claimed_by in self._ask(_CLAIMS, ids):
            found[show_id].claims[seat_id] = (kind, claimed_by)
        for show_id, entry_id, status, seat_ids, until, version in self._ask(_ENTRIES, ids):
            standing = Standing(status, tuple(seat_ids), until, version)
            found[show_id].waiting[entry_id] = standing
        for show_id, version, as_of, lapses_at, *counts in self._ask(_INVENTORY, ids):
            named = dict(zip(Counts.__struct_fields__, counts, strict=True))
            row_of = InventoryRow(version, Counts(**named), as_of, lapses_at)
            found[show_id].inventory = row_of
        for show_id, status, terms_json in self._ask(_SHOWS, ids):
            terms = _terms.decode(terms_json)
            found[show_id].show = ShowRow(
                status,
                terms,
                self._movies[terms.movie_id],
                self._venues[terms.venue_id],
                self._theatres[terms.theatre_id],
            )
        return found

    def bookings(self, show_ids: Collection[ShowId]) -> Iterator[tuple[ShowId, BookingRow]]:
        """Of these shows, here or in the lake since they left."""
        months = [month for (month,) in self._ask(_MONTHS)]
        here = self._ask(_BOOKINGS, list(show_ids))
        for show_id, *columns in chain(here, cold_rows(self._settings, months, show_ids)):
            yield show_id, _booking_of(columns)

    def _ask(self, query: LiteralString, ids: list[ShowId] | None = None) -> Iterator[TupleRow]:
        with self._connection.cursor() as cursor:
            cursor.execute(query, None if ids is None else (ids,))
            yield from cursor


def _booking_of(columns: Sequence[Any]) -> BookingRow:
    """The columns of _BOOKINGS after the first."""
    *first, held_until, held_at, confirmed_at, ended_at = columns[:-7]
    payment, because, changes, version, origin, pledge, exchanges = columns[-7:]
    booking_id, customer_id, status, seat_ids, amount, currency, refund, lines = first
    return BookingRow(
        booking_id,
        customer_id,
        status,
        tuple(seat_ids),
        amount,
        currency,
        refund,
        _lines.decode(lines),
        held_until,
        held_at,
        confirmed_at,
        ended_at,
        None if payment is None else _payment.decode(payment),
        because,
        _changes.decode(changes),
        version,
        None if origin is None else _origin.decode(origin),
        None if pledge is None else _pledge.decode(pledge),
        _exchanges.decode(exchanges),
    )


def documents(settings: Settings) -> dict[ShowId, ShowListing | str]:
    """Every show in the index; a text instead, where a document is no show."""
    return {ShowId(name): found for name, found in _all_of(settings, SHOWS, ShowListing)}


def cards(settings: Settings) -> dict[MovieId, TitleCard | str]:
    """Every movie's card in the index; a text instead, where a document is none."""
    return {MovieId(name): found for name, found in _all_of(settings, MOVIES, TitleCard)}


def _all_of(settings: Settings, alias: str, kind: type[T]) -> Iterator[tuple[str, T | str]]:
    with OpenSearch(hosts=[settings.opensearch], timeout=30) as client:
        client.indices.refresh(index=alias)
        for hit in scan(client, index=alias, query={"query": {"match_all": {}}}, size=1000):
            try:
                yield hit["_id"], msgspec.convert(hit["_source"], kind)
            except msgspec.ValidationError as error:
                yield hit["_id"], str(error)
