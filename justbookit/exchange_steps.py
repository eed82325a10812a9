"""What the steps of an exchange make of a booking, until its seats go."""

from justbookit.bookings import Booking, BookingStatus, Exchanged, Pledge
from justbookit.errors import BrokenInvariant
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.seat_events import BookingConfirmed
from justbookit.seatmap import SeatMap

Step = ExchangeQuoted | ExchangeBegun | ExchangeTaken | ExchangeDropped


def exchange_goes_on(seatmap: SeatMap, event: Step) -> None:
    """Remember a step; no seat changes hands with it.

    Raises BrokenInvariant when an exchange begins that nobody asked for, or that was not quoted.
    """
    match event:
        case ExchangeQuoted():
            seatmap.bookings[event.booking_id].exchange_quote = event
        case ExchangeBegun():
            booking = seatmap.bookings[event.booking_id]
            quote = booking.exchange_quote
            if quote is None or event.command_id is None:
                raise BrokenInvariant(f"an exchange of {event.booking_id} begins out of nothing")
            booking.pledge = Pledge(exchange_id=event.command_id, quote=quote)
        case ExchangeDropped():
            # the quote stands as long as it did: who had not paid may do so, and try again
            seatmap.bookings[event.booking_id].pledge = None
        case ExchangeTaken():
            booking = confirm(seatmap, event)
            booking.carried_in, booking.refund = event.origin.credit, event.refund
            booking.paid = 0 if event.payment is None else event.payment.amount


def confirm(seatmap: SeatMap, event: BookingConfirmed | ExchangeTaken) -> Booking:
    """A hold is a booking now; what was paid for it, its caller knows."""
    booking = seatmap.bookings[event.booking_id]
    booking.status, booking.payment = BookingStatus.CONFIRMED, event.payment
    booking.confirmed_at = event.at
    del seatmap.holds[event.booking_id]
    seatmap.tallies["held"] -= len(booking.lines)
    seatmap.tallies["booked"] += len(booking.lines)
    return booking


def exchanged(event: BookingExchanged) -> Exchanged:
    """What is kept of an exchange that is done."""
    return Exchanged(
        at=event.at,
        given=event.given,
        credit=event.credit,
        to_show_id=event.to_show_id,
        to_booking_id=event.to_booking_id,
    )
