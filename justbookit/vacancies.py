"""Which free seats a waiting party fits; what does not fit one of a kind fits none of it."""

from typing import NamedTuple

from justbookit.areas import pick
from justbookit.best_seats import Wish, best_seats
from justbookit.entries import Entry, WhyPassed
from justbookit.ids import CommandId, SeatId, ZoneId
from justbookit.seatmap import SeatMap


class _Kind(NamedTuple):
    """What parties may have in common."""

    size: int
    zone: ZoneId | None
    together: bool
    accessible: bool


class Vacancies:
    """The seats of a show that nobody has and that are ours to sell, at one moment.

    A hold that has run out still has its seats here: when it is released, those who wait come
    before who comes by.
    """

    def __init__(self, seatmap: SeatMap, *, were_all_free: bool = False) -> None:
        self._seatmap = seatmap
        self._all = were_all_free
        self._unfit: set[_Kind] = set()

    def seats_for(self, entry: Entry) -> tuple[SeatId, ...]:
        """Seats for all of them, neighbours in a row if they want that; () if there are none."""
        kind = _Kind(entry.size, entry.zone, entry.together, entry.accessible)
        if kind in self._unfit or not (self._all or entry.size <= self._seatmap.free):
            return ()
        seats = self._best(kind, CommandId(entry.entry_id))
        if not seats:
            self._unfit.add(kind)
        return seats

    def why_not(self, entry: Entry) -> WhyPassed:
        """Why a party that fits nowhere does not."""
        kind = _Kind(entry.size, entry.zone, entry.together, entry.accessible)
        return WhyPassed.TOO_FEW if len(self._any(kind)) < kind.size else WhyPassed.NOT_TOGETHER

    def _best(self, kind: _Kind, name: CommandId) -> tuple[SeatId, ...]:
        seatmap = self._seatmap
        assert seatmap.terms is not None
        wish = Wish(kind.size, kind.zone, kind.accessible, name)
        seats = best_seats(seatmap.terms.layout, wish, self._is_free).seats
        if seats and (not kind.together or self._are_neighbours(seats)):
            return seats
        for area in seatmap.terms.layout.areas:
            if kind.zone in {None, area.zone}:
                places = pick(seatmap.hall.areas[area.area_id], kind.size, {}, self._is_free)
                if len(places) == kind.size:
                    return tuple(places)
        return () if kind.together else self._any(kind)

    def _any(self, kind: _Kind) -> tuple[SeatId, ...]:
        """The first free seats of the zone, wherever they are; () if there are too few."""
        hall = self._seatmap.hall
        kept = frozenset[SeatId]() if kind.accessible else hall.special
        free = [
            seat
            for seat, zone in hall.zones.items()
            if kind.zone in {None, zone} and seat not in kept and self._is_free(seat)
        ]
        return tuple(free[: kind.size]) if len(free) >= kind.size else ()

    def _are_neighbours(self, seats: tuple[SeatId, ...]) -> bool:
        places = [self._seatmap.hall.places[seat] for seat in seats]
        first = places[0]
        return all(
            (place.row_at, place.cell_at) == (first.row_at, first.cell_at + at)
            for at, place in enumerate(places)
        )

    def _is_free(self, seat: SeatId) -> bool:
        if self._all:
            return True
        return seat not in self._seatmap.claims and self._seatmap.is_allotted(seat)
