"""One booking as the second fold of the log knows it."""

from datetime import datetime

import msgspec

from justbookit.bookings import BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.exchange_commands import Origin
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId
from justbookit.price_lines import PriceLine


class Life(msgspec.Struct):
    """One booking so far."""

    customer_id: CustomerId
    status: BookingStatus
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    held_until: datetime
    held_at: datetime
    terms: ShowTerms | None
    """What it was sold on; what it is priced on again when it changes."""
    sold: tuple[PriceLine, ...]
    """What was promised when it was paid, whatever it changed to since."""
    extended: bool = False
    paid: int = 0
    """What came in, be it from another show."""
    refunded: int = 0
    """What went out, be it to another show."""
    changed_in: int = 0
    references: list[str] = []
    """What paid for it, by the gateway's names."""
    origin: Origin | None = None
    exchange_quote: ExchangeQuoted | None = None
    pledged: CommandId | None = None
    """The exchange that it is promised to."""

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(line.seat_id for line in self.lines)

    @property
    def first_reference(self) -> str:
        """Of the payment that its money was first captured with, in whichever show."""
        return self.references[0] if self.origin is None else self.origin.reference

    def moved(self, to: dict[SeatId, SeatId], version: int) -> None:
        """Their seats have other names in another hall; what was quoted before is void."""
        self.lines = tuple(
            msgspec.structs.replace(line, seat_id=to.get(line.seat_id, line.seat_id))
            for line in self.lines
        )
        self.changed_in = version


Step = ExchangeQuoted | ExchangeBegun | ExchangeTaken | ExchangeDropped | BookingExchanged


def exchange_goes_on(lives: dict[BookingId, Life], event: Step) -> None:
    """What a step of an exchange makes of a booking; its seats are the witness's to move."""
    life = lives.get(event.booking_id)
    if life is None:
        return
    match event:
        case ExchangeQuoted():
            life.exchange_quote = event
        case ExchangeBegun():
            life.pledged = event.command_id
        case ExchangeDropped():
            life.pledged = None
        case ExchangeTaken():
            life.status = BookingStatus.CONFIRMED
            life.paid, life.refunded = event.origin.credit, event.refund
            if event.payment is not None:
                life.paid += event.payment.amount
                life.references.append(event.payment.reference)
        case BookingExchanged():
            life.pledged = life.exchange_quote = None
            life.refunded += event.credit
            life.changed_in = event.version
            if event.lines:
                life.lines, life.amount = event.lines, event.amount
            else:
                life.status = BookingStatus.EXCHANGED
