"""What somebody asks, and what seat writers ask each other, about exchanging a paid booking.

Each of the two shows has one writer; neither can decide for both. So the first pledges the
booking, the second takes the exchange or not, and the first does as the second said: see
docs/decisions/0007.
"""

from datetime import datetime

import msgspec

from justbookit.any_command import Command, Payment, Seats
from justbookit.ids import BookingId, CommandId, CustomerId, OrganizerId, ShowId


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The paid booking of another show that seats are to be had for, as its writer quoted it.

    `credit` minor units of what was paid for it come along, until `valid_until`; `method` and
    `reference` are those of the payment that they were captured with.
    """

    show_id: ShowId
    booking_id: BookingId
    quote_id: CommandId
    organizer_id: OrganizerId
    credit: int
    currency: str
    method: str
    reference: str
    valid_until: datetime


class QuoteExchange(Command, frozen=True, kw_only=True):
    """What of a paid booking would go along to another show, for these seats of it; none: for all.

    Asked of the show that the booking is of. The quote goes by the name of this command;
    `to_booking_id` is what the booking there will be called.
    """

    booking_id: BookingId
    customer_id: CustomerId
    give: Seats = ()
    to_show_id: ShowId
    to_booking_id: BookingId


def holding_of(quote_id: CommandId) -> CommandId:
    """The name of the command that holds the other show's seats for what was quoted."""
    return CommandId(f"{quote_id}.hold")


class ExchangeBooking(Command, frozen=True, kw_only=True):
    """Begin an exchange as it was quoted; `payment` is what it costs more there, if it does."""

    booking_id: BookingId
    customer_id: CustomerId
    quote_id: CommandId
    payment: Payment | None = None


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """Which exchange, for who has to answer: of which booking of which show.

    `exchange_id` is the command that began it.
    """

    exchange_id: CommandId
    quote_id: CommandId
    show_id: ShowId
    booking_id: BookingId
    customer_id: CustomerId


class TakeExchange(Command, frozen=True, kw_only=True):
    """A booking of another show is pledged for this hold: make the hold a booking, or say no.

    An errand of the other show's writer, as the next two are.
    """

    booking_id: BookingId
    customer_id: CustomerId
    exchange: Exchange
    credit: int
    payment: Payment | None = None


class FinishExchange(Command, frozen=True, kw_only=True):
    """The other show has taken the exchange: its customer sits there now, and not here."""

    booking_id: BookingId
    customer_id: CustomerId
    exchange_id: CommandId


class DropExchange(Command, frozen=True, kw_only=True):
    """The other show has not taken the exchange: everything stays as it was."""

    booking_id: BookingId
    customer_id: CustomerId
    exchange_id: CommandId
    code: str
    detail: str
