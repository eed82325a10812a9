"""One partition of the log, judged: every show folded twice and held against the stores."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from justbookit import wire
from justbookit.bookings import BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.errors import BrokenInvariant, MalformedMessage
from justbookit.evolving import evolve
from justbookit.ids import BookingId, CommandId, SeatId, ShowId
from justbookit.seatmap import SeatMap
from lab.verify.audit import Audit, Check
from lab.verify.cancelled import Cancelled
from lab.verify.endings import Endings
from lab.verify.exchanges import Bridge, Exchanges
from lab.verify.history import History, Record
from lab.verify.moved import Moved
from lab.verify.rows import ShowRows, compare
from lab.verify.rules import Rules
from lab.verify.witness import Witness


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as the API answered it, 201: one line of an answers file."""

    booking_id: BookingId
    show_id: ShowId
    seat_ids: tuple[SeatId, ...]
    amount: int
    currency: str


def judge_show(
    history: History,
    rows: ShowRows | None,
    promises: Mapping[BookingId, Promise],
    audit: Audit,
    bridge: Bridge | None = None,
) -> ShowTerms | None:
    """Hold a show to everything; what it is sold on, if it is on sale.

    `rows` None: leave the stores alone. What goes to other shows and comes from them is noted in
    `bridge`.
    """
    witness = Witness(history.show_id, audit)
    looks = (
        rules := Rules(witness, audit),
        endings := Endings(witness, audit),
        Cancelled(witness, audit),
        Moved(witness, audit),
        Exchanges(witness, audit, Bridge() if bridge is None else bridge),
    )
    seatmap: SeatMap | None = SeatMap(history.show_id)
    for event in history.events:
        for look in looks:
            look.hold(event)
        witness.see(event)
        if seatmap is not None:
            try:
                evolve(seatmap, event)
            except (BrokenInvariant, KeyError) as error:
                where = f"{history.show_id} v{event.version}"
                audit.fault(Check.OWNERS, where, f"the writer's own fold stops: {error!r}")
                seatmap = None
        audit.totals[f"event {type(event).__name__}"] += 1
    _one_answer_each(history, audit)
    _kept(witness, promises, audit)
    audit.totals["shows"] += 1
    audit.totals["repeats"] += history.repeats
    audit.totals["bookings"] += len(witness.lives)
    if seatmap is not None:
        claims = {seat: (claim.kind, claim.by) for seat, claim in seatmap.claims.items()}
        audit.expect(
            Check.OWNERS, history.show_id, "the writer's fold", got=claims, want=witness.owners
        )
        audit.expect(
            Check.COUNTS,
            history.show_id,
            "the writer's count",
            got=seatmap.counts(),
            want=witness.counts(),
        )
        if rows is not None:
            compare(history, seatmap, witness, endings.lapses_at, rows, audit)
            audit.expect(
                Check.WAITING_ROWS,
                history.show_id,
                "who waits",
                got=rows.waiting,
                want=rules.line.standings,
            )
    return witness.terms if witness.is_open else None


def _one_answer_each(history: History, audit: Audit) -> None:
    answered: dict[CommandId, int] = {}
    for event in history.events:
        if event.command_id is None:
            continue
        audit.look(Check.ANSWERS)
        if event.command_id in answered:
            before = answered[event.command_id]
            what = f"{event.command_id} was answered by version {before} already"
            audit.fault(Check.ANSWERS, f"{history.show_id} v{event.version}", what)
        answered[event.command_id] = event.version


def _kept(witness: Witness, promises: Mapping[BookingId, Promise], audit: Audit) -> None:
    for booking_id in promises.keys() & witness.lives.keys():
        promise, life = promises[booking_id], witness.lives[booking_id]
        got = (
            witness.show_id,
            life.status,
            frozenset(line.seat_id for line in life.sold),
            sum(line.price for line in life.sold),
            life.currency,
        )
        want = (
            promise.show_id,
            BookingStatus.CONFIRMED,
            frozenset(promise.seat_ids),
            promise.amount,
            promise.currency,
        )
        audit.expect(Check.PROMISES, booking_id, "the booking", got=got, want=want)


def judge_commands(
    topic: str,
    records: Iterable[Record],
    shows: Mapping[ShowId, History],
    buried: Collection[tuple[str, int, int]],
    audit: Audit,
) -> set[CommandId]:
    """See that every command was answered, or buried where it can be seen; their ids.

    `buried` are topic, partition and offset of what lies in stream-dead-letters.
    """
    answers = {
        show_id: {event.command_id for event in history.events}
        for show_id, history in shows.items()
    }
    asked: set[CommandId] = set()
    for record in records:
        audit.totals[f"messages of {topic}"] += 1
        audit.look(Check.ANSWERS)
        where = f"{topic}[{record.partition}]@{record.offset}"
        if (topic, record.partition, record.offset) in buried:
            audit.totals["buried messages"] += 1
            continue
        try:
            command = wire.decode_seat_command(record.value)
        except MalformedMessage as error:
            audit.fault(Check.ANSWERS, where, f"{error}, and is no dead letter")
            continue
        asked.add(command.command_id)
        if command.command_id not in answers.get(command.show_id, ()):
            what = f"{type(command).__name__} {command.command_id} was never answered"
            audit.fault(Check.ANSWERS, where, what)
    return asked


def judge_thin_air(
    shows: Mapping[ShowId, History], asked: Collection[CommandId], audit: Audit
) -> None:
    """See that what was answered had been asked."""
    for history in shows.values():
        for event in history.events:
            if event.command_id is not None and event.command_id not in asked:
                what = f"{type(event).__name__} answers {event.command_id}, which nobody asked"
                audit.fault(Check.ANSWERS, f"{history.show_id} v{event.version}", what)
