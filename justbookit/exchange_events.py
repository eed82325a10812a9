"""What happened to a paid booking that is exchanged for seats of another show, in either show.

In the show that it is of: quoted, begun (the booking is pledged), and exchanged or dropped. In the
show that it goes to: a hold with an origin (`SeatsHeld`), and taken.
"""

from datetime import datetime

from justbookit.any_command import Payment
from justbookit.any_event import Event
from justbookit.exchange_commands import Exchange, Origin
from justbookit.ids import BookingId, CommandId, CustomerId, OrganizerId, SeatId, ShowId
from justbookit.price_lines import PriceLine


class ExchangeQuoted(Event, frozen=True, kw_only=True):
    """What an exchange would take away here; it binds until `valid_until`, or until the next quote.

    `given` seats would go back, and `lines` be what remains, for `amount` together; none: nothing.
    `credit` minor units of what was paid would go along to the other show, and be spent or come
    back there. The quote goes by the name of the command that asked for it.
    """

    booking_id: BookingId
    customer_id: CustomerId
    given: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    credit: int
    currency: str
    organizer_id: OrganizerId
    method: str
    reference: str
    to_show_id: ShowId
    to_booking_id: BookingId
    valid_until: datetime


class ExchangeBegun(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The booking is pledged as it was quoted: the other show's writer has the word now.

    Until it is said here what came of it, nothing else happens to the booking. The exchange goes
    by the name of the command that began it.
    """

    booking_id: BookingId
    customer_id: CustomerId
    quote_id: CommandId
    credit: int
    currency: str
    to_show_id: ShowId
    to_booking_id: BookingId
    payment: Payment | None = None
    """What was paid for what it costs more; nobody's yet."""


class ExchangeTaken(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The hold is a booking, paid with the credit that came along; the other show's seats are gone.

    `amount` is what it costs; `payment` is what was paid besides, or `refund` minor units of the
    credit are owed to the customer. There is no way back from here.
    """

    booking_id: BookingId
    customer_id: CustomerId
    seat_ids: tuple[SeatId, ...]
    exchange: Exchange
    origin: Origin
    amount: int
    currency: str
    refund: int = 0
    payment: Payment | None = None


class ExchangeDropped(Event, frozen=True, kw_only=True):
    """The other show said no, for this reason: the booking is what it was, and pledged no more."""

    booking_id: BookingId
    customer_id: CustomerId
    exchange_id: CommandId
    code: str
    detail: str


class BookingExchanged(Event, frozen=True, kw_only=True):
    """The exchange is done: `given` seats are free here, `credit` minor units went along.

    What remains are `lines`, for `amount` together; without any, nothing does.
    """

    booking_id: BookingId
    customer_id: CustomerId
    exchange_id: CommandId
    given: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    credit: int
    currency: str
    to_show_id: ShowId
    to_booking_id: BookingId
