"""How long after a hold has run out the seat writer gives its seats back.

So many holds are made through the writer, at an even pace, until all of them are live at once;
then nobody asks for anything, and each runs out at its own time. The lag is the event's own time
minus `held_until`; beside it stands the time at which the event was handed to Kafka, which is
after its transaction. Writer and benchmark share a machine, so they share a clock.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from kafka import KafkaProducer

from justbookit import wire
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId, ShowId
from justbookit.refusals import ReleaseReason
from justbookit.seat_commands import HoldSeats
from justbookit.seat_events import HoldReleased, SeatsHeld
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, partition_of
from lab.bench.figures import Figures, NotPlausible, Result, latencies, result
from lab.bench.ground import ROWS, SEATS_IN_ROW, Say, lay
from lab.verify.kafka_log import Ends, KafkaLog

PAIRS_IN_SHOW = ROWS * SEATS_IN_ROW // 2
LOOK_SECONDS = 0.2
ANSWER_SECONDS_MAX = 120.0
LAG_SECONDS_MAX = 120.0
STEP_SECONDS = 0.02


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How many holds, how fast they are asked for, and how long the last may live."""

    holds: int = 100_000
    per_second: int = 2000
    wait: float = 600.0


class Hold(msgspec.Struct):
    """What became of one."""

    held_at: datetime
    held_until: datetime
    released_at: datetime | None = None
    published_at: float | None = None


def expiry(settings: Settings, plan: Plan, say: Say) -> Result:
    """Measure them; all must have been live at one moment, and all must have run out."""
    ground = lay(settings, -(-(plan.holds + 1) // PAIRS_IN_SHOW), say)
    commands = [
        HoldSeats(
            command_id=CommandId(f"c-bench-{ground.run}-{number}"),
            show_id=ShowId(show_id),
            booking_id=BookingId(f"b-bench-{ground.run}-{number}"),
            customer_id=CustomerId("u-bench"),
            seat_ids=(SeatId(pair[0]), SeatId(pair[1])),
        )
        for number, (show_id, pair) in enumerate(ground.pairs()[: plan.holds + 1])
    ]
    log = KafkaLog(settings)
    try:
        before = log.ends((SEAT_EVENTS,))
        # one of them, to see how long holds live here before all the others are made
        _ask(settings, commands[:1], plan.per_second)
        _wait_for(log, before, 1, ANSWER_SECONDS_MAX, say)
        (first,) = _read(log, before, commands[:1]).values()
        see_short_enough(first, plan)
        say(f"{plan.holds:,} holds are asked for, {plan.per_second:,} a second")
        _ask(settings, commands[1:], plan.per_second)
        _wait_for(log, before, len(commands), ANSWER_SECONDS_MAX, say)
        lives = (first.held_until - first.held_at).total_seconds()
        _wait_for(log, before, 2 * len(commands), lives + LAG_SECONDS_MAX, say)
        holds = list(_read(log, before, commands[1:]).values())
    finally:
        log.close()
    parameters = {
        "holds": plan.holds,
        "holds_per_s": plan.per_second,
        "seats_per_hold": 2,
        "shows": len(ground.show_ids),
        "hold_seconds": lives,
        "clock": "the event's own time (published: Kafka's time of it) less held_until",
    }
    return result("expiry", lags(holds), parameters)


def see_short_enough(hold: Hold, plan: Plan) -> None:
    """Raises NotPlausible when holds live longer than we wait, or not until the last is made."""
    lives = (hold.held_until - hold.held_at).total_seconds()
    makes = plan.holds / plan.per_second
    if lives > plan.wait:
        raise NotPlausible(
            f"holds live for {lives:g} s here and --wait is {plan.wait:g}: start the stack with"
            f" JUSTBOOKIT_HOLD_SECONDS={2 * makes + 10:.0f}, or wait longer"
        )
    if lives < makes:
        raise NotPlausible(
            f"holds live for {lives:g} s here, and to make them takes {makes:g}: start the stack"
            f" with JUSTBOOKIT_HOLD_SECONDS={2 * makes + 10:.0f}"
        )


def lags(holds: Sequence[Hold]) -> Figures:
    """The figures.

    Raises NotPlausible when holds were not all live at once, or one ran out early or never.
    """
    missed = [hold for hold in holds if hold.released_at is None]
    if missed:
        raise NotPlausible(f"{len(missed):,} holds never ran out")
    runs_out = sorted(hold.held_until for hold in holds)
    made = max(hold.held_at for hold in holds)
    if made >= runs_out[0]:
        raise NotPlausible("the first hold ran out before the last was made: make them live longer")
    lag, published = [], []
    for hold in holds:
        assert hold.released_at is not None
        assert hold.published_at is not None
        lag.append((hold.released_at - hold.held_until).total_seconds())
        published.append(hold.published_at - hold.held_until.timestamp())
    if min(lag) < 0:
        raise NotPlausible(f"a hold ran out {-min(lag):.3f} s too early")
    stretch = (runs_out[-1] - runs_out[0]).total_seconds()
    return {
        "live_holds": len(holds),
        "ran_out_per_s": len(holds) / max(stretch, 0.001),
        **latencies("expiry_lag_", lag),
        **latencies("expiry_published_", published),
    }


def _ask(settings: Settings, commands: Sequence[HoldSeats], per_second: int) -> None:
    """Send them at that pace."""
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka.split(","),
        client_id="bench",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=5,
    )
    try:
        begin = time.perf_counter()
        sent = []
        for number, command in enumerate(commands):
            if (early := begin + number / per_second - time.perf_counter()) > STEP_SECONDS:
                time.sleep(early)
            where = partition_of(command.show_id, settings.partitions)
            key, value = command.show_id.encode(), wire.encode(command)
            sent.append(producer.send(SEAT_COMMANDS.name, value=value, key=key, partition=where))
        producer.flush()
        if any(future.failed() for future in sent):
            raise NotPlausible("Kafka did not take all the commands")
    finally:
        producer.close()


def _wait_for(log: KafkaLog, before: Ends, wanted: int, seconds: float, say: Say) -> None:
    """Until so many events were published since; one of each hold, one of each that ran out."""
    deadline = time.monotonic() + seconds
    while (grown := sum(log.ends((SEAT_EVENTS,)).values()) - sum(before.values())) < wanted:
        say(f"{grown:,} of {wanted:,} events")
        if time.monotonic() > deadline:
            raise NotPlausible(f"only {grown:,} of {wanted:,} events came in {seconds:g} s")
        time.sleep(LOOK_SECONDS)


def _read(log: KafkaLog, before: Ends, commands: Sequence[HoldSeats]) -> Mapping[BookingId, Hold]:
    """What became of each; raises NotPlausible unless each was held."""
    asked = {command.booking_id for command in commands}
    holds: dict[BookingId, Hold] = {}
    ends = log.ends((SEAT_EVENTS,))
    for (_, partition), first in before.items():
        for record in log.records(SEAT_EVENTS, partition, ends, first):
            event = wire.decode_seat_event(record.value)
            if isinstance(event, SeatsHeld) and event.booking_id in asked:
                holds[event.booking_id] = Hold(event.at, event.held_until)
            elif isinstance(event, HoldReleased) and event.booking_id in holds:
                if event.reason is not ReleaseReason.EXPIRED:
                    raise NotPlausible(f"somebody released {event.booking_id}")
                hold = holds[event.booking_id]
                hold.released_at = event.at
                hold.published_at = record.written_ms / 1000
    if len(holds) < len(asked):
        raise NotPlausible(f"{len(asked) - len(holds):,} of {len(asked):,} were not held")
    return holds
