"""What each event makes of a show: the seats as their log left them, changed in place.

Nothing is refused here: what happened, happened. What may happen next is said by
`justbookit.deciding`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

import msgspec

from justbookit.bookings import LIVE, Booking, BookingChange, BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import Claim, ClaimKind
from justbookit.errors import BrokenInvariant
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.exchange_steps import confirm, exchange_goes_on, exchanged
from justbookit.halls import hall_of
from justbookit.ids import BookingId, SeatId
from justbookit.line import line_up
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.offers import tariff_of
from justbookit.refusals import MOVED, ReleaseReason
from justbookit.seat_events import (
    AllotmentGivenBack,
    AllotmentSet,
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    ChangeQuoted,
    CommandRefused,
    CounterSaleReturned,
    HoldExtended,
    HoldReleased,
    SeatEvent,
    SeatsBlocked,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowCancelled,
    ShowChanged,
    ShowClosed,
    ShowMoved,
    ShowOpened,
)
from justbookit.seatmap import SeatMap

_PUTS_ON_SALE = (ShowOpened, ShowChanged)


def evolve(seatmap: SeatMap, event: SeatEvent) -> None:
    """Remember one event. Never refuses: what happened, happened.

    Raises BrokenInvariant when `event` is not the next one of this show, or gives away a seat
    that somebody has: then the log itself is broken.
    """
    if event.show_id != seatmap.show_id or event.version != seatmap.version + 1:
        raise BrokenInvariant(
            f"{event.show_id} version {event.version} cannot follow "
            f"{seatmap.show_id} version {seatmap.version}"
        )
    _apply(seatmap, event)
    seatmap.version = event.version
    if event.command_id is not None:
        # with the layout that all shows on it share, not with one of its own
        sold_on = isinstance(event, _PUTS_ON_SALE)
        kept = msgspec.structs.replace(event, terms=seatmap.terms) if sold_on else event
        seatmap.answers[event.command_id] = kept


def _apply(seatmap: SeatMap, event: SeatEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - one arm an event
    match event:
        case SeatsHeld():
            _book(seatmap, event, BookingStatus.HELD, held_until=event.held_until)
            seatmap.holds[event.booking_id] = event.held_until
        case SeatsBooked():
            booking = _book(seatmap, event, BookingStatus.CONFIRMED, held_until=event.at)
            booking.confirmed_at, booking.payment = event.at, event.payment
            booking.paid = event.payment.amount
        case BookingConfirmed():
            booking = confirm(seatmap, event)
            booking.paid = event.payment.amount
        case HoldExtended():
            booking = seatmap.bookings[event.booking_id]
            booking.held_until, booking.extended = event.held_until, True
            seatmap.holds[event.booking_id] = event.held_until
        case HoldReleased():
            expired = event.reason is ReleaseReason.EXPIRED
            status = BookingStatus.EXPIRED if expired else BookingStatus.RELEASED
            _end(seatmap, event.booking_id, status, event.at)
            if event.reason is ReleaseReason.SHOW_CANCELLED and seatmap.cancelling is not None:
                seatmap.bookings[event.booking_id].because = seatmap.cancelling.reason
            elif event.reason is ReleaseReason.SHOW_MOVED:
                seatmap.bookings[event.booking_id].because = MOVED
            del seatmap.holds[event.booking_id]
        case BookingCancelled():
            _end(seatmap, event.booking_id, BookingStatus.CANCELLED, event.at)
            booking = seatmap.bookings[event.booking_id]
            booking.refund, booking.because = booking.refund + event.refund, event.because
        case BookingChanged():
            _change(seatmap, event)
        case ExchangeQuoted() | ExchangeBegun() | ExchangeTaken() | ExchangeDropped():
            exchange_goes_on(seatmap, event)
        case BookingExchanged():
            _exchange(seatmap, event)
        case SeatsBlocked():
            _claim(seatmap, event.seat_ids, Claim(ClaimKind.BLOCK, event.reason), "block")
            seatmap.lapses.block(event.seat_ids, event.until, event.until_minutes_before)
        case SeatsUnblocked():
            _free(seatmap, event.seat_ids, "block")
            seatmap.lapses.unblock(event.seat_ids)
        case SeatsSoldAtCounter():
            blocked = tuple(seat for seat in event.seat_ids if seat in seatmap.claims)
            _free(seatmap, blocked, "block")
            seatmap.lapses.unblock(blocked)
            _claim(seatmap, event.seat_ids, Claim(ClaimKind.COUNTER, event.sale_id), "counter")
            seatmap.sales[event.sale_id] = event.seat_ids
        case CounterSaleReturned():
            _free(seatmap, seatmap.sales.pop(event.sale_id), "counter")
        case WaitingListJoined() | SeatsOffered() | SeatOfferWithdrawn() | WaitingListLeft():
            _free(seatmap, line_up(seatmap.waiting, event), "held")
            if isinstance(event, SeatsOffered):
                claim = Claim(ClaimKind.OFFER, event.entry_id)
                _claim(seatmap, event.seat_ids, claim, "held")
        case AllotmentSet():
            seatmap.allotment = None if event.seat_ids is None else frozenset(event.seat_ids)
            seatmap.lapses.allot(event.give_back_at, event.give_back_minutes_before)
            _recount(seatmap)
        case AllotmentGivenBack():
            seatmap.allotment = frozenset()
            seatmap.lapses.allot(None, None)
            _recount(seatmap)
        case ShowOpened() | ShowChanged():
            seatmap.open = True
            sell_on(seatmap, event.terms)
            _price_anew(seatmap, event.version)
        case ShowMoved():
            _move(seatmap, event)
            _price_anew(seatmap, event.version)
        case ShowCancelled():
            seatmap.open, seatmap.cancelling = False, event
        case ShowClosed():
            seatmap.open, seatmap.cancelling = False, None
        case ChangeQuoted():
            booking = seatmap.bookings[event.booking_id]
            standing = (each for each in booking.quotes if each.valid_until > event.at)
            booking.quotes = (*standing, event)
        case CommandRefused():
            pass
        case _:
            assert_never(event)


def _book(
    seatmap: SeatMap,
    event: SeatsHeld | SeatsBooked,
    status: BookingStatus,
    held_until: datetime,
) -> Booking:
    booking = Booking(
        booking_id=event.booking_id,
        customer_id=event.customer_id,
        status=status,
        lines=event.lines,
        amount=event.amount,
        currency=event.currency,
        held_at=event.at,
        held_until=held_until,
        tariff_since=seatmap.tariff_since,
        origin=event.origin if isinstance(event, SeatsHeld) else None,
    )
    tally = "held" if status is BookingStatus.HELD else "booked"
    claim = Claim(ClaimKind.BOOKING, event.booking_id)
    _claim(seatmap, [line.seat_id for line in event.lines], claim, tally)
    seatmap.bookings[event.booking_id] = booking
    seatmap.bookings_of.setdefault(event.customer_id, []).append(event.booking_id)
    return booking


def _end(
    seatmap: SeatMap, booking_id: BookingId, status: BookingStatus, ended_at: datetime
) -> None:
    booking = seatmap.bookings[booking_id]
    tally = "held" if booking.status is BookingStatus.HELD else "booked"
    _free(seatmap, booking.seat_ids, tally)
    booking.status, booking.ended_at, booking.quotes = status, ended_at, ()
    booking.exchange_quote = booking.pledge = None
    seatmap.ended[booking_id] = None


def _move(seatmap: SeatMap, event: ShowMoved) -> None:
    """Everybody leaves their old seat before anybody sits down on a new one."""
    claims, moves = seatmap.claims, [*event.bookings.values(), *event.sales.values()]
    had = {old: claims.pop(old) for each in moves for old in each}
    for each in moves:
        for old, new in each.items():
            if claims.setdefault(new, had[old]) is not had[old]:
                raise BrokenInvariant(f"seat {new} of {seatmap.show_id} is somebody's already")
    for booking_id, moved in event.bookings.items():
        booking = seatmap.bookings[booking_id]
        booking.lines = tuple(
            msgspec.structs.replace(line, seat_id=moved.get(line.seat_id, line.seat_id))
            for line in booking.lines
        )
        # quotes name the seats of the old hall
        booking.changed_in = event.version
    for sale_id, moved in event.sales.items():
        seatmap.sales[sale_id] = tuple(moved.get(seat, seat) for seat in seatmap.sales[sale_id])
    seatmap.allotment = None if event.allotment is None else frozenset(event.allotment)
    sell_on(seatmap, event.terms)


def _change(seatmap: SeatMap, event: BookingChanged) -> None:
    booking = seatmap.bookings[event.booking_id]
    _free(seatmap, event.given, "booked")
    _claim(seatmap, event.taken, Claim(ClaimKind.BOOKING, event.booking_id), "booked")
    change = BookingChange(
        at=event.at,
        given=event.given,
        before=booking.lines,
        lines=event.lines,
        refund=event.refund,
        taken=event.taken,
        payment=event.payment,
    )
    booking.changes = (*booking.changes, change)
    booking.changed_in = event.version
    booking.lines, booking.amount = event.lines, event.amount
    booking.refund += event.refund
    booking.paid += 0 if event.payment is None else event.payment.amount


def _exchange(seatmap: SeatMap, event: BookingExchanged) -> None:
    """Whole or in part: what went along is no more here, and nor are its seats."""
    booking = seatmap.bookings[event.booking_id]
    if event.lines:
        _free(seatmap, event.given, "booked")
        change = BookingChange(
            at=event.at, given=event.given, before=booking.lines, lines=event.lines, refund=0
        )
        booking.changes = (*booking.changes, change)
        booking.lines, booking.amount, booking.changed_in = event.lines, event.amount, event.version
        booking.exchange_quote = booking.pledge = None
    else:
        _end(seatmap, event.booking_id, BookingStatus.EXCHANGED, event.at)
    booking.exchanges = (*booking.exchanges, exchanged(event))


def _claim(seatmap: SeatMap, seat_ids: Iterable[SeatId], claim: Claim, tally: str) -> None:
    for seat in seat_ids:
        had = seatmap.claims.setdefault(seat, claim)
        if had is not claim:
            raise BrokenInvariant(f"seat {seat} of {seatmap.show_id} is {had.by}'s already")
        seatmap.tallies[tally] += 1
        seatmap.free -= seatmap.is_allotted(seat)


def _free(seatmap: SeatMap, seat_ids: Iterable[SeatId], tally: str) -> None:
    for seat in seat_ids:
        del seatmap.claims[seat]
        seatmap.tallies[tally] -= 1
        seatmap.free += seatmap.is_allotted(seat)


def sell_on(seatmap: SeatMap, terms: ShowTerms) -> None:
    """Have the show sold on these terms; its claims and allotment are as they were."""
    seatmap.hall = hall_of(terms.layout)
    seatmap.terms = msgspec.structs.replace(terms, layout=seatmap.hall.layout)
    seatmap.tariff = tariff_of(terms)
    seatmap.lapses.start(terms.starts_at)
    _recount(seatmap)


def _price_anew(seatmap: SeatMap, version: int) -> None:
    """Price by the new terms from `version` on; keep the old for who bought by them."""
    used = {each.tariff_since for each in seatmap.bookings.values() if each.status in LIVE}
    kept = {since: tariff for since, tariff in seatmap.tariffs.items() if since in used}
    assert seatmap.tariff is not None
    seatmap.tariff_since = version
    seatmap.tariffs = {**kept, version: seatmap.tariff}


def _recount(seatmap: SeatMap) -> None:
    seatmap.free = sum(
        seat not in seatmap.claims and seatmap.is_allotted(seat) for seat in seatmap.zones
    )
