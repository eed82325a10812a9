"""Which seats to offer instead of those that are gone: as many, together, as near as can be."""

from collections.abc import Callable, Sequence

from justbookit.catalogue import Row
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
    known = [seatmap.hall.places[seat] for seat in wanted if seat in seatmap.hall.places]
    if seatmap.terms is None or not known:
        return ()
    if seatmap.free < len(wanted):
        return ()
    rows = seatmap.terms.layout.rows
    row_wanted = sum(row for row, _ in known) / len(known)
    middle_wanted = sum(cell for _, cell in known) / len(known)
    zone_wanted = rows[known[0][0]].zone
    best: tuple[float, tuple[SeatId, ...]] | None = None
    first = max(0, int(row_wanted) - ROWS_AWAY_MAX)
    for row_at in range(first, min(len(rows), int(row_wanted) + ROWS_AWAY_MAX + 1)):
        row = rows[row_at]
        away = ROW_WEIGHT * abs(row_at - row_wanted)
        away += OTHER_ZONE_WEIGHT * (row.zone != zone_wanted)
        if best is not None and away >= best[0]:
            continue
        found = _nearest_run(row, len(wanted), middle_wanted, wanted, is_free)
        if found is not None and (best is None or away + found[0] < best[0]):
            best = (away + found[0], found[1])
    return best[1] if best else ()


def _nearest_run(
    row: Row,
    length: int,
    middle_wanted: float,
    wanted: Sequence[SeatId],
    is_free: Callable[[SeatId], bool],
) -> tuple[float, tuple[SeatId, ...]] | None:
    """The run of free seats of `row` nearest to `middle_wanted`, and how far off it is."""
    asked = {*wanted}
    special = {*row.accessible, *row.companion}
    seats = [SeatId(f"{row.label}{cell}") for cell in row.cells]
    best: tuple[float, tuple[SeatId, ...]] | None = None
    run = 0
    for at, (cell, seat) in enumerate(zip(row.cells, seats, strict=True)):
        open_to_all = cell not in special or seat in asked
        run = run + 1 if cell and open_to_all and is_free(seat) else 0
        if run >= length:
            away = abs(at - (length - 1) / 2 - middle_wanted)
            if best is None or away < best[0]:
                best = (away, tuple(seats[at - length + 1 : at + 1]))
    return best
