"""What somebody asked of a show's seats, and what a theatre told us about them.

All of these travel keyed by show, on `seat-commands` (asked by people and the catalogue) or on
`theatre-facts` (told by a theatre's own system). The same `command_id` is decided once: asking
again gets the answer that was given.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from justbookit.any_command import Command, Payment, Seats
from justbookit.catalogue import ShowTerms
from justbookit.exchange_commands import (
    DropExchange,
    ExchangeBooking,
    FinishExchange,
    Origin,
    QuoteExchange,
    TakeExchange,
)
from justbookit.ids import AreaId, BookingId, CommandId, CustomerId, EntryId, SaleId, ZoneId

__all__ = ("Payment",)  # what else of other modules is meant to be had from here

Areas = Annotated[
    dict[AreaId, Annotated[int, msgspec.Meta(ge=1, le=9999)]], msgspec.Meta(max_length=100)
]
"""So many places of each of these areas, whichever, besides the seats that are named."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
MINUTES_BEFORE_MAX = 100_000
MinutesBefore = Annotated[int, msgspec.Meta(ge=0, le=MINUTES_BEFORE_MAX)]
"""Before the start of the show; what is said so moves along when the start does."""


class OpenShow(Command, frozen=True, kw_only=True):
    """Put a new show on sale."""

    terms: ShowTerms


class ChangeShow(Command, frozen=True, kw_only=True):
    """Sell the show on other terms from now on; prices already held stay."""

    terms: ShowTerms


class CloseShow(Command, frozen=True, kw_only=True):
    """Take the show off sale for good; refused while anybody has bookings or holds.

    With `refund` it is cancelled: sales stop at once, and every booking is cancelled by and by
    with full refund, its customer being told `reason`.
    """

    refund: bool = False
    reason: str = ""


class MoveShow(Command, frozen=True, kw_only=True):
    """Sell the show in another hall, everybody being seated there as the plan of that name says.

    Refused when the plan would be another one now. Who has no place there is refunded.
    """

    terms: ShowTerms
    plan_id: str


class HoldSeats(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Set seats aside for a customer, all or none."""

    booking_id: BookingId
    customer_id: CustomerId
    seat_ids: Seats
    areas: Areas = msgspec.field(default_factory=dict)
    accessible: bool = False
    """Somebody among them needs an accessible place."""
    origin: Origin | None = None
    """What they are to be exchanged for."""


class HoldBest(Command, frozen=True, kw_only=True):
    """Set the best seats aside that there are for so many; `zone` None: in any zone."""

    booking_id: BookingId
    customer_id: CustomerId
    count: int
    zone: ZoneId | None = None
    accessible: bool = False


class ExtendHold(Command, frozen=True, kw_only=True):
    """The customer begins to pay: give them the time for it, once for each hold."""

    booking_id: BookingId
    customer_id: CustomerId


class ConfirmBooking(Command, frozen=True, kw_only=True):
    """The hold is paid: make it a booking."""

    booking_id: BookingId
    customer_id: CustomerId
    payment: Payment


class BookSeats(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Hold and confirm in one decision, for whoever has taken the money already.

    The amount must be what the seats cost now, offers included.
    """

    booking_id: BookingId
    customer_id: CustomerId
    seat_ids: Seats
    areas: Areas = msgspec.field(default_factory=dict)
    payment: Payment
    accessible: bool = False


class ReleaseHold(Command, frozen=True, kw_only=True):
    """The customer lets the seats go before paying."""

    booking_id: BookingId
    customer_id: CustomerId


class CancelBooking(Command, frozen=True, kw_only=True):
    """The customer gives a paid booking back."""

    booking_id: BookingId
    customer_id: CustomerId


class QuoteChange(Command, frozen=True, kw_only=True):
    """What changing a paid booking would cost or bring; the answer binds for a while.

    `give` are seats of the booking that would go back, `take` others that it would have instead or
    as well. The quote goes by the name of this command.
    """

    booking_id: BookingId
    customer_id: CustomerId
    give: Seats
    take: Seats = ()
    accessible: bool = False
    """Somebody among them needs an accessible place."""


class ChangeBooking(Command, frozen=True, kw_only=True):
    """Change a paid booking as it was quoted; or be told to ask for another quote.

    `payment` is what the quote says is to be paid, where it says so.
    """

    booking_id: BookingId
    customer_id: CustomerId
    quote_id: CommandId
    payment: Payment | None = None


class JoinWaitingList(Command, frozen=True, kw_only=True, omit_defaults=True):
    """A party would take seats of a show that has none for it; `zone` None: in any zone."""

    entry_id: EntryId
    customer_id: CustomerId
    size: Annotated[int, msgspec.Meta(ge=1, le=100)]
    zone: ZoneId | None = None
    together: bool = True
    """Only neighbours in one row will do, or places of one area."""
    accessible: bool = False


class LeaveWaitingList(Command, frozen=True, kw_only=True):
    """The party does not wait any longer, offered seats or not."""

    entry_id: EntryId
    customer_id: CustomerId


class AcceptSeatOffer(Command, frozen=True, kw_only=True):
    """The party takes the seats that were offered: they become a hold."""

    entry_id: EntryId
    customer_id: CustomerId
    booking_id: BookingId


class BlockSeats(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The theatre keeps seats from sale until a time, or for good: house seats, broken seats.

    When it ends is said as a moment or in minutes before the start; neither makes it a kill,
    which never ends by itself.
    """

    seat_ids: Seats
    areas: Areas = msgspec.field(default_factory=dict)
    reason: str
    until: Moment | None = None
    until_minutes_before: MinutesBefore | None = None


class UnblockSeats(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The theatre puts blocked seats back on sale."""

    seat_ids: Seats
    areas: Areas = msgspec.field(default_factory=dict)


class SetAllotment(Command, frozen=True, kw_only=True, omit_defaults=True):
    """These seats are ours to sell, the others are the theatre's own; None means all are ours.

    At the give-back time, if there is one, what we have not sold of them is the theatre's again.
    """

    seat_ids: Seats | None
    areas: Areas = msgspec.field(default_factory=dict)
    give_back_at: Moment | None = None
    give_back_minutes_before: MinutesBefore | None = None


class SellAtCounter(Command, frozen=True, kw_only=True, omit_defaults=True):
    """The theatre sells seats at its counter; a fact when its own system did it already."""

    sale_id: SaleId
    seat_ids: Seats
    areas: Areas = msgspec.field(default_factory=dict)
    happened: bool = False
    """True: they are sold, whatever we say; we take what is free and report the rest."""


class ReturnCounterSale(Command, frozen=True, kw_only=True):
    """The counter took its sale back."""

    sale_id: SaleId


class ExpireHolds(Command, frozen=True, kw_only=True):
    """The writer's own timer: something of this show ended by itself. Never travels on a topic."""


SeatCommand = (
    OpenShow
    | ChangeShow
    | CloseShow
    | MoveShow
    | HoldSeats
    | HoldBest
    | ExtendHold
    | ConfirmBooking
    | BookSeats
    | ReleaseHold
    | CancelBooking
    | QuoteChange
    | ChangeBooking
    | QuoteExchange
    | ExchangeBooking
    | TakeExchange
    | FinishExchange
    | DropExchange
    | JoinWaitingList
    | LeaveWaitingList
    | AcceptSeatOffer
    | BlockSeats
    | UnblockSeats
    | SetAllotment
    | SellAtCounter
    | ReturnCounterSale
)
