"""Who waits, and what became of it, as rows of `waiting_entry`."""

from datetime import datetime
from typing import LiteralString, NamedTuple

from justbookit.ids import EntryId, SeatId, ShowId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from streams.arrays import Array, Ints, SmallInts, Texts, Times
from streams.seats.batch import Batch

ADD: LiteralString = """
INSERT INTO waiting_entry (
    show_id, entry_id, status, seat_ids, offered_until, ended_at, version, partition, customer_id,
    size, zone, together, accessible, joined_at, joined_version
)
SELECT show_id, entry_id, status, seat_ids::text [], offered_until, ended_at, version, partition,
       customer_id, size, zone, together::boolean, accessible::boolean, joined_at, joined_version
  FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
       AS added (
           show_id, entry_id, status, seat_ids, offered_until, ended_at, version, partition,
           customer_id, size, zone, together, accessible, joined_at, joined_version
       )
"""

CHANGE: LiteralString = """
UPDATE waiting_entry
   SET status = changed.status,
       seat_ids = changed.seat_ids::text [],
       offered_until = changed.offered_until,
       ended_at = changed.ended_at,
       version = changed.version
  FROM unnest(%s, %s, %s, %s, %s, %s, %s)
       AS changed (show_id, entry_id, status, seat_ids, offered_until, ended_at, version)
 WHERE waiting_entry.show_id = changed.show_id AND waiting_entry.entry_id = changed.entry_id
"""

WAITING, OFFERED = "waiting", "offered"

_Name = tuple[ShowId, EntryId]


class _Now(NamedTuple):
    """What a batch left of an entry."""

    status: str
    seat_ids: tuple[SeatId, ...]
    offered_until: datetime | None
    ended_at: datetime | None
    version: int


def of_waiting(batch: Batch) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """New rows, and changes of rows that were there before."""
    joined: dict[_Name, tuple[int, WaitingListJoined]] = {}
    now: dict[_Name, _Now] = {}
    for happened in batch.events:
        match happened:
            case WaitingListJoined() as event:
                name = (event.show_id, event.entry_id)
                joined[name] = (batch.partitions[event.show_id], event)
                now[name] = _Now(WAITING, (), None, None, event.version)
            case SeatsOffered() as event:
                state = _Now(OFFERED, event.seat_ids, event.offered_until, None, event.version)
                now[event.show_id, event.entry_id] = state
            case SeatOfferWithdrawn() as event:
                name = (event.show_id, event.entry_id)
                now[name] = _Now(WAITING, (), None, None, event.version)
            case WaitingListLeft() as event:
                state = _Now(event.why, event.seat_ids, None, event.at, event.version)
                now[event.show_id, event.entry_id] = state
            case _:
                pass
    added = {name: state for name, state in now.items() if name in joined}
    changed = {name: state for name, state in now.items() if name not in joined}
    events = [event for _, event in joined.values()]
    return (
        (
            *_columns(added),
            SmallInts([partition for partition, _ in joined.values()]),
            Texts([event.customer_id for event in events]),
            SmallInts([event.size for event in events]),
            Texts([event.zone for event in events]),
            Texts([str(event.together) for event in events]),
            Texts([str(event.accessible) for event in events]),
            Times([event.at for event in events]),
            Ints([event.version for event in events]),
        ),
        _columns(changed),
    )


def _columns(states: dict[_Name, _Now]) -> tuple[Array, ...]:
    return (
        Texts([show_id for show_id, _ in states]),
        Texts([entry_id for _, entry_id in states]),
        Texts([state.status for state in states.values()]),
        Texts([f"{{{','.join(state.seat_ids)}}}" for state in states.values()]),
        Times([state.offered_until for state in states.values()]),
        Times([state.ended_at for state in states.values()]),
        Ints([state.version for state in states.values()]),
    )
