"""A batch as rows: for each table its columns, each one array."""

from collections.abc import Sequence

from justbookit import wire
from justbookit.bookings import Booking
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeTaken,
)
from justbookit.ids import BookingId, ShowId
from justbookit.seat_events import (
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    HoldExtended,
    HoldReleased,
    SeatsBooked,
    SeatsHeld,
    ShowMoved,
)
from justbookit.snapshots import FORM, snapshot_of
from streams.arrays import Array, BigInts, Bytes, Ints, Jsons, SmallInts, Texts, Times
from streams.seats.batch import Batch, ShowAnswer
from streams.seats.claims import Claim, ClaimChanges

_MAKES_A_BOOKING = (SeatsBooked, SeatsHeld)
_CHANGES_A_BOOKING = (
    HoldExtended,
    BookingConfirmed,
    HoldReleased,
    BookingCancelled,
    BookingChanged,
    ExchangeBegun,
    ExchangeTaken,
    ExchangeDropped,
    BookingExchanged,
)
_CHANGES_SEATS = (BookingChanged, BookingExchanged)
_CHANGES_EXCHANGE = (ExchangeBegun, ExchangeDropped, BookingExchanged)
_ENDS_A_BOOKING = (BookingCancelled, HoldReleased)

Columns = tuple[Array, ...]
_Row = tuple[ShowId, Booking, int]


def of_positions(batch: Batch) -> Columns:
    """What advance_writer_positions takes."""
    before, after = batch.before, batch.after
    return (
        SmallInts(list(before)),
        BigInts([position.epoch for position in before.values()]),
        BigInts([position.commands_next for position in before.values()]),
        BigInts([position.facts_next for position in before.values()]),
        BigInts([after[partition].commands_next for partition in before]),
        BigInts([after[partition].facts_next for partition in before]),
    )


def of_events(batch: Batch) -> Columns:
    """New rows of seat_event."""
    events = batch.events
    return (
        Texts([event.show_id for event in events]),
        Ints([event.version for event in events]),
        Texts([event.command_id for event in events]),
        Texts([type(event).__name__ for event in events]),
        Times([event.at for event in events]),
        Jsons([message.body for message in batch.messages if message.fresh]),
    )


def of_outbox(batch: Batch) -> Columns:
    """New rows of seat_outbox: for each partition the events to publish, as a list in JSON."""
    refs: dict[int, list[tuple[ShowId, int]]] = {partition: [] for partition in batch.letters}
    for message in batch.messages:
        refs.setdefault(message.partition, []).append(
            (message.event.show_id, message.event.version)
        )
    return (
        SmallInts(list(refs)),
        BigInts([batch.number] * len(refs)),
        Jsons([wire.encode(each) for each in refs.values()]),
        Jsons([wire.encode(batch.letters.get(partition, ())) for partition in refs]),
    )


def of_bookings(batch: Batch) -> tuple[Columns, Columns]:
    """New rows of booking, and changes of rows that were there before."""
    versions: dict[tuple[ShowId, BookingId], int] = {}
    made: set[tuple[ShowId, BookingId]] = set()
    for event in batch.events:
        if isinstance(event, _MAKES_A_BOOKING):
            made.add((event.show_id, event.booking_id))
            versions[event.show_id, event.booking_id] = event.version
        elif isinstance(event, _CHANGES_A_BOOKING):
            versions[event.show_id, event.booking_id] = event.version
    new: list[_Row] = []
    changed: list[_Row] = []
    for name, version in versions.items():
        show_id, booking_id = name
        row = (show_id, batch.shows[show_id].bookings[booking_id], version)
        (new if name in made else changed).append(row)
    return _all_of(new, batch), _what_changes_of(changed)


def of_changed_seats(batch: Batch) -> Columns:
    """Bookings that have other seats than they began with: rare, so not part of every row."""
    named = {
        (event.show_id, event.booking_id): None
        for event in batch.events
        if isinstance(event, _CHANGES_SEATS)
    }
    bookings = [batch.shows[show_id].bookings[booking_id] for show_id, booking_id in named]
    return (
        Texts([show_id for show_id, _ in named]),
        Texts([booking_id for _, booking_id in named]),
        Texts([_array_of(booking) for booking in bookings]),
        BigInts([booking.amount for booking in bookings]),
        Jsons([wire.encode(booking.lines) for booking in bookings]),
        Jsons([wire.encode(booking.changes) for booking in bookings]),
    )


def of_exchanges(batch: Batch) -> Columns:
    """Bookings that come from another show or go there, wholly or in part."""
    named = {
        (event.show_id, event.booking_id): None
        for event in batch.events
        if isinstance(event, _CHANGES_EXCHANGE)
        or (isinstance(event, SeatsHeld) and event.origin is not None)
    }
    bookings = [batch.shows[show_id].bookings[booking_id] for show_id, booking_id in named]
    return (
        Texts([show_id for show_id, _ in named]),
        Texts([booking_id for _, booking_id in named]),
        Jsons([_optional(booking.origin) for booking in bookings]),
        Jsons([_optional(booking.pledge) for booking in bookings]),
        Jsons([wire.encode(booking.exchanges) for booking in bookings]),
    )


def _array_of(booking: Booking) -> str:
    """Its seats as Postgres writes an array; they are letters and digits and need no quotes."""
    return f"{{{','.join([line.seat_id for line in booking.lines])}}}"


def _what_changes_of(rows: Sequence[_Row]) -> Columns:
    bookings = [booking for _, booking, _ in rows]
    return (
        Texts([show_id for show_id, _, _ in rows]),
        Texts([booking.booking_id for booking in bookings]),
        Texts([booking.status for booking in bookings]),
        BigInts([booking.refund for booking in bookings]),
        Times([booking.confirmed_at for booking in bookings]),
        Times([booking.ended_at for booking in bookings]),
        Jsons([_optional(booking.payment) for booking in bookings]),
        Times([booking.held_until for booking in bookings]),
        Ints([version for _, _, version in rows]),
    )


def _all_of(rows: Sequence[_Row], batch: Batch) -> Columns:
    bookings = [booking for _, booking, _ in rows]
    partitions = batch.partitions
    return (
        *_what_changes_of(rows),
        SmallInts([partitions[show_id] for show_id, _, _ in rows]),
        Texts([booking.customer_id for booking in bookings]),
        Texts([_array_of(booking) for booking in bookings]),
        BigInts([booking.amount for booking in bookings]),
        Texts([booking.currency for booking in bookings]),
        Jsons([wire.encode(booking.lines) for booking in bookings]),
        Times([booking.held_at for booking in bookings]),
    )


def of_moved(batch: Batch) -> Columns:
    """Bookings that have other seats since their show moved."""
    named = {
        (event.show_id, booking_id): event.version
        for event in batch.events
        if isinstance(event, ShowMoved)
        for booking_id in event.bookings
    }
    bookings = [batch.shows[show_id].bookings[booking_id] for show_id, booking_id in named]
    return (
        Texts([show_id for show_id, _ in named]),
        Texts([booking_id for _, booking_id in named]),
        Texts([f"{{{','.join(booking.seat_ids)}}}" for booking in bookings]),
        Jsons([wire.encode(booking.lines) for booking in bookings]),
        Ints(list(named.values())),
    )


def of_reasons(batch: Batch) -> Columns:
    """Bookings whose seats the theatre took away, and why."""
    ended = {
        (event.show_id, event.booking_id)
        for event in batch.events
        if isinstance(event, _ENDS_A_BOOKING)
    }
    told = [
        (show_id, booking_id, because)
        for show_id, booking_id in ended
        if (because := batch.shows[show_id].bookings[booking_id].because)
    ]
    return (
        Texts([show_id for show_id, _, _ in told]),
        Texts([booking_id for _, booking_id, _ in told]),
        Texts([because for *_, because in told]),
    )


def of_claims(batch: Batch) -> tuple[Columns, Columns]:
    """Rows of seat_claim to delete, and then to insert."""
    changes = ClaimChanges(batch.events)
    return (
        (*_claims(changes.freed), Texts([claim.owner for claim in changes.freed])),
        (*_claims(list(changes.taken)), Texts(list(changes.taken.values()))),
    )


def _claims(claims: Sequence[Claim]) -> Columns:
    return (
        Texts([claim.show_id for claim in claims]),
        Texts([claim.seat_id for claim in claims]),
        Texts([claim.kind for claim in claims]),
    )


def of_inventory(batch: Batch) -> Columns:
    """Rows of show_inventory, for every show that exists and was spoken of."""
    shows = [seatmap for seatmap in batch.shows.values() if seatmap.terms is not None]
    counts = [seatmap.counts() for seatmap in shows]
    return (
        Texts([seatmap.show_id for seatmap in shows]),
        Ints([seatmap.version for seatmap in shows]),
        Ints([count.seats_total for count in counts]),
        Ints([count.seats_free for count in counts]),
        Ints([count.seats_held for count in counts]),
        Ints([count.seats_booked for count in counts]),
        Ints([count.seats_counter for count in counts]),
        Ints([count.seats_blocked for count in counts]),
        Ints([count.seats_not_allotted for count in counts]),
        Times([batch.now] * len(shows)),
        SmallInts([batch.partitions[seatmap.show_id] for seatmap in shows]),
        Times([seatmap.lapses_at for seatmap in shows]),
    )


def of_shows(batch: Batch) -> Columns:
    """What the catalogue's rows of show come to after this batch."""
    named = dict.fromkeys(answer.show_id for answer in batch.show_answers if not answer.refused)
    settled = [
        (seatmap, seatmap.terms)
        for seatmap in map(batch.shows.__getitem__, named)
        if seatmap.terms is not None
    ]
    return (
        Texts([seatmap.show_id for seatmap, _ in settled]),
        Texts(["open" if seatmap.open else "closed" for seatmap, _ in settled]),
        Texts([terms.theatre_id for _, terms in settled]),
        Texts([terms.movie_id for _, terms in settled]),
        Times([terms.starts_at for _, terms in settled]),
        Times([terms.ends_at for _, terms in settled]),
        Jsons([wire.encode(terms) for _, terms in settled]),
    )


def of_answers(answers: Sequence[ShowAnswer]) -> Columns:
    """Shows and commands, for the catalogue's slots."""
    return (
        Texts([answer.show_id for answer in answers]),
        Texts([answer.command_id for answer in answers]),
    )


def of_snapshots(batch: Batch) -> Columns:
    """Rows of show_snapshot."""
    return (
        Texts([seatmap.show_id for seatmap in batch.snapshots]),
        BigInts([FORM] * len(batch.snapshots)),
        Ints([seatmap.version for seatmap in batch.snapshots]),
        Bytes([snapshot_of(seatmap) for seatmap in batch.snapshots]),
    )


def of_cleared(batch: Batch) -> Columns:
    """Which rows of seat_outbox were published."""
    return SmallInts(list(batch.cleared)), BigInts(list(batch.cleared.values()))


def _optional(value: object) -> bytes | None:
    return None if value is None else wire.encode(value)
