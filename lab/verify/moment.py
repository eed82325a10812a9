"""A moment at which nothing moves: every writer has read all, published all, and is seen.

Comparing a log with the stores that follow it is fair only then. The moment itself is short:
Postgres keeps its view of it (one REPEATABLE READ transaction), Kafka's ends are noted, the
index is read; then the log may be gone through at leisure, whatever happens meanwhile.
"""

import time
from collections.abc import Callable

import msgspec

from justbookit.ids import MovieId, ShowId
from justbookit.listing import ShowListing
from justbookit.settings import Settings
from justbookit.title_cards import TitleCard
from justbookit.topics import (
    CATALOGUE_COMMANDS,
    CATALOGUE_EVENTS,
    SEAT_COMMANDS,
    SEAT_EVENTS,
    STREAM_DEAD_LETTERS,
    THEATRE_FACTS,
)
from lab.verify.kafka_log import Ends, KafkaLog
from lab.verify.stores import Postgres, cards, documents

STILL_SECONDS = 1.0
LOOK_SECONDS = 0.5

TOPICS = (
    SEAT_COMMANDS,
    THEATRE_FACTS,
    SEAT_EVENTS,
    CATALOGUE_COMMANDS,
    CATALOGUE_EVENTS,
    STREAM_DEAD_LETTERS,
)
READERS = {
    SEAT_COMMANDS.name: SEAT_COMMANDS.name,
    THEATRE_FACTS.name: THEATRE_FACTS.name,
    CATALOGUE_COMMANDS.name: CATALOGUE_COMMANDS.name,
    f"search of {SEAT_EVENTS.name}": SEAT_EVENTS.name,
    f"search of {CATALOGUE_EVENTS.name}": CATALOGUE_EVENTS.name,
}
"""Whose position is to be at the end of which topic."""

Say = Callable[[str], None]


class NeverStill(Exception):
    """Something went on moving, or went on lagging, for as long as we waited."""


class Moment(msgspec.Struct, frozen=True):
    """Where every topic ended, and what the indices said."""

    ends: Ends
    documents: dict[ShowId, ShowListing | str]
    cards: dict[MovieId, TitleCard | str]


def lags(ends: Ends, positions: dict[tuple[str, int], int], waiting: dict[str, int]) -> list[str]:
    """What is not done yet, in words."""
    found = [f"{count} {name}" for name, count in waiting.items()]
    for reader, topic in READERS.items():
        behind = sum(
            max(0, end - positions.get((reader, partition), 0))
            for (name, partition), end in ends.items()
            if name == topic
        )
        if behind:
            found.append(f"{reader} is {behind} messages behind")
        beyond = sum(
            max(0, positions.get((reader, partition), 0) - end)
            for (name, partition), end in ends.items()
            if name == topic
        )
        if beyond:
            found.append(f"{reader} is {beyond} messages beyond the end of {topic}")
    return found


def catch(
    settings: Settings, log: KafkaLog, postgres: Postgres, wait_seconds: float, say: Say
) -> Moment:
    """Wait for a moment at which nothing moves, and hold it; ended by `postgres.end_moment`.

    Raises NeverStill after `wait_seconds`.
    """
    deadline = time.monotonic() + wait_seconds
    before: tuple[object, ...] = ()
    still_since = time.monotonic()
    while True:
        ends, positions = log.ends(TOPICS), postgres.positions()
        behind = lags(ends, positions, postgres.waiting())
        if behind or before != (ends, positions):
            before, still_since = (ends, positions), time.monotonic()
            say("; ".join(behind) or "waiting until nothing moves")
        elif time.monotonic() - still_since >= STILL_SECONDS:
            postgres.begin_moment()
            moment = Moment(log.ends(TOPICS), documents(settings), cards(settings))
            # Both of Postgres' answers are of the moment now; a batch that was committed and not
            # yet published lies in its outbox.
            is_still = (log.ends(TOPICS), postgres.positions()) == before
            if is_still and not postgres.waiting():
                return moment
            postgres.end_moment()
        if time.monotonic() > deadline:
            why = "; ".join(behind) or "messages keep coming"
            raise NeverStill(f"no quiet moment within {wait_seconds:.0f} s: {why}")
        time.sleep(LOOK_SECONDS)
