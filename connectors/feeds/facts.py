"""What a theatre's own system did to the seats of a show → facts for the seat writer."""

from datetime import datetime
from enum import StrEnum

from connectors.feeds import areas, seats
from connectors.feeds.catalogue import UNNAMED
from connectors.feeds.line import BadField, Feed
from connectors.feeds.record import Record
from justbookit.ids import SaleId, SeatId, ShowId
from justbookit.seat_commands import (
    MINUTES_BEFORE_MAX,
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


def _seats(record: Record) -> tuple[SeatId, ...]:
    """The seats of a line; none are needed where places of an area are meant."""
    if record.has("areas") and not record.has("seats"):
        return ()
    return seats.seat_list(record, "seats")


def _seats_or_all(record: Record) -> tuple[SeatId, ...] | None:
    """Seats, `all`, or `none`; places of areas on top of all seats would say nothing."""
    if record.has("areas") and not record.has("seats"):
        return ()
    found = seats.seats_or_all(record, "seats")
    if found is None and record.has("areas"):
        raise BadField("areas", "says nothing beside `all` seats: they have the areas in them")
    return found


def allotment(_feed: Feed, record: Record) -> SeatCommand:
    """`seats` are ours to sell, the others stay the theatre's; `all` and `none` are words."""
    return SetAllotment(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        seat_ids=_seats_or_all(record),
        areas=areas.counts(record, "areas"),
        give_back_at=_moment(record, "give_back_at"),
        give_back_minutes_before=_minutes(record, "give_back_minutes_before"),
    )


def block(_feed: Feed, record: Record) -> SeatCommand:
    show_id = ShowId(record.own_id("show"))
    seat_ids, places = _seats(record), areas.counts(record, "areas")
    if record.one_of("action", BlockAction, BlockAction.BLOCK) is BlockAction.UNBLOCK:
        return UnblockSeats(command_id=UNNAMED, show_id=show_id, seat_ids=seat_ids, areas=places)
    return BlockSeats(
        command_id=UNNAMED,
        show_id=show_id,
        seat_ids=seat_ids,
        areas=places,
        reason=record.text("reason", "kept by the theatre"),
        until=_moment(record, "until"),
        until_minutes_before=_minutes(record, "until_minutes_before"),
    )


def counter_sale(_feed: Feed, record: Record) -> SeatCommand:
    """It has happened already: the writer takes what is free and reports the rest."""
    return SellAtCounter(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        sale_id=SaleId(record.own_id("sale")),
        seat_ids=_seats(record),
        areas=areas.counts(record, "areas"),
        happened=True,
    )


def counter_return(_feed: Feed, record: Record) -> SeatCommand:
    return ReturnCounterSale(
        command_id=UNNAMED,
        show_id=ShowId(record.own_id("show")),
        sale_id=SaleId(record.own_id("sale")),
    )


def _moment(record: Record, name: str) -> datetime | None:
    return record.moment(name) if record.has(name) else None


def _minutes(record: Record, name: str) -> int | None:
    return record.whole(name, 0, MINUTES_BEFORE_MAX) if record.has(name) else None
