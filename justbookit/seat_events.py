"""What happened to the seats of a show: the log from which everything can be recomputed.

`version` counts the events of a show from 1 without a hole; `at` is the writer's clock. A
refusal is an event too. An event is for ever: fields may be added with a default, none is
renamed, retyped or removed.
"""

from datetime import datetime

from justbookit.any_event import Event
from justbookit.catalogue import ShowTerms
from justbookit.exchange_commands import Exchange, Origin
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import (
    AreaId,
    BookingId,
    CommandId,
    CustomerId,
    SaleId,
    SeatId,
)
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.price_lines import PriceLine
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import Payment


class ShowOpened(Event, frozen=True, kw_only=True):
    """The show is on sale on these terms."""

    terms: ShowTerms


class ShowChanged(Event, frozen=True, kw_only=True):
    """The show is sold on these terms from now on; what is held or booked keeps its price."""

    terms: ShowTerms


class ShowMoved(Event, frozen=True, kw_only=True):
    """The show is in another hall, on these terms; everybody with seats is seated there.

    `bookings` and `sales` say of each that moved from which seat to which; the others have the
    same seats as before, at the price they paid. Holds were let go and blocks lifted just before.
    `allotment` is what of the new hall is ours to sell; None: all.
    """

    terms: ShowTerms
    plan_id: str
    bookings: dict[BookingId, dict[SeatId, SeatId]]
    sales: dict[SaleId, dict[SeatId, SeatId]]
    allotment: tuple[SeatId, ...] | None


class ShowCancelled(Event, frozen=True, kw_only=True):
    """Nothing is sold any more; so many bookings will be refunded, so many holds let go.

    They end portion by portion, nobody asking for it; `ShowClosed` says that none is left.
    """

    reason: str
    bookings: int
    holds: int


class ShowClosed(Event, frozen=True, kw_only=True):
    """The show is off sale for good; nobody has seats in it, unless from the counter."""


class SeatsHeld(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Seats are set aside until `held_until`; the price is fixed, line by line."""

    booking_id: BookingId
    customer_id: CustomerId
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    held_until: datetime
    accessible: bool = False
    """Asked for by somebody who needs an accessible place."""
    best: bool = False
    """Nobody chose the seats by name; they were the best there were."""
    left_alone: tuple[SeatId, ...] = ()
    """Free seats that have no free neighbour now, where the theatre wants that told."""
    origin: Origin | None = None
    """The booking of another show that they are to be exchanged for."""


class HoldExtended(Event, frozen=True, kw_only=True):
    """The hold runs until `held_until` now, and no longer: it is extended once."""

    booking_id: BookingId
    customer_id: CustomerId
    held_until: datetime


class BookingConfirmed(Event, frozen=True, kw_only=True):
    """The hold is paid; the seats are the customer's."""

    booking_id: BookingId
    customer_id: CustomerId
    seat_ids: tuple[SeatId, ...]
    payment: Payment


class SeatsBooked(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Held and paid in one go (`BookSeats`): a booking that never was a hold."""

    booking_id: BookingId
    customer_id: CustomerId
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    payment: Payment
    accessible: bool = False


class HoldReleased(Event, frozen=True, kw_only=True):
    """The hold ended unpaid; its seats are free again."""

    booking_id: BookingId
    seat_ids: tuple[SeatId, ...]
    reason: ReleaseReason


class BookingCancelled(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A paid booking was given back; `refund` minor units are owed to the customer.

    `because` is the theatre's reason where it took the seats away.
    """

    booking_id: BookingId
    seat_ids: tuple[SeatId, ...]
    refund: int
    currency: str
    because: str = ""


class ChangeQuoted(Event, frozen=True, kw_only=True, omit_defaults=True):
    """What a change of a paid booking would come to; it binds until `valid_until`.

    `given` seats would go back, `taken` ones come in, and `lines` be what the booking has, for
    `amount` together; `to_refund` minor units would be owed to the customer, or `to_pay` by them.
    The quote goes by the name of the command that asked for it. It keeps the price, not the seats.
    """

    booking_id: BookingId
    customer_id: CustomerId
    given: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    to_refund: int
    currency: str
    valid_until: datetime
    taken: tuple[SeatId, ...] = ()
    to_pay: int = 0
    accessible: bool = False
    left_alone: tuple[SeatId, ...] = ()
    """Free seats that would have no free neighbour then, where the theatre wants that told."""


class BookingChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A paid booking is another now, as it was quoted: `given` seats are free, `taken` are theirs.

    What it has are `lines`, for `amount` together; `refund` minor units are owed to the customer
    for this change, or `payment` is what they paid for it.
    """

    booking_id: BookingId
    customer_id: CustomerId
    quote_id: CommandId
    given: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    refund: int
    currency: str
    taken: tuple[SeatId, ...] = ()
    payment: Payment | None = None
    accessible: bool = False


class SeatsBlocked(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The theatre keeps these seats from sale until `until`; None: until it says otherwise.

    `until_minutes_before`: `until` is so long before the start, wherever that moves.
    """

    seat_ids: tuple[SeatId, ...]
    reason: str
    until: datetime | None = None
    until_minutes_before: int | None = None


class SeatsUnblocked(Event, frozen=True, kw_only=True):
    """Blocked seats are back on sale; nobody asked for it when their block ended by itself."""

    seat_ids: tuple[SeatId, ...]


class AllotmentSet(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Only these seats are ours to sell from now on, until `give_back_at`; None: all of them.

    `give_back_minutes_before`: `give_back_at` is so long before the start, wherever that moves.
    """

    seat_ids: tuple[SeatId, ...] | None
    give_back_at: datetime | None = None
    give_back_minutes_before: int | None = None


class AllotmentGivenBack(Event, frozen=True, kw_only=True):
    """No seat is ours to sell any more; `seat_ids` were free, and are the theatre's now.

    What was held or booked before stays its customer's.
    """

    seat_ids: tuple[SeatId, ...]


class SeatsSoldAtCounter(Event, frozen=True, kw_only=True):
    """The counter sold `seat_ids`; `conflicts` it sold as well, but they were already given."""

    sale_id: SaleId
    seat_ids: tuple[SeatId, ...]
    conflicts: tuple[SeatId, ...] = ()


class CounterSaleReturned(Event, frozen=True, kw_only=True):
    """The counter took a sale back; its seats are free again."""

    sale_id: SaleId
    seat_ids: tuple[SeatId, ...]


class CommandRefused(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing happened. `seat_ids` are the seats at fault, `alternatives` would be free now."""

    code: Refusal
    detail: str
    booking_id: BookingId | None = None
    seat_ids: tuple[SeatId, ...] = ()
    alternatives: tuple[SeatId, ...] = ()
    count: int | None = None
    """How many bookings, holds or quotes stand, or seats there are; where that is why."""
    area_id: AreaId | None = None
    """The area that has too few places; `count` of them may be had."""
    exchange: Exchange | None = None
    """The exchange that is not taken: its booking stays as it was."""


SeatEvent = (
    ShowOpened
    | ShowChanged
    | ShowMoved
    | ShowCancelled
    | ShowClosed
    | SeatsHeld
    | HoldExtended
    | BookingConfirmed
    | SeatsBooked
    | HoldReleased
    | BookingCancelled
    | ChangeQuoted
    | BookingChanged
    | ExchangeQuoted
    | ExchangeBegun
    | ExchangeTaken
    | ExchangeDropped
    | BookingExchanged
    | SeatsBlocked
    | SeatsUnblocked
    | AllotmentSet
    | AllotmentGivenBack
    | SeatsSoldAtCounter
    | CounterSaleReturned
    | WaitingListJoined
    | SeatsOffered
    | SeatOfferWithdrawn
    | WaitingListLeft
    | CommandRefused
)
