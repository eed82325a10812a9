"""The shows this writer has in memory: those asked for last, up to a weight.

All others lie in Postgres, and are loaded when somebody asks for them. Halls are shared by shows
and weighed once, however many shows are sold on them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from justbookit import wire
from justbookit.evolving import evolve
from justbookit.forgetting import ANSWERS_KEPT, ENDED_KEPT, forget, weight_of, weight_of_hall
from justbookit.halls import Hall
from justbookit.ids import ShowId
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored
from justbookit.topics import partition_of

OVER_AFTER = timedelta(hours=1)
"""So long after its end nobody asks for a show any more, but by mistake."""

LOOK_EVERY = timedelta(minutes=1)
"""How often those that are over are looked for."""

SNAPSHOT_EVERY = 400
"""Events; so many at most are replayed to load a show, and what came in its last batch."""

CLAIMS_PER_EVENT = 4
"""Of a large show it is more events: a snapshot costs as much as there are claims in it, and that
is so many for each event since the last one. A stadium that sells out by twos is written down
each time that twice as many seats are gone, and not each time that 400 bookings are."""


class Kept(NamedTuple):
    """What Postgres has of a show: its snapshot, if there is one, and the events since."""

    snapshot: bytes | None
    events: list[bytes]


class _Entry:
    """A show in memory, with what it weighed last, and how far its snapshot goes."""

    __slots__ = ("hall", "seatmap", "snapshot", "weight")

    def __init__(self, seatmap: SeatMap) -> None:
        self.seatmap = seatmap
        self.snapshot = seatmap.version
        self.weight = 0
        self.hall: Hall | None = None


class Shows:
    """Seat maps by show; the order of the dictionary is the order of last use."""

    def __init__(self, weight_max: int) -> None:
        self._entries: dict[ShowId, _Entry] = {}
        self._weight_max = weight_max
        self._halls: Counter[Hall] = Counter()
        self._look_at: datetime | None = None
        self.weight = 0
        """About how many bytes all of them take up."""

    def __contains__(self, show_id: ShowId) -> bool:
        return show_id in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def use(self, show_id: ShowId) -> SeatMap:
        """The show's seats; it must have been remembered before."""
        entry = self._entries[show_id] = self._entries.pop(show_id)
        return entry.seatmap

    def remember(self, shows: Mapping[ShowId, Kept]) -> None:
        """Build the maps of these shows; nothing kept: nobody has heard of the show."""
        for show_id, (snapshot, events) in shows.items():
            seatmap = SeatMap(show_id) if snapshot is None else restored(snapshot)
            entry = _Entry(seatmap)
            for body in events:
                evolve(seatmap, wire.decode_seat_event(body))
            self._entries[show_id] = entry
            self._weigh(entry)

    def keep_partitions(self, kept: set[int], partitions: int) -> None:
        """Forget the shows of all partitions (of so many) but those `kept`."""
        for show_id in list(self._entries):
            if partition_of(show_id, partitions) not in kept:
                self._drop(show_id)

    def outgrown(self, show_ids: Iterable[ShowId]) -> list[SeatMap]:
        """Those whose snapshot is old: they are to be written down as they are now."""
        found = []
        for show_id in show_ids:
            entry = self._entries[show_id]
            seatmap = entry.seatmap
            worth = max(SNAPSHOT_EVERY, len(seatmap.claims) // CLAIMS_PER_EVENT)
            if seatmap.version - entry.snapshot >= worth and seatmap.terms is not None:
                entry.snapshot = seatmap.version
                found.append(seatmap)
        return found

    def shrink(self, grown: Iterable[ShowId], in_use: Mapping[ShowId, int], now: datetime) -> None:
        """Forget what is over, of those that have `grown`, and what was not asked for longest.

        What is `in_use` may not be in Postgres yet: that show stays, and of it at least as many
        answers and bookings as the number says.
        """
        for show_id in grown:
            entry, young = self._entries[show_id], in_use.get(show_id, 0)
            forget(entry.seatmap, max(ANSWERS_KEPT, young), max(ENDED_KEPT, young))
            self._weigh(entry)
        if self._look_at is None or now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            for show_id in [each for each in self._entries if self._is_over(each, now)]:
                if show_id not in in_use:
                    self._drop(show_id)
        if self.weight > self._weight_max:
            for show_id in [each for each in self._entries if each not in in_use]:
                self._drop(show_id)
                if self.weight <= self._weight_max:
                    break

    def _is_over(self, show_id: ShowId, now: datetime) -> bool:
        terms = self._entries[show_id].seatmap.terms
        return terms is not None and now >= terms.ends_at + OVER_AFTER

    def _weigh(self, entry: _Entry) -> None:
        weight = weight_of(entry.seatmap)
        self.weight += weight - entry.weight
        entry.weight = weight
        hall = entry.seatmap.hall
        if hall is not entry.hall:
            self._leave(entry.hall)
            entry.hall = hall
            self._halls[hall] += 1
            if self._halls[hall] == 1:
                self.weight += weight_of_hall(hall)

    def _leave(self, hall: Hall | None) -> None:
        if hall is not None:
            self._halls[hall] -= 1
            if not self._halls[hall]:
                del self._halls[hall]
                self.weight -= weight_of_hall(hall)

    def _drop(self, show_id: ShowId) -> None:
        entry = self._entries.pop(show_id)
        self.weight -= entry.weight
        self._leave(entry.hall)
