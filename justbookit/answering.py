"""How a decision is written down: numbered, dated events, and refusals that say what would work."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from justbookit.alternatives import alternatives
from justbookit.bookings import Booking
from justbookit.claims import Claim, ClaimKind
from justbookit.entries import Entry, WhyLeft
from justbookit.exchange_commands import TakeExchange
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.line_events import SeatOfferWithdrawn, WaitingListLeft
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import ExpireHolds, SeatCommand
from justbookit.seat_events import (
    CommandRefused,
    HoldReleased,
    SeatEvent,
    SeatsUnblocked,
)
from justbookit.seatmap import SeatMap

_WHAT_IS_WRONG = {
    Refusal.UNKNOWN_SEAT: "no such seats in this theatre",
    Refusal.SEAT_TAKEN: "somebody has these seats",
    Refusal.SEAT_BLOCKED: "the theatre keeps these seats from sale",
    Refusal.NOT_ALLOTTED: "these seats are sold at the theatre's counter only",
    Refusal.ACCESSIBLE_ONLY: "these seats are kept for who needs and names an accessible place",
}


_NO_SEATS: frozenset[SeatId] = frozenset()


class Scribe:
    """Collects the events of one decision; reads the seat map and never changes it."""

    __slots__ = ("command", "events", "kept", "now", "seatmap")

    def __init__(self, seatmap: SeatMap, command: SeatCommand | ExpireHolds, now: datetime) -> None:
        self.seatmap = seatmap
        self.command = command
        self.now = now
        self.events: list[SeatEvent] = []
        self.kept = _NO_SEATS
        """Accessible and companion seats, while they are not for who asks."""

    def write(self, event: type[Any], **fields: Any) -> None:
        """Answer the command with `event`."""
        told = {"command_id": self.command.command_id, "fingerprint": self.command.fingerprint}
        self.note(event, **told, **fields)

    def note(self, event: type[Any], **fields: Any) -> None:
        """Write down what nobody asked for, but happens as well."""
        made = event(
            show_id=self.seatmap.show_id,
            version=self.seatmap.version + len(self.events) + 1,
            at=self.now,
            **fields,
        )
        self.events.append(made)

    def refuse(self, code: Refusal, detail: str, **fields: Any) -> None:
        """Answer the command with no; whose exchange it is then, that writer must know."""
        if isinstance(self.command, TakeExchange):
            fields["exchange"] = self.command.exchange
        self.write(CommandRefused, code=code, detail=detail, **fields)

    def refuse_seats(
        self,
        code: Refusal,
        at_fault: Sequence[SeatId],
        wanted: Sequence[SeatId] = (),
        booking_id: BookingId | None = None,
    ) -> None:
        """Answer with no, naming the seats at fault and, for who wants seats, others."""
        self.refuse(
            code,
            f"{_WHAT_IS_WRONG[code]}: {', '.join(at_fault)}",
            booking_id=booking_id,
            seat_ids=tuple(at_fault),
            alternatives=alternatives(self.seatmap, wanted, self._may_be_had),
        )

    def refuse_unless_open(self, booking_id: BookingId | None = None) -> bool:
        """Refuse when the show is not on sale; True when that was so."""
        if self.seatmap.terms is None:
            self.refuse(Refusal.UNKNOWN_SHOW, "no such show", booking_id=booking_id)
        elif not self.seatmap.open:
            self.refuse(Refusal.SHOW_CLOSED, "the show was taken off", booking_id=booking_id)
        return bool(self.events)

    def own_booking(self, booking_id: BookingId, customer_id: CustomerId) -> Booking | None:
        """A customer's booking; refused in the same words whether it is another's or nobody's."""
        booking = self.seatmap.bookings.get(booking_id)
        if booking is None or booking.customer_id != customer_id:
            self.refuse(Refusal.UNKNOWN_BOOKING, "you have no such booking", booking_id=booking_id)
            return None
        return booking

    def has_expired(self, booking_id: BookingId) -> bool:
        """Whether this is a hold that has run out, released or not."""
        held_until = self.seatmap.holds.get(booking_id)
        return held_until is not None and self.now >= held_until

    def is_over(self, claim: Claim) -> bool:
        """Whether a claim stands only because the timer has not come by yet."""
        return claim.kind is ClaimKind.BOOKING and self.has_expired(BookingId(claim.by))

    def expire(self, booking_ids: Iterable[BookingId]) -> None:
        """Release those of the holds that have run out; nobody asked for it."""
        over = [booking_id for booking_id in booking_ids if self.has_expired(booking_id)]
        self.let_go(over, ReleaseReason.EXPIRED)

    def let_go(self, booking_ids: Iterable[BookingId], reason: ReleaseReason) -> None:
        """Release these holds; whoever has them did not ask for it."""
        for booking_id in booking_ids:
            seats = self.seatmap.bookings[booking_id].seat_ids
            self.note(HoldReleased, booking_id=booking_id, seat_ids=seats, reason=reason)

    def leave_line(self, entry: Entry, why: WhyLeft, *, asked: bool = False) -> None:
        """Have a party wait no longer; as the answer, if that was `asked`."""
        self.note(
            WaitingListLeft,
            entry_id=entry.entry_id,
            customer_id=entry.customer_id,
            seat_ids=entry.seat_ids,
            why=why,
            command_id=self.command.command_id if asked else None,
        )

    def withdraw_offers(self, seat_ids: Collection[SeatId]) -> None:
        """Take seats back that were offered to who waits; they keep their place in line."""
        for entry in self.seatmap.waiting.values():
            if any(seat in seat_ids for seat in entry.seat_ids):
                self.note(
                    SeatOfferWithdrawn,
                    entry_id=entry.entry_id,
                    customer_id=entry.customer_id,
                    seat_ids=entry.seat_ids,
                )

    def unblock(self, seat_ids: tuple[SeatId, ...]) -> None:
        """Lift blocks that end with what is decided here; nobody asked for that alone."""
        if seat_ids:
            self.note(SeatsUnblocked, seat_ids=seat_ids)

    def expire_claims_on(self, seat_ids: Iterable[SeatId]) -> None:
        """Release the run-out holds that still stand on these seats."""
        claims = self.seatmap.claims
        if claims:
            standing = (claims[seat] for seat in seat_ids if seat in claims)
            over = {BookingId(each.by): None for each in standing if self.is_over(each)}
            self.expire(over)

    def is_booked(self, seat_id: SeatId) -> bool:
        """Whether we have sold or hold the seat."""
        claim = self.seatmap.claims.get(seat_id)
        return claim is not None and claim.kind is ClaimKind.BOOKING and not self.is_over(claim)

    def is_unclaimed(self, seat_id: SeatId) -> bool:
        """Whether nobody has the seat, whoever's it is to sell."""
        claim = self.seatmap.claims.get(seat_id)
        return claim is None or self.is_over(claim)

    def is_free(self, seat_id: SeatId) -> bool:
        """Whether nobody has the seat and it is ours to sell."""
        return self.is_unclaimed(seat_id) and self.seatmap.is_allotted(seat_id)

    def _may_be_had(self, seat_id: SeatId) -> bool:
        return self.is_free(seat_id) and seat_id not in self.kept
