"""Exchanges for seats of another show, as the API shows them."""

from datetime import datetime

import msgspec

from api.bookings.views import BookingView
from justbookit.exchange_events import ExchangeQuoted, ExchangeTaken
from justbookit.ids import BookingId, CommandId, SeatId, ShowId
from justbookit.price_lines import PriceLine


class ExchangeQuote(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange comes to; binding until `valid_until`, price and seats.

    `given` seats of the booking would go, and `remaining` of it be there, for `remaining_amount`
    together; `credit` minor units of what was paid go along. `booking` is what is held for that in
    the other show: `to_pay` more are to be paid there, or `to_refund` of the credit come back.
    """

    quote_id: CommandId
    booking_id: BookingId
    show_id: ShowId
    given: tuple[SeatId, ...]
    remaining: tuple[PriceLine, ...]
    remaining_amount: int
    credit: int
    booking: BookingView
    to_pay: int
    to_refund: int
    currency: str
    valid_until: datetime


class ExchangeMade(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange that was made as it was quoted: `booking` is what there is for it since.

    It cannot be undone; the seats of the booking that it came from are let go as this is said.
    """

    quote_id: CommandId
    from_booking_id: BookingId
    from_show_id: ShowId
    credit: int
    refund: int
    currency: str
    booking: BookingView


def exchange_quote_view(quoted: ExchangeQuoted, held: BookingView) -> ExchangeQuote:
    """An exchange as it was quoted here and held there."""
    assert quoted.command_id is not None
    more = held.amount - quoted.credit
    return ExchangeQuote(
        quote_id=quoted.command_id,
        booking_id=quoted.booking_id,
        show_id=quoted.show_id,
        given=quoted.given,
        remaining=quoted.lines,
        remaining_amount=quoted.amount,
        credit=quoted.credit,
        booking=held,
        to_pay=max(0, more),
        to_refund=max(0, -more),
        currency=quoted.currency,
        valid_until=quoted.valid_until,
    )


def exchange_view(taken: ExchangeTaken, booking: BookingView) -> ExchangeMade:
    """An exchange as it was made."""
    return ExchangeMade(
        quote_id=taken.exchange.quote_id,
        from_booking_id=taken.exchange.booking_id,
        from_show_id=taken.exchange.show_id,
        credit=taken.origin.credit,
        refund=taken.refund,
        currency=taken.currency,
        booking=booking,
    )
