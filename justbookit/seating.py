"""Everybody who sat in one hall, seated in another: who stays, who moves where, who has no place.

A pure question: two layouts with their prices, and who has which seats. Whoever finds the same
seats in the same zone stays. The others move to the nearest seats that are as good, or better,
the largest parties first: who sat side by side sits side by side again. Who needs an accessible
place gets one. Whoever cannot be seated whole loses all. Whoever has a place in an area may get
a seat, nobody the other way round; in an area nobody sits beside anybody.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from justbookit.catalogue import Amount, Layout, Row
from justbookit.ids import SeatId, ZoneId

ROW_WEIGHT = 2.0
"""One row further is as bad as two seats to the side."""

Seats = tuple[SeatId, ...]


class Party(NamedTuple):
    """People who came together, and where they sit; whoever was there first is seated first."""

    name: str
    seats: Seats
    since: float


class House(NamedTuple):
    """A layout with the price of each zone."""

    layout: Layout
    prices: dict[ZoneId, Amount]


class Seated(NamedTuple):
    """Who has which seats now, as they were listed before; and who has none."""

    seats: dict[str, Seats]
    lost: tuple[str, ...]


class _Spot(NamedTuple):
    """Where a seat is, from the middle of the hall; what it is worth, and for whom it is."""

    row_at: int
    across: float
    zone: ZoneId
    price: int
    accessible: bool = False
    special: bool = False
    in_area: bool = False


def seat_again(parties: Iterable[Party], was: House, now: House) -> Seated:
    """The same answer for the same question, whatever the order of `parties`."""
    ordered = sorted(parties, key=lambda party: (party.since, party.name))
    hall = _Hall(_spots(was), now)
    seats = {party.name: party.seats for party in ordered if hall.keep(party.seats)}
    movers = [party for party in ordered if party.name not in seats]
    movers.sort(key=lambda party: -max(map(len, hall.runs(party.seats))))
    lost = []
    for party in movers:
        if found := hall.move(party.seats):
            seats[party.name] = found
        else:
            lost.append(party.name)
    return Seated(seats, tuple(lost))


def _spots(house: House) -> dict[SeatId, _Spot]:
    spots = {}
    for row_at, row in enumerate(house.layout.rows):
        middle = (len(row.cells) - 1) / 2
        for cell_at, cell in enumerate(row.cells):
            if cell:
                spots[SeatId(f"{row.label}{cell}")] = _Spot(
                    row_at=row_at,
                    across=cell_at - middle,
                    zone=row.zone,
                    price=house.prices[row.zone],
                    accessible=cell in row.accessible,
                    special=cell in row.accessible or cell in row.companion,
                )
    for area_at, area in enumerate(house.layout.areas, len(house.layout.rows)):
        price = house.prices[area.zone]
        for at, place in enumerate(area.seat_ids()):
            # Two apart: nobody is beside anybody.
            spots[place] = _Spot(area_at, 2.0 * at, area.zone, price, in_area=True)
    return spots


class _Hall:
    """The new hall while it fills."""

    def __init__(self, was: dict[SeatId, _Spot], now: House) -> None:
        self._was = was
        self._now = _spots(now)
        self._rows = [_stretches(row) for row in now.layout.rows]
        self._areas = [list(area.seat_ids()) for area in now.layout.areas]
        self._taken: set[SeatId] = set()
        rows_before = max((spot.row_at for spot in was.values()), default=0)
        deepest = len(self._rows) + len(self._areas) - 1
        self._depth = deepest / rows_before if rows_before else 0.0
        self._front = 0.0 if rows_before else deepest / 2

    def keep(self, seats: Seats) -> bool:
        """Whether the same seats are there, in the same zones; then they are taken."""
        for seat in seats:
            spot = self._now.get(seat)
            had = self._was[seat]
            if spot is None or (spot.zone, spot.in_area) != (had.zone, had.in_area):
                return False
            if not self._fits(seat, seat):
                return False
        self._taken.update(seats)
        return True

    def runs(self, seats: Seats) -> list[list[SeatId]]:
        """Those who sat side by side, from left to right, the most first."""
        places = sorted((self._was[seat].row_at, self._was[seat].across, seat) for seat in seats)
        runs: list[list[SeatId]] = []
        before: tuple[int, float] | None = None
        for row_at, across, seat in places:
            if before == (row_at, across - 1):
                runs[-1].append(seat)
            else:
                runs.append([seat])
            before = (row_at, across)
        return sorted(runs, key=len, reverse=True)

    def move(self, seats: Seats) -> Seats:
        """The nearest seats that will do, one for each; none if there are not enough."""
        to: dict[SeatId, SeatId] = {}
        for run in self.runs(seats):
            found = self._nearest(run)
            if not found:
                self._taken.difference_update(to.values())
                return ()
            to.update(zip(run, found, strict=True))
            self._taken.update(found)
        return tuple(to[seat] for seat in seats)

    def _nearest(self, run: Sequence[SeatId]) -> Sequence[SeatId]:
        first, last = self._was[run[0]], self._was[run[-1]]
        row_at = self._front + first.row_at * self._depth
        across = (first.across + last.across) / 2
        best: tuple[float, int, int, float] | None = None
        found: Sequence[SeatId] = ()
        parts = range(len(self._rows) + len(self._areas))
        for at in sorted(parts, key=lambda each: (abs(each - row_at), each)):
            away = ROW_WEIGHT * abs(at - row_at)
            if best is not None and away > best[0]:
                break
            for seats in self._windows(at, run):
                left, right = self._now[seats[0]], self._now[seats[-1]]
                middle = (left.across + right.across) / 2
                aside = 0.0 if left.in_area else abs(middle - across)
                worth = (away + aside, left.price, at, left.across)
                if best is None or worth < best:
                    best, found = worth, seats
        return found

    def _windows(self, row_at: int, run: Sequence[SeatId]) -> Iterator[Sequence[SeatId]]:
        """Free seats side by side in a row that would do for the run, one for each."""
        size = len(run)
        if row_at >= len(self._rows):
            places = self._areas[row_at - len(self._rows)]
            if size == 1 and self._fits(run[0], places[0]):
                # All places of an area are alike: the first will do.
                first = next((place for place in places if place not in self._taken), None)
                if first is not None:
                    yield [first]
            return
        for stretch in self._rows[row_at]:
            for left in range(len(stretch) - size + 1):
                window = stretch[left : left + size]
                if self._taken.isdisjoint(window) and all(map(self._fits, run, window)):
                    yield window

    def _fits(self, old: SeatId, new: SeatId) -> bool:
        was, now = self._was[old], self._now[new]
        as_good = now.zone == was.zone or now.price >= was.price
        as_good = as_good and (was.in_area or not now.in_area)
        for_them = now.accessible if was.accessible else was.special or not now.special
        return as_good and for_them


def _stretches(row: Row) -> list[list[SeatId]]:
    """Seats of a row with no aisle or gap between them."""
    stretches: list[list[SeatId]] = [[]]
    for cell in row.cells:
        if cell:
            stretches[-1].append(SeatId(f"{row.label}{cell}"))
        else:
            stretches.append([])
    return [stretch for stretch in stretches if stretch]
