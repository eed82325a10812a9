"""Who may sit where: the seats of one show, as its events left them, changed in place by `evolve`.

What may happen next is said by `justbookit.deciding`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

import msgspec

from justbookit.bookings import Booking, BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import Claim, ClaimKind, Counts
from justbookit.errors import BrokenInvariant
from justbookit.halls import NO_HALL, hall_of
from justbookit.ids import BookingId, CommandId, CustomerId, SaleId, SeatId, ShowId, ZoneId
from justbookit.lapses import Lapses
from justbookit.offers import Tariff, tariff_of
from justbookit.seat_events import (
    MOVED,
    AllotmentGivenBack,
    AllotmentSet,
    BookingCancelled,
    BookingConfirmed,
    CommandRefused,
    CounterSaleReturned,
    HoldExtended,
    HoldReleased,
    ReleaseReason,
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


class SeatMap:
    """One show at one version of its log; at version 0 nobody has heard of the show."""

    __slots__ = (
        "allotment",
        "answers",
        "bookings",
        "bookings_of",
        "cancelling",
        "claims",
        "ended",
        "forgot",
        "free",
        "hall",
        "holds",
        "lapses",
        "open",
        "sales",
        "show_id",
        "tallies",
        "tariff",
        "terms",
        "version",
    )

    def __init__(self, show_id: ShowId) -> None:
        self.show_id = show_id
        self.version = 0
        self.open = False
        self.terms: ShowTerms | None = None
        self.tariff: Tariff | None = None
        self.hall = NO_HALL
        self.claims: dict[SeatId, Claim] = {}
        self.allotment: frozenset[SeatId] | None = None
        """The seats that are ours to sell; None: all."""
        self.bookings: dict[BookingId, Booking] = {}
        self.bookings_of: dict[CustomerId, list[BookingId]] = {}
        self.holds: dict[BookingId, datetime] = {}
        """When each live hold runs out."""
        self.lapses = Lapses()
        self.cancelling: ShowCancelled | None = None
        """How the theatre cancelled the show, while some of its bookings still stand."""
        self.sales: dict[SaleId, tuple[SeatId, ...]] = {}
        self.answers: dict[CommandId, SeatEvent] = {}
        """The one event that answered each command."""
        self.ended: dict[BookingId, None] = {}
        """Bookings that are over, in the order in which they ended."""
        self.forgot = False
        """Whether there were answers and ended bookings that are not kept here any more."""
        self.free = 0
        self.tallies = {"held": 0, "booked": 0, "counter": 0, "block": 0}

    @property
    def zones(self) -> dict[SeatId, ZoneId]:
        return self.hall.zones

    def counts(self) -> Counts:
        total = len(self.zones)
        return Counts(
            seats_total=total,
            seats_free=self.free,
            seats_held=self.tallies["held"],
            seats_booked=self.tallies["booked"],
            seats_counter=self.tallies["counter"],
            seats_blocked=self.tallies["block"],
            seats_not_allotted=total - len(self.claims) - self.free,
        )

    @property
    def lapses_at(self) -> datetime | None:
        """When the next thing of this show ends by itself, holds aside."""
        if self.cancelling is not None:
            return self.cancelling.at
        return self.lapses.next_at if self.open else None

    def is_allotted(self, seat_id: SeatId) -> bool:
        return self.allotment is None or seat_id in self.allotment


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
        sold_on = isinstance(event, ShowOpened | ShowChanged)
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
        case BookingConfirmed():
            booking = seatmap.bookings[event.booking_id]
            booking.status, booking.payment = BookingStatus.CONFIRMED, event.payment
            booking.confirmed_at = event.at
            del seatmap.holds[event.booking_id]
            seatmap.tallies["held"] -= len(booking.lines)
            seatmap.tallies["booked"] += len(booking.lines)
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
            booking.refund, booking.because = event.refund, event.because
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
        case ShowMoved():
            _move(seatmap, event)
        case ShowCancelled():
            seatmap.open, seatmap.cancelling = False, event
        case ShowClosed():
            seatmap.open, seatmap.cancelling = False, None
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
    booking.status, booking.ended_at = status, ended_at
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
    for sale_id, moved in event.sales.items():
        seatmap.sales[sale_id] = tuple(moved.get(seat, seat) for seat in seatmap.sales[sale_id])
    seatmap.allotment = None if event.allotment is None else frozenset(event.allotment)
    sell_on(seatmap, event.terms)


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


def _recount(seatmap: SeatMap) -> None:
    seatmap.free = sum(
        seat not in seatmap.claims and seatmap.is_allotted(seat) for seat in seatmap.zones
    )
