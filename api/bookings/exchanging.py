"""Exchanges of paid bookings for seats of another show: asked of one writer, decided by another.

The quote is two questions: what goes along, of the show that the booking is of; and seats for it,
of the other. To make the exchange is one: the writers see to the rest, and what is waited for is
the other show's answer, which is the last word.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from api.asking import Asking
from api.bookings.booking import BookingDesk
from api.bookings.exchange_views import (
    ExchangeMade,
    ExchangeQuote,
    exchange_quote_view,
    exchange_view,
)
from api.bookings.shows import Shows
from api.keys import Claim
from api.payments.tokens import Paid, Tokens
from api.problems import problem, refused
from justbookit.errands import taking_of
from justbookit.exchange_commands import ExchangeBooking, Origin, QuoteExchange, holding_of
from justbookit.exchange_events import ExchangeQuoted, ExchangeTaken
from justbookit.ids import AreaId, BookingId, CommandId, CustomerId, SeatId, ShowId
from justbookit.seat_commands import HoldSeats
from justbookit.seat_events import CommandRefused


class ExchangeFor(msgspec.Struct, frozen=True, kw_only=True):
    """Seats of a booking to be given, none: all of them; and seats of another show to be had."""

    give: tuple[SeatId, ...]
    to_show_id: ShowId
    seat_ids: tuple[SeatId, ...]
    areas: dict[AreaId, int]
    accessible: bool = False


class ExchangeDesk:
    """Asks for quotes and for what was quoted."""

    def __init__(self, asking: Asking, desk: BookingDesk, shows: Shows, tokens: Tokens) -> None:
        self._asking = asking
        self._desk = desk
        self._shows = shows
        self._tokens = tokens

    async def quote(
        self, customer_id: CustomerId, booking_id: BookingId, wish: ExchangeFor, claim: Claim
    ) -> ExchangeQuote:
        """What this exchange would come to, and the seats for it held."""
        booking = (await self._desk.booking(customer_id, booking_id)).booking
        await self._shows.must_exist(wish.to_show_id)
        command = QuoteExchange(
            command_id=claim.command_id,
            show_id=booking.show_id,
            booking_id=booking_id,
            customer_id=customer_id,
            give=wish.give,
            to_show_id=wish.to_show_id,
            to_booking_id=claim.booking_id,
        )
        match await self._asking.seats(command, replay=claim.replay):
            case ExchangeQuoted() as quoted:
                hold = _hold(quoted, wish)
                return exchange_quote_view(quoted, await self._desk.hold(hold, replay=claim.replay))
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a quote was answered with {type(other).__name__}")

    async def possible(self, show_id: ShowId, among: Sequence[ShowId]) -> set[ShowId]:
        """Those of these shows that a booking of `show_id` may be exchanged for."""
        return await self._shows.of_same_organizer(show_id, among) - {show_id}

    async def quoted(
        self, customer_id: CustomerId, booking_id: BookingId, quote_id: str
    ) -> ExchangeQuote | None:
        """A quote that was given before; None where there is none of that name."""
        found = await self._asking.found(CommandId(quote_id))
        theirs = (booking_id, customer_id)
        if not isinstance(found, ExchangeQuoted) or theirs != (found.booking_id, found.customer_id):
            return None
        return exchange_quote_view(found, await self._desk.held(customer_id, found.to_booking_id))

    async def pay(
        self,
        customer_id: CustomerId,
        booking_id: BookingId,
        quote: ExchangeQuote,
        method: str,
        *,
        declined: bool,
    ) -> tuple[str, Paid]:
        """What the sandbox gateway says to a customer who pays the difference: a signed token."""
        if not quote.to_pay:
            raise problem("nothing_to_pay", "this exchange costs nothing more")
        if declined:
            raise problem("payment_declined", "the sandbox was asked to decline this card")
        return self._tokens.pay(
            datetime.now(UTC),
            booking_id=booking_id,
            customer_id=customer_id,
            show_id=quote.booking.show_id,
            method=method,
            amount=quote.to_pay,
            currency=quote.currency,
            quote_id=quote.quote_id,
        )

    async def exchange(
        self,
        customer_id: CustomerId,
        booking_id: BookingId,
        quote_id: str,
        token: str | None,
        claim: Claim,
    ) -> ExchangeMade:
        """The exchange that was quoted, made; `token` is for what it costs more."""
        booking = (await self._desk.booking(customer_id, booking_id)).booking
        # A retry may come after the token ran out: what it did is still what it did.
        begun = await self._asking.found(claim.command_id) if claim.replay else None
        if begun is None:
            command = ExchangeBooking(
                command_id=claim.command_id,
                show_id=booking.show_id,
                booking_id=booking_id,
                customer_id=customer_id,
                quote_id=CommandId(quote_id),
                payment=self._tokens.payment(token, booking_id, customer_id, quote_id),
            )
            answer = await self._asking.followed(command, taking_of(claim.command_id))
        elif isinstance(begun, CommandRefused):
            answer = begun
        else:
            answer = await self._asking.answer_to(taking_of(claim.command_id))
        match answer:
            case ExchangeTaken() as event:
                return exchange_view(event, await self._desk.paid(customer_id, event))
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"an exchange was answered with {type(other).__name__}")


def _hold(quoted: ExchangeQuoted, wish: ExchangeFor) -> HoldSeats:
    """Seats of the other show for what was quoted; its name follows from the quote's."""
    assert quoted.command_id is not None
    return HoldSeats(
        command_id=holding_of(quoted.command_id),
        show_id=quoted.to_show_id,
        booking_id=quoted.to_booking_id,
        customer_id=quoted.customer_id,
        seat_ids=wish.seat_ids,
        areas=wish.areas,
        accessible=wish.accessible,
        origin=Origin(
            show_id=quoted.show_id,
            booking_id=quoted.booking_id,
            quote_id=quoted.command_id,
            organizer_id=quoted.organizer_id,
            credit=quoted.credit,
            currency=quoted.currency,
            method=quoted.method,
            reference=quoted.reference,
            valid_until=quoted.valid_until,
        ),
    )
