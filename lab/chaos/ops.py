"""What somebody asked and what came back: one line of the history."""

from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

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
    LOOK = "look"
    """At the seat map, which asks nothing of a seat writer; `answer` is a `Seen`."""


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
