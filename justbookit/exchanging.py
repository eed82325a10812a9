"""A paid booking is exchanged for seats of another show, which another writer may decide about.

The show that the booking is of quotes what would come along (`quote_exchange`); the seats there are
held at that quote. To make the exchange, the booking is pledged (`begin_exchange`): from then on
nothing else happens to it. Then the other show's writer has the last word: it takes the exchange
(`take_exchange`), which cannot be undone, or refuses it. What it said is done here at last,
whatever became of this show meanwhile (`finish_exchange`, `drop_exchange`). So at every moment the
customer has one of the two, and only one: until it is taken this one, from then on the other.
"""

from justbookit.answering import Scribe
from justbookit.bookings import Booking
from justbookit.changing import (
    QUOTE_BINDS,
    paid_booking,
    refuse_expired,
    refuse_other_money,
    refuse_stale,
    refuse_strange,
    refuse_used,
)
from justbookit.exchange_commands import (
    DropExchange,
    ExchangeBooking,
    FinishExchange,
    Origin,
    QuoteExchange,
    TakeExchange,
)
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.holding import refuse_unless_held
from justbookit.ids import BookingId
from justbookit.offers import price
from justbookit.refusals import Refusal
from justbookit.seat_commands import HoldSeats
from justbookit.taking import take_seats


def quote_exchange(scribe: Scribe, command: QuoteExchange) -> None:
    """Say what would remain here, at which price, and how much would go along."""
    booking = paid_booking(scribe, command.booking_id, command.customer_id)
    if booking is None or _refuse_late(scribe, booking.booking_id):
        return
    given = tuple(dict.fromkeys(command.give)) or booking.seat_ids
    if refuse_strange(scribe, booking, given):
        return
    if command.to_show_id == command.show_id:
        scribe.refuse(
            Refusal.SAME_SHOW,
            "the booking is of this show; change its seats instead",
            booking_id=booking.booking_id,
        )
        return
    seatmap = scribe.seatmap
    assert seatmap.terms is not None
    remains = [(line.seat_id, line.zone) for line in booking.lines if line.seat_id not in given]
    rest = price(seatmap.tariffs[booking.tariff_since], remains)
    method, reference = paid_by(booking)
    scribe.write(
        ExchangeQuoted,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        given=given,
        lines=rest.lines,
        amount=rest.amount,
        credit=booking.kept - rest.amount,
        currency=booking.currency,
        organizer_id=seatmap.terms.organizer_id,
        method=method,
        reference=reference,
        to_show_id=command.to_show_id,
        to_booking_id=command.to_booking_id,
        valid_until=min(scribe.now + QUOTE_BINDS, seatmap.terms.exchanges_end_at),
    )


def paid_by(booking: Booking) -> tuple[str, str]:
    """The method and reference of the payment that a booking's money was first captured with."""
    if booking.origin is not None:
        return booking.origin.method, booking.origin.reference
    assert booking.payment is not None
    return booking.payment.method, booking.payment.reference


def begin_exchange(scribe: Scribe, command: ExchangeBooking) -> None:
    """Pledge the booking as it was quoted, if the quote still stands."""
    booking = paid_booking(scribe, command.booking_id, command.customer_id)
    if booking is None or _refuse_late(scribe, booking.booking_id):
        return
    quote = booking.exchange_quote
    if quote is None or quote.command_id != command.quote_id:
        scribe.refuse(
            Refusal.UNKNOWN_QUOTE,
            "no such quote of this booking stands; ask for one",
            booking_id=booking.booking_id,
        )
    elif not (
        refuse_stale(scribe, booking, quote) or refuse_used(scribe, booking, command.payment)
    ):
        scribe.write(
            ExchangeBegun,
            booking_id=booking.booking_id,
            customer_id=booking.customer_id,
            quote_id=command.quote_id,
            credit=quote.credit,
            currency=quote.currency,
            to_show_id=quote.to_show_id,
            to_booking_id=quote.to_booking_id,
            payment=command.payment,
        )


def hold_for_exchange(scribe: Scribe, command: HoldSeats, origin: Origin) -> None:
    """Hold seats here for as long as the quote there stands."""
    if scribe.refuse_unless_open(command.booking_id):
        return
    if not _refuse_origin(scribe, origin, command.booking_id):
        take_seats(scribe, command, origin.valid_until - scribe.now)


def _refuse_origin(scribe: Scribe, origin: Origin, booking_id: BookingId) -> bool:
    """Refuse to hold seats of this show for a booking that cannot be exchanged for them."""
    terms = scribe.seatmap.terms
    assert terms is not None
    if origin.organizer_id != terms.organizer_id:
        scribe.refuse(
            Refusal.OTHER_ORGANIZER,
            "the show is another organizer's, who has nothing of what you paid;"
            " cancel the booking and book this one anew",
            booking_id=booking_id,
        )
    elif origin.currency != terms.currency:
        scribe.refuse(
            Refusal.OTHER_CURRENCY,
            f"the show is sold in {terms.currency}, and you paid {origin.currency};"
            " cancel the booking and book this one anew",
            booking_id=booking_id,
        )
    else:
        return refuse_expired(scribe, booking_id, origin.valid_until)
    return True


def take_exchange(scribe: Scribe, command: TakeExchange) -> None:
    """Make the hold a booking for what comes along and what was paid besides: the last word."""
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None or refuse_unless_held(scribe, booking):
        return
    origin, exchange = booking.origin, command.exchange
    if origin is None or (
        origin.show_id,
        origin.booking_id,
        origin.quote_id,
        origin.credit,
    ) != (exchange.show_id, exchange.booking_id, exchange.quote_id, command.credit):
        scribe.refuse(
            Refusal.NO_EXCHANGE,
            "the hold was not made for this exchange; ask for another quote",
            booking_id=booking.booking_id,
        )
    elif not refuse_other_money(
        scribe, booking, "exchange", max(0, booking.amount - command.credit), command.payment
    ):
        scribe.write(
            ExchangeTaken,
            booking_id=booking.booking_id,
            customer_id=booking.customer_id,
            seat_ids=booking.seat_ids,
            exchange=exchange,
            origin=origin,
            amount=booking.amount,
            currency=booking.currency,
            refund=max(0, origin.credit - booking.amount),
            payment=command.payment,
        )


def finish_exchange(scribe: Scribe, command: FinishExchange) -> None:
    """Let go of what was pledged; the customer sits in the other show."""
    booking = _pledged(scribe, command)
    if booking is None:
        return
    assert booking.pledge is not None
    quote = booking.pledge.quote
    scribe.write(
        BookingExchanged,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        exchange_id=command.exchange_id,
        given=quote.given,
        lines=quote.lines,
        amount=quote.amount,
        credit=quote.credit,
        currency=quote.currency,
        to_show_id=quote.to_show_id,
        to_booking_id=quote.to_booking_id,
    )


def drop_exchange(scribe: Scribe, command: DropExchange) -> None:
    """The booking is the customer's to do as they like with again."""
    booking = _pledged(scribe, command)
    if booking is not None:
        scribe.write(
            ExchangeDropped,
            booking_id=booking.booking_id,
            customer_id=booking.customer_id,
            exchange_id=command.exchange_id,
            code=command.code,
            detail=command.detail,
        )


def _pledged(scribe: Scribe, command: FinishExchange | DropExchange) -> Booking | None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None:
        return None
    if booking.pledge is None or booking.pledge.exchange_id != command.exchange_id:
        scribe.refuse(
            Refusal.NO_EXCHANGE,
            "the booking is not pledged to such an exchange",
            booking_id=booking.booking_id,
        )
        return None
    return booking


def _refuse_late(scribe: Scribe, booking_id: BookingId) -> bool:
    """Refuse when no booking of this show is exchanged any more."""
    if scribe.refuse_unless_open(booking_id):
        return True
    terms = scribe.seatmap.terms
    assert terms is not None
    if scribe.now < (end := terms.exchanges_end_at):
        return False
    scribe.refuse(
        Refusal.EXCHANGE_OVER,
        f"bookings of this show could be exchanged until {end:%FT%TZ}",
        booking_id=booking_id,
    )
    return True
