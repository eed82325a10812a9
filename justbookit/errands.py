"""What one show's writer asks of another's because of what it decided: an errand.

An errand follows from its event alone, and so does its name: whoever publishes the event sends the
errand, as often as it takes, and it is decided once.
"""

from justbookit.exchange_commands import DropExchange, Exchange, FinishExchange, TakeExchange
from justbookit.exchange_events import ExchangeBegun, ExchangeTaken
from justbookit.ids import CommandId
from justbookit.seat_commands import SeatCommand
from justbookit.seat_events import CommandRefused, SeatEvent

NAME_LENGTH = 7
"""How much longer the name of an errand is than that of the exchange."""


def errand_of(event: SeatEvent) -> SeatCommand | None:
    """What is to be asked of another show now; None, as nearly always: nothing."""
    if isinstance(event, ExchangeBegun):
        return _take(event)
    if isinstance(event, ExchangeTaken):
        to = event.exchange
        return FinishExchange(
            command_id=finishing_of(to.exchange_id),
            show_id=to.show_id,
            booking_id=to.booking_id,
            customer_id=to.customer_id,
            exchange_id=to.exchange_id,
        )
    if isinstance(event, CommandRefused) and event.exchange is not None:
        to = event.exchange
        return DropExchange(
            command_id=dropping_of(to.exchange_id),
            show_id=to.show_id,
            booking_id=to.booking_id,
            customer_id=to.customer_id,
            exchange_id=to.exchange_id,
            code=event.code,
            detail=event.detail,
        )
    return None


def taking_of(exchange_id: CommandId) -> CommandId:
    """The name of the errand whose answer decides the exchange."""
    return CommandId(f"{exchange_id}.take")


def finishing_of(exchange_id: CommandId) -> CommandId:
    """The name of the errand that ends an exchange which was taken."""
    return CommandId(f"{exchange_id}.finish")


def dropping_of(exchange_id: CommandId) -> CommandId:
    """The name of the errand that ends an exchange which was refused."""
    return CommandId(f"{exchange_id}.drop")


def _take(event: ExchangeBegun) -> TakeExchange:
    assert event.command_id is not None
    return TakeExchange(
        command_id=taking_of(event.command_id),
        show_id=event.to_show_id,
        booking_id=event.to_booking_id,
        customer_id=event.customer_id,
        exchange=Exchange(
            exchange_id=event.command_id,
            quote_id=event.quote_id,
            show_id=event.show_id,
            booking_id=event.booking_id,
            customer_id=event.customer_id,
        ),
        credit=event.credit,
        payment=event.payment,
    )
