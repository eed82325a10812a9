"""A customer's seats in a show, and where they are on their way."""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.seat_events import ChangeQuoted


class BookingStatus(StrEnum):
    """Where a booking is on its way; the last three are for good."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


LIVE = frozenset({BookingStatus.HELD, BookingStatus.CONFIRMED})


class BookingChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of a paid booking: what each seat cost before it and after, and the money."""

    at: datetime
    given: tuple[SeatId, ...]
    before: tuple[PriceLine, ...]
    lines: tuple[PriceLine, ...]
    refund: int
    taken: tuple[SeatId, ...] = ()
    payment: Payment | None = None


class Booking(msgspec.Struct, kw_only=True):
    """A customer's seats in a show, from hold to ticket or to its end.

    `paid` and `refund` are sums over its whole life. `tariff_since` tells which tariff of the show
    it was priced by, and is priced by again when it changes (`SeatMap.tariffs`); `quotes` are those
    that stand or stood until lately; `changed_in` is the version of its last change.
    """

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
    paid: int = 0
    refund: int = 0
    because: str = ""
    """Why the theatre took the seats away, if it did."""
    tariff_since: int = 0
    quotes: tuple[ChangeQuoted, ...] = ()
    changes: tuple[BookingChange, ...] = ()
    changed_in: int = 0

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(line.seat_id for line in self.lines)

    @property
    def kept(self) -> int:
        """What the customer paid and was not given back, in minor units."""
        return self.paid - self.refund
