"""What becomes of a paid booking: given back whole, or changed under a quote.

What a booking becomes is priced as a whole by what the booking was priced by, whatever the show
is sold at now: of three tickets with the third at half price, the two that stay are at full price
each. So a change is quoted before it is made, and the quote binds: what was quoted is what
happens, or nothing does. It keeps the price and not the seats: those that somebody else took
meanwhile are refused, and no money moves.
"""

from datetime import datetime, timedelta

from justbookit.answering import Scribe
from justbookit.bookings import Booking, BookingStatus
from justbookit.exchange_events import ExchangeQuoted
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.offers import price
from justbookit.refusals import Refusal
from justbookit.seat_commands import CancelBooking, ChangeBooking, Payment, QuoteChange
from justbookit.seat_events import BookingCancelled, BookingChanged, ChangeQuoted
from justbookit.taking import Buyer, leave_alone, refuse_number, refuse_seats, refuse_unsold

QUOTE_BINDS = timedelta(minutes=10)
"""How long a quote stands; never beyond the start of the show."""

QUOTES_AT_ONCE = 5
"""Each quote that stands has to be kept until it runs out."""


def cancel_booking(scribe: Scribe, command: CancelBooking) -> None:
    """Give a paid booking back, for all that was paid and not given back before."""
    booking = paid_booking(scribe, command.booking_id, command.customer_id)
    if booking is None or _refuse_begun(scribe, booking):
        return
    scribe.write(
        BookingCancelled,
        booking_id=booking.booking_id,
        seat_ids=booking.seat_ids,
        refund=booking.kept,
        currency=booking.currency,
    )


def quote_change(scribe: Scribe, command: QuoteChange) -> None:
    """Say what the booking would be, at which price, and what would be paid or paid back."""
    booking = paid_booking(scribe, command.booking_id, command.customer_id)
    if booking is None or scribe.refuse_unless_open(booking.booking_id):
        return
    if _refuse_begun(scribe, booking):
        return
    standing = [each for each in booking.quotes if each.valid_until > scribe.now]
    if len(standing) >= QUOTES_AT_ONCE:
        scribe.refuse(
            Refusal.TOO_MANY_QUOTES,
            f"{len(standing)} quotes stand; take one, or wait until"
            f" {standing[0].valid_until:%FT%TZ}",
            booking_id=booking.booking_id,
            count=len(standing),
        )
        return
    given, taken = tuple(dict.fromkeys(command.give)), tuple(dict.fromkeys(command.take))
    if _refuse_given(scribe, booking, given, taken):
        return
    left_alone = _take(scribe, booking, command, given, taken)
    if left_alone is None or _refuse_unpriced(scribe, booking, taken):
        return
    seatmap = scribe.seatmap
    assert seatmap.terms is not None
    remains = [(line.seat_id, line.zone) for line in booking.lines if line.seat_id not in given]
    added = [(seat, seatmap.zones[seat]) for seat in taken]
    quote = price(seatmap.tariffs[booking.tariff_since], remains + added)
    end = seatmap.terms.starts_at
    if taken:
        end = min(end, seatmap.terms.sales_end_at)
    scribe.write(
        ChangeQuoted,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        given=given,
        lines=quote.lines,
        amount=quote.amount,
        to_refund=max(0, booking.kept - quote.amount),
        currency=booking.currency,
        valid_until=min(scribe.now + QUOTE_BINDS, end),
        taken=taken,
        to_pay=max(0, quote.amount - booking.kept),
        accessible=command.accessible,
        left_alone=left_alone,
    )


def change_booking(scribe: Scribe, command: ChangeBooking) -> None:
    """Do what was quoted, to the minor unit, if the quote still stands."""
    booking = paid_booking(scribe, command.booking_id, command.customer_id)
    if booking is None or scribe.refuse_unless_open(booking.booking_id):
        return
    quote = next((each for each in booking.quotes if each.command_id == command.quote_id), None)
    if quote is None:
        scribe.refuse(
            Refusal.UNKNOWN_QUOTE,
            "no such quote of this booking; ask for one",
            booking_id=booking.booking_id,
        )
    elif not refuse_stale(scribe, booking, quote):
        _change_as(scribe, command, booking, quote)


def _change_as(
    scribe: Scribe, command: ChangeBooking, booking: Booking, quote: ChangeQuoted
) -> None:
    """The quote stands: its seats may be gone all the same, and the money may not be right."""
    if _take(scribe, booking, quote, quote.given, quote.taken) is None:
        return
    if _refuse_payment(scribe, booking, quote, command.payment):
        return
    scribe.expire_claims_on(quote.taken)
    scribe.write(
        BookingChanged,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        quote_id=command.quote_id,
        given=quote.given,
        lines=quote.lines,
        amount=quote.amount,
        refund=quote.to_refund,
        currency=quote.currency,
        taken=quote.taken,
        payment=command.payment,
        accessible=quote.accessible,
    )


def _take(
    scribe: Scribe,
    booking: Booking,
    buyer: Buyer,
    given: tuple[SeatId, ...],
    taken: tuple[SeatId, ...],
) -> tuple[SeatId, ...] | None:
    """Whom taking these seats leaves alone; None: refused, by the rules that a hold has to keep."""
    if not taken:
        return ()
    before = len(booking.lines)
    if (
        refuse_unsold(scribe, booking.booking_id)
        or refuse_number(scribe, buyer, before - len(given) + len(taken), before)
        or refuse_seats(scribe, buyer, taken)
    ):
        return None
    return leave_alone(scribe, buyer, taken, given)


def _refuse_unpriced(scribe: Scribe, booking: Booking, taken: tuple[SeatId, ...]) -> bool:
    """Refuse seats of a zone that there was no price for when the booking was bought."""
    prices, zones = scribe.seatmap.tariffs[booking.tariff_since].prices, scribe.seatmap.zones
    unpriced = tuple(seat for seat in taken if zones[seat] not in prices)
    if unpriced:
        scribe.refuse(
            Refusal.UNKNOWN_ZONE,
            f"{', '.join(unpriced)} had no price when the booking was bought; there are seats of"
            f" {', '.join(sorted(prices))}",
            booking_id=booking.booking_id,
            seat_ids=unpriced,
        )
    return bool(unpriced)


def _refuse_payment(
    scribe: Scribe, booking: Booking, quote: ChangeQuoted, payment: Payment | None
) -> bool:
    """Refuse any money but what was quoted, and the same money twice."""
    return refuse_other_money(scribe, booking, "change", quote.to_pay, payment) or refuse_used(
        scribe, booking, payment
    )


def refuse_stale(scribe: Scribe, booking: Booking, quote: ChangeQuoted | ExchangeQuoted) -> bool:
    """Refuse what was quoted before the booking became another, or too long ago."""
    if quote.version < booking.changed_in:
        scribe.refuse(
            Refusal.QUOTE_OUTDATED,
            "the booking was changed since it was quoted; ask for another quote",
            booking_id=booking.booking_id,
        )
        return True
    return refuse_expired(scribe, booking.booking_id, quote.valid_until)


def refuse_expired(scribe: Scribe, booking_id: BookingId, valid_until: datetime) -> bool:
    """Refuse what was quoted too long ago."""
    if scribe.now < valid_until:
        return False
    scribe.refuse(
        Refusal.QUOTE_EXPIRED,
        f"the quote stood until {valid_until:%FT%TZ}; ask for another",
        booking_id=booking_id,
    )
    return True


def refuse_other_money(
    scribe: Scribe, booking: Booking, what: str, to_pay: int, payment: Payment | None
) -> bool:
    """Refuse any money but `to_pay`; where that is nothing, any payment. `what` costs it."""
    paid = (0, booking.currency) if payment is None else (payment.amount, payment.currency)
    if paid == (to_pay, booking.currency) and (payment is None or to_pay):
        return False
    scribe.refuse(
        Refusal.WRONG_AMOUNT,
        f"this {what} costs {to_pay} {booking.currency} in minor units",
        booking_id=booking.booking_id,
    )
    return True


def refuse_used(scribe: Scribe, booking: Booking, payment: Payment | None) -> bool:
    """Refuse money that paid for this booking before."""
    payments = [booking.payment, *(change.payment for change in booking.changes)]
    used = {each.reference for each in payments if each is not None}
    if payment is not None and payment.reference in used:
        scribe.refuse(
            Refusal.PAYMENT_USED,
            f"payment {payment.reference} paid for this booking before",
            booking_id=booking.booking_id,
        )
        return True
    return False


def paid_booking(scribe: Scribe, booking_id: BookingId, customer_id: CustomerId) -> Booking | None:
    """A customer's paid booking that something may happen to; else it is refused."""
    booking = scribe.own_booking(booking_id, customer_id)
    if booking is not None and booking.status is not BookingStatus.CONFIRMED:
        scribe.refuse(
            Refusal.NOT_CONFIRMED,
            f"the booking is {booking.status}; only a paid one can be cancelled or changed",
            booking_id=booking_id,
        )
        return None
    if booking is not None and booking.pledge is not None:
        scribe.refuse(
            Refusal.EXCHANGE_PENDING,
            "the booking is being exchanged for seats of another show; look again in a moment",
            booking_id=booking_id,
        )
        return None
    return booking


def _refuse_begun(scribe: Scribe, booking: Booking) -> bool:
    terms = scribe.seatmap.terms
    assert terms is not None
    if scribe.now < terms.starts_at:
        return False
    scribe.refuse(
        Refusal.SALES_OVER,
        f"the show began at {terms.starts_at:%FT%TZ}",
        booking_id=booking.booking_id,
    )
    return True


def _refuse_given(
    scribe: Scribe, booking: Booking, given: tuple[SeatId, ...], taken: tuple[SeatId, ...]
) -> bool:
    """Refuse to take back what is not theirs, or all for nothing; and to change nothing."""
    booking_id, has = booking.booking_id, booking.seat_ids
    if not given and not taken:
        scribe.refuse(
            Refusal.NO_SEATS,
            f"name at least one seat to give back or to take; the booking has {', '.join(has)}",
            booking_id=booking_id,
        )
    elif refuse_strange(scribe, booking, given):
        return True
    elif len(given) == len(has) and not taken:
        scribe.refuse(
            Refusal.NOTHING_REMAINS,
            f"{', '.join(has)} are the whole booking; cancel it instead",
            booking_id=booking_id,
            seat_ids=has,
        )
    return bool(scribe.events)


def refuse_strange(scribe: Scribe, booking: Booking, given: tuple[SeatId, ...]) -> bool:
    """Refuse to take back what is not theirs."""
    has = booking.seat_ids
    strange = tuple(seat for seat in given if seat not in has)
    if strange:
        scribe.refuse(
            Refusal.NOT_IN_BOOKING,
            f"{', '.join(strange)} are not in the booking, which has {', '.join(has)}",
            booking_id=booking.booking_id,
            seat_ids=strange,
        )
    return bool(strange)
