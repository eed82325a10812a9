"""Whoever takes seats should leave nobody alone: a free seat without a free neighbour sells badly.

It is asked for only where it can be done: if every choice of that size in the row would leave
somebody alone, the choice stands.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from justbookit.catalogue import Layout, Row
from justbookit.ids import SeatId

LIFTED_BEFORE_START = timedelta(minutes=60)
"""So near the start every seat sold is a good one."""


class Leftover(NamedTuple):
    """Seats that a choice leaves alone; `instead` is a choice that does not, if there is one."""

    alone: tuple[SeatId, ...]
    instead: tuple[SeatId, ...]


def left_alone(free: Sequence[bool], chosen: Collection[int]) -> list[int]:
    """Which free cells of a row have a chosen neighbour, and no free one any more."""

    def stays(at: int) -> bool:
        return 0 <= at < len(free) and free[at] and at not in chosen

    beside = {at + step for at in chosen for step in (-1, 1)}
    return sorted(at for at in beside if stays(at) and not stays(at - 1) and not stays(at + 1))


def leftover(
    layout: Layout,
    places: Mapping[SeatId, tuple[int, int]],
    seats: Sequence[SeatId],
    is_free: Callable[[SeatId], bool],
    is_offered: Callable[[SeatId], bool],
) -> Leftover:
    """Whom these seats leave alone, row by row, and what to take instead.

    `is_offered` says which of the free seats this customer may have.
    """
    by_row: dict[int, list[int]] = {}
    for seat in seats:
        row_at, cell_at = places[seat]
        by_row.setdefault(row_at, []).append(cell_at)
    alone: list[SeatId] = []
    instead: list[SeatId] = []
    avoidable = False
    for row_at, chosen in by_row.items():
        names = _names(layout.rows[row_at])
        free = [bool(name) and is_free(name) for name in names]
        kept = left_alone(free, chosen)
        other = _other_choice(names, free, chosen, is_offered) if kept else None
        avoidable = avoidable or other is not None
        alone += [names[at] for at in kept]
        instead += [names[at] for at in (chosen if other is None else other)]
    return Leftover(tuple(alone), tuple(instead) if avoidable else ())


def _names(row: Row) -> list[SeatId]:
    """The row's cells as seats; empty where there is none."""
    return [SeatId(f"{row.label}{cell}" if cell else "") for cell in row.cells]


def _other_choice(
    names: Sequence[SeatId],
    free: Sequence[bool],
    chosen: Sequence[int],
    is_offered: Callable[[SeatId], bool],
) -> range | None:
    """As many neighbours in the row, nearest to the chosen, that leave nobody alone."""
    size, middle = len(chosen), sum(chosen) / len(chosen)
    offered = [each and is_offered(name) for name, each in zip(names, free, strict=True)]
    choices = (range(first, first + size) for first in range(len(names) - size + 1))
    sound = (
        each for each in choices if all(offered[at] for at in each) and not left_alone(free, each)
    )
    return min(sound, default=None, key=lambda each: abs((each[0] + each[-1]) / 2 - middle))
