"""Changes of paid bookings: quoted by the seat writer, then made as they were quoted."""

from datetime import UTC, datetime

import msgspec

from api.asking import Asking
from api.bookings.booking import BookingDesk
from api.bookings.views import ChangeMade, ChangeQuote, change_view, quote_view
from api.keys import Claim
from api.payments.tokens import Paid, Tokens
from api.problems import problem, refused
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId
from justbookit.seat_commands import ChangeBooking, QuoteChange
from justbookit.seat_events import BookingChanged, ChangeQuoted, CommandRefused


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Seats to give back, and others to have."""

    give: tuple[SeatId, ...]
    take: tuple[SeatId, ...]
    accessible: bool = False


class ChangeDesk:
    """Asks for quotes and for what was quoted; both are answered from their events alone."""

    def __init__(self, asking: Asking, desk: BookingDesk, tokens: Tokens) -> None:
        self._asking = asking
        self._desk = desk
        self._tokens = tokens

    async def quote(
        self, customer_id: CustomerId, booking_id: BookingId, wish: Wish, claim: Claim
    ) -> ChangeQuote:
        """What this change would come to."""
        booking = (await self._desk.booking(customer_id, booking_id)).booking
        command = QuoteChange(
            command_id=claim.command_id,
            show_id=booking.show_id,
            booking_id=booking_id,
            customer_id=customer_id,
            give=wish.give,
            take=wish.take,
            accessible=wish.accessible,
        )
        match await self._asking.seats(command, replay=claim.replay):
            case ChangeQuoted() as event:
                return quote_view(event)
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a quote was answered with {type(other).__name__}")

    async def pay(
        self,
        customer_id: CustomerId,
        booking_id: BookingId,
        quote_id: str,
        method: str,
        *,
        declined: bool,
    ) -> tuple[str, Paid]:
        """What the sandbox gateway says to a customer who pays the difference: a signed token."""
        quote = await self._asking.found(CommandId(quote_id))
        theirs = (booking_id, customer_id)
        if not isinstance(quote, ChangeQuoted) or theirs != (quote.booking_id, quote.customer_id):
            raise problem("unknown_quote", "no such quote of a booking of yours")
        if not quote.to_pay:
            raise problem("nothing_to_pay", "this change costs nothing more")
        if declined:
            raise problem("payment_declined", "the sandbox was asked to decline this card")
        return self._tokens.pay(
            datetime.now(UTC),
            booking_id=booking_id,
            customer_id=customer_id,
            show_id=quote.show_id,
            method=method,
            amount=quote.to_pay,
            currency=quote.currency,
            quote_id=quote_id,
        )

    async def change(
        self,
        customer_id: CustomerId,
        booking_id: BookingId,
        quote_id: str,
        token: str | None,
        claim: Claim,
    ) -> ChangeMade:
        """The change that was quoted, made; `token` is for what it costs more."""
        booking = (await self._desk.booking(customer_id, booking_id)).booking
        # A retry may come after the token ran out: what it did is still what it did.
        found = await self._asking.found(claim.command_id) if claim.replay else None
        if found is None:
            payment = self._tokens.payment(token, booking_id, customer_id, quote_id)
            command = ChangeBooking(
                command_id=claim.command_id,
                show_id=booking.show_id,
                booking_id=booking_id,
                customer_id=customer_id,
                quote_id=CommandId(quote_id),
                payment=payment,
            )
            found = await self._asking.seats(command)
        match found:
            case BookingChanged() as event:
                return change_view(event)
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a change was answered with {type(other).__name__}")
