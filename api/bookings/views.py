"""Bookings as the API shows them."""

from datetime import datetime

import msgspec

from justbookit.bookings import Booking, BookingChange, BookingStatus, Exchanged
from justbookit.exchange_commands import Origin
from justbookit.exchange_events import ExchangeTaken
from justbookit.ids import BookingId, CommandId, CustomerId, MovieId, SeatId, ShowId
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.seat_events import (
    BookingChanged,
    BookingConfirmed,
    ChangeQuoted,
    SeatsHeld,
)


class CameFrom(msgspec.Struct, frozen=True, kw_only=True):
    """A booking of another show; `credit` minor units of what was paid for it come along."""

    show_id: ShowId
    booking_id: BookingId
    quote_id: CommandId
    credit: int


class BookingView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Seats of a show for a customer; money in minor units, a line says why it costs that."""

    booking_id: BookingId
    show_id: ShowId
    status: BookingStatus
    seat_ids: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    held_at: datetime
    held_until: datetime
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    refund: int = 0
    because: str = ""
    """Why the theatre took the seats away, if it did."""
    payment: Payment | None = None
    left_alone: tuple[SeatId, ...] = ()
    """Told when seats are held: free ones beside them that have no free neighbour now."""
    changes: tuple[BookingChange, ...] = ()
    """How a paid booking came to what it is now, the oldest first."""
    origin: CameFrom | None = None
    """What it is held, or was had, in exchange for."""
    exchanging: bool = False
    """It is being exchanged just now; nothing else happens to it until that is done."""
    exchanges: tuple[Exchanged, ...] = ()
    """What of it was exchanged, and for which booking of which show, the oldest first."""


class ChangeQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What a change of a paid booking comes to; binding until `valid_until`.

    `given` seats go back, `taken` ones come in; the booking then has `lines` and costs `amount`.
    `to_refund` minor units come back, or `to_pay` more are to be paid. It keeps the price, not the
    seats.
    """

    quote_id: CommandId
    booking_id: BookingId
    show_id: ShowId
    given: tuple[SeatId, ...]
    taken: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    to_pay: int
    to_refund: int
    currency: str
    valid_until: datetime
    left_alone: tuple[SeatId, ...] = ()
    """Free seats that would have no free neighbour then, where the theatre wants that told."""


class ChangeMade(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was made as it was quoted; `lines` are what the booking has since."""

    quote_id: CommandId
    booking_id: BookingId
    show_id: ShowId
    given: tuple[SeatId, ...]
    taken: tuple[SeatId, ...]
    lines: tuple[PriceLine, ...]
    amount: int
    refund: int
    currency: str
    changed_at: datetime
    payment: Payment | None = None


class ShowInBooking(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket says of its show."""

    movie_id: MovieId
    title: str
    venue_name: str
    venue_address: str
    city_name: str
    theatre_name: str
    starts_at: datetime
    timezone: str
    language: str
    format: str


class BookingWithShow(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with what it is for."""

    booking: BookingView
    show: ShowInBooking | None


class Bookings(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's bookings, the latest first."""

    items: tuple[BookingWithShow, ...]
    next_cursor: str | None = None


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A booking in this process's memory: the hold it began with, and whose it is."""

    customer_id: CustomerId
    view: BookingView


def held_view(event: SeatsHeld) -> BookingView:
    """A booking as it was when its hold was made."""
    return BookingView(
        booking_id=event.booking_id,
        show_id=event.show_id,
        status=BookingStatus.HELD,
        seat_ids=tuple(line.seat_id for line in event.lines),
        lines=event.lines,
        amount=event.amount,
        currency=event.currency,
        held_at=event.at,
        held_until=event.held_until,
        left_alone=event.left_alone,
        origin=came_from(event.origin),
    )


def view_of(show_id: ShowId, booking: Booking) -> BookingView:
    """A booking as the seat writer has it."""
    return BookingView(
        booking_id=booking.booking_id,
        show_id=show_id,
        status=booking.status,
        seat_ids=booking.seat_ids,
        lines=booking.lines,
        amount=booking.amount,
        currency=booking.currency,
        held_at=booking.held_at,
        held_until=booking.held_until,
        confirmed_at=booking.confirmed_at,
        ended_at=booking.ended_at,
        refund=booking.refund,
        because=booking.because,
        payment=booking.payment,
        changes=booking.changes,
        origin=came_from(booking.origin),
        exchanging=booking.pledge is not None,
        exchanges=booking.exchanges,
    )


def came_from(origin: Origin | None) -> CameFrom | None:
    """Where a booking comes from, for who has it."""
    if origin is None:
        return None
    return CameFrom(
        show_id=origin.show_id,
        booking_id=origin.booking_id,
        quote_id=origin.quote_id,
        credit=origin.credit,
    )


def paid_view(held: BookingView, event: BookingConfirmed | ExchangeTaken) -> BookingView:
    """A booking as it was when it was paid, or had in exchange for another."""
    return msgspec.structs.replace(
        held,
        status=BookingStatus.CONFIRMED,
        confirmed_at=event.at,
        ended_at=None,
        refund=event.refund if isinstance(event, ExchangeTaken) else 0,
        payment=event.payment,
        left_alone=(),
    )


def quote_view(event: ChangeQuoted) -> ChangeQuote:
    """A change as it was quoted."""
    assert event.command_id is not None
    return ChangeQuote(
        quote_id=event.command_id,
        booking_id=event.booking_id,
        show_id=event.show_id,
        given=event.given,
        taken=event.taken,
        lines=event.lines,
        amount=event.amount,
        to_pay=event.to_pay,
        to_refund=event.to_refund,
        currency=event.currency,
        valid_until=event.valid_until,
        left_alone=event.left_alone,
    )


def change_view(event: BookingChanged) -> ChangeMade:
    """A change as it was made."""
    return ChangeMade(
        quote_id=event.quote_id,
        booking_id=event.booking_id,
        show_id=event.show_id,
        given=event.given,
        taken=event.taken,
        lines=event.lines,
        amount=event.amount,
        refund=event.refund,
        currency=event.currency,
        changed_at=event.at,
        payment=event.payment,
    )
