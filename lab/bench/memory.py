"""What one seat writer weighs when it has very many open shows to sell, and how fast a cold one is.

Shows are opened and sold through the writer's own door, `seat-commands`: halls of 80 to 300 seats,
each with its own layout and 35 shows on it; most shows have sold a few seats, some a third of the
house. No show of these is known to the catalogue, so this is for a stack of its own:

    justbookit up --only postgres,kafka,opensearch,seats

Before them one show gets a long history. When all are open, it and a sample of the others have
left memory long ago; each is asked for two seats, twice. The clock of an answer runs from when
Kafka has the command to when it has the event; the first one has the show loaded, the second not.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec
import psutil
from kafka import KafkaProducer
from kafka.producer.future import FutureRecordMetadata

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.ids import (
    BookingId,
    CityId,
    CommandId,
    CustomerId,
    MovieId,
    OrganizerId,
    SeatId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.seat_commands import BookSeats, HoldSeats, OpenShow, Payment, ReleaseHold
from justbookit.seat_commands import SeatCommand as Command
from justbookit.seat_events import SeatsBooked
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, partition_of
from lab.bench.figures import Figures, NotPlausible, Result, latencies, result
from lab.bench.ground import Say
from lab.verify.kafka_log import Ends, KafkaLog

SHOWS_IN_HALL = 35
"""A week of five shows a day."""
HALL_ROWS = (8, 10, 12, 15)
HALL_CELLS = (10, 14, 18, 20)
PRICE, CURRENCY = 20000, "INR"
SOLD = (0, 0, 1, 1, 1, 2, 2, 3, 5, 15)
"""Bookings of two, show after show: three on average."""
AHEAD_MAX = 20_000
"""Commands in Kafka that are not yet decided."""
ANSWER_SECONDS_MAX = 120.0
LOOK_SECONDS = 0.05
ASK_EVERY_SECONDS = 0.02
MIB = 2**20


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How many shows, how many of them are asked for again, and how long the long history is."""

    shows: int = 200_000
    samples: int = 500
    history: int = 20_000


def memory(settings: Settings, plan: Plan, say: Say) -> Result:
    """Open and sell all of it, and weigh the writer all the while."""
    run = f"{int(time.time() * 1000):x}"
    writer = _writer(settings)
    figures: Figures = {"rss_before_mib": writer.memory_info().rss / MIB}
    log = KafkaLog(settings)
    producer = KafkaProducer(
        bootstrap_servers=settings.kafka.split(","),
        client_id="bench",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=5,
    )
    door = _Door(settings, producer, log, writer, say)
    try:
        old = f"memory-{run}-old"
        door.put(_history(old, plan.history))
        began = time.perf_counter()
        door.put(_all(run, plan.shows))
        figures["commands_per_s"] = (door.sent - plan.history) / (time.perf_counter() - began)
        figures["shows"] = plan.shows
        figures["rss_mib"] = writer.memory_info().rss / MIB
        figures["rss_peak_mib"] = door.peak / MIB
        step = max(1, plan.shows // 2 // plan.samples)
        sample = [f"memory-{run}-{number * step}" for number in range(plan.samples)]
        for name in ("cold", "hot"):
            waited = door.ask([_last_seats(show_id, name) for show_id in sample])
            figures.update(latencies(f"{name}_", waited))
        for name in ("cold", "hot"):
            (waited_once,) = door.ask([_last_seats(old, name)])
            figures[f"long_history.{name}_ms"] = 1000 * waited_once
        figures["long_history.events"] = plan.history
    finally:
        producer.close()
        log.close()
    parameters = {
        "seat_memory_mb": settings.seat_memory_mb,
        "workers": settings.seat_workers,
        "halls": -(-plan.shows // SHOWS_IN_HALL),
        "bookings": sum(SOLD) * plan.shows // len(SOLD),
        "clock": "from when Kafka has the command to when it has the answer",
    }
    return result("memory", figures, parameters)


def _writer(settings: Settings) -> psutil.Process:
    """The seat writer's process, as the stack's notes name it."""
    notes = Path(settings.home) / "run.json"
    if settings.seat_workers != 1 or not notes.exists():
        raise NotPlausible("this is about the one seat writer of a stack that runs here")
    processes = msgspec.json.decode(notes.read_bytes())["processes"]
    return psutil.Process(processes["seats"]["pid"])


class _Door:
    """Sends commands no faster than they are decided, and sees what the writer weighs meanwhile."""

    def __init__(
        self,
        settings: Settings,
        producer: KafkaProducer,
        log: KafkaLog,
        writer: psutil.Process,
        say: Say,
    ) -> None:
        self._settings, self._producer, self._log = settings, producer, log
        self._writer, self._say = writer, say
        self._before = self._ends()
        self.sent = 0
        self.peak = 0

    def put(self, commands: Iterator[Command]) -> None:
        """Back when all are answered."""
        while some := list(islice(commands, 1000)):
            for command in some:
                self._send(command)
            self._until_answered(self.sent - AHEAD_MAX)
        self._producer.flush()
        self._until_answered(self.sent)

    def ask(self, commands: Sequence[BookSeats]) -> list[float]:
        """Seconds that each waited for its answer, which must be a booking."""
        before = self._ends()
        asked_at: dict[CommandId | None, float] = {}
        for command in commands:
            asked_at[command.command_id] = self._send(command).get(timeout=10).timestamp
            time.sleep(ASK_EVERY_SECONDS)
        self._until_answered(self.sent)
        waited: list[float] = []
        for (_, partition), first in before.items():
            for record in self._log.records(SEAT_EVENTS, partition, self._ends(), first):
                event = wire.decode_seat_event(record.value)
                if event.command_id in asked_at:
                    if not isinstance(event, SeatsBooked):
                        raise NotPlausible(f"a booking was answered with {event!r:.500}")
                    waited.append((record.written_ms - asked_at[event.command_id]) / 1000)
        if len(waited) != len(commands):
            raise NotPlausible(f"{len(waited)} of {len(commands)} bookings were answered")
        return waited

    def _send(self, command: Command) -> FutureRecordMetadata:
        self.sent += 1
        return self._producer.send(
            SEAT_COMMANDS.name,
            value=wire.encode(command),
            key=command.show_id.encode(),
            partition=partition_of(command.show_id, self._settings.partitions),
        )

    def _until_answered(self, wanted: int) -> None:
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        while True:
            answered = sum(self._ends().values()) - sum(self._before.values())
            rss = self._writer.memory_info().rss
            self.peak = max(self.peak, rss)
            if answered >= wanted:
                return
            if time.monotonic() > deadline:
                raise NotPlausible(f"only {answered:,} of {wanted:,} commands were answered")
            self._say(f"{answered:,} commands answered; the writer has {rss / MIB:,.0f} MiB")
            time.sleep(LOOK_SECONDS)

    def _ends(self) -> Ends:
        return self._log.ends((SEAT_EVENTS,))


def _history(show_id: str, events: int) -> Iterator[Command]:
    """One show, opened; then seats that come and go, until there are so many events."""
    yield _open(show_id, 0)
    for number in range((events - 1) // 2):
        hold = HoldSeats(
            command_id=CommandId(f"h-{show_id}-{number}"),
            show_id=ShowId(show_id),
            booking_id=BookingId(f"b-{show_id}-{number}"),
            customer_id=CustomerId(f"u-{number % 1000}"),
            seat_ids=(SeatId("A1"), SeatId("A2")),
        )
        yield hold
        yield ReleaseHold(
            command_id=CommandId(f"r-{show_id}-{number}"),
            show_id=hold.show_id,
            booking_id=hold.booking_id,
            customer_id=hold.customer_id,
        )


def _all(run: str, shows: int) -> Iterator[Command]:
    """Every show and what is sold of it."""
    for number in range(shows):
        show_id = f"memory-{run}-{number}"
        opened = _open(show_id, number // SHOWS_IN_HALL)
        yield opened
        seats = list(islice(opened.terms.layout.zones(), 2 * max(SOLD)))
        for booking in range(SOLD[number % len(SOLD)]):
            yield _book(show_id, str(booking), seats[2 * booking : 2 * booking + 2])


def _last_seats(show_id: str, name: str) -> BookSeats:
    """Two seats of a row in which nothing was sold, others for each name."""
    seats = ("H1", "H2") if name == "cold" else ("H3", "H4")
    return _book(show_id, name, [SeatId(seat) for seat in seats])


def _book(show_id: str, name: str, seats: Sequence[SeatId]) -> BookSeats:
    return BookSeats(
        command_id=CommandId(f"c-{show_id}-{name}"),
        show_id=ShowId(show_id),
        booking_id=BookingId(f"b-{show_id}-{name}"),
        customer_id=CustomerId(f"u-{show_id}-{name}"),
        seat_ids=tuple(seats),
        payment=Payment(
            reference=f"p-{show_id}-{name}",
            method="card",
            amount=PRICE * len(seats),
            currency=CURRENCY,
        ),
    )


def _open(show_id: str, hall: int) -> OpenShow:
    rows = HALL_ROWS[hall % len(HALL_ROWS)]
    cells = HALL_CELLS[hall // len(HALL_ROWS) % len(HALL_CELLS)]
    begins = datetime.now(UTC) + timedelta(days=1)
    layout = Layout(
        version=hall + 1,
        rows=tuple(
            Row(
                label=chr(ord("A") + row),
                zone=ZoneId("all"),
                cells=tuple(str(cell) for cell in range(1, cells + 1)),
            )
            for row in range(rows)
        ),
    )
    return OpenShow(
        command_id=CommandId(f"c-{show_id}"),
        show_id=ShowId(show_id),
        terms=ShowTerms(
            show_id=ShowId(show_id),
            movie_id=MovieId("memory-movie"),
            theatre_id=TheatreId(f"memory-{hall}"),
            venue_id=VenueId(f"memory-venue-{hall // 5}"),
            city_id=CityId("memory"),
            organizer_id=OrganizerId("bench"),
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            timezone="Asia/Kolkata",
            currency=CURRENCY,
            mode=Mode.ALL_IN,
            layout=layout,
            prices={ZoneId("all"): PRICE},
        ),
    )
