"""What may still happen in a show that is off sale, and whether a cancelled one is undone whole."""

from justbookit.bookings import BookingStatus
from justbookit.claims import ClaimKind
from justbookit.exchange_events import BookingExchanged, ExchangeDropped
from justbookit.refusals import MOVED_WITHOUT, ReleaseReason
from justbookit.seat_events import (
    BookingCancelled,
    CommandRefused,
    CounterSaleReturned,
    HoldReleased,
    SeatEvent,
    ShowCancelled,
    ShowClosed,
    ShowOpened,
)
from lab.verify.audit import Audit, Check
from lab.verify.witness import Witness

_WHILE_CANCELLING = (
    BookingCancelled,
    HoldReleased,
    CounterSaleReturned,
    ShowClosed,
    BookingExchanged,
    ExchangeDropped,
)


class Cancelled:
    """Looks at events that `witness` has not seen yet."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit

    def hold(self, event: SeatEvent) -> None:
        self._off_sale(event)
        match event:
            case ShowCancelled():
                self._cancelled(event)
            case BookingCancelled():
                self._taken_away(event)
            case HoldReleased(reason=ReleaseReason.SHOW_CANCELLED):
                self._let_go(event)
            case ShowClosed() if self._witness.cancelled is not None:
                self._closed(event)
            case _:
                pass

    def _off_sale(self, event: SeatEvent) -> None:
        """Nothing happens in a show that is not on sale, but what undoes a cancelled one.

        A show can be closed that has a counter sale of no seats (they were others' by then); it may
        be returned like any other.
        """
        witness = self._witness
        if witness.is_open or isinstance(event, CommandRefused | ShowOpened):
            return
        if isinstance(event, CounterSaleReturned) and not event.seat_ids:
            return
        undoes = witness.cancelled is not None and (
            isinstance(event, CounterSaleReturned)
            or (not witness.is_closed and isinstance(event, _WHILE_CANCELLING))
        )
        if not undoes:
            self._fault(event, "the show is not on sale")

    def _cancelled(self, event: ShowCancelled) -> None:
        self._audit.look(Check.STEPS)
        witness = self._witness
        if event.command_id is None or not event.reason:
            self._fault(event, "cancelled, and nobody asked or said why")
        if witness.terms is not None and event.at >= witness.terms.ends_at:
            self._fault(event, f"cancelled after it was over, {witness.terms.ends_at}")
        standing = [
            life.status
            for life in witness.lives.values()
            if life.status is BookingStatus.CONFIRMED
            or (life.status is BookingStatus.HELD and event.at < life.held_until)
        ]
        bookings = standing.count(BookingStatus.CONFIRMED)
        if (event.bookings, event.holds) != (bookings, len(standing) - bookings):
            self._fault(event, f"counts {event}, and there are {standing}")

    def _taken_away(self, event: BookingCancelled) -> None:
        cancelled = self._witness.cancelled
        reason = "" if cancelled is None or event.command_id is not None else cancelled.reason
        if event.because == MOVED_WITHOUT and event.command_id is None:
            return  # looked at in lab.verify.moved
        if event.because != reason or (event.command_id is None) is not bool(reason):
            self._fault(event, f"taken away because {event.because!r}, and not {reason!r}")

    def _let_go(self, event: HoldReleased) -> None:
        if self._witness.cancelled is None or event.command_id is not None:
            self._fault(event, "let go because of a cancellation, and there was none")

    def _closed(self, event: ShowClosed) -> None:
        self._audit.look(Check.STEPS)
        left = [by for kind, by in self._witness.owners.values() if kind is ClaimKind.BOOKING]
        if left or event.command_id is not None:
            self._fault(event, f"closed, and {len(left)} seats are still booked")

    def _fault(self, event: SeatEvent, what: str) -> None:
        self._audit.fault(Check.STEPS, f"{event.show_id} v{event.version}", what)
