"""Who gets a seat and who gives one back, as rows of `seat_claim`.

Counted for each booking, sale and block on its own, never "the last one on the seat": if two of
them were ever given the same seat, two rows must reach Postgres, whose primary key then refuses.
"""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

from justbookit.claims import ClaimKind
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import SeatId, ShowId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
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

_BOOKING, _COUNTER, _BLOCK = ClaimKind.BOOKING, ClaimKind.COUNTER, ClaimKind.BLOCK
_OFFER = ClaimKind.OFFER


class Claim(NamedTuple):
    """One seat of one owner; a block has no name to be told by, so `owner` is empty."""

    show_id: ShowId
    seat_id: SeatId
    kind: ClaimKind
    owner: str


class ClaimChanges:
    """Rows to delete, then rows to insert (with what the column `claimed_by` says)."""

    def __init__(self, events: Iterable[SeatEvent]) -> None:
        self.freed: list[Claim] = []
        self.taken: dict[Claim, str] = {}
        for event in events:
            self._add(event)

    def _add(self, event: SeatEvent) -> None:  # noqa: C901, PLR0912 - one arm an event
        match event:
            case SeatsBooked() | SeatsHeld():
                show_id, owner = event.show_id, event.booking_id
                for line in event.lines:
                    self.taken[Claim(show_id, line.seat_id, _BOOKING, owner)] = owner
            case HoldReleased() | BookingCancelled():
                self._free(event.show_id, event.seat_ids, _BOOKING, event.booking_id)
            case BookingExchanged():
                self._free(event.show_id, event.given, _BOOKING, event.booking_id)
            case BookingChanged():
                show_id, owner = event.show_id, event.booking_id
                self._free(show_id, event.given, _BOOKING, owner)
                for seat_id in event.taken:
                    self.taken[Claim(show_id, seat_id, _BOOKING, owner)] = owner
            case SeatsBlocked():
                for seat_id in event.seat_ids:
                    self.taken[Claim(event.show_id, seat_id, _BLOCK, "")] = event.reason
            case SeatsUnblocked():
                self._free(event.show_id, event.seat_ids, _BLOCK, "")
            case SeatsSoldAtCounter():
                # What the theatre had blocked and then sold is no block any more.
                self._free(event.show_id, event.seat_ids, _BLOCK, "")
                for seat_id in event.seat_ids:
                    claim = Claim(event.show_id, seat_id, _COUNTER, event.sale_id)
                    self.taken[claim] = event.sale_id
            case ShowMoved():
                self._move(event)
            case SeatsOffered():
                for seat_id in event.seat_ids:
                    claim = Claim(event.show_id, seat_id, _OFFER, event.entry_id)
                    self.taken[claim] = event.entry_id
            case SeatOfferWithdrawn() | WaitingListLeft():
                self._free(event.show_id, event.seat_ids, _OFFER, event.entry_id)
            case CounterSaleReturned():
                self._free(event.show_id, event.seat_ids, _COUNTER, event.sale_id)
            case (
                BookingConfirmed()
                | HoldExtended()
                | ChangeQuoted()
                | ExchangeQuoted()
                | ExchangeBegun()
                | ExchangeTaken()
                | ExchangeDropped()
                | AllotmentSet()
                | AllotmentGivenBack()
                | ShowOpened()
                | ShowChanged()
                | ShowCancelled()
                | ShowClosed()
                | WaitingListJoined()
                | CommandRefused()
            ):
                pass
            case _:
                assert_never(event)

    def _move(self, event: ShowMoved) -> None:
        """Everybody leaves their old seat before anybody sits down on a new one."""
        show_id = event.show_id
        moves: list[tuple[ClaimKind, str, dict[SeatId, SeatId]]] = [
            *((_BOOKING, by, moved) for by, moved in event.bookings.items()),
            *((_COUNTER, by, moved) for by, moved in event.sales.items()),
        ]
        for kind, by, moved in moves:
            self._free(show_id, moved, kind, by)
        for kind, by, moved in moves:
            for seat_id in moved.values():
                self.taken[Claim(show_id, seat_id, kind, by)] = by

    def _free(
        self, show_id: ShowId, seat_ids: Iterable[SeatId], kind: ClaimKind, owner: str
    ) -> None:
        for seat_id in seat_ids:
            claim = Claim(show_id, seat_id, kind, owner)
            if self.taken.pop(claim, None) is None:
                self.freed.append(claim)
