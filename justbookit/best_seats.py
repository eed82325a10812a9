"""The best seats for so many: together, leaving nobody alone, nearest to where one sees best.

One sees best from the middle of the hall, two thirds back; that point belongs to the hall and not
to what is free, so the order of seats is the same for everybody. Equal choices are told apart by
the name of the wish: two who ask at once are not sent to the same seats.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple
from zlib import crc32

from justbookit.catalogue import Layout, Row
from justbookit.ids import CommandId, SeatId, ZoneId
from justbookit.orphans import left_alone

FOCUS = 2 / 3
ROW_WEIGHT = 2.0
"""One row further is as bad as two seats to the side."""


class Wish(NamedTuple):
    """So many seats; `zone` None: in any. `name` tells equal choices apart."""

    size: int
    zone: ZoneId | None
    accessible: bool
    name: CommandId


class Best(NamedTuple):
    """What there is: `seats` as wished, or none, and then the largest block there is."""

    seats: tuple[SeatId, ...]
    largest: tuple[SeatId, ...] = ()


class _Block(NamedTuple):
    """Neighbours in a row; the smaller, the better."""

    unasked: bool
    """Somebody asked for an accessible seat, and none is among them."""
    leaves_alone: bool
    away: float
    lot: int
    row_at: int
    first: int
    seats: tuple[SeatId, ...]


def best_seats(layout: Layout, wish: Wish, is_free: Callable[[SeatId], bool]) -> Best:
    """Neighbours in one row; else two groups of neighbours in the same or the next row."""
    hall = _Hall(layout, wish, is_free)
    together = min(hall.blocks(wish.size), default=None)
    if together is not None:
        return Best(together.seats)
    pairs = min(_pairs(hall, wish.size), default=None)
    if pairs is not None:
        return Best(pairs[2])
    for count in range(wish.size - 1, 0, -1):
        if (largest := min(hall.blocks(count), default=None)) is not None:
            return Best((), largest.seats)
    return Best(())


class _Hall:
    """The rows that the wish is about, with what may be had in them."""

    def __init__(self, layout: Layout, wish: Wish, is_free: Callable[[SeatId], bool]) -> None:
        self._wish = wish
        self._middle = (max((len(row.cells) for row in layout.rows), default=0) - 1) / 2
        self._focus = (len(layout.rows) - 1) * FOCUS
        self._special = frozenset(layout.special())
        self._rows: dict[int, tuple[list[SeatId], list[bool], list[bool]]] = {}
        for row_at, row in enumerate(layout.rows):
            if wish.zone is None or row.zone == wish.zone:
                self._rows[row_at] = self._look(row, is_free)

    def _look(
        self, row: Row, is_free: Callable[[SeatId], bool]
    ) -> tuple[list[SeatId], list[bool], list[bool]]:
        """A row's cells as seats, which are free, and which of those are for who asks."""
        seats = [SeatId(f"{row.label}{cell}") for cell in row.cells]
        free = [bool(cell) and is_free(seats[at]) for at, cell in enumerate(row.cells)]
        wanted = [
            each and (self._wish.accessible or seats[at] not in self._special)
            for at, each in enumerate(free)
        ]
        return seats, free, wanted

    def blocks(self, count: int) -> Iterator[_Block]:
        """Every run of so many neighbours that may be had."""
        for row_at in self._rows:
            yield from self.blocks_in(row_at, count)

    def blocks_in(self, row_at: int, count: int) -> Iterator[_Block]:
        if row_at not in self._rows:
            return
        seats, free, wanted = self._rows[row_at]
        run = 0
        for at, each in enumerate(wanted):
            run = run + 1 if each else 0
            if run >= count:
                first = at - count + 1
                chosen = tuple(seats[first : at + 1])
                across = abs((first + at) / 2 - self._middle)
                yield _Block(
                    unasked=self._wish.accessible and not self._special.intersection(chosen),
                    leaves_alone=bool(left_alone(free, range(first, at + 1))),
                    away=across + ROW_WEIGHT * abs(row_at - self._focus),
                    lot=crc32(f"{self._wish.name} {chosen[0]}".encode()),
                    row_at=row_at,
                    first=first,
                    seats=chosen,
                )


def _pairs(hall: _Hall, count: int) -> Iterator[tuple[int, float, tuple[SeatId, ...]]]:
    """Two groups that are no further apart than the next row; the more even, the better."""
    for smaller in range(count // 2, 0, -1):
        larger = count - smaller
        for one in hall.blocks(larger):
            for row_at in (one.row_at - 1, one.row_at, one.row_at + 1):
                apart = (each for each in hall.blocks_in(row_at, smaller) if _apart(one, each))
                other = min(apart, default=None, key=lambda each: _between(one, each))
                if other is not None:
                    front, back = sorted((one, other), key=lambda each: (each.row_at, each.first))
                    away = one.away + _between(one, other)
                    yield larger - smaller, away, front.seats + back.seats


def _apart(one: _Block, other: _Block) -> bool:
    ends = one.first + len(one.seats), other.first + len(other.seats)
    return one.row_at != other.row_at or ends[0] <= other.first or ends[1] <= one.first


def _between(one: _Block, other: _Block) -> float:
    return abs(one.first - other.first) + ROW_WEIGHT * abs(one.row_at - other.row_at)
