"""What becomes of a hold: more time for it, paid, let go."""

from datetime import timedelta

from justbookit.answering import Scribe
from justbookit.bookings import Booking, BookingStatus
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import ConfirmBooking, ExtendHold, ReleaseHold
from justbookit.seat_events import BookingConfirmed, HoldExtended, HoldReleased

TIME_TO_PAY = timedelta(minutes=7)
"""What a customer has at least, from when they begin to pay."""

HELD_AT_MOST = timedelta(minutes=20)
"""However often somebody asks, nobody keeps seats from others for longer without paying."""


def extend(scribe: Scribe, command: ExtendHold) -> None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None or refuse_unless_held(scribe, booking):
        return
    if booking.extended:
        scribe.refuse(
            Refusal.ALREADY_EXTENDED,
            f"a hold is extended once; the seats are held until {booking.held_until:%FT%TZ}",
            booking_id=booking.booking_id,
        )
        return
    wanted = min(scribe.now + TIME_TO_PAY, booking.held_at + HELD_AT_MOST)
    scribe.write(
        HoldExtended,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        held_until=max(booking.held_until, wanted),
    )


def confirm(scribe: Scribe, command: ConfirmBooking) -> None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None:
        return
    if refuse_unless_held(scribe, booking):
        return
    payment = command.payment
    if (payment.amount, payment.currency) != (booking.amount, booking.currency):
        scribe.refuse(
            Refusal.WRONG_AMOUNT,
            f"the booking costs {booking.amount} {booking.currency} in minor units",
            booking_id=booking.booking_id,
        )
        return
    scribe.write(
        BookingConfirmed,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        seat_ids=booking.seat_ids,
        payment=payment,
    )


def release(scribe: Scribe, command: ReleaseHold) -> None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None or refuse_unless_held(scribe, booking):
        return
    scribe.write(
        HoldReleased,
        booking_id=booking.booking_id,
        seat_ids=booking.seat_ids,
        reason=ReleaseReason.CUSTOMER,
    )


def refuse_unless_held(scribe: Scribe, booking: Booking) -> bool:
    if booking.status is BookingStatus.EXPIRED or scribe.has_expired(booking.booking_id):
        scribe.expire([booking.booking_id])
        scribe.refuse(
            Refusal.HOLD_EXPIRED,
            f"the seats were held until {booking.held_until:%FT%TZ}; hold them again",
            booking_id=booking.booking_id,
            seat_ids=booking.seat_ids,
        )
        return True
    if booking.status is not BookingStatus.HELD:
        scribe.refuse(
            Refusal.NOT_HELD,
            f"the booking is {booking.status}" + (f": {booking.because}" * bool(booking.because)),
            booking_id=booking.booking_id,
        )
        return True
    if (cancelling := scribe.seatmap.cancelling) is not None:
        scribe.refuse(
            Refusal.SHOW_CLOSED,
            f"the show was cancelled: {cancelling.reason}; nothing is to be paid",
            booking_id=booking.booking_id,
        )
        return True
    return False
