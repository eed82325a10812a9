"""A customer's way from seats to ticket and back: what the API's routes and the pages both do."""

import base64
import binascii
from collections import OrderedDict
from datetime import UTC, datetime

import msgspec

from api.answers import Answer, Answered
from api.asking import Asking
from api.bookings.history import History
from api.bookings.shows import Shows
from api.bookings.views import (
    Bookings,
    BookingView,
    BookingWithShow,
    Held,
    held_view,
    paid_view,
)
from api.keys import Claim
from api.payments.tokens import Paid, Tokens
from api.problems import ProblemRaised, invalid, problem, refused
from justbookit.bookings import BookingStatus
from justbookit.exchange_events import ExchangeTaken
from justbookit.holding import TIME_TO_PAY
from justbookit.ids import BookingId, CommandId, CustomerId
from justbookit.refusals import Refusal
from justbookit.seat_commands import (
    AcceptSeatOffer,
    CancelBooking,
    ConfirmBooking,
    ExtendHold,
    HoldBest,
    HoldSeats,
    ReleaseHold,
)
from justbookit.seat_events import (
    BookingCancelled,
    BookingConfirmed,
    CommandRefused,
    HoldExtended,
    HoldReleased,
    SeatsHeld,
)

REMEMBERED_MAX = 50_000
LIMIT_MAX = 50

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


class BookingDesk:
    """Holds, confirms, releases and cancels; remembers the holds that it made."""

    def __init__(self, history: History, asking: Asking, shows: Shows, tokens: Tokens) -> None:
        self._history = history
        self._asking = asking
        self._shows = shows
        self._tokens = tokens
        self._held: OrderedDict[BookingId, Held] = OrderedDict()

    async def hold(
        self, command: HoldSeats | HoldBest | AcceptSeatOffer, *, replay: bool
    ) -> BookingView:
        """Seats set aside, at a price that is now fixed; a retry gets the same."""
        await self._shows.must_exist(command.show_id)
        return self._held_by(await self._asking.seats(command, replay=replay))

    async def hold_once(self, command: HoldSeats) -> tuple[BookingView, bool]:
        """The same for a command with a fingerprint; and whether it was answered before."""
        await self._shows.must_exist(command.show_id)
        event, again = await self._asking.once(command)
        return self._held_by(event), again

    def _held_by(self, answer: Answer) -> BookingView:
        match answer:
            case SeatsHeld() as event:
                return self._remember(event)
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a hold was answered with {type(other).__name__}")

    async def extend(
        self, customer_id: CustomerId, booking_id: BookingId, claim: Claim
    ) -> BookingView:
        """A hold with the time it takes to pay; once for each hold."""
        held = await self.held(customer_id, booking_id)
        return await self._extend(customer_id, held, claim.command_id, replay=claim.replay)

    async def _extend(
        self, customer_id: CustomerId, held: BookingView, command_id: CommandId, *, replay: bool
    ) -> BookingView:
        command = ExtendHold(
            command_id=command_id,
            show_id=held.show_id,
            booking_id=held.booking_id,
            customer_id=customer_id,
        )
        match await self._asking.seats(command, replay=replay):
            case HoldExtended(held_until=held_until):
                view = msgspec.structs.replace(held, held_until=held_until)
                if held.booking_id in self._held:
                    self._held[held.booking_id] = Held(customer_id=customer_id, view=view)
                return view
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"more time was answered with {type(other).__name__}")

    async def confirm(
        self, customer_id: CustomerId, booking_id: BookingId, token: str, claim: Claim
    ) -> tuple[BookingView, bool]:
        """The paid booking, and whether it had been paid by this request before.

        The token says what was paid for; the writer compares.
        """
        answered = await self._pay(customer_id, booking_id, token, claim)
        match answered.event:
            case BookingConfirmed() as event:
                return await self.paid(customer_id, event), answered.again
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a payment was answered with {type(other).__name__}")

    async def _pay(
        self, customer_id: CustomerId, booking_id: BookingId, token: str, claim: Claim
    ) -> Answered:
        try:
            paid = self._tokens.read(token, booking_id, customer_id, datetime.now(UTC))
        except ProblemRaised:
            # A retry may come after the token ran out: what it did is still what it did.
            given = await self._asking.before(claim.command_id, claim.asked)
            if given is None:
                raise
            return given
        return await self._asking.once(
            ConfirmBooking(
                command_id=claim.command_id,
                show_id=paid.show_id,
                booking_id=booking_id,
                customer_id=customer_id,
                payment=paid.payment,
                fingerprint=claim.asked,
            )
        )

    async def release(
        self, customer_id: CustomerId, booking_id: BookingId, claim: Claim
    ) -> BookingView:
        """Held seats let go."""
        held = await self.held(customer_id, booking_id)
        command = ReleaseHold(
            command_id=claim.command_id,
            show_id=held.show_id,
            booking_id=booking_id,
            customer_id=customer_id,
        )
        match await self._asking.seats(command, replay=claim.replay):
            case HoldReleased(at=at):
                return msgspec.structs.replace(
                    held, status=BookingStatus.RELEASED, ended_at=at, left_alone=()
                )
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a release was answered with {type(other).__name__}")

    async def cancel(
        self, customer_id: CustomerId, booking_id: BookingId, claim: Claim
    ) -> BookingView:
        """A paid booking given back; `refund` is all that ever comes back of it."""
        booking = (await self.booking(customer_id, booking_id)).booking
        command = CancelBooking(
            command_id=claim.command_id,
            show_id=booking.show_id,
            booking_id=booking_id,
            customer_id=customer_id,
        )
        match await self._asking.seats(command, replay=claim.replay):
            case BookingCancelled(seat_ids=seats, at=at, refund=refund):
                if booking.exchanging or set(booking.seat_ids) != set(seats):
                    # something else was made of it while this was asked for
                    booking = (await self.booking(customer_id, booking_id)).booking
                refund += sum(change.refund for change in booking.changes)
                return msgspec.structs.replace(
                    booking, status=BookingStatus.CANCELLED, ended_at=at, refund=refund
                )
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a cancellation was answered with {type(other).__name__}")

    async def pay(
        self, customer_id: CustomerId, booking_id: BookingId, method: str, *, declined: bool
    ) -> tuple[str, Paid]:
        """What the sandbox gateway says to a customer who pays for a hold: a signed token.

        Who has less time left than it takes to pay is given it first.
        """
        held = await self.held(customer_id, booking_id)
        if held.status is BookingStatus.HELD and held.held_until < datetime.now(UTC) + TIME_TO_PAY:
            # One name for each hold: paying again asks again, and gets the answer that was given.
            again = CommandId(f"pay-{customer_id}-{booking_id}")
            try:
                held = await self._extend(customer_id, held, again, replay=True)
            except ProblemRaised as raised:
                if raised.problem.code != Refusal.ALREADY_EXTENDED:
                    raise
        if declined:
            raise problem("payment_declined", "the sandbox was asked to decline this card")
        return self._tokens.pay(
            datetime.now(UTC),
            booking_id=booking_id,
            customer_id=customer_id,
            show_id=held.show_id,
            method=method,
            amount=held.amount,
            currency=held.currency,
        )

    async def held(self, customer_id: CustomerId, booking_id: BookingId) -> BookingView:
        """A booking as its hold made it, from memory when this process made the hold."""
        held = self._remembered(customer_id, booking_id)
        return held or (await self.booking(customer_id, booking_id)).booking

    async def paid(
        self, customer_id: CustomerId, event: BookingConfirmed | ExchangeTaken
    ) -> BookingView:
        """A booking as it was when it was paid, whatever has been made of it since.

        The same request has one answer, and may be asked again after all of that.
        """
        held = self._remembered(customer_id, event.booking_id)
        if held is not None and held.seat_ids == event.seat_ids:
            return paid_view(held, event)
        now = (await self.booking(customer_id, event.booking_id)).booking
        if now.seat_ids == event.seat_ids and not (now.changes or now.exchanges):
            return paid_view(now, event)
        then = await self._history.in_version(event.show_id, event.booking_id, event.version)
        return paid_view(then or now, event)

    def _remembered(self, customer_id: CustomerId, booking_id: BookingId) -> BookingView | None:
        """A hold of theirs, when this process made it."""
        held = self._held.get(booking_id)
        return held.view if held is not None and held.customer_id == customer_id else None

    async def booking(self, customer_id: CustomerId, booking_id: BookingId) -> BookingWithShow:
        """A customer's booking as it is; raises the same problem for nobody's and another's."""
        found = await self._history.booking(booking_id, customer_id)
        if found is None:
            raise problem("unknown_booking", "you have no such booking")
        return found

    async def bookings(self, customer_id: CustomerId, limit: int, cursor: str | None) -> Bookings:
        """A customer's bookings, the latest first."""
        if not 1 <= limit <= LIMIT_MAX:
            raise invalid("limit", f"between 1 and {LIMIT_MAX}")
        before = (_END_OF_TIME, "") if cursor is None else _read_cursor(cursor)
        found = await self._history.bookings_of(customer_id, before, limit + 1)
        shown, more = found[:limit], len(found) > limit
        return Bookings(
            items=tuple(shown), next_cursor=_make_cursor(shown[-1].booking) if more else None
        )

    def _remember(self, event: SeatsHeld) -> BookingView:
        view = held_view(event)
        self._held[event.booking_id] = Held(customer_id=event.customer_id, view=view)
        if len(self._held) > REMEMBERED_MAX:
            self._held.popitem(last=False)
        return view


def _make_cursor(booking: BookingView) -> str:
    raw = msgspec.json.encode((booking.held_at, booking.booking_id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, booking_id = msgspec.json.decode(raw, type=tuple[datetime, str])
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise problem("bad_cursor", "the cursor was not given for this list") from error
    if at.tzinfo is None:
        raise problem("bad_cursor", "the cursor was not given for this list")
    return at, booking_id
