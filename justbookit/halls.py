"""The seats of a layout, worked out once and shared by all shows that are sold on it.

A theatre plays one layout in hundreds of shows; what is known of each of its seats is larger than
all that has been sold of a usual show.
"""

from typing import NamedTuple
from weakref import WeakValueDictionary

from justbookit.catalogue import Layout
from justbookit.ids import SeatId, ZoneId


class Place(NamedTuple):
    """Row and cell of a seat, counted from the screen's left corner."""

    row_at: int
    cell_at: int


class Hall:
    """A layout with its seats: their zones and places, and which are accessible."""

    __slots__ = ("__weakref__", "areas", "layout", "places", "special", "zones")

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.places = {
            SeatId(f"{row.label}{cell}"): Place(row_at, cell_at)
            for row_at, row in enumerate(layout.rows)
            for cell_at, cell in enumerate(row.cells)
            if cell
        }
        self.areas = {area.area_id: tuple(area.seat_ids()) for area in layout.areas}
        # the same strings here and there: half of what a hall weighs
        zones = layout.zones()
        seats = (*self.places, *(place for own in self.areas.values() for place in own))
        self.zones: dict[SeatId, ZoneId] = {seat: zones[seat] for seat in seats}
        self.special = frozenset(layout.special())


_halls: WeakValueDictionary[Layout, Hall] = WeakValueDictionary()


def hall_of(layout: Layout) -> Hall:
    """The hall of this layout: the same object while anybody has it."""
    hall = _halls.get(layout)
    if hall is None:
        hall = _halls[layout] = Hall(layout)
    return hall


NO_HALL = hall_of(Layout(version=0, rows=()))
"""Of a show that nobody has heard of."""
