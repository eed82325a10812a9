"""The log of a show → who had which seat from when to when, and where each booking ended."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from math import inf

import msgspec

from justbookit.bookings import BookingStatus
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import BookingId, SeatId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.refusals import ReleaseReason
from justbookit.seat_events import (
    AllotmentSet,
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
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
    ShowChanged,
    ShowClosed,
    ShowMoved,
    ShowOpened,
)

_MOVES_NO_SEAT = (
    AllotmentSet,
    CommandRefused,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ShowChanged,
    ShowClosed,
    ShowOpened,
    WaitingListJoined,
)


class Tenure(msgspec.Struct):
    """A seat was somebody's from `begin` until `end`, in seconds since 1970.

    By the log it is theirs from the version `since` to the one before `until`.
    """

    owner: str
    begin: float
    since: int
    end: float = inf
    until: float = inf


class Hold(msgspec.Struct):
    """A hold that was made, and what became of it."""

    held_until: float
    status: BookingStatus = BookingStatus.HELD
    released_at: float | None = None
    paid_with: float = inf
    """The version of the log since which it does not run out any more."""


class Past:
    """One show."""

    def __init__(self, events: Iterable[SeatEvent]) -> None:
        self.tenures: dict[SeatId, list[Tenure]] = {}
        self.holds: dict[BookingId, Hold] = {}
        self.clashes: list[str] = []
        """A seat was given to somebody while another had it; in words."""
        self.unknown: Counter[str] = Counter()
        """Kinds of events that nothing is known about here: who has what is not certain then."""
        for event in events:
            self._see(event)

    def was_taken(self, seat: SeatId, begin: float, end: float) -> bool:
        """Whether somebody had the seat at some moment of that time."""
        return any(
            tenure.begin <= end and tenure.end >= begin for tenure in self.tenures.get(seat, ())
        )

    def _see(self, event: SeatEvent) -> None:  # noqa: C901, PLR0912 - one arm an event
        at = event.at.timestamp()
        match event:
            case SeatsHeld():
                self.holds[event.booking_id] = Hold(event.held_until.timestamp())
                self._take(event, [line.seat_id for line in event.lines], event.booking_id)
            case SeatsBooked():
                self.holds[event.booking_id] = Hold(
                    at, BookingStatus.CONFIRMED, paid_with=event.version
                )
                self._take(event, [line.seat_id for line in event.lines], event.booking_id)
            case BookingConfirmed() | ExchangeTaken():
                self._status(event.booking_id, BookingStatus.CONFIRMED)
                self._paid(event)
            case HoldReleased():
                self._released(event, at)
            case BookingCancelled():
                self._status(event.booking_id, BookingStatus.CANCELLED)
                self._give(event, event.seat_ids, at)
            case BookingExchanged():
                self._give(event, event.given, at)
                if not event.lines:
                    self._status(event.booking_id, BookingStatus.EXCHANGED)
            case SeatsOffered():
                self._take(event, event.seat_ids, event.entry_id)
            case SeatOfferWithdrawn() | WaitingListLeft():
                self._give(event, event.seat_ids, at)
            case BookingChanged():
                self._give(event, event.given, at)
                self._take(event, event.taken, event.booking_id)
            case SeatsBlocked():
                self._take(event, event.seat_ids, "block")
            case SeatsSoldAtCounter():
                # A counter may sell what the theatre keeps back.
                kept = [seat for seat in event.seat_ids if self._owner(seat) == "block"]
                self._give(event, kept, at)
                self._take(event, event.seat_ids, event.sale_id)
            case ShowMoved():
                moves = [*event.bookings.items(), *event.sales.items()]
                for _, to in moves:
                    self._give(event, to, at)
                for owner, to in moves:
                    self._take(event, to.values(), owner)
            case SeatsUnblocked() | CounterSaleReturned():
                self._give(event, event.seat_ids, at)
            case HoldExtended():
                if (hold := self.holds.get(event.booking_id)) is not None:
                    hold.held_until = event.held_until.timestamp()
            case _ if isinstance(event, _MOVES_NO_SEAT):
                pass
            case _:
                self.unknown[type(event).__name__] += 1

    def _released(self, event: HoldReleased, at: float) -> None:
        hold = self.holds.get(event.booking_id)
        over = at
        if hold is not None:
            hold.released_at = at
            expired = event.reason is ReleaseReason.EXPIRED
            hold.status = BookingStatus.EXPIRED if expired else BookingStatus.RELEASED
            # A hold is over when it runs out, not when somebody notices.
            over = min(at, hold.held_until)
        self._give(event, event.seat_ids, over)

    def _status(self, booking_id: BookingId, status: BookingStatus) -> None:
        if (hold := self.holds.get(booking_id)) is not None:
            hold.status = status

    def _paid(self, event: BookingConfirmed | ExchangeTaken) -> None:
        if (hold := self.holds.get(event.booking_id)) is not None:
            hold.paid_with = event.version

    def _owner(self, seat: SeatId) -> str | None:
        tenures = self.tenures.get(seat)
        return tenures[-1].owner if tenures and tenures[-1].end == inf else None

    def _take(self, event: SeatEvent, seats: Iterable[SeatId], owner: str) -> None:
        for seat in seats:
            if (had := self._owner(seat)) is not None:
                self.clashes.append(f"v{event.version} gives {seat} to {owner}, and {had} has it")
            tenure = Tenure(owner, event.at.timestamp(), event.version)
            self.tenures.setdefault(seat, []).append(tenure)

    def _give(self, event: SeatEvent, seats: Iterable[SeatId], at: float) -> None:
        for seat in seats:
            if self._owner(seat) is not None:
                tenure = self.tenures[seat][-1]
                tenure.end, tenure.until = at, event.version


def seconds(text: object) -> float:
    """A time as the API writes it."""
    return datetime.fromisoformat(str(text)).timestamp()
