"""Shapes of halls: how many rows, how wide, where the aisles are and what is dearer."""

from collections.abc import Iterator

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A hall from the screen backwards: for each zone, its rows as widths between aisles."""

    zones: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...]
    accessible_row: int
    """Which row has places for wheelchairs at its left end, each with a companion's seat."""

    def rows(self) -> Iterator[dict[str, str]]:
        """As feeds write them."""
        numbered = ((zone, blocks) for zone, rows in self.zones for blocks in rows)
        for index, (zone, blocks) in enumerate(numbered):
            seats = _cells(blocks, marked=index == self.accessible_row)
            yield {"label": chr(ord("A") + index), "zone": zone, "seats": seats}

    def widths(self) -> dict[str, int]:
        """How many seats each row has, by its label."""
        widths = [sum(blocks) for _, rows in self.zones for blocks in rows]
        return {chr(ord("A") + index): width for index, width in enumerate(widths)}

    def zone_names(self) -> tuple[str, ...]:
        return tuple(zone for zone, _ in self.zones)

    def seats(self) -> int:
        return sum(self.widths().values())


def _cells(blocks: tuple[int, ...], *, marked: bool) -> str:
    """`1-4 _ 5-12 _ 13-16`; marked: `1* 2+ 3* 4+` at its beginning."""
    words, first = [], 1
    for block in blocks:
        last = first + block - 1
        if marked and first == 1:
            words.extend(["1*", "2+", "3*", "4+"])
            first = 5
        if first <= last:
            words.append(f"{first}-{last}")
        words.append("_")
        first = last + 1
    return " ".join(words[:-1])


def _same(count: int, *blocks: int) -> tuple[tuple[int, ...], ...]:
    return (blocks,) * count


SHAPES = (
    # a studio with one aisle in the middle
    Shape(zones=(("standard", _same(4, 5, 5)), ("premium", _same(2, 5, 5))), accessible_row=3),
    # the classic: two aisles, sofas in the last row
    Shape(
        zones=(
            ("standard", _same(6, 4, 8, 4)),
            ("premium", _same(3, 4, 8, 4)),
            ("recliner", _same(1, 4, 4, 4)),
        ),
        accessible_row=8,
    ),
    # a fan that widens towards the back
    Shape(
        zones=(
            ("standard", ((4, 4), (4, 5), (5, 5), (5, 6))),
            ("premium", ((6, 6), (6, 7), (7, 7))),
        ),
        accessible_row=0,
    ),
    # the big one
    Shape(
        zones=(
            ("standard", _same(8, 5, 14, 5)),
            ("premium", _same(3, 5, 14, 5)),
            ("recliner", _same(1, 4, 8, 4)),
        ),
        accessible_row=6,
    ),
    # a long, narrow hall with seats on one side of the aisle only
    Shape(zones=(("standard", _same(9, 4, 6)), ("premium", _same(4, 4, 6))), accessible_row=12),
    # a lounge
    Shape(zones=(("premium", _same(5, 4, 4, 4)), ("recliner", _same(3, 4, 4))), accessible_row=4),
    # a balcony of its own width above the stalls
    Shape(
        zones=(("standard", _same(8, 6, 8, 6)), ("premium", _same(3, 4, 8, 4))), accessible_row=7
    ),
)
