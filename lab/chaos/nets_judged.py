"""What became of one show under two writers: sold twice, or wrong in any other way."""

from typing import Any

import msgspec
import psycopg

from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS
from lab.chaos.stories import Stories
from lab.verify.audit import Audit, Check
from lab.verify.history import History, histories
from lab.verify.judging import judge_commands, judge_show
from lab.verify.kafka_log import KafkaLog
from lab.verify.witness import Witness

_SOLD_TWICE = """
SELECT seat_id
  FROM booking, unnest(seat_ids) AS seat_id
 WHERE status = 'confirmed'
 GROUP BY show_id, seat_id
HAVING count(DISTINCT booking_id) > 1
"""

_LOG = "SELECT version, body::text FROM seat_event ORDER BY version"
_CLAIMS = "SELECT seat_id, kind, claimed_by FROM seat_claim"


class Judged(msgspec.Struct, frozen=True):
    """Seats that two people have, by Postgres or by what they were told; and what else is wrong."""

    sold_twice: list[str]
    violations: int
    worst: list[str]


def judge(
    settings: Settings,
    stories: Stories,
    postgres: psycopg.Connection[tuple[Any, ...]],
    *,
    settled: bool,
) -> Judged:
    """Hold the topic to all rules; with `settled`, also to Postgres and to what was asked."""
    audit = Audit()
    log = KafkaLog(settings)
    try:
        ends = log.ends((SEAT_EVENTS, SEAT_COMMANDS))
        shows = histories(log.records(SEAT_EVENTS, 0, ends), settings.partitions, audit)
        if settled:
            commands = log.records(SEAT_COMMANDS, 0, ends)
            judge_commands(SEAT_COMMANDS.name, commands, shows, (), audit)
    finally:
        log.close()
    for history in shows.values():
        judge_show(history, None, {}, audit)
    if settled:
        for history in shows.values():
            _hold_against(history, postgres, audit)
    twice = {str(seat) for (seat,) in postgres.execute(_SOLD_TWICE).fetchall()}
    return Judged(
        sorted(twice | set(stories.told_to_two())),
        audit.found.total(),
        [str(fault) for fault in audit.faults[:5]],
    )


def _hold_against(
    history: History, postgres: psycopg.Connection[tuple[Any, ...]], audit: Audit
) -> None:
    rows = [(version, body.encode()) for version, body in postgres.execute(_LOG).fetchall()]
    want = list(enumerate(history.raws, start=1))
    audit.expect(Check.LOG_ROWS, history.show_id, "seat_event", got=rows, want=want)
    witness = Witness(history.show_id, Audit())
    for event in history.events:
        witness.see(event)
    owners = {seat: (str(kind), by) for seat, (kind, by) in witness.owners.items()}
    claims = {seat: (kind, by) for seat, kind, by in postgres.execute(_CLAIMS).fetchall()}
    audit.expect(Check.CLAIM_ROWS, history.show_id, "seat_claim", got=claims, want=owners)
