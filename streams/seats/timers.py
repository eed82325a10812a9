"""When holds and offers to who waits run out, for each partition that is ours."""

from datetime import datetime
from heapq import heappop, heappush

from justbookit.ids import BookingId, EntryId, ShowId


class Timers:
    """Every hold that was ever made here until it is due; most are confirmed by then.

    An extended hold is in twice: when its first time comes, it is found to stand longer.
    """

    def __init__(self) -> None:
        self._heaps: dict[int, list[tuple[datetime, ShowId, BookingId | EntryId]]] = {}

    def add(
        self, partition: int, held_until: datetime, show_id: ShowId, name: BookingId | EntryId
    ) -> None:
        heappush(self._heaps.setdefault(partition, []), (held_until, show_id, name))

    def forget(self, partition: int) -> None:
        self._heaps.pop(partition, None)

    def next_at(self) -> datetime | None:
        """When the next hold is due."""
        return min((heap[0][0] for heap in self._heaps.values() if heap), default=None)

    def due(self, now: datetime, limit: int) -> list[tuple[int, ShowId, BookingId | EntryId]]:
        """Take out at most `limit` holds that have run out by `now`, with their partitions."""
        due: list[tuple[int, ShowId, BookingId | EntryId]] = []
        for partition, heap in self._heaps.items():
            while heap and heap[0][0] <= now and len(due) < limit:
                _, show_id, name = heappop(heap)
                due.append((partition, show_id, name))
        return due
