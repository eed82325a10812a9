"""What a theatre's own system did to the seats of a show → facts for the seat writer."""

from enum import StrEnum

from connectors.feeds import seats
from connectors.feeds.catalogue import UNNAMED
from connectors.feeds.line import Feed
from connectors.feeds.record import Record
from justbookit.ids import SaleId, ShowId
from justbookit.seat_commands import (
    BlockSeats,
    ReturnCounterSale,
    SeatCommand,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)


class BlockAction(StrEnum):
    """Whether seats leave sale or come back."""

    BLOCK = "block"
    UNBLOCK = "unblock"


def allotment(_feed: Feed, record: Record) -> SeatCommand:
    """`seats` are ours to sell, the others stay the theatre's; `all` and `none` are words."""
    return SetAllotment(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        seat_ids=seats.seats_or_all(record, "seats"),
    )


def block(_feed: Feed, record: Record) -> SeatCommand:
    show_id = ShowId(record.own_id("show"))
    seat_ids = seats.seat_list(record, "seats")
    if record.one_of("action", BlockAction, BlockAction.BLOCK) is BlockAction.UNBLOCK:
        return UnblockSeats(command_id=UNNAMED, show_id=show_id, seat_ids=seat_ids)
    return BlockSeats(
        command_id=UNNAMED,
        show_id=show_id,
        seat_ids=seat_ids,
        reason=record.text("reason", "kept by the theatre"),
    )


def counter_sale(_feed: Feed, record: Record) -> SeatCommand:
    """It has happened already: the writer takes what is free and reports the rest."""
    return SellAtCounter(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        sale_id=SaleId(record.own_id("sale")),
        seat_ids=seats.seat_list(record, "seats"),
        happened=True,
    )


def counter_return(_feed: Feed, record: Record) -> SeatCommand:
    return ReturnCounterSale(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        sale_id=SaleId(record.own_id("sale")),
    )
