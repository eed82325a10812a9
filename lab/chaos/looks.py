"""Seat maps as people were shown them, held against the log: the very state that they claim."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import inf
from typing import Any

import msgspec

from justbookit.ids import BookingId, SeatId, ShowId
from justbookit.seat_events import SeatEvent, ShowOpened
from lab.chaos.findings import Findings, Promise
from lab.chaos.ops import Kind, Op, Outcome
from lab.chaos.past import Past, Tenure

CLOCK_SECONDS = 0.05
"""The API looks at its clock some time between the asking and the answer, by another clock."""
FRESH_SECONDS = 1.0

FREE, TAKEN, BLOCKED = "f", "t", "b"
_LETTERS = {"free": FREE, "taken": TAKEN, "blocked": BLOCKED, "counter_only": "c"}

Known = Mapping[ShowId, Sequence[tuple[float, int]]]
"""When (seconds since 1970) somebody was first told of which version of a show."""


class Seen(msgspec.Struct, frozen=True):
    """A seat map in short: `seats` has a letter for each seat, row by row."""

    version: int
    as_of: float
    seats: str


_Look = tuple[Op, Seen]


def seen(body: Any, as_of: float) -> Seen:
    """What a seat map of the API says; `as_of` (seconds since 1970) is what its header says."""
    rows = (row["seats"] for row in body["rows"])
    letters = (_LETTERS[seat["status"]] for row in rows for seat in row if seat is not None)
    return Seen(body["version"], as_of, "".join(letters))


def check_looks(
    ops: Iterable[Op],
    known: Known,
    pasts: Mapping[ShowId, Past],
    logs: Mapping[ShowId, Sequence[SeatEvent]],
    findings: Findings,
) -> None:
    """Of the shows in `pasts`; what happened in the others is not understood."""
    looks: dict[ShowId, list[_Look]] = defaultdict(list)
    for op in ops:
        if op.kind is Kind.LOOK and op.outcome is Outcome.OK:
            looks[op.show_id].append((op, msgspec.convert(op.answer, Seen)))
    for show_id, of_show in looks.items():
        if (past := pasts.get(show_id)) is not None:
            _shown(of_show, past, logs[show_id], findings)
            _fresh(of_show, sorted(known.get(show_id, ())), findings)


def _shown(
    looks: Sequence[_Look], past: Past, log: Sequence[SeatEvent], findings: Findings
) -> None:
    seats = _seats_of(log)
    changes = _changes(past)
    owners: dict[SeatId, Tenure] = {}
    at = 0
    for op, look in sorted(looks, key=lambda each: each[1].version):
        while at < len(changes) and changes[at][0] <= look.version:
            _, _, seat, tenure = changes[at]
            at += 1
            if tenure is None:
                owners.pop(seat, None)
            else:
                owners[seat] = tenure
        what = f"look {op.op_id} at {op.show_id}: version {look.version}"
        # a map of nothing, or of what nobody had decided yet
        was = 1 <= look.version <= len(log) and len(look.seats) == len(seats)
        was = was and log[look.version - 1].at.timestamp() <= op.t_complete + CLOCK_SECONDS
        findings.expect(Promise.SHOWN, f"{what} was not there yet", holds=was)
        if not was:
            continue
        wrong = [
            f"{seat} {letter}"
            for seat, letter in zip(seats, look.seats, strict=True)
            if letter not in _letters(owners.get(seat), past, op, look.version)
        ]
        findings.expect(Promise.SHOWN, f"{what}: {', '.join(wrong)}", holds=not wrong)


def _letters(tenure: Tenure | None, past: Past, op: Op, version: int) -> str:
    """How the seat may be shown in that version, at some moment from the asking to the answer."""
    if tenure is None:
        return FREE
    if tenure.owner == "block":
        return BLOCKED
    hold = past.holds.get(BookingId(tenure.owner))
    if hold is None or version >= hold.paid_with:
        return TAKEN
    # A hold that has run out is shown as free, though no event has said so yet.
    if hold.held_until <= op.t_invoke - CLOCK_SECONDS:
        return FREE
    return TAKEN if hold.held_until > op.t_complete + CLOCK_SECONDS else FREE + TAKEN


def _seats_of(log: Sequence[SeatEvent]) -> Sequence[SeatId]:
    """The seats of a show, which stays where it opened."""
    opened = next((event for event in log if isinstance(event, ShowOpened)), None)
    rows = () if opened is None else opened.terms.layout.rows
    return [SeatId(f"{row.label}{cell}") for row in rows for cell in row.cells if cell]


def _changes(past: Past) -> Sequence[tuple[int, bool, SeatId, Tenure | None]]:
    """Who begins to have which seat and who ends, by version; an end is before a beginning."""
    changes: list[tuple[int, bool, SeatId, Tenure | None]] = []
    for seat, tenures in past.tenures.items():
        for tenure in tenures:
            changes.append((tenure.since, True, seat, tenure))
            if tenure.until != inf:
                changes.append((int(tenure.until), False, seat, None))
    return sorted(changes, key=lambda each: each[:3])


def _fresh(looks: Iterable[_Look], known: Sequence[tuple[float, int]], findings: Findings) -> None:
    moments = [at for at, _ in known]
    highest = list(accumulate((version for _, version in known), max))
    for op, look in looks:
        before = bisect_left(moments, look.as_of - FRESH_SECONDS)
        least = highest[before - 1] if before else 0
        what = (
            f"look {op.op_id} at {op.show_id}, as of {look.as_of:.0f}: version {look.version},"
            f" and version {least} had been answered"
        )
        findings.expect(Promise.FRESH, what, holds=look.as_of > 0 and look.version >= least)
