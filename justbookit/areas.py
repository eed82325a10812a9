"""So many places of an area, whichever: which numbers they get, and what if there are too few.

The lowest numbers go first, so that an area that shrinks loses numbers nobody has.
"""

from collections.abc import Callable, Mapping

from justbookit.answering import Scribe
from justbookit.ids import AreaId, BookingId, SeatId
from justbookit.refusals import Refusal

Fits = Callable[[SeatId], bool]


def with_places(
    scribe: Scribe,
    seats: tuple[SeatId, ...],
    areas: Mapping[AreaId, int],
    *fits: Fits,
    booking_id: BookingId | None = None,
) -> tuple[SeatId, ...] | None:
    """The seats, and so many other places of each area; None when that was refused.

    `fits` says which places may be taken: those of the first before those of the second.
    """
    if not areas:
        return seats
    known = scribe.seatmap.hall.areas
    for area_id in areas:
        if area_id not in known:
            there = ", ".join(known) or "none in this theatre"
            detail = f"no area {area_id}; there are {there}"
            scribe.refuse(Refusal.UNKNOWN_AREA, detail, booking_id=booking_id)
            return None
    chosen = dict.fromkeys(seats)
    for area_id, count in areas.items():
        places = pick(known[area_id], count, chosen, *fits)
        if len(places) < count:
            left = pick(known[area_id], len(known[area_id]), {}, *fits)
            scribe.refuse(
                Refusal.AREA_FULL,
                f"{area_id} has {len(left)} such places, and more are asked for",
                booking_id=booking_id,
                area_id=area_id,
                count=len(left),
            )
            return None
        chosen.update(dict.fromkeys(places))
    return tuple(chosen)


def pick(
    places: tuple[SeatId, ...], count: int, without: Mapping[SeatId, object], *fits: Fits
) -> list[SeatId]:
    """At most so many of these places."""
    found: dict[SeatId, None] = {}
    for each in fits:
        for place in places:
            if len(found) == count:
                return list(found)
            if place not in without and place not in found and each(place):
                found[place] = None
    return list(found)
