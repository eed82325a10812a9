"""Bookings as the API shows them."""

from datetime import datetime

import msgspec

from justbookit.bookings import BookingStatus
from justbookit.ids import BookingId, CustomerId, MovieId, SeatId, ShowId
from justbookit.seat_commands import Payment
from justbookit.seat_events import BookingConfirmed, PriceLine, SeatsHeld


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
    )


def confirmed_view(held: BookingView, event: BookingConfirmed) -> BookingView:
    """A booking as it was when it was paid."""
    return msgspec.structs.replace(
        held,
        status=BookingStatus.CONFIRMED,
        confirmed_at=event.at,
        ended_at=None,
        refund=0,
        payment=event.payment,
    )
