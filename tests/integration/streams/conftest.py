"""A seat writer of our own on the stack's servers, with a door to it and eyes on what it did."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from justbookit import topics, wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.ids import (
    CityId,
    CommandId,
    MovieId,
    OrganizerId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.seat_commands import OpenShow, SeatCommand
from justbookit.seat_events import SeatEvent
from justbookit.settings import Settings
from stack.environment import ROOT

PATIENCE_SECONDS = 30.0
STOP_SECONDS = 10.0

_CATALOGUE = """
WITH a_venue AS (
    INSERT INTO venue (venue_id, organizer_id, city_id, version, body)
    VALUES ('venue', 'organizer', 'city', 1, '{}') ON CONFLICT DO NOTHING
), a_theatre AS (
    INSERT INTO theatre (theatre_id, venue_id, version, body)
    VALUES ('theatre', 'venue', 1, '{}') ON CONFLICT DO NOTHING
)
INSERT INTO movie (movie_id, version, body) VALUES ('movie', 1, '{}') ON CONFLICT DO NOTHING
"""


class Door:
    """Sends commands to the writer and reads what it published since the door was made."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = KafkaProducer(
            bootstrap_servers=settings.kafka, acks="all", compression_type="lz4"
        )
        self._consumer = KafkaConsumer(bootstrap_servers=settings.kafka)
        self._tps = [
            TopicPartition(topics.SEAT_EVENTS.name, partition)
            for partition in range(settings.partitions)
        ] + [TopicPartition(topics.STREAM_DEAD_LETTERS.name, 0)]
        self._consumer.assign(self._tps)
        self._consumer.seek_to_end(*self._tps)
        for tp in self._tps:
            self._consumer.position(tp)
        self.published: list[tuple[SeatEvent, bytes]] = []
        self.letters: list[bytes] = []

    def send(
        self, *commands: SeatCommand, topic: topics.Topic = topics.SEAT_COMMANDS
    ) -> list[CommandId]:
        """Send commands as the API does; their ids."""
        for command in commands:
            self.send_bytes(wire.encode(command), command.show_id, topic)
        self._producer.flush()
        return [command.command_id for command in commands]

    def send_bytes(
        self,
        raw: bytes | None,
        show_id: str,
        topic: topics.Topic = topics.SEAT_COMMANDS,
        partition: int | None = None,
    ) -> None:
        """Send anything to the partition of a show."""
        if partition is None:
            partition = topics.partition_of(ShowId(show_id), self._settings.partitions)
        self._producer.send(topic.name, raw, key=show_id.encode(), partition=partition)

    def flush(self) -> None:
        self._producer.flush()

    def read(self) -> None:
        """Take in what was published meanwhile."""
        for records in self._consumer.poll(timeout_ms=50, max_records=5000).values():
            for record in records:
                if record.topic == topics.SEAT_EVENTS.name:
                    self.published.append((wire.decode_seat_event(record.value), record.value))
                else:
                    self.letters.append(record.value)

    def answers(self, command_ids: Sequence[CommandId]) -> list[SeatEvent]:
        """Wait for the answers to these commands."""
        wanted = set(command_ids)
        self.until(lambda: wanted <= self._by_command().keys())
        found = self._by_command()
        return [found[command_id] for command_id in command_ids]

    def ask(self, command: SeatCommand, topic: topics.Topic = topics.SEAT_COMMANDS) -> SeatEvent:
        """Send one command and wait for its answer."""
        return self.answers(self.send(command, topic=topic))[0]

    def until(self, happened: Any, patience: float = PATIENCE_SECONDS) -> None:
        """Read until something is so."""
        deadline = time.monotonic() + patience
        while not happened():
            assert time.monotonic() < deadline, "it did not happen in time"
            self.read()

    def _by_command(self) -> dict[CommandId, SeatEvent]:
        return {
            event.command_id: event for event, _ in self.published if event.command_id is not None
        }

    def close(self) -> None:
        self._producer.close()
        self._consumer.close()


class Worker:
    """One `python -m streams seats` of ours."""

    def __init__(self, settings: Settings, log: Path, *program: str, **knobs: object) -> None:
        environment = {**os.environ, **settings.environment()}
        environment |= {f"JUSTBOOKIT_{name.upper()}": str(value) for name, value in knobs.items()}
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *(program or ("-m", "streams", "seats"))],
                env=environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
            )

    def until_ready(self) -> None:
        """Wait until it has claimed partitions."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "ready seats" not in self._log.read_text():
            assert self.process.poll() is None, f"the writer ended:\n{self._log.read_text()}"
            assert time.monotonic() < deadline, "the writer is not ready"
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def until_stopped(self) -> None:
        """Wait until it has stopped itself, as `kill -STOP` would."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _state_of(self.process.pid) != "T":
            assert self.process.poll() is None, f"the writer ended:\n{self._log.read_text()}"
            assert time.monotonic() < deadline, "the writer did not stop itself"
            time.sleep(0.02)

    def exit_code(self) -> int:
        """Wait for its end."""
        return self.process.wait(PATIENCE_SECONDS)

    def said(self) -> str:
        return self._log.read_text()

    def end(self) -> None:
        """Let it leave the group, so that the next one need not wait for its session to end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


class Seats:
    """The writer's surroundings: its door, its processes, its database."""

    def __init__(self, settings: Settings, logs: Path) -> None:
        self.settings = settings
        self.door = Door(settings)
        self._logs = logs
        self._workers: list[Worker] = []

    def worker(self, *program: str, **knobs: object) -> Worker:
        """Start a writer, with settings of its own."""
        log = self._logs / f"seats-{len(self._workers)}.log"
        worker = Worker(self.settings, log, *program, **knobs)
        self._workers.append(worker)
        return worker

    def ready_worker(self, **knobs: object) -> Worker:
        """Start a writer and wait until it works."""
        worker = self.worker(**knobs)
        worker.until_ready()
        return worker

    def rows(self, query: LiteralString, *parameters: object) -> list[Any]:
        """Ask Postgres."""
        with psycopg.connect(self.settings.postgres, autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def show_in(self, partition: int) -> ShowId:
        """A name for a show that belongs to a partition."""
        while True:
            show_id = ShowId(f"show-{uuid.uuid4().hex[:12]}")
            if topics.partition_of(show_id, self.settings.partitions) == partition:
                return show_id

    def open_show(self, show_id: str = "") -> ShowId:
        """Put a show on sale."""
        named = ShowId(show_id or f"show-{uuid.uuid4().hex[:12]}")
        self.door.ask(
            OpenShow(command_id=self.command_id(), show_id=named, terms=self.terms(named))
        )
        return named

    def claims(self, show_id: ShowId) -> list[tuple[str, str, str]]:
        """Who has which seat, as Postgres knows it."""
        return self.rows(
            "SELECT seat_id, kind, claimed_by FROM seat_claim WHERE show_id = %s ORDER BY seat_id",
            show_id,
        )

    def inventory(self, show_id: ShowId) -> dict[str, int]:
        """Some of the show's counts, as Postgres knows them."""
        [numbers] = self.rows(
            "SELECT seats_free, seats_held, seats_booked, version FROM show_inventory"
            " WHERE show_id = %s",
            show_id,
        )
        return dict(zip(("free", "held", "booked", "version"), numbers, strict=True))

    def log_of(self, show_id: ShowId) -> list[str]:
        """The kinds of events of a show, in order."""
        found = self.rows(
            "SELECT type FROM seat_event WHERE show_id = %s ORDER BY version", show_id
        )
        return [kind for (kind,) in found]

    def answers_to(self, command: SeatCommand) -> list[bytes]:
        """What was published for a command, byte for byte."""
        return [raw for event, raw in self.door.published if event.command_id == command.command_id]

    def until_settled(self) -> None:
        """Wait until everything is published and the outbox is clear."""
        self.door.until(lambda: not self.rows("SELECT 1 FROM seat_outbox"))

    def schedule(self, show_id: ShowId, *command_ids: CommandId) -> None:
        """What the catalogue writes before it asks for a show: its row, and its slots."""
        self.rows(_CATALOGUE)
        self.rows(
            "INSERT INTO show (show_id, theatre_id, movie_id, venue_id, city_id, organizer_id,"
            " starts_at, ends_at, status, version, terms) VALUES (%s, 'theatre', 'movie', 'venue',"
            " 'city', 'organizer', now(), now(), 'opening', 1, %s)",
            show_id,
            wire.encode(self.terms(show_id)).decode(),
        )
        for command_id in command_ids:
            self.take_slot(show_id, command_id)

    def take_slot(self, show_id: ShowId, command_id: CommandId) -> None:
        self.rows(
            "INSERT INTO screen_slot (command_id, theatre_id, show_id, during, terms)"
            " VALUES (%s, %s, %s, 'empty', '{}')",
            command_id,
            f"theatre-of-{show_id}",
            show_id,
        )

    def scheduled(self, show_id: ShowId) -> tuple[str, int, str, list[str]]:
        """What the catalogue knows of a show, and the slots that it has."""
        [show] = self.rows(
            "SELECT status, version, terms ->> 'format' FROM show WHERE show_id = %s", show_id
        )
        slots = self.rows(
            "SELECT command_id FROM screen_slot WHERE show_id = %s ORDER BY asked", show_id
        )
        return (*show, [command_id for (command_id,) in slots])

    def command_id(self) -> CommandId:
        return CommandId(f"command-{uuid.uuid4().hex}")

    def terms(self, show_id: ShowId, rows: int = 5, cells: int = 20) -> ShowTerms:
        """A show of tomorrow in a hall of `rows` times `cells` seats at 200.00 each."""
        starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        return ShowTerms(
            show_id=show_id,
            movie_id=MovieId("movie"),
            theatre_id=TheatreId("theatre"),
            venue_id=VenueId("venue"),
            city_id=CityId("city"),
            organizer_id=OrganizerId("organizer"),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            timezone="Asia/Kolkata",
            currency="INR",
            mode=Mode.ALL_IN,
            layout=Layout(
                version=1,
                rows=tuple(
                    Row(
                        label=label,
                        zone=ZoneId("stalls"),
                        cells=tuple(str(cell) for cell in range(1, cells + 1)),
                    )
                    for label in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:rows]
                ),
            ),
            prices={ZoneId("stalls"): 20_000},
        )

    def close(self) -> None:
        for worker in self._workers:
            worker.end()
        self.door.close()


@pytest.fixture(scope="module")
def module_seats(
    bare_servers: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Seats]:
    """For writers that serve a whole module."""
    surroundings = Seats(bare_servers, tmp_path_factory.mktemp("seats"))
    yield surroundings
    surroundings.close()


@pytest.fixture
def seats(bare_servers: Settings, tmp_path: Path) -> Iterator[Seats]:
    """Our own writers, on the stack's servers."""
    surroundings = Seats(bare_servers, tmp_path)
    yield surroundings
    surroundings.close()
