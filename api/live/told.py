"""The events of a seat map as they are sent: what changed since a version, or the whole map.

What changed is found once for all who look, and the last changes are kept for those who come
back; who has been away for longer is told the whole map.
"""

from collections import deque
from datetime import UTC, datetime

import msgspec

from api.seatmap_views import FREE, seat_map_view, status_of
from api.seatmaps import Look
from justbookit.ids import AreaId, SeatId

CHANGES_MAX = 64

_encode = msgspec.json.Encoder().encode


class SeatsChanged(msgspec.Struct, frozen=True, kw_only=True):
    """Seats whose status is another since the version before; the others are as they were.

    `areas`: how many places of an area are free, where that is another number.
    """

    version: int
    open: bool
    seats_free: int
    seats: dict[SeatId, str]
    areas: dict[AreaId, int]


def event(name: str, number: int, data: bytes) -> bytes:
    """One server-sent event; `number` is what a browser says it has seen when it comes back."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode(), data)


class ToldMap:
    """One show's changes, as far back as they are kept."""

    def __init__(self) -> None:
        self._version = 0
        self._statuses: dict[SeatId, str] = {}
        self._areas: dict[AreaId, int] = {}
        self._changes: deque[tuple[int, int, bytes]] = deque(maxlen=CHANGES_MAX)
        """From which version, to which, and the event that says it."""

    def since(self, version: int | None, look: Look) -> tuple[int, bytes]:
        """The version now, and what to send to somebody who has seen `version`."""
        self._advance(look)
        if version == self._version:
            return version, b""
        missed = []
        at = version
        for before, after, said in self._changes:
            if before == at:
                missed.append(said)
                at = after
        if at == self._version and missed:
            return self._version, b"".join(missed)
        whole = _encode(seat_map_view(look, datetime.now(UTC)))
        return self._version, event("map", self._version, whole)

    def _advance(self, look: Look) -> None:
        seatmap = look.seatmap
        if seatmap.version == self._version:
            return
        now = datetime.now(UTC)
        statuses = {seat: status_of(seatmap, seat, now) for seat in seatmap.zones}
        areas = {}
        for area_id, places in seatmap.hall.areas.items():
            areas[area_id] = sum(statuses.pop(place) == FREE for place in places)
        same_hall = (statuses.keys(), areas.keys()) == (self._statuses.keys(), self._areas.keys())
        if self._version and same_hall:
            terms = seatmap.terms
            changed = SeatsChanged(
                version=seatmap.version,
                open=seatmap.open and terms is not None and now < terms.sales_end_at,
                seats_free=seatmap.free,
                seats={
                    seat: status
                    for seat, status in statuses.items()
                    if self._statuses[seat] != status
                },
                areas={
                    area_id: free for area_id, free in areas.items() if self._areas[area_id] != free
                },
            )
            said = event("seats", seatmap.version, _encode(changed))
            self._changes.append((self._version, seatmap.version, said))
        else:
            self._changes.clear()  # another layout: nobody can go on from what was
        self._version, self._statuses, self._areas = seatmap.version, statuses, areas
