"""A desk at the running stack's catalogue: ask, wait for the answer, look at rows and documents."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import httpx
import msgspec
import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from justbookit import catalogue_commands as asked
from justbookit import wire
from justbookit.catalogue import Layout, Movie, Row, Show, Theatre, Venue
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
from justbookit.settings import Settings
from justbookit.topics import (
    CATALOGUE_COMMANDS,
    CATALOGUE_EVENTS,
    HEADER_COMMAND_ID,
    SEAT_COMMANDS,
    SEAT_EVENTS,
    STREAM_DEAD_LETTERS,
    partition_of,
)
from stack import run_state
from stack.environment import ROOT

PATIENCE_SECONDS = 45.0


class Desk:
    """Everything here is named after the desk, so that tests on one stack do not meet."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self.tomorrow = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
        self._producer = KafkaProducer(bootstrap_servers=settings.kafka, acks="all")
        self._consumer = KafkaConsumer(bootstrap_servers=settings.kafka)
        tps = [
            TopicPartition(SEAT_EVENTS.name, number) for number in range(settings.partitions)
        ] + [TopicPartition(CATALOGUE_EVENTS.name, 0), TopicPartition(STREAM_DEAD_LETTERS.name, 0)]
        self._consumer.assign(tps)
        self._consumer.seek_to_end(*tps)
        for tp in tps:
            self._consumer.position(tp)
        self.answers: dict[str, list[Any]] = {}
        self.letters: list[Any] = []

    # asking

    def send(self, command: Any) -> CommandId:
        self.send_bytes(wire.encode(command))
        return CommandId(command.command_id)

    def send_bytes(self, raw: bytes | None) -> None:
        self._producer.send(CATALOGUE_COMMANDS.name, raw, key=b"any", partition=0)
        self._producer.flush()

    def send_to_seats(self, command: Any) -> CommandId:
        self._producer.send(
            SEAT_COMMANDS.name,
            wire.encode(command),
            key=command.show_id.encode(),
            partition=partition_of(command.show_id, self.settings.partitions),
        )
        self._producer.flush()
        return CommandId(command.command_id)

    def command_id(self) -> CommandId:
        return CommandId(f"{self.name}-{uuid.uuid4().hex[:12]}")

    def ask(self, kind: Any, organizer_id: OrganizerId | None = None, **what: Any) -> Any:
        """Ask and wait: the answer is an event of the catalogue or of the show's seats."""
        command = kind(command_id=self.command_id(), organizer_id=organizer_id, **what)
        return self.answer(self.send(command))

    def answer(self, command_id: str, count: int = 1) -> Any:
        """Wait for an answer; of several the last."""
        self.until(lambda: len(self.answers.get(command_id, ())) >= count)
        return self.answers[command_id][-1]

    def letter(self, words: str) -> Any:
        """Wait for a dead letter whose reason has these words."""
        found: list[Any] = []

        def look() -> bool:
            found.extend(letter for letter in self.letters if words in letter.reason)
            return bool(found)

        self.until(look)
        return found[0]

    def until(self, happened: Callable[[], Any], patience: float = PATIENCE_SECONDS) -> Any:
        """Read what is published until something is so; what it is."""
        deadline = time.monotonic() + patience
        while not (found := happened()):
            assert time.monotonic() < deadline, "it did not happen in time"
            self._read()
        return found

    def _read(self) -> None:
        for tp, records in self._consumer.poll(timeout_ms=50).items():
            for record in records:
                if tp.topic == STREAM_DEAD_LETTERS.name:
                    self.letters.append(wire.decode_stream_dead_letter(record.value))
                    continue
                decode = (
                    wire.decode_seat_event
                    if tp.topic == SEAT_EVENTS.name
                    else wire.decode_catalogue_event
                )
                event = decode(record.value)
                assert dict(record.headers).get(HEADER_COMMAND_ID, b"").decode() == (
                    event.command_id or ""
                )
                self.answers.setdefault(event.command_id or "", []).append(event)

    # looking

    def rows(self, query: LiteralString, *parameters: object) -> list[Any]:
        with psycopg.connect(self.settings.postgres, autocommit=True) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def opensearch(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.settings.opensearch}{path}", json=body, timeout=30.0)
        answer.raise_for_status()
        return answer.json()

    def document(self, show_id: str) -> dict[str, Any] | None:
        """A show as search knows it."""
        found = self.opensearch("GET", "/shows/_mget?_source=true", {"ids": [show_id]})
        source: dict[str, Any] | None = found["docs"][0].get("_source")
        return source

    # processes

    def run(self, *arguments: str) -> subprocess.Popen[str]:
        """`python -m streams …` beside the stack."""
        return subprocess.Popen(
            [sys.executable, "-m", "streams", *arguments],
            env={**os.environ, **self.settings.environment()},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def pid_of(self, name: str) -> int | None:
        """The process of the stack with this name, while it is up."""
        run = run_state.read(Path(self.settings.home))
        assert run is not None
        process = run.processes[name]
        return process.pid if process.pid and Path(f"/proc/{process.pid}").exists() else None

    # things

    def venue(self, **changes: Any) -> Venue:
        venue = Venue(
            venue_id=VenueId(f"{self.name}.venue"),
            organizer_id=OrganizerId(self.name),
            name="The Long Hall",
            address="1 Pier Street",
            city_id=CityId(self.name),
            city_name="Testing",
            country="IN",
            timezone="Asia/Kolkata",
            currency="INR",
            latitude=18.9,
            longitude=72.8,
        )
        return msgspec.structs.replace(venue, **changes)

    def theatre(self, number: int = 1, rows: int = 2) -> Theatre:
        cells = tuple(str(cell) for cell in range(1, 11))
        return Theatre(
            theatre_id=TheatreId(f"{self.name}.{number}"),
            venue_id=VenueId(f"{self.name}.venue"),
            name=f"Screen {number}",
            layout=Layout(
                version=1,
                rows=tuple(
                    Row(label=label, zone=ZoneId("stalls"), cells=cells)
                    for label in "ABCDEFGH"[:rows]
                ),
            ),
        )

    def movie(self, **changes: Any) -> Movie:
        movie = Movie(
            movie_id=MovieId(f"{self.name}.movie"),
            title="Monsoon Line",
            language="Hindi",
            duration_minutes=100,
            genres=("Drama",),
        )
        return msgspec.structs.replace(movie, **changes)

    def show(self, name: str = "s1", **changes: Any) -> Show:
        show = Show(
            show_id=ShowId(f"{self.name}.{name}"),
            theatre_id=TheatreId(f"{self.name}.1"),
            movie_id=MovieId(f"{self.name}.movie"),
            starts_at=self.tomorrow,
            prices={ZoneId("stalls"): 20000},
        )
        return msgspec.structs.replace(show, **changes)

    def furnish(self) -> None:
        """A venue with two theatres, and a movie."""
        self.ask(asked.PutVenue, venue=self.venue())
        for number in (1, 2):
            self.ask(asked.PutTheatre, theatre=self.theatre(number))
        self.ask(asked.PutMovie, movie=self.movie())

    def close(self) -> None:
        self._producer.close()
        self._consumer.close()


@pytest.fixture
def desk(stack: Settings) -> Iterator[Desk]:
    """A furnished desk at the running stack."""
    made = Desk(stack)
    made.furnish()
    yield made
    made.close()
