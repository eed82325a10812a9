"""How many two-seat bookings one seat writer commits and publishes in a second.

The commands are produced as fast as Kafka takes them, which is faster than they are decided.
The clock starts when the last of them is acknowledged, so that from then on all that is left
lies in Kafka and nothing but the stack works; it stops when the last answer can be read from
`seat-events`, which is after its transaction. Answers are counted by where the topic ends; that
costs the machine nothing. What was answered before the clock started does not count.

Beside it stands what one would use instead, in turn with it: see `comparison`.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from statistics import median_low
from typing import NamedTuple

from kafka import KafkaProducer

from justbookit import wire
from justbookit.catalogue import Layout, Row, ShowTerms
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId, ShowId, ZoneId
from justbookit.seat_commands import BookSeats, ChangeShow, Payment, SeatCommand
from justbookit.seat_events import SeatsBooked
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, partition_of
from lab.bench import bare_postgres, comparison, pooled
from lab.bench.comparison import Beside, Part, Rivals
from lab.bench.figures import Figures, NotPlausible, Result, result
from lab.bench.ground import (
    CURRENCY,
    PRICE,
    ROWS,
    SEATS_IN_ROW,
    Ground,
    Say,
    lay,
    open_terms,
    wait_until_still,
)
from lab.bench.row_locks import LEFT_OUT, RowLocks
from lab.bench.spending import QUIET_CORES, Spending, wait_until_quiet
from lab.verify.kafka_log import Ends, KafkaLog

SHOWS = 2000
HOT_ROWS, HOT_SEATS_IN_ROW = 400, 100
LEFT_SHARE_MIN = 0.3
"""Below this share of commands left when the clock starts, the figure would mean little."""

ANSWER_SECONDS_MAX = 180.0
LOOK_SECONDS = 0.02


class Run(NamedTuple):
    """One measurement; `spent` is what a booking cost each process while the clock ran."""

    bookings_per_s: float
    counted: int
    seconds: float
    overall_per_s: float
    spent: Figures

    def figures(self, prefix: str) -> Figures:
        told = {name: value for name, value in self._asdict().items() if name != "spent"}
        return {f"{prefix}{name}": value for name, value in {**told, **self.spent}.items()}


MANY = Part("many_shows", SHOWS, ROWS * SEATS_IN_ROW, SHOWS * ROWS * SEATS_IN_ROW // 2)
HOT = Part("hot_show", 1, HOT_ROWS * HOT_SEATS_IN_ROW, HOT_ROWS * HOT_SEATS_IN_ROW // 2)


def seats(settings: Settings, bookings: int, beside: Beside | None, say: Say) -> Result:
    """Measure many shows, then one hot show; with row locks beside them, unless told not to."""
    rounds = beside.rounds if beside else 1
    ground = lay(settings, SHOWS, say)
    pairs = ground.pairs()
    if bookings * rounds > len(pairs):
        raise NotPlausible(
            f"{SHOWS} shows have room for {len(pairs)} bookings, not {rounds} times {bookings}"
        )
    settle = partial(wait_until_quiet, settings, say)
    runs: dict[str, list[Run]] = {MANY.name: [], HOT.name: []}
    rates: dict[str, list[float]] = {}
    parameters: dict[str, object] = {}
    with ExitStack() as stack:
        rivals = None
        if beside:
            locks = stack.enter_context(RowLocks(settings))
            rivals = Rivals(settings, locks, beside.seconds, say, settle)
            parameters = {**_of_baselines(beside), **locks.durability()}
        for number in range(rounds):
            many = pairs[number * bookings : (number + 1) * bookings]
            hot = _heat(settings, ground, number, say)[:bookings]
            for part, wanted in ((MANY, many), (HOT, hot)):
                name = f"{part.name[0]}{number}-"
                commands = list(_book(ground.run, name, wanted))
                settle()
                runs[part.name].append(_measure(settings, commands, say))
                wait_until_still(settings, say)
                for key, sold in rivals.measure(part) if rivals else ():
                    rates.setdefault(key, []).append(sold.per_s)
    parameters = {
        "bookings": bookings,
        "hot_bookings": min(bookings, HOT.bookings),
        "shows": SHOWS,
        "seats_per_booking": 2,
        "workers": settings.seat_workers,
        "partitions": settings.partitions,
        "batch_max": settings.batch_max,
        "batch_linger_ms": settings.batch_linger_ms,
        "before_each": f"the stack takes at most {QUIET_CORES} of a core, or a minute is over",
        "clock": "from the last command acknowledged by Kafka to the last answer on seat-events",
        **parameters,
    }
    baselines = comparison.medians(rates)
    return result("seats", _figures(runs, baselines), parameters, baselines)


def _figures(runs: dict[str, list[Run]], baselines: Figures) -> Figures:
    """Of each part the run in the middle; and how it compares, if there is what to compare with."""
    figures: Figures = {}
    for name, each in runs.items():
        figures |= median_low(each).figures(f"{name}.")
    if baselines:
        ours = {name: figures[f"{name}.bookings_per_s"] for name in runs}
        figures.update(comparison.ratios(ours, baselines))
    return figures


def _of_baselines(beside: Beside) -> dict[str, object]:
    return {
        "rounds": beside.rounds,
        "baseline_seconds": beside.seconds,
        "psycopg": f"{pooled.CLIENTS} threads and a pool of as many",
        "pgbench": f"-c {bare_postgres.CLIENTS} -j {bare_postgres.THREADS} -M prepared",
        "baselines_leave_out": LEFT_OUT,
    }


def _book(run: str, part: str, pairs: Sequence[tuple[str, tuple[str, str]]]) -> Iterator[BookSeats]:
    for number, (show_id, pair) in enumerate(pairs):
        name = f"bench-{run}-{part}{number}"
        yield BookSeats(
            command_id=CommandId(f"c-{name}"),
            show_id=ShowId(show_id),
            booking_id=BookingId(f"b-{name}"),
            customer_id=CustomerId("u-bench"),
            seat_ids=(SeatId(pair[0]), SeatId(pair[1])),
            payment=Payment(reference=name, method="card", amount=2 * PRICE, currency=CURRENCY),
        )


def _measure(settings: Settings, commands: Sequence[SeatCommand], say: Say) -> Run:
    log = KafkaLog(settings)
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka.split(","),
        client_id="bench",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=20,
        batch_size=256 * 1024,
    )
    encoded = [
        (
            partition_of(command.show_id, settings.partitions),
            command.show_id.encode(),
            wire.encode(command),
        )
        for command in commands
    ]
    try:
        before = log.ends((SEAT_EVENTS,))
        say(f"{len(encoded):,} commands go into Kafka")
        began = time.perf_counter()
        sent = [
            producer.send(SEAT_COMMANDS.name, value=value, key=key, partition=partition)
            for partition, key, value in encoded
        ]
        producer.flush()
        started = time.perf_counter()
        answered = _grown(log, before)
        left = len(encoded) - answered
        if any(future.failed() for future in sent):
            raise NotPlausible("Kafka did not take all the commands")
        if left < LEFT_SHARE_MIN * len(encoded):
            raise NotPlausible(
                f"only {left:,} of {len(encoded):,} commands were left when the last was in Kafka:"
                " they came too slowly to measure anything; ask for more bookings"
            )
        spending = Spending(settings)
        ended = _follow(log, before, len(encoded), say)
        spent = spending.per(left, "cpu_")
        _see_all_booked(log, before, commands)
    finally:
        producer.close()
        log.close()
    seconds = ended - started
    return Run(left / seconds, left, seconds, len(encoded) / (ended - began), spent)


def _follow(log: KafkaLog, before: Ends, wanted: int, say: Say) -> float:
    """When the last answer was there to be read."""
    deadline = time.perf_counter() + ANSWER_SECONDS_MAX
    while True:
        answered = _grown(log, before)
        now = time.perf_counter()
        if answered >= wanted:
            return now
        if now > deadline:
            raise NotPlausible(f"only {answered:,} of {wanted:,} commands were answered")
        say(f"{answered:,} of {wanted:,} answered")
        time.sleep(LOOK_SECONDS)


def _grown(log: KafkaLog, before: Ends) -> int:
    """How many events there are since."""
    return sum(log.ends((SEAT_EVENTS,)).values()) - sum(before.values())


def _see_all_booked(log: KafkaLog, before: Ends, commands: Sequence[SeatCommand]) -> None:
    """Raises NotPlausible unless each command was answered with a booking."""
    ends = log.ends((SEAT_EVENTS,))
    asked = {command.command_id for command in commands}
    for (_, partition), first in before.items():
        for record in log.records(SEAT_EVENTS, partition, ends, first):
            event = wire.decode_seat_event(record.value)
            if event.command_id in asked:
                if not isinstance(event, SeatsBooked):
                    raise NotPlausible(f"a booking was answered with {event!r:.500}")
                asked.discard(event.command_id)
    if asked:
        raise NotPlausible(f"{len(asked):,} bookings have no answer, such as {min(asked)}")


def _heat(
    settings: Settings, ground: Ground, number: int, say: Say
) -> list[tuple[str, tuple[str, str]]]:
    """Make one show a stadium; every two neighbouring seats of it.

    No theatre of the catalogue is that large, so the seat writer is asked directly, as the
    catalogue would ask: for other terms of a show that is on sale.
    """
    show_id = ShowId(ground.show_ids[number])
    say("one show becomes a stadium")
    terms = open_terms(settings, show_id)
    stadium = _stadium(terms)
    command = ChangeShow(
        command_id=CommandId(f"c-bench-{ground.run}-stadium{number}"),
        show_id=show_id,
        terms=stadium,
    )
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka.split(","), acks="all", compression_type="lz4"
    )
    producer.send(
        SEAT_COMMANDS.name,
        value=wire.encode(command),
        key=show_id.encode(),
        partition=partition_of(show_id, settings.partitions),
    ).get(timeout=10)
    producer.close()
    wait_until_still(settings, say)
    if open_terms(settings, show_id) != stadium:
        raise NotPlausible(f"{show_id} did not become a stadium")
    taken = set(terms.layout.zones())
    return [
        (show_id, (f"{row.label}{number}", f"{row.label}{number + 1}"))
        for row in stadium.layout.rows
        if f"{row.label}1" not in taken
        for number in range(1, HOT_SEATS_IN_ROW, 2)
    ]


def _stadium(terms: ShowTerms) -> ShowTerms:
    """The same terms with rows and rows behind the hall's own."""
    cells = tuple(str(number) for number in range(1, HOT_SEATS_IN_ROW + 1))
    zone = ZoneId("all")
    rows = tuple(
        Row(label=f"{chr(65 + number // 26)}{chr(65 + number % 26)}", zone=zone, cells=cells)
        for number in range(HOT_ROWS)
    )
    own = terms.layout
    layout = Layout(version=own.version + 1, rows=(*own.rows, *rows))
    fields = {name: getattr(terms, name) for name in terms.__struct_fields__}
    return ShowTerms(**{**fields, "layout": layout})
