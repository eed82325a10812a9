"""Many requests → the wishes behind them, and what an answer and an event say of one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

from justbookit.exchange_events import ExchangeBegun, ExchangeQuoted, ExchangeTaken
from justbookit.ids import CommandId
from justbookit.line_events import WaitingListJoined, WaitingListLeft
from justbookit.seat_events import (
    BookingCancelled,
    BookingConfirmed,
    HoldReleased,
    SeatEvent,
    SeatsBlocked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsUnblocked,
)
from lab.chaos.ops import HOLDING, Kind, Op, Outcome, booking_in
from lab.chaos.past import seconds

EVENTS: dict[Kind, type[Any]] = {
    Kind.HOLD: SeatsHeld,
    Kind.CONFIRM: BookingConfirmed,
    Kind.RELEASE: HoldReleased,
    Kind.CANCEL: BookingCancelled,
    Kind.SELL: SeatsSoldAtCounter,
    Kind.BLOCK: SeatsBlocked,
    Kind.UNBLOCK: SeatsUnblocked,
    Kind.EXCHANGE_QUOTE: ExchangeQuoted,
    Kind.EXCHANGE_HOLD: SeatsHeld,
    Kind.EXCHANGE: ExchangeBegun,
    Kind.EXCHANGE_TAKE: ExchangeTaken,
    Kind.JOIN: WaitingListJoined,
    Kind.ACCEPT: SeatsHeld,
    Kind.LEAVE: WaitingListLeft,
}


class Asked:
    """One wish: every request that had its key and its body."""

    def __init__(self, ops: Sequence[Op]) -> None:
        first = min(ops, key=lambda op: op.t_invoke)
        self.kind, self.show_id, self.key = first.kind, first.show_id, first.key
        self.command_id, self.args = first.command_id, first.args
        self.invoked_at = first.t_invoke
        self.answers = [op for op in ops if op.outcome is not Outcome.INFO]
        self.known_at = min((op.t_complete for op in self.answers), default=inf)
        self.answer = min(self.answers, key=lambda op: op.t_complete, default=None)

    def __str__(self) -> str:
        return f"{self.kind} {self.command_id} of {self.show_id}"


def wishes(ops: Iterable[Op]) -> list[Asked]:
    """The requests that seat writers decide, each once."""
    by_command: dict[CommandId, list[Op]] = defaultdict(list)
    for op in ops:
        if not op.reused and op.kind not in {Kind.OPEN, Kind.LOOK}:
            by_command[op.command_id].append(op)
    return [Asked(each) for each in by_command.values()]


def says(event: SeatEvent) -> tuple[object, ...]:  # noqa: C901, PLR0911 - one for each event
    """What an event says, as far as whoever asked is told."""
    match event:
        case SeatsHeld():
            seats = [line.seat_id for line in event.lines]
            until = event.held_until.timestamp()
            return event.booking_id, seats, event.amount, event.currency, until
        case BookingConfirmed():
            payment = event.payment
            return event.booking_id, list(event.seat_ids), payment.amount, payment.currency
        case BookingCancelled():
            return event.booking_id, list(event.seat_ids), event.refund
        case HoldReleased():
            return event.booking_id, list(event.seat_ids)
        case SeatsSoldAtCounter():
            return event.version, list(event.seat_ids), event.sale_id
        case SeatsBlocked() | SeatsUnblocked():
            return event.version, list(event.seat_ids)
        case ExchangeQuoted():
            until = event.valid_until.timestamp()
            return event.booking_id, list(event.given), event.amount, event.credit, until
        case ExchangeBegun():
            return event.booking_id, event.quote_id, event.credit, event.to_booking_id
        case ExchangeTaken():
            return event.booking_id, list(event.seat_ids), event.amount, event.refund
        case WaitingListJoined():
            return event.entry_id, event.size, event.position
        case WaitingListLeft():
            return event.entry_id, event.why.value
        case _:
            return ()


def told(kind: Kind, answer: Op) -> tuple[object, ...]:  # noqa: C901, PLR0911 - one for each kind
    """The same of an answer."""
    body = answer.answer
    match kind:
        case _ if kind in HOLDING:
            body = booking_in(kind, body)
            until = seconds(body["held_until"])
            return body["booking_id"], body["seat_ids"], body["amount"], body["currency"], until
        case Kind.CONFIRM:
            return body["booking_id"], body["seat_ids"], body["amount"], body["currency"]
        case Kind.CANCEL:
            return body["booking_id"], body["seat_ids"], body.get("refund", 0)
        case Kind.RELEASE:
            return body["booking_id"], body["seat_ids"]
        case Kind.SELL:
            return body["version"], body["seat_ids"], body["sale_id"]
        case Kind.EXCHANGE_QUOTE:
            until = seconds(body["valid_until"])
            amount, credit = body["remaining_amount"], body["credit"]
            return body["booking_id"], body["given"], amount, credit, until
        case Kind.EXCHANGE:
            to_booking_id = body["booking"]["booking_id"]
            return body["from_booking_id"], body["quote_id"], body["credit"], to_booking_id
        case Kind.EXCHANGE_TAKE:
            booking = booking_in(kind, body)
            return booking["booking_id"], booking["seat_ids"], booking["amount"], body["refund"]
        case Kind.JOIN:
            return body["entry_id"], body["size"], body["position"]
        case Kind.LEAVE:
            return body["entry_id"], body["status"]
        case _:
            return body["version"], body["seat_ids"]
