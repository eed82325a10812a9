"""What happened to the seats of a show: the log from which everything can be recomputed.

`version` counts the events of a show from 1 without a hole; `at` is the writer's clock. A
refusal is an event too. An event is for ever: fields may be added with a default, none is
renamed, retyped or removed.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.catalogue import ShowTerms
from justbookit.ids import (
    AreaId,
    BookingId,
    CommandId,
    CustomerId,
    OfferId,
    SaleId,
    SeatId,
    ShowId,
    ZoneId,
)
from justbookit.seat_commands import Payment


class Refusal(StrEnum):
    """Why a wish was not granted; stable, part of the public API."""

    UNKNOWN_SHOW = "unknown_show"
    SHOW_EXISTS = "show_exists"
    SHOW_CLOSED = "show_closed"
    SALES_OVER = "sales_over"
    NOT_SOLD_HERE = "not_sold_here"
    NO_SEATS = "no_seats"
    TOO_MANY_SEATS = "too_many_seats"
    TOO_MANY_FOR_PERSON = "too_many_for_person"
    UNKNOWN_SEAT = "unknown_seat"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_AREA = "unknown_area"
    AREA_FULL = "area_full"
    NO_BLOCK = "no_block"
    SEAT_TAKEN = "seat_taken"
    SEAT_BLOCKED = "seat_blocked"
    NOT_ALLOTTED = "not_allotted"
    ACCESSIBLE_ONLY = "accessible_only"
    ORPHAN_LEFT = "orphan_left"
    BOOKING_EXISTS = "booking_exists"
    UNKNOWN_BOOKING = "unknown_booking"
    HOLD_EXPIRED = "hold_expired"
    ALREADY_EXTENDED = "already_extended"
    NOT_HELD = "not_held"
    NOT_CONFIRMED = "not_confirmed"
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN_SALE = "unknown_sale"
    SALE_EXISTS = "sale_exists"
    SHOW_HAS_BOOKINGS = "show_has_bookings"
    BAD_UNTIL = "bad_until"
    SHOW_OVER = "show_over"
    PLAN_OUTDATED = "plan_outdated"


class ReleaseReason(StrEnum):
    """Why a hold ended without a booking."""

    CUSTOMER = "customer"
    EXPIRED = "expired"
    COUNTER = "counter"
    """The theatre sold a seat of its own at its counter, given back to it since the hold began."""
    SHOW_CANCELLED = "show_cancelled"
    SHOW_MOVED = "show_moved"


MOVED = "the show moved to another hall"
MOVED_WITHOUT = "the show moved to another hall, which has no place as good for all of you"
"""Why, for who held seats, and for who had paid."""


class PriceLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one seat costs and why: `price` = `base` - `discount`, in minor units."""

    seat_id: SeatId
    zone: ZoneId
    base: int
    price: int
    discount: int = 0
    offer_id: OfferId | None = None
    reason: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """One fact about one show; `command_id` is what asked for it, None for the timer."""

    show_id: ShowId
    version: int
    at: datetime
    command_id: CommandId | None = None
    fingerprint: str | msgspec.UnsetType = msgspec.UNSET
    """The command's: whoever gets this as the answer to another wish of that name sees it."""


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
    """How many bookings and holds stand in the way, or seats there are; where that is why."""
    area_id: AreaId | None = None
    """The area that has too few places; `count` of them may be had."""


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
    | SeatsBlocked
    | SeatsUnblocked
    | AllotmentSet
    | AllotmentGivenBack
    | SeatsSoldAtCounter
    | CounterSaleReturned
    | CommandRefused
)
