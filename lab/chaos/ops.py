"""What somebody asked and what came back: one line of the history, two if two shows decide it."""

from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from justbookit.errands import taking_of
from justbookit.exchange_commands import holding_of
from justbookit.ids import CommandId, ShowId
from justbookit.refusals import Refusal


class Kind(StrEnum):
    """What was asked."""

    OPEN = "open"
    HOLD = "hold"
    CONFIRM = "confirm"
    RELEASE = "release"
    CANCEL = "cancel"
    SELL = "sell"
    BLOCK = "block"
    UNBLOCK = "unblock"
    EXCHANGE_QUOTE = "exchange quote"
    EXCHANGE_HOLD = "exchange hold"
    """The same request, as far as the other show decides it."""
    EXCHANGE = "exchange"
    EXCHANGE_TAKE = "exchange take"
    """The same request, as far as the other show decides it."""
    JOIN = "join"
    ACCEPT = "accept"
    LEAVE = "leave"
    LOOK = "look"
    """At the seat map, which asks nothing of a seat writer; `answer` is a `Seen`."""


ELSEWHERE: dict[Kind, tuple[Kind, Callable[[CommandId], CommandId]]] = {
    Kind.EXCHANGE_QUOTE: (Kind.EXCHANGE_HOLD, holding_of),
    Kind.EXCHANGE: (Kind.EXCHANGE_TAKE, taking_of),
}
"""Requests that two shows decide: what the other one decides, and under which name."""

SECOND = frozenset(kind for kind, _ in ELSEWHERE.values())
OF_TWO_SHOWS = SECOND.union(ELSEWHERE)
HOLDING = frozenset({Kind.HOLD, Kind.EXCHANGE_HOLD, Kind.ACCEPT})
"""Whoever is told yes has seats for a while."""
PAYING = frozenset({Kind.CONFIRM, Kind.EXCHANGE_TAKE})
"""Whoever is told yes has a booking."""


class Outcome(StrEnum):
    """What is known of it."""

    OK = "ok"
    FAIL = "fail"
    """It certainly did not happen."""
    INFO = "info"
    """It may have happened, or may still."""


class Op(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request; times are seconds of one clock that never goes back."""

    op_id: int
    client: str
    kind: Kind
    show_id: ShowId
    command_id: CommandId
    """What the seat writer knows the request as; the same for every repetition."""
    key: str
    args: dict[str, Any]
    t_invoke: float
    t_complete: float
    outcome: Outcome
    status: int = 0
    """0: there was no answer."""
    code: str = ""
    replayed: bool = False
    reused: bool = False
    """The key had come before with another body, on purpose."""
    answer: Any = None


def elsewhere(op: Op, show_id: ShowId, args: dict[str, Any]) -> Op:
    """The part of a request that another show decides, as a line of that show's."""
    kind, name_of = ELSEWHERE[op.kind]
    return msgspec.structs.replace(
        op, kind=kind, show_id=show_id, command_id=name_of(op.command_id), args=args
    )


def booking_in(kind: Kind, answer: Any) -> Any:
    """The booking that somebody was told of."""
    return answer["booking"] if kind in SECOND else answer


def command_id_of(principal: str, route: str, key: str) -> CommandId:
    """The name under which the API passes a request on, for finding its event in the log."""
    scope = sha256(f"{principal}\n{route}\n{key}".encode())
    return CommandId(f"c-{scope.hexdigest()[:32]}")


def outcome_of(status: int) -> Outcome:
    """What a status says: silence, overload and our own mistakes say nothing."""
    if 200 <= status < 300:
        return Outcome.OK
    if status in {0, 429} or status >= 500:
        return Outcome.INFO
    return Outcome.FAIL


WRITERS_CODES = frozenset(Refusal)
"""What the seat writer refuses with; such a no is an event in the log."""

REUSED_CODE = "idempotency_key_reused"
