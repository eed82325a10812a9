"""What was asked and answered, held against the log: nothing lost, invented or told wrong.

`lab.verify` holds the log against itself and the stores; here it is held against what clients
were told, and when. Each function looks at one promise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import inf

from justbookit.bookings import BookingStatus
from justbookit.errands import dropping_of, finishing_of
from justbookit.ids import BookingId, CommandId, SeatId, ShowId
from justbookit.seat_events import CommandRefused, SeatEvent
from lab.chaos.findings import Findings, Promise, Window
from lab.chaos.looks import check_looks
from lab.chaos.ops import (
    ELSEWHERE,
    HOLDING,
    OF_TWO_SHOWS,
    PAYING,
    REUSED_CODE,
    SECOND,
    WRITERS_CODES,
    Kind,
    Op,
    Outcome,
    booking_in,
)
from lab.chaos.past import Past, seconds
from lab.chaos.wishes import EVENTS, Asked, says, told, wishes

CLOCK_SECONDS = 0.05
"""The writer dates a batch with when it began; that and a request's own moment may be so apart."""
EXPIRY_SECONDS_MAX = 1.0

Logs = Mapping[ShowId, Sequence[SeatEvent]]


def check(ops: Sequence[Op], logs: Logs, troubles: Sequence[Window]) -> Findings:
    """All of it. `logs` has the shows of these ops, whole and in order."""
    findings = Findings()
    asked = wishes(ops)
    pasts = {show_id: Past(log) for show_id, log in logs.items()}
    events: dict[CommandId, list[SeatEvent]] = defaultdict(list)
    for show_id, log in logs.items():
        for event in log:
            if event.command_id is not None and type(event).__name__ not in pasts[show_id].unknown:
                events[event.command_id].append(event)
    # Where something happened that is not understood here, nobody's seats are judged.
    for past in pasts.values():
        findings.unknown += past.unknown
    pasts = {show_id: past for show_id, past in pasts.items() if not past.unknown}
    for wish in asked:
        _one_answer(wish, findings)
        _decided(wish, events[wish.command_id], findings)
        if wish.show_id in pasts or wish.show_id not in logs:
            _truly_taken(wish, events[wish.command_id], pasts, findings)
    _in_order(asked, events, findings)
    _reused(ops, troubles, findings)
    _nobody_asked(ops, logs, findings)
    _expired(pasts, troubles, findings)
    understood = [wish for wish in asked if wish.show_id in pasts or wish.show_id not in logs]
    _kept(understood, pasts, findings)
    _owned(understood, pasts, findings)
    check_looks(ops, _known(understood, events), pasts, logs, findings)
    return findings


def _known(
    asked: Sequence[Asked], events: Mapping[CommandId, Sequence[SeatEvent]]
) -> Mapping[ShowId, Sequence[tuple[float, int]]]:
    """When somebody first knew of which version of a show."""
    known: dict[ShowId, list[tuple[float, int]]] = defaultdict(list)
    for wish in asked:
        for event in events.get(wish.command_id, ())[:1]:
            if wish.answer is not None:
                known[event.show_id].append((wish.known_at, event.version))
    return known


def _one_answer(wish: Asked, findings: Findings) -> None:
    for op in wish.answers[1:]:
        first = wish.answers[0]
        same = (op.status, op.answer) == (first.status, first.answer)
        what = f"{wish}: {first.status} {first.answer!r:.300}, then {op.status} {op.answer!r:.300}"
        findings.expect(Promise.ONE_ANSWER, what, holds=same)


def _decided(wish: Asked, events: Sequence[SeatEvent], findings: Findings) -> None:
    what = f"{wish} is answered by {len(events)} events"
    findings.expect(Promise.ONCE, what, holds=len(events) <= 1)
    if wish.answer is None:
        return
    answer = wish.answer
    is_yes, refused = _is_yes(wish), _is_refused(events)
    if not is_yes and wish.kind in OF_TWO_SHOWS:
        findings.refused_here(wish.key, holds=refused)
    if not events:
        # the other show is not asked when the first one says no
        if is_yes or wish.kind not in SECOND:
            promise = Promise.DURABLE if is_yes else Promise.REFUSED
            what = f"{wish}: {answer.status} {answer.code}, and no event"
            findings.expect(promise, what, holds=False)
        return
    event = events[0]
    at = event.at.timestamp()
    in_time = wish.invoked_at - CLOCK_SECONDS <= at <= wish.known_at + CLOCK_SECONDS
    what = f"{wish}: asked {wish.invoked_at:.3f}, known {wish.known_at:.3f}, decided {at:.3f}"
    findings.expect(Promise.MOMENT, what, holds=in_time)
    what = f"{wish}: {answer.status} {answer.answer!r:.400}, and the log says {event!r:.600}"
    if is_yes:
        holds = isinstance(event, EVENTS[wish.kind]) and says(event) == told(wish.kind, answer)
        findings.expect(Promise.DURABLE, what, holds=holds)
    elif refused or wish.kind not in ELSEWHERE:
        holds = (
            answer.code in WRITERS_CODES
            and isinstance(event, CommandRefused)
            and event.code == answer.code
            and list(event.seat_ids) == answer.answer.get("seat_ids", [])
        )
        findings.expect(Promise.REFUSED, what, holds=holds)


def _truly_taken(
    wish: Asked, events: Sequence[SeatEvent], pasts: Mapping[ShowId, Past], findings: Findings
) -> None:
    answer = wish.answer
    if answer is None or answer.code not in {"seat_taken", "seat_blocked"}:
        return
    if wish.kind in OF_TWO_SHOWS and not _is_refused(events):
        return  # it was the other show that refused
    begin, end = wish.invoked_at - CLOCK_SECONDS, wish.known_at + CLOCK_SECONDS
    past = pasts.get(wish.show_id)
    for seat in answer.answer.get("seat_ids", ()):
        holds = past is not None and past.was_taken(SeatId(seat), begin, end)
        findings.expect(Promise.TAKEN, f"{wish}: {seat} was nobody's", holds=holds)


def _in_order(
    asked: Sequence[Asked], events: Mapping[CommandId, Sequence[SeatEvent]], findings: Findings
) -> None:
    of_show: dict[ShowId, list[tuple[Asked, int]]] = defaultdict(list)
    for wish in asked:
        for event in events.get(wish.command_id, ())[:1]:
            of_show[event.show_id].append((wish, event.version))
    for decided in of_show.values():
        known = sorted(decided, key=lambda each: each[0].known_at)
        highest, at = 0, 0
        for wish, version in sorted(decided, key=lambda each: each[0].invoked_at):
            while known[at][0].known_at < wish.invoked_at:
                highest, at = max(highest, known[at][1]), at + 1
            what = f"{wish} is version {version}; version {highest} was known before it was asked"
            findings.expect(Promise.ORDER, what, holds=version > highest)


def _kept(asked: Sequence[Asked], pasts: Mapping[ShowId, Past], findings: Findings) -> None:
    steps: dict[BookingId, dict[Kind, Asked]] = defaultdict(dict)
    for wish in asked:
        if "booking_id" in wish.args:
            of_booking = steps[wish.args["booking_id"]]
            if wish.kind not in of_booking or wish.answer is None or _is_yes(wish):
                of_booking[wish.kind] = wish
    for booking_id, by_kind in steps.items():
        said = {kind: _is_yes(wish) for kind, wish in by_kind.items()}
        want = _wanted(by_kind, said)
        past = pasts.get(next(iter(by_kind.values())).show_id)
        if want is not None:
            hold = None if past is None else past.holds.get(booking_id)
            got = None if hold is None else hold.status
            findings.expect(
                Promise.KEPT, f"{booking_id} is {got}, and was {want}", holds=got is want
            )


def _is_yes(wish: Asked) -> bool:
    return wish.answer is not None and wish.answer.outcome is Outcome.OK


def _is_refused(events: Sequence[SeatEvent]) -> bool:
    """Whether the show that these are of said no."""
    return bool(events) and isinstance(events[0], CommandRefused)


def _wanted(by_kind: Mapping[Kind, Asked], said: Mapping[Kind, bool]) -> BookingStatus | None:
    """Where a booking ended as far as its owner can know; None: they cannot."""
    if said.get(Kind.CANCEL):
        return BookingStatus.CANCELLED
    if said.get(Kind.EXCHANGE) and by_kind[Kind.EXCHANGE].args["whole"]:
        return BookingStatus.EXCHANGED
    unsure = any(
        kind in by_kind and by_kind[kind].answer is None for kind in (Kind.CANCEL, Kind.EXCHANGE)
    )
    if any(said.get(kind) for kind in PAYING) and not unsure:
        return BookingStatus.CONFIRMED
    return BookingStatus.RELEASED if said.get(Kind.RELEASE) else None


def _reused(ops: Iterable[Op], troubles: Sequence[Window], findings: Findings) -> None:
    """Keys are not written through to the disk: a Postgres that is killed may forget the last."""
    first: dict[CommandId, float] = {}
    for op in ops:
        if not op.reused:
            first[op.command_id] = min(op.t_invoke, first.get(op.command_id, inf))
    kills = [window for window in troubles if window.target == "postgres"]
    for op in ops:
        if not op.reused or op.outcome is Outcome.INFO:
            continue
        begin = first.get(op.command_id, op.t_invoke)
        if any(begin - 1 <= kill.end and op.t_complete >= kill.begin for kill in kills):
            continue
        what = f"{op.kind} {op.command_id} with another body: {op.status} {op.code}"
        findings.expect(Promise.REUSED, what, holds=(op.status, op.code) == (422, REUSED_CODE))


def _nobody_asked(ops: Iterable[Op], logs: Logs, findings: Findings) -> None:
    asked: set[CommandId] = set()
    for op in ops:
        asked.add(op.command_id)
        if op.kind is Kind.EXCHANGE:
            asked |= {finishing_of(op.command_id), dropping_of(op.command_id)}
    for show_id, log in logs.items():
        for event in log:
            if event.command_id is not None:
                what = f"{type(event).__name__} v{event.version} of {show_id}"
                findings.expect(Promise.ASKED, what, holds=event.command_id in asked)


def _expired(pasts: Mapping[ShowId, Past], troubles: Sequence[Window], findings: Findings) -> None:
    for past in pasts.values():
        for booking_id, hold in past.holds.items():
            if hold.status is BookingStatus.EXPIRED and hold.released_at is not None:
                late = hold.released_at - hold.held_until
                excused = _within(troubles, hold.held_until, hold.released_at)
                what = f"{booking_id} ended {late:.2f} s after it ran out; {excused:.2f} s broken"
                holds = 0 <= late <= EXPIRY_SECONDS_MAX + excused
                findings.expect(Promise.EXPIRY, what, holds=holds)


def _within(troubles: Sequence[Window], begin: float, end: float) -> float:
    """How much of that time something was broken."""
    broken, until = 0.0, begin
    for window in sorted(troubles, key=lambda each: each.begin):
        low, high = max(window.begin, until), min(window.end, end)
        if high > low:
            broken, until = broken + high - low, high
    return broken


def _owned(asked: Sequence[Asked], pasts: Mapping[ShowId, Past], findings: Findings) -> None:
    for show_id, past in pasts.items():
        findings.looked_at[Promise.OWNERS] += sum(map(len, past.tenures.values()))
        for clash in past.clashes:
            findings.expect(Promise.OWNERS, f"{show_id} {clash}", holds=False)
    had: dict[tuple[ShowId, SeatId], list[tuple[float, float, str]]] = defaultdict(list)
    ends, paid = _ends_of(asked)
    for wish in asked:
        if wish.answer is None or not _is_yes(wish):
            continue
        answer = wish.answer.answer
        if wish.kind in HOLDING:
            answer = booking_in(wish.kind, answer)
            owner = answer["booking_id"]
            until = inf if owner in paid else seconds(answer["held_until"])
            until = min(until, ends.get(owner, inf))
        elif wish.kind is Kind.SELL:
            owner, until = answer["sale_id"], inf
        else:
            continue
        # What was known only when it was over never was a certain tenure.
        for seat in answer["seat_ids"] if until > wish.known_at else ():
            had[wish.show_id, seat].append((wish.known_at, until, owner))
    for (show_id, seat), tenures in had.items():
        until, owner = -inf, ""
        for begin, end, who in sorted(tenures):
            what = f"{seat} of {show_id} is {who}'s since {begin:.3f}, {owner}'s until {until:.3f}"
            findings.expect(Promise.OWNERS, what, holds=begin + CLOCK_SECONDS >= until)
            until, owner = max((until, owner), (end, who))


def _ends_of(asked: Iterable[Asked]) -> tuple[dict[str, float], set[str]]:
    """When each booking was first asked to end, and which are known to be paid."""
    ends: dict[str, float] = {}
    paid: set[str] = set()
    for wish in asked:
        booking_id = wish.args.get("booking_id", "")
        if wish.kind in {Kind.RELEASE, Kind.CANCEL, Kind.EXCHANGE}:
            ends[booking_id] = min(wish.invoked_at, ends.get(booking_id, inf))
        elif wish.kind in PAYING and _is_yes(wish):
            paid.add(booking_id)
    return ends, paid
