"""Which venues and theatres may be put and removed, and what a seat layout must be."""

from collections import Counter
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

import msgspec

from justbookit.catalogue import Layout, Theatre
from justbookit.catalogue_commands import PutTheatre, PutVenue, RemoveTheatre, RemoveVenue
from justbookit.catalogue_events import CatalogueRefusal as No
from justbookit.catalogue_events import TheatrePut, TheatreRemoved, VenuePut, VenueRemoved
from justbookit.ids import AreaId, OrganizerId, VenueId
from justbookit.schedule import (
    Decision,
    Fault,
    Kept,
    View,
    live,
    next_version,
    not_yours,
    refused,
    unchanged,
)

SEATS_MAX = 2000
"""Seats of one theatre; a command about all of them still fits in a message."""

PLACES_MAX = 10_000
"""Places of all its areas together."""


def put_venue(view: View, command: PutVenue, now: datetime) -> Decision:
    """An organizer may neither give a venue away nor take one over."""
    venue = command.venue
    kept = view.venues.get(venue.venue_id)
    owners = {venue.organizer_id} | ({kept.thing.organizer_id} if kept else set())
    for owner in owners:
        fault = not_yours(command.organizer_id, owner, "venue.organizer_id", venue.venue_id)
        if fault is not None:
            return refused(command, venue.venue_id, fault, now)
    if venue.timezone not in _timezones():
        fault = Fault(
            No.UNKNOWN_TIMEZONE,
            "venue.timezone",
            f"{venue.timezone!r} is no name of the IANA database, such as Asia/Kolkata",
        )
        return refused(command, venue.venue_id, fault, now)
    if live(kept) == venue:
        return unchanged(command, venue.venue_id, now)
    return Decision(
        answer=VenuePut(
            command_id=command.command_id, at=now, venue=venue, version=next_version(kept)
        )
    )


def remove_venue(view: View, command: RemoveVenue, now: datetime) -> Decision:
    """Refused while the venue has theatres."""
    venue_id = command.venue_id
    fault = _venue_fault(view, command.organizer_id, venue_id, "venue_id")
    if fault is None:
        theatres = (live(kept) for kept in view.theatres.values())
        count = sum(theatre is not None and theatre.venue_id == venue_id for theatre in theatres)
        if count:
            fault = Fault(No.STILL_IN_USE, "venue_id", "remove its theatres first", count)
    if fault is not None:
        return refused(command, venue_id, fault, now)
    return Decision(answer=VenueRemoved(command_id=command.command_id, at=now, venue_id=venue_id))


def put_theatre(view: View, command: PutTheatre, now: datetime) -> Decision:
    """Another layout gets the next version, whatever number the command gives it."""
    theatre = command.theatre
    kept = view.theatres.get(theatre.theatre_id)
    fault = _venue_fault(view, command.organizer_id, theatre.venue_id, "theatre.venue_id")
    if fault is None and kept is not None:
        fault = _moved(view, command.organizer_id, kept.thing)
    fault = fault or _layout_fault(theatre.layout)
    if fault is not None:
        return refused(command, theatre.theatre_id, fault, now)
    theatre = msgspec.structs.replace(theatre, layout=_versioned(theatre.layout, kept))
    if live(kept) == theatre:
        return unchanged(command, theatre.theatre_id, now)
    return Decision(
        answer=TheatrePut(
            command_id=command.command_id, at=now, theatre=theatre, version=next_version(kept)
        )
    )


def remove_theatre(view: View, command: RemoveTheatre, now: datetime) -> Decision:
    """Refused while the theatre has shows to come."""
    theatre_id = command.theatre_id
    theatre = live(view.theatres.get(theatre_id))
    if theatre is None:
        fault: Fault | None = Fault(No.UNKNOWN_THEATRE, "theatre_id", f"no theatre {theatre_id}")
    else:
        fault = _moved(view, command.organizer_id, theatre)
        count = sum(terms.theatre_id == theatre_id for terms in view.coming(now))
        if fault is None and count:
            fault = Fault(No.STILL_IN_USE, "theatre_id", "remove its shows to come first", count)
    if fault is not None:
        return refused(command, theatre_id, fault, now)
    return Decision(
        answer=TheatreRemoved(command_id=command.command_id, at=now, theatre_id=theatre_id)
    )


def _venue_fault(
    view: View, asker: OrganizerId | None, venue_id: VenueId, field: str
) -> Fault | None:
    venue = live(view.venues.get(venue_id))
    if venue is None:
        return Fault(No.UNKNOWN_VENUE, field, f"no venue {venue_id}; put it first")
    return not_yours(asker, venue.organizer_id, field, venue_id)


def _moved(view: View, asker: OrganizerId | None, theatre: Theatre) -> Fault | None:
    """A theatre is as much somebody's as the venue it was in."""
    venue = view.venues[theatre.venue_id].thing
    return not_yours(asker, venue.organizer_id, "theatre_id", theatre.theatre_id)


def _versioned(layout: Layout, kept: Kept[Theatre] | None) -> Layout:
    if kept is None:
        return msgspec.structs.replace(layout, version=1)
    before = kept.thing.layout
    if (before.rows, before.areas) == (layout.rows, layout.areas):
        return before
    return msgspec.structs.replace(layout, version=before.version + 1)


def _layout_fault(layout: Layout) -> Fault | None:
    seats = Counter(seat for row in layout.rows for seat in row.seat_ids())
    field = "theatre.layout.rows"
    if not seats and not layout.areas:
        return Fault(No.BAD_LAYOUT, field, "a theatre has at least one seat, or an area")
    if seats.total() > SEATS_MAX:
        detail = f"{seats.total()} seats; a theatre has at most {SEATS_MAX}"
        return Fault(No.BAD_LAYOUT, field, detail)
    if twice := [seat for seat, times in seats.items() if times > 1]:
        return Fault(No.BAD_LAYOUT, field, f"seat {twice[0]} is there {seats[twice[0]]} times")
    for at, row in enumerate(layout.rows):
        if not row.zone:
            return Fault(No.BAD_LAYOUT, f"{field}[{at}].zone", "every row has a price zone")
        for name in ("accessible", "companion"):
            if strangers := set(getattr(row, name)) - set(row.cells):
                detail = f"row {row.label} has no seat {min(strangers)}"
                return Fault(No.BAD_LAYOUT, f"{field}[{at}].{name}", detail)
    return _areas_fault(layout)


def _areas_fault(layout: Layout) -> Fault | None:
    field = "theatre.layout.areas"
    names = Counter(area.area_id for area in layout.areas)
    names.update({AreaId(row.label) for row in layout.rows})
    if twice := [area_id for area_id, times in names.items() if times > 1]:
        detail = f"{twice[0]} is the name of two areas, or of an area and a row"
        return Fault(No.BAD_LAYOUT, field, detail)
    places = sum(area.capacity for area in layout.areas)
    if places > PLACES_MAX:
        detail = f"{places} places in areas; a theatre has at most {PLACES_MAX}"
        return Fault(No.BAD_LAYOUT, field, detail)
    for at, area in enumerate(layout.areas):
        if not area.zone:
            return Fault(No.BAD_LAYOUT, f"{field}[{at}].zone", "every area has a price zone")
    return None


@cache
def _timezones() -> frozenset[str]:
    """Every name of the IANA database: a table that ships with the interpreter."""
    return frozenset(available_timezones())
