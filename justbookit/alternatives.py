"""Which seats to offer instead of those that are gone: as many, together, as near as can be."""

from collections.abc import Callable, Sequence

from justbookit.ids import SeatId
from justbookit.seatmap import SeatMap

ROWS_AWAY_MAX = 4
"""How far to look; a refusal must stay cheap however large the hall is."""

ROW_WEIGHT = 2
"""One row further is as bad as two seats to the side."""

OTHER_ZONE_WEIGHT = 6


def alternatives(
    seatmap: SeatMap, wanted: Sequence[SeatId], is_free: Callable[[SeatId], bool]
) -> tuple[SeatId, ...]:
    """As many adjacent free seats of one row as are wanted, nearest to them; () if none.

    Accessible and companion seats are offered only to those who asked for such.
    """
    known = [seatmap.places[seat] for seat in wanted if seat in seatmap.places]
    if seatmap.terms is None or not known:
        return ()
    rows = seatmap.terms.layout.rows
    row_wanted = sum(row for row, _ in known) / len(known)
    cell_wanted = sum(cell for _, cell in known) / len(known)
    zone_wanted = rows[known[0][0]].zone
    best: tuple[float, tuple[SeatId, ...]] | None = None
    for row_at, row in enumerate(rows):
        if abs(row_at - row_wanted) > ROWS_AWAY_MAX:
            continue
        special = {*row.accessible, *row.companion}
        for start in range(len(row.cells) - len(wanted) + 1):
            cells = row.cells[start : start + len(wanted)]
            seats = tuple(SeatId(f"{row.label}{cell}") for cell in cells)
            if not all(cells) or (special.intersection(cells) and not set(seats) & set(wanted)):
                continue
            middle = start + (len(wanted) - 1) / 2
            away = (
                ROW_WEIGHT * abs(row_at - row_wanted)
                + abs(middle - cell_wanted)
                + OTHER_ZONE_WEIGHT * (row.zone != zone_wanted)
            )
            if (best is None or away < best[0]) and all(is_free(seat) for seat in seats):
                best = (away, seats)
    return best[1] if best else ()
