"""What of the two topics is there to be read, and whether our positions fit to it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from faust.types import TP

from justbookit import topics
from justbookit.errors import JustBookItError
from streams.seats.batch import Position

COMMANDS, FACTS = topics.SEAT_COMMANDS.name, topics.THEATRE_FACTS.name


class BrokenLog(JustBookItError):
    """A topic no longer holds what our positions say comes next."""


class Log(NamedTuple):
    """The offsets of one partition: of its first record, and of the one after its last."""

    start: int
    end: int


async def where_logs_are(consumer: Any, partitions: set[int]) -> dict[TP, Log]:
    """Ask the broker about both topics."""
    tps = [TP(topic, partition) for topic in (COMMANDS, FACTS) for partition in partitions]
    if not tps:
        return {}
    starts = await consumer.earliest_offsets(*tps)
    ends = await consumer.highwaters(*tps)
    return {tp: Log(starts[tp], ends[tp]) for tp in tps}


def next_offsets(positions: Mapping[int, Position]) -> dict[TP, int]:
    """The positions of each partition as what comes next on each topic."""
    commands = {TP(COMMANDS, each): own.commands_next for each, own in positions.items()}
    facts = {TP(FACTS, each): own.facts_next for each, own in positions.items()}
    return commands | facts


def check_positions(positions: Mapping[int, Position], logs: Mapping[TP, Log]) -> None:
    """Raises BrokenLog when records we have handled are not there, or some we have not are gone."""
    for tp, next_offset in next_offsets(positions).items():
        name, log = f"{tp.topic}/{tp.partition}", logs[tp]
        if next_offset > log.end:
            raise BrokenLog(
                f"{name} ends at {log.end}, but everything before {next_offset} was decided:"
                " the topic was made anew or has lost messages. Its new messages would be taken"
                " for old ones; set writer_position to where reading is to go on"
            )
        if next_offset < log.start:
            raise BrokenLog(
                f"{name} begins at {log.start}, but {next_offset} comes next: retention removed"
                " messages that nobody decided. Set writer_position to go on without them"
            )
