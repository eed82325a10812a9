"""A customer's seats in a show, and where they are on their way."""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.seat_commands import Payment
from justbookit.seat_events import PriceLine


class BookingStatus(StrEnum):
    """Where a booking is on its way; the last three are for good."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED})


class Booking(msgspec.Struct, kw_only=True):
    """A customer's seats in a show, from hold to ticket or to its end."""

    booking_id: BookingId
    customer_id: CustomerId
    status: BookingStatus
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    held_at: datetime
    held_until: datetime
    extended: bool = False
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    payment: Payment | None = None
    refund: int = 0
    because: str = ""
    """Why the theatre took the seats away, if it did."""

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(line.seat_id for line in self.lines)
