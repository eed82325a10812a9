"""The log as it lies on the topic → each show's events, once and in order."""

from collections.abc import Iterable, Iterator

import msgspec

from justbookit import wire
from justbookit.errors import MalformedMessage
from justbookit.ids import ShowId
from justbookit.seat_events import SeatEvent
from justbookit.topics import partition_of
from lab.verify.audit import Audit, Check


class Record(msgspec.Struct, frozen=True):
    """One message as Kafka keeps it."""

    partition: int
    offset: int
    value: bytes
    written_ms: int = 0
    """When it was handed to Kafka, by the clock of whoever did."""


EVENTS_AT_ONCE = 50_000
"""More of a partition are not gone through at once: they lie in memory while they are."""


class _Where(msgspec.Struct):
    show_id: ShowId


_where = msgspec.json.Decoder(_Where)


def shares_for(events: int) -> int:
    """In how many shares a partition with so many events is gone through."""
    return max(1, -(-events // EVENTS_AT_ONCE))


def share_of(
    records: Iterable[Record], share: int, shares: int, partitions: int
) -> Iterator[Record]:
    """Those about one share of a partition's shows: about as many as any other.

    They are those that would have a partition of their own if there were `shares` times as many.
    What cannot be read or is of another partition is in the first, so that it is told once.
    """
    for record in records:
        at = 0
        try:
            there = partition_of(_where.decode(record.value).show_id, partitions * shares)
        except msgspec.DecodeError:
            pass
        else:
            at = there // partitions if there % partitions == record.partition else 0
        if at == share:
            yield record


class History(msgspec.Struct):
    """What happened to one show; `raws` are the events' bytes."""

    show_id: ShowId
    events: list[SeatEvent]
    raws: list[bytes]
    repeats: int = 0


def histories(records: Iterable[Record], partitions: int, audit: Audit) -> dict[ShowId, History]:
    """Sort records by show, drop what was published twice, and see that nothing is missing.

    A record that does not follow its show's last one is told and left out: what comes after a
    hole would only be told wrong over and over.
    """
    shows: dict[ShowId, History] = {}
    for record in records:
        where = f"seat-events[{record.partition}]@{record.offset}"
        audit.look(Check.READABLE)
        try:
            event = wire.decode_seat_event(record.value)
        except MalformedMessage as error:
            audit.fault(Check.READABLE, where, str(error))
            continue
        if record.partition != partition_of(event.show_id, partitions):
            audit.fault(Check.READABLE, where, f"{event.show_id} belongs to another partition")
        history = shows.get(event.show_id)
        if history is None:
            history = shows[event.show_id] = History(event.show_id, [], [])
        _append(history, event, record.value, where, audit)
    return shows


def _append(history: History, event: SeatEvent, raw: bytes, where: str, audit: Audit) -> None:
    last = len(history.events)
    if event.version == last + 1:
        history.events.append(event)
        history.raws.append(raw)
        audit.look(Check.VERSIONS)
    elif 1 <= event.version <= last:
        history.repeats += 1
        audit.look(Check.REPEATS)
        if history.raws[event.version - 1] != raw:
            what = f"version {event.version} came again with other bytes ({where})"
            audit.fault(Check.REPEATS, history.show_id, what)
    else:
        what = f"version {event.version} follows version {last} ({where})"
        audit.fault(Check.VERSIONS, history.show_id, what)
