"""What Postgres and OpenSearch say of one show, and whether the log says the same."""

from datetime import datetime

import msgspec

from justbookit.bookings import Booking, BookingChange, Exchanged, Pledge
from justbookit.catalogue import Movie, ShowTerms, Theatre, Venue
from justbookit.claims import Counts
from justbookit.exchange_commands import Origin
from justbookit.ids import BookingId, EntryId, SeatId, ShowId
from justbookit.listing import Availability, ShowListing, listing_of
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.seat_events import ShowMoved
from justbookit.seatmap import SeatMap
from lab.verify.audit import Audit, Check
from lab.verify.history import History
from lab.verify.line import Standing
from lab.verify.witness import Witness

OF_THE_INDEX_ALONE = frozenset({"doc_version", "seats_version", "as_of"})


class EventRow(msgspec.Struct, frozen=True):
    """A row of seat_event."""

    version: int
    command_id: str | None
    type: str
    at: datetime
    body: bytes


class BookingRow(msgspec.Struct, frozen=True):
    """A row of booking."""

    booking_id: BookingId
    customer_id: str
    status: str
    seat_ids: tuple[SeatId, ...]
    amount: int
    currency: str
    refund: int
    lines: tuple[PriceLine, ...]
    held_until: datetime
    held_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    payment: Payment | None
    because: str
    changes: tuple[BookingChange, ...]
    version: int
    origin: Origin | None = None
    pledge: Pledge | None = None
    exchanges: tuple[Exchanged, ...] = ()


class InventoryRow(msgspec.Struct, frozen=True):
    """A row of show_inventory."""

    version: int
    counts: Counts
    as_of: datetime
    lapses_at: datetime | None = None


class ShowRow(msgspec.Struct, frozen=True):
    """A row of show, with the things that its document is made of."""

    status: str
    terms: ShowTerms
    movie: Movie
    venue: Venue
    theatre: Theatre


class ShowRows(msgspec.Struct):
    """All that the stores say of one show."""

    events: list[EventRow] = []
    bookings: list[BookingRow] = []
    claims: dict[SeatId, tuple[str, str]] = {}
    waiting: dict[EntryId, Standing] = {}
    inventory: InventoryRow | None = None
    show: ShowRow | None = None
    document: ShowListing | None = None


def compare(
    history: History,
    seatmap: SeatMap,
    witness: Witness,
    lapses_at: datetime | None,
    rows: ShowRows,
    audit: Audit,
) -> None:
    """Hold what the stores say of a show against its log."""
    _compare_log(history, rows.events, audit)
    _compare_bookings(history, seatmap, rows.bookings, audit)
    show_id = history.show_id
    claims = {seat: (str(kind), by) for seat, (kind, by) in witness.owners.items()}
    audit.look(Check.CLAIM_ROWS, len(claims))
    for seat in claims.keys() | rows.claims.keys():
        got, want = rows.claims.get(seat), claims.get(seat)
        if got != want:
            audit.fault(Check.CLAIM_ROWS, show_id, f"{seat} is {got}'s, and should be {want}'s")
    if witness.terms is None:
        return  # never opened: nothing but refusals
    inventory = InventoryRow(seatmap.version, witness.counts(), history.events[-1].at, lapses_at)
    audit.expect(Check.INVENTORY_ROWS, show_id, "the row", got=rows.inventory, want=inventory)
    _compare_show(show_id, witness, rows, audit)


def _compare_log(history: History, rows: list[EventRow], audit: Audit) -> None:
    show_id = history.show_id
    audit.look(Check.LOG_ROWS, len(rows))
    if [row.version for row in rows] != [event.version for event in history.events]:
        what = f"has {len(rows)} events in Postgres and {len(history.events)} on the topic"
        audit.fault(Check.LOG_ROWS, show_id, what)
    for event, raw, row in zip(history.events, history.raws, rows, strict=False):
        if row.body != raw:
            what = f"version {event.version} has other bytes: {row.body!r:.200}, {raw!r:.200}"
            audit.fault(Check.LOG_ROWS, show_id, what)
        columns = (event.version, event.command_id, type(event).__name__, event.at)
        if (row.version, row.command_id, row.type, row.at) != columns:
            audit.fault(Check.LOG_ROWS, show_id, f"the columns of {row} are not {columns}")


def _compare_bookings(
    history: History, seatmap: SeatMap, rows: list[BookingRow], audit: Audit
) -> None:
    versions = {
        booking_id: event.version
        for event in history.events
        if type(event).__name__ not in {"CommandRefused", "ChangeQuoted", "ExchangeQuoted"}
        and (booking_id := getattr(event, "booking_id", None)) is not None
    }
    for event in history.events:
        if isinstance(event, ShowMoved):
            for name in event.bookings:
                versions[name] = max(event.version, versions[name])
    want = {name: _row_of(booking, versions[name]) for name, booking in seatmap.bookings.items()}
    got = {row.booking_id: row for row in rows}
    audit.look(Check.BOOKING_ROWS, len(want))
    for name in want.keys() | got.keys():
        if got.get(name) != want.get(name):
            what = f"{name} is {got.get(name)}, and should be {want.get(name)}"
            audit.fault(Check.BOOKING_ROWS, history.show_id, what)


def _row_of(booking: Booking, version: int) -> BookingRow:
    return BookingRow(
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        status=booking.status.value,
        seat_ids=booking.seat_ids,
        amount=booking.amount,
        currency=booking.currency,
        refund=booking.refund,
        lines=booking.lines,
        held_until=booking.held_until,
        held_at=booking.held_at,
        confirmed_at=booking.confirmed_at,
        ended_at=booking.ended_at,
        payment=booking.payment,
        because=booking.because,
        changes=booking.changes,
        version=version,
        origin=booking.origin,
        pledge=booking.pledge,
        exchanges=booking.exchanges,
    )


def _compare_show(show_id: ShowId, witness: Witness, rows: ShowRows, audit: Audit) -> None:
    terms, show = witness.terms, rows.show
    assert terms is not None
    audit.look(Check.SHOW_ROWS)
    if show is None:
        audit.fault(Check.SHOW_ROWS, show_id, "was opened, and is no row of show")
        return
    status = "open" if witness.is_open else "closed"
    audit.expect(Check.SHOW_ROWS, show_id, "its status", got=show.status, want=status)
    audit.expect(Check.SHOW_ROWS, show_id, "its terms", got=show.terms, want=terms)
    counts = witness.counts()
    document = rows.document
    audit.look(Check.INDEX)
    if document is None:
        if witness.is_open:
            audit.fault(Check.INDEX, show_id, "is on sale, and is not in the index")
        return
    listing = listing_of(
        terms,
        movie=show.movie,
        venue=show.venue,
        theatre=show.theatre,
        availability=Availability(
            version=document.seats_version,
            seats_total=counts.seats_total,
            seats_free=counts.seats_free,
            as_of=document.as_of,
        ),
        is_open=witness.is_open,
        doc_version=document.doc_version,
    )
    if document != listing:
        for field in set(ShowListing.__struct_fields__) - OF_THE_INDEX_ALONE:
            got, want = getattr(document, field), getattr(listing, field)
            if got != want:
                what = f"{field} is {got!r:.100} in the index, and should be {want!r:.100}"
                audit.fault(Check.INDEX, show_id, what)
