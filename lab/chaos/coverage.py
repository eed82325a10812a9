"""What kinds of things happened in a run: one in which nothing was contended proves nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from justbookit.ids import CommandId, ShowId
from justbookit.refusals import ReleaseReason
from justbookit.seat_events import HoldReleased, SeatEvent
from lab.chaos.ops import REUSED_CODE, SECOND, Kind, Op, Outcome

LOOKS = "seat maps looked at"
NEEDED = (
    LOOKS,
    "holds granted",
    "contested: a seat was somebody else's",
    "bookings paid",
    "bookings cancelled",
    "holds released",
    "holds that ran out",
    "exchanges quoted",
    "exchanges made",
    "places in line",
    "answers given again",
    "keys with another body refused",
)
NEEDED_UNDER_FAULTS = ("requests without an answer, known later",)
TAKEOVERS = "takeovers after a fault"

_GRANTED = {
    Kind.HOLD: "holds granted",
    Kind.CONFIRM: "bookings paid",
    Kind.CANCEL: "bookings cancelled",
    Kind.RELEASE: "holds released",
    Kind.SELL: "counter sales",
    Kind.BLOCK: "blocks",
    Kind.UNBLOCK: "blocks lifted",
    Kind.OPEN: "shows opened",
    Kind.EXCHANGE_QUOTE: "exchanges quoted",
    Kind.EXCHANGE: "exchanges made",
    Kind.JOIN: "places in line",
    Kind.ACCEPT: "offers taken",
    Kind.LEAVE: "places in line left",
}


def classes(ops: Sequence[Op], logs: Mapping[ShowId, Sequence[SeatEvent]]) -> Counter[str]:
    """How often each kind of thing happened; wishes are counted once, not each request."""
    found: Counter[str] = Counter()
    known: set[CommandId] = set()
    open_: set[CommandId] = set()
    for op in ops:
        if op.kind is Kind.LOOK:
            found[LOOKS] += op.outcome is not Outcome.INFO
        elif op.kind in SECOND:
            continue  # told by the other show's line
        elif op.code == REUSED_CODE:
            found["keys with another body refused"] += 1
        elif op.outcome is Outcome.INFO:
            open_.add(op.command_id)
        elif op.command_id in known:
            found["answers given again"] += 1
        else:
            known.add(op.command_id)
            _first(op, found)
            if op.command_id in open_:
                found["requests without an answer, known later"] += 1
    found["requests never known"] = len(open_ - known)
    found["holds that ran out"] = sum(map(_expiries, logs.values()))
    return found


def _first(op: Op, found: Counter[str]) -> None:
    if op.outcome is Outcome.OK:
        found[_GRANTED[op.kind]] += 1
    elif op.code in {"seat_taken", "seat_blocked"}:
        found["contested: a seat was somebody else's"] += 1
    elif op.code == "hold_expired":
        found["payments that came too late"] += 1
    else:
        found[f"refused: {op.code}"] += 1


def _expiries(log: Iterable[SeatEvent]) -> int:
    return sum(
        isinstance(event, HoldReleased) and event.reason is ReleaseReason.EXPIRED for event in log
    )


def vacuous(found: Mapping[str, int], *, faults: bool, takeovers: int | None) -> list[str]:
    """What should have happened and did not; `takeovers` None: no writer was to be disturbed."""
    needed = [*NEEDED, *(NEEDED_UNDER_FAULTS if faults else ())]
    missing = [name for name in needed if not found.get(name)]
    if takeovers == 0:
        missing.append(TAKEOVERS)
    return missing
