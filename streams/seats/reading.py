"""What may be decided at all: a message that could stop the writer is no command.

A refusal is for who asked something impossible. This is about bytes that no rule and no column
can take: they go to the dead letters with the reason, and the partition goes on.
"""

from datetime import UTC, datetime

from justbookit import wire
from justbookit.errands import NAME_LENGTH
from justbookit.errors import JustBookItError, MalformedMessage
from justbookit.evolving import evolve
from justbookit.exchange_commands import (
    DropExchange,
    ExchangeBooking,
    FinishExchange,
    QuoteExchange,
    TakeExchange,
)
from justbookit.seat_commands import (
    AcceptSeatOffer,
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ChangeShow,
    ConfirmBooking,
    ExtendHold,
    HoldBest,
    HoldSeats,
    JoinWaitingList,
    LeaveWaitingList,
    MoveShow,
    OpenShow,
    QuoteChange,
    ReleaseHold,
    ReturnCounterSale,
    SeatCommand,
    SellAtCounter,
)
from justbookit.seat_events import ShowOpened
from justbookit.seatmap import SeatMap
from justbookit.topics import partition_of

NAME_LENGTH_MAX = 200
"""A longer name does not fit into an index."""

_BOOKING = ("command_id", "show_id", "booking_id", "customer_id")
_ENTRY = ("command_id", "show_id", "entry_id", "customer_id")
_SALE = ("command_id", "show_id", "sale_id")
_NAMES: dict[type, tuple[str, ...]] = {
    HoldSeats: _BOOKING,
    BookSeats: _BOOKING,
    ExtendHold: _BOOKING,
    HoldBest: _BOOKING,
    ConfirmBooking: _BOOKING,
    ReleaseHold: _BOOKING,
    CancelBooking: _BOOKING,
    QuoteChange: _BOOKING,
    ChangeBooking: (*_BOOKING, "quote_id"),
    QuoteExchange: (*_BOOKING, "to_show_id", "to_booking_id"),
    ExchangeBooking: (*_BOOKING, "quote_id"),
    TakeExchange: _BOOKING,
    FinishExchange: (*_BOOKING, "exchange_id"),
    DropExchange: (*_BOOKING, "exchange_id"),
    JoinWaitingList: _ENTRY,
    LeaveWaitingList: _ENTRY,
    AcceptSeatOffer: (*_ENTRY, "booking_id"),
    SellAtCounter: _SALE,
    ReturnCounterSale: _SALE,
}
_COMMAND = ("command_id", "show_id")
_HAS_TERMS = (OpenShow, ChangeShow, MoveShow)
_AT = datetime(2000, 1, 1, tzinfo=UTC)


def read(raw: bytes | None, *, topic: str, partition: int, partitions: int) -> SeatCommand:
    """The command that came on a partition of so many.

    Raises MalformedMessage when there is none that can be decided.
    """
    if raw is None:
        raise MalformedMessage(topic, "no bytes at all")
    if b"\\u0000" in raw:
        raise MalformedMessage(topic, "a NUL character, which Postgres has no place for")
    command = wire.decode_seat_command(raw)
    for name in _NAMES.get(type(command), _COMMAND):
        if not 0 < len(getattr(command, name)) <= NAME_LENGTH_MAX:
            raise MalformedMessage(topic, f"{name} must have 1 to {NAME_LENGTH_MAX} characters")
    if isinstance(command, ExchangeBooking):
        most = NAME_LENGTH_MAX - NAME_LENGTH
        if len(command.command_id) > most:
            raise MalformedMessage(
                topic, f"command_id of an exchange has at most {most} characters"
            )
    if partition_of(command.show_id, partitions) != partition:
        raise MalformedMessage(
            topic,
            f"show {command.show_id} belongs to partition"
            f" {partition_of(command.show_id, partitions)}, not {partition}",
        )
    if isinstance(command, _HAS_TERMS):
        _check_terms(command, topic)
    return command


def _check_terms(command: OpenShow | ChangeShow | MoveShow, topic: str) -> None:
    """Terms that a seat map cannot take must not reach one."""
    terms = command.terms
    if terms.show_id != command.show_id:
        raise MalformedMessage(topic, f"terms of show {terms.show_id}, not {command.show_id}")
    if terms.starts_at.tzinfo is None or terms.ends_at.tzinfo is None:
        raise MalformedMessage(topic, "a time without its zone")
    trial = SeatMap(command.show_id)
    opened = ShowOpened(show_id=command.show_id, version=1, at=_AT, terms=terms)
    try:
        evolve(trial, opened)
    except (JustBookItError, ValueError, LookupError, OSError, TypeError) as error:
        raise MalformedMessage(topic, f"no terms to sell by: {error}") from error
