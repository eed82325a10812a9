"""Bookings that go from one show to another: each show's part alone, and then both held together.

No seat and no unit of money may be in both shows, nor in neither, once nothing moves any more.
"""

from datetime import timedelta

import msgspec

from justbookit.bookings import BookingStatus
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import BookingId, CommandId
from justbookit.offers import price, tariff_of
from justbookit.seat_events import (
    BookingCancelled,
    BookingChanged,
    ChangeQuoted,
    CommandRefused,
    SeatEvent,
    SeatsHeld,
    ShowMoved,
)
from lab.verify.audit import Audit, Check
from lab.verify.lives import Life
from lab.verify.witness import Witness

QUOTE_MINUTES = 10


class Bridge(msgspec.Struct):
    """What was said of every exchange, in whichever show."""

    begun: dict[CommandId, ExchangeBegun] = {}
    ends: dict[CommandId, list[SeatEvent]] = {}

    def note(self, exchange_id: CommandId, event: SeatEvent) -> None:
        self.ends.setdefault(exchange_id, []).append(event)


class Exchanges:
    """Looks at events that `witness` has not seen yet."""

    def __init__(self, witness: Witness, audit: Audit, bridge: Bridge) -> None:
        self._witness = witness
        self._audit = audit
        self._bridge = bridge

    def hold(self, event: SeatEvent) -> None:  # noqa: C901 - one arm an event
        match event:
            case SeatsHeld() if event.origin is not None:
                self._held(event)
            case ExchangeQuoted():
                self._quoted(event)
            case ExchangeBegun():
                self._begun(event)
            case ExchangeTaken():
                self._taken(event)
            case ExchangeDropped() | BookingExchanged():
                self._ended(event)
            case CommandRefused() if event.exchange is not None:
                self._bridge.note(event.exchange.exchange_id, event)
            case BookingCancelled() | BookingChanged() | ChangeQuoted():
                life = self._witness.lives.get(event.booking_id)
                if life is not None and life.pledged is not None:
                    self._fault(event, f"{event.booking_id} is pledged to an exchange")
            case ShowMoved():
                if any(life.pledged for life in self._witness.lives.values()):
                    self._fault(event, "moved while a booking is pledged to an exchange")
            case _:
                pass

    def _held(self, event: SeatsHeld) -> None:
        terms, origin = self._witness.terms, event.origin
        assert origin is not None
        self._audit.look(Check.EXCHANGES)
        if terms is not None and (origin.organizer_id, origin.currency) != (
            terms.organizer_id,
            terms.currency,
        ):
            self._fault(event, f"held for {origin}, of another organizer or currency")
        if event.held_until != origin.valid_until or origin.show_id == event.show_id:
            self._fault(event, f"held until {event.held_until}, quoted until {origin.valid_until}")

    def _quoted(self, event: ExchangeQuoted) -> None:
        life, terms = self._paid(event, event.booking_id), self._witness.terms
        if life is None or terms is None or life.terms is None:
            return
        stay = [line for line in life.lines if line.seat_id not in event.given]
        gone = [line.seat_id for line in life.lines if line.seat_id in event.given]
        should = price(tariff_of(life.terms), [(line.seat_id, line.zone) for line in stay])
        left = life.paid - life.refunded
        ends_at = terms.starts_at - timedelta(minutes=terms.rules.exchange_cutoff_minutes)
        got = (set(event.given), event.lines, event.amount, event.credit, event.currency)
        want = (set(gone), should.lines, should.amount, left - should.amount, life.currency)
        if got != want or not gone or event.to_show_id == event.show_id:
            self._fault(event, f"quoted {got!r:.300}, and should be {want!r:.300}")
        until = min(event.at + timedelta(minutes=QUOTE_MINUTES), ends_at)
        if event.valid_until != until or event.at >= ends_at:
            self._fault(event, f"quoted until {event.valid_until}, not {until}")
        if event.reference != life.first_reference:
            self._fault(event, f"paid with {event.reference}, and not {life.first_reference}")

    def _begun(self, event: ExchangeBegun) -> None:
        life = self._paid(event, event.booking_id)
        if event.command_id is None:
            self._fault(event, "nobody asked for it")
            return
        self._bridge.begun[event.command_id] = event
        if life is None:
            return
        quote = life.exchange_quote
        if quote is None or (quote.command_id, quote.credit) != (event.quote_id, event.credit):
            self._fault(event, f"{event.quote_id} does not stand")
        elif event.at >= quote.valid_until or quote.version < life.changed_in:
            self._fault(event, f"{event.quote_id} stood until {quote.valid_until}")

    def _taken(self, event: ExchangeTaken) -> None:
        self._bridge.note(event.exchange.exchange_id, event)
        self._audit.look(Check.EXCHANGES)
        life = self._witness.lives.get(event.booking_id)
        if life is None or life.status is not BookingStatus.HELD:
            self._fault(event, f"{event.booking_id} is not held")
            return
        if event.at >= life.held_until or life.customer_id != event.customer_id:
            self._fault(event, f"taken at {event.at}, held until {life.held_until}")
        if (life.origin, life.seat_ids) != (event.origin, event.seat_ids):
            self._fault(event, f"has {life.seat_ids} for {life.origin}")
        paid = 0 if event.payment is None else event.payment.amount
        more = life.amount - event.origin.credit
        if (paid, event.refund) != (max(more, 0), max(-more, 0)) or event.amount != life.amount:
            what = f"{event.origin.credit} came along, {paid} was paid, {event.refund} goes back"
            self._fault(event, f"{what}, and it costs {life.amount}")

    def _ended(self, event: ExchangeDropped | BookingExchanged) -> None:
        self._bridge.note(event.exchange_id, event)
        self._audit.look(Check.EXCHANGES)
        life = self._witness.lives.get(event.booking_id)
        if life is None or life.pledged != event.exchange_id:
            self._fault(event, f"{event.booking_id} is not pledged to {event.exchange_id}")
            return
        quote = life.exchange_quote
        if quote is None or isinstance(event, ExchangeDropped):
            return
        got = (event.given, event.lines, event.amount, event.credit, event.to_booking_id)
        want = (quote.given, quote.lines, quote.amount, quote.credit, quote.to_booking_id)
        if got != want:
            self._fault(event, f"quoted {want!r:.300}, done {got!r:.300}")

    def _paid(self, event: ExchangeQuoted | ExchangeBegun, booking_id: BookingId) -> Life | None:
        """The booking, if it is paid, theirs, and not on its way already."""
        self._audit.look(Check.EXCHANGES)
        life = self._witness.lives.get(booking_id)
        if life is None or life.status is not BookingStatus.CONFIRMED:
            self._fault(event, f"{booking_id} is not paid")
            return None
        if life.customer_id != event.customer_id or life.pledged is not None:
            self._fault(event, f"{booking_id} is another's, or pledged already")
        return life

    def _fault(self, event: SeatEvent, what: str) -> None:
        self._audit.fault(Check.EXCHANGES, f"{event.show_id} v{event.version}", what)


def judge_exchanges(bridge: Bridge, audit: Audit) -> None:
    """Hold both shows of every exchange together; nothing may be on its way any more."""
    for exchange_id in bridge.begun.keys() | bridge.ends.keys():
        audit.look(Check.EXCHANGES)
        begun = bridge.begun.get(exchange_id)
        ends = bridge.ends.get(exchange_id, [])
        here = [each for each in ends if isinstance(each, ExchangeDropped | BookingExchanged)]
        there = [each for each in ends if isinstance(each, ExchangeTaken | CommandRefused)]
        kinds = (*map(type, there), *map(type, here))
        if begun is None:
            audit.fault(Check.EXCHANGES, exchange_id, "ended, and never began")
        elif kinds not in {(ExchangeTaken, BookingExchanged), (CommandRefused, ExchangeDropped)}:
            names = [each.__name__ for each in kinds]
            audit.fault(Check.EXCHANGES, exchange_id, f"there and here: {names}")
        else:
            _compare(begun, there[0], here[0], audit)


def _compare(begun: ExchangeBegun, there: SeatEvent, here: SeatEvent, audit: Audit) -> None:
    want: list[object] = [begun.to_show_id, begun.show_id, begun.booking_id]
    got: list[object] = [there.show_id, here.show_id, getattr(here, "booking_id", "")]
    if isinstance(there, ExchangeTaken) and isinstance(here, BookingExchanged):
        want += [begun.to_booking_id, begun.credit, begun.credit, begun.customer_id]
        got += [there.booking_id, there.origin.credit, here.credit, there.customer_id]
        audit.totals["exchanges"] += 1
    what = "what went from one show to the other"
    audit.expect(Check.EXCHANGES, str(begun.command_id), what, got=got, want=want)
