"""The shows this writer has in memory: those asked for last, up to a limit."""

from collections.abc import Iterable

from justbookit import wire
from justbookit.ids import ShowId
from justbookit.seatmap import SeatMap, evolve
from justbookit.topics import partition_of

SHOWS_MAX = 50_000


class Shows:
    """Seat maps by show; the order of the dictionary is the order of last use."""

    def __init__(self, shows_max: int = SHOWS_MAX) -> None:
        self._maps: dict[ShowId, SeatMap] = {}
        self._shows_max = shows_max

    def __contains__(self, show_id: ShowId) -> bool:
        return show_id in self._maps

    def use(self, show_id: ShowId) -> SeatMap:
        """The show's seats; it must have been remembered before."""
        seatmap = self._maps[show_id] = self._maps.pop(show_id)
        return seatmap

    def remember(self, show_ids: Iterable[ShowId], log: Iterable[tuple[ShowId, bytes]]) -> None:
        """Build the maps of these shows from their events, each show's in order."""
        for show_id in show_ids:
            self._maps[show_id] = SeatMap(show_id)
        for show_id, body in log:
            evolve(self._maps[show_id], wire.decode_seat_event(body))

    def keep_partitions(self, kept: set[int], partitions: int) -> None:
        """Forget the shows of all partitions (of so many) but those `kept`."""
        self._maps = {
            show_id: seatmap
            for show_id, seatmap in self._maps.items()
            if partition_of(show_id, partitions) in kept
        }

    def shrink(self, in_use: Iterable[ShowId]) -> None:
        """Forget what was not asked for longest; what is `in_use` may not be in Postgres yet."""
        surplus = len(self._maps) - self._shows_max
        if surplus > 0:
            busy = set(in_use)
            oldest = [show_id for show_id in self._maps if show_id not in busy][:surplus]
            for show_id in oldest:
                del self._maps[show_id]
