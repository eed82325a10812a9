"""One show with two rows, and short ways to ask something of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.evolving import evolve
from justbookit.seat_commands import (
    BlockSeats,
    CancelBooking,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    OpenShow,
    Payment,
    SellAtCounter,
    SetAllotment,
)
from justbookit.seatmap import SeatMap
from lab.verify.audit import Audit
from lab.verify.history import History
from lab.verify.judging import judge_show
from tests.decided import decide

SHOW = "s"
STARTS = datetime(2027, 1, 1, 18, 30, tzinfo=UTC)
NOON = STARTS - timedelta(hours=6, minutes=30)
HOLD = timedelta(minutes=8)
SECOND = timedelta(seconds=1)
ZONES = {"gold": 500, "stalls": 300}
TERMS = ShowTerms(
    show_id=SHOW,
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    timezone="UTC",
    currency="INR",
    mode=Mode.PARTIAL,
    layout=Layout(
        version=1,
        rows=(
            Row(label="A", zone="stalls", cells=("1", "2", "", "3", "4")),
            Row(label="B", zone="gold", cells=("1", "2", "3", "4", "5")),
        ),
    ),
    prices=ZONES,
)
TIMER = ExpireHolds(command_id="", show_id=SHOW)


def ask(kind: type, **fields: Any) -> Any:
    """A command; its id is made of what it says, so that two that differ are two."""
    fields = {"show_id": SHOW, **fields}
    named = fields.pop("command_id", None) or f"{kind.__name__}{sorted(map(str, fields.items()))}"
    return kind(command_id=named, **fields)


OPEN = ask(OpenShow, terms=TERMS)


def hold(who: str, *seats: str) -> Any:
    return ask(HoldSeats, booking_id=who, customer_id=f"{who}-customer", seat_ids=seats)


def pay(who: str, amount: int) -> Any:
    payment = Payment(reference="r", method="card", amount=amount, currency="INR")
    return ask(ConfirmBooking, booking_id=who, customer_id=f"{who}-customer", payment=payment)


def cancel(who: str) -> Any:
    return ask(CancelBooking, booking_id=who, customer_id=f"{who}-customer")


def counter(sale: str, *seats: str, happened: bool = False) -> Any:
    return ask(SellAtCounter, sale_id=sale, seat_ids=seats, happened=happened)


def allot(*seats: str, **ends: Any) -> Any:
    return ask(SetAllotment, seat_ids=seats or None, **ends)


def block(*seats: str, **ends: Any) -> Any:
    return ask(BlockSeats, seat_ids=seats, reason="house", **ends)


def say(event: Any) -> str:
    """An event as a word: what it is and about which seats."""
    seats = getattr(event, "seat_ids", None)
    if seats is None:
        seats = [line.seat_id for line in getattr(event, "lines", ())]
    name = getattr(event, "code", None) or type(event).__name__
    return " ".join([str(name), *seats])


def play(steps: Iterable[tuple[Any, datetime]]) -> tuple[SeatMap, list[Any]]:
    """The show after these commands at these times, and all that happened."""
    seatmap, log = SeatMap(SHOW), []
    for command, now in steps:
        for decided in decide(seatmap, command, now, HOLD):
            event = decided
            if event.command_id == "":
                event = msgspec.structs.replace(event, command_id=None)
            evolve(seatmap, event)
            log.append(event)
    return seatmap, log


def decided(*steps: Any) -> Sequence[Any]:
    """What comes of the last step, each at noon or at a time of its own."""
    *before, last = (each if isinstance(each, tuple) else (each, NOON) for each in steps)
    seatmap, _ = play(before)
    return decide(seatmap, *last, HOLD)


def faults(log: list[Any]) -> list[str]:
    """What the second fold has to say about a log."""
    audit = Audit()
    judge_show(History(SHOW, log, list(map(wire.encode, log))), None, {}, audit)
    return [str(fault) for fault in audit.faults]
