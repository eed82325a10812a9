"""Each net is seen to hold while the other is gone, and both gone are seen to be missed.

Two writers are forced onto one partition. What keeps them from selling a seat twice is the fence
and the unique keys, both in Postgres; so both can be taken away there, from writers that know
nothing of it. That is done to servers of our own, started for it and thrown away after it, and
to nobody else's.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import LiteralString

import msgspec
import psycopg
from kafka import KafkaAdminClient, TopicPartition

from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, THEATRE_FACTS
from lab.chaos.nets_judged import Judged, judge
from lab.chaos.rivals import Rivals
from lab.chaos.stories import Stories
from lab.own_stack import Say, fresh, own_home, running

LOAD_SECONDS = 12.0
"""So long at least, and until what is to be seen was seen …"""
LOAD_SECONDS_MAX = 55.0
"""… but no longer: a checker that needs more than a minute is none."""
READY_SECONDS_MAX = 60.0
FENCED, SECOND_NET = 70, 74

FENCE: LiteralString = """
CREATE OR REPLACE FUNCTION advance_writer_positions(
    partitions smallint [], epochs bigint [], commands_expected bigint [],
    facts_expected bigint [], commands_after bigint [], facts_after bigint []
) RETURNS void LANGUAGE sql AS $$
UPDATE writer_position AS mine
   SET commands_next = wanted.commands_after, facts_next = wanted.facts_after
  FROM unnest(partitions, commands_after, facts_after)
       AS wanted (partition, commands_after, facts_after)
 WHERE mine.partition = wanted.partition
$$
"""
"""Moves positions and asks nobody whose they are."""

SEAT_KEY: LiteralString = "ALTER TABLE seat_claim DROP CONSTRAINT seat_claim_pkey"
OTHER_KEYS: LiteralString = """
ALTER TABLE seat_event DROP CONSTRAINT seat_event_pkey;
ALTER TABLE booking DROP CONSTRAINT booking_pkey;
ALTER TABLE seat_outbox DROP CONSTRAINT seat_outbox_pkey;
"""

_TABLES: LiteralString = (
    "TRUNCATE writer_position, seat_event, seat_outbox, booking, seat_claim, show_inventory"
)


class Trial(msgspec.Struct, frozen=True):
    """Which nets are taken away, and what is to be seen then."""

    name: str
    gone: tuple[LiteralString, ...]
    stopped_by: int | None
    """How writers must have ended; None: nothing is to stop them."""
    sound: bool
    """Whether everything is to be in order, and not only each seat sold once."""


TRIALS = (
    Trial("both nets", (), FENCED, sound=True),
    Trial("no fence", (FENCE,), SECOND_NET, sound=True),
    Trial("no keys", (SEAT_KEY, OTHER_KEYS), FENCED, sound=True),
    Trial("only the seat's key", (FENCE, OTHER_KEYS), SECOND_NET, sound=False),
    Trial("neither", (FENCE, SEAT_KEY, OTHER_KEYS), None, sound=False),
)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen."""

    trial: Trial
    seconds: float
    """From the first command until the trial was judged."""
    ends: dict[int, int]
    """Exit codes of writers, and how often."""
    said: str
    bookings: int
    judged: Judged

    @property
    def is_as_it_should_be(self) -> bool:
        """Whether the nets that were there held, and their absence was noticed."""
        by = self.trial.stopped_by
        if by is None:
            return bool(self.judged.sold_twice and self.judged.violations)
        held = self.ends.get(by, 0) > 0 and self.bookings > 0 and not self.judged.sold_twice
        return held and (not self.judged.violations or not self.trial.sound)


def nets(say: Say) -> list[Outcome]:
    """Make every trial on servers of our own."""
    outcomes = []
    with own_home() as home:
        settings = fresh(home, partitions=1, log_level="WARNING")
        with running(settings, "postgres,kafka", say):
            for number, trial in enumerate(TRIALS):
                say(f"{trial.name}: two writers on one partition")
                outcomes.append(_Ground(settings, home / f"trial-{number}").make(trial))
    return outcomes


class _Ground:
    """One trial, on tables and topics that nobody has used."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self._folder = folder

    def make(self, trial: Trial) -> Outcome:
        self._folder.mkdir()
        with psycopg.connect(self._settings.postgres, autocommit=True) as postgres:
            postgres.execute(_TABLES)
            _empty_topics(self._settings)
            whole = _whole(postgres)
            for net in trial.gone:
                postgres.execute(net)
            rivals = Rivals(self._settings, self._folder)
            stories = Stories(self._settings)
            try:
                began = self._load(trial, rivals, stories)
                rivals.stop()
                if trial.sound:
                    _mend(postgres, whole)
                    rivals.settle(postgres, stories.finish())
                stories.listen_to_the_end()
                outcome = Outcome(
                    trial=trial,
                    ends=dict(rivals.ends),
                    said=rivals.said(),
                    bookings=stories.told_to_have(),
                    judged=judge(self._settings, stories, postgres, settled=trial.sound),
                    seconds=time.monotonic() - began,
                )
            finally:
                rivals.stop()
                stories.close()
                postgres.execute(_TABLES)
                _mend(postgres, whole)
        return outcome

    def _load(self, trial: Trial, rivals: Rivals, stories: Stories) -> float:
        """When the first was asked with both there."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        while not rivals.are_ready() and time.monotonic() < deadline:
            rivals.look()
            time.sleep(0.1)
        began = time.monotonic()
        while (spent := time.monotonic() - began) < LOAD_SECONDS_MAX:
            rivals.look()
            stories.go_on()
            if spent > LOAD_SECONDS and (
                rivals.ends[trial.stopped_by] > 1
                if trial.stopped_by is not None
                else stories.told_to_two()
            ):
                break
        return began


def _empty_topics(settings: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka.split(","))
    tps = [TopicPartition(topic.name, 0) for topic in (SEAT_COMMANDS, THEATRE_FACTS, SEAT_EVENTS)]
    admin.delete_records(dict.fromkeys(tps, -1))  # -1: to the end
    admin.close()


Whole = tuple[str, list[tuple[str, str, str]]]


def _whole(postgres: psycopg.Connection[tuple[object, ...]]) -> Whole:
    """The nets as they were made: the fence's text, and each key with its table."""
    [(fence,)] = postgres.execute(
        "SELECT pg_get_functiondef('advance_writer_positions'::regproc)"
    ).fetchall()
    keys = postgres.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'p' AND conrelid::regclass::text = ANY(%s)",
        (["seat_claim", "seat_event", "booking", "seat_outbox"],),
    ).fetchall()
    return str(fence), [(str(table), str(name), str(how)) for table, name, how in keys]


def _mend(postgres: psycopg.Connection[tuple[object, ...]], whole: Whole) -> None:
    """Put all nets back. Fails when rows are there that no key could have let in."""
    fence, keys = whole
    postgres.execute(fence.encode())
    there = _names(_whole(postgres)[1])
    for table, name, how in keys:
        if name not in there:
            postgres.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {how}".encode())


def _names(keys: Iterable[tuple[str, str, str]]) -> set[str]:
    return {name for _, name, _ in keys}
