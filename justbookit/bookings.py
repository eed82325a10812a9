"""A customer's seats in a show, and where they are on their way."""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.exchange_commands import Origin
from justbookit.exchange_events import ExchangeQuoted
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId, ShowId
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.seat_events import ChangeQuoted


class BookingStatus(StrEnum):
    """Where a booking is on its way; the last four are for good."""

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    EXCHANGED = "exchanged"


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


class Pledge(msgspec.Struct, frozen=True, kw_only=True):
    """A booking is promised to an exchange as it was quoted, until the other show has answered."""

    exchange_id: CommandId
    quote: ExchangeQuoted


class Exchanged(msgspec.Struct, frozen=True, kw_only=True):
    """Seats of a booking that were exchanged: for which booking of which show, and what it took."""

    at: datetime
    given: tuple[SeatId, ...]
    credit: int
    to_show_id: ShowId
    to_booking_id: BookingId


class Booking(msgspec.Struct, kw_only=True, gc=False):
    """A customer's seats in a show, from hold to ticket or to its end.

    `paid` and `refund` are sums over its whole life. `tariff_since` tells which tariff of the show
    it was priced by, and is priced by again when it changes (`SeatMap.tariffs`); `quotes` are those
    that stand or stood until lately; `changed_in` is the version of its last change. `carried_in`
    came along from the booking of another show that it was exchanged for (`origin`).
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
    origin: Origin | None = None
    carried_in: int = 0
    exchange_quote: ExchangeQuoted | None = None
    pledge: Pledge | None = None
    exchanges: tuple[Exchanged, ...] = ()

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(line.seat_id for line in self.lines)

    @property
    def kept(self) -> int:
        """What was paid for it here or elsewhere and neither went back nor on, in minor units."""
        return self.paid + self.carried_in - self.refund - self.carried_out

    @property
    def carried_out(self) -> int:
        """What went along to other shows, in minor units."""
        return sum(each.credit for each in self.exchanges)
