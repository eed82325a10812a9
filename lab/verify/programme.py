"""The catalogue: screens without overlap, slots of what is on sale, rows as the events say."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import msgspec

from justbookit.catalogue import Movie, Offer, ShowTerms, Theatre, Venue
from justbookit.catalogue_events import (
    CatalogueEvent,
    MoviePut,
    MovieRemoved,
    OfferPut,
    OfferRemoved,
    TheatrePut,
    TheatreRemoved,
    VenuePut,
    VenueRemoved,
)
from justbookit.ids import ShowId, TheatreId
from justbookit.schedule import slot_of
from lab.verify.audit import Audit, Check

Thing = Venue | Theatre | Movie | Offer
_Put = VenuePut | TheatrePut | MoviePut | OfferPut
_Removed = VenueRemoved | TheatreRemoved | MovieRemoved | OfferRemoved


class Told(NamedTuple):
    """A thing as an event has it, None when it is removed."""

    at: datetime
    version: int
    thing: Thing | None


class SlotRow(msgspec.Struct, frozen=True):
    """A row of screen_slot."""

    show_id: ShowId
    theatre_id: TheatreId
    begins: datetime
    ends: datetime


def slot_row(terms: ShowTerms) -> SlotRow:
    """The slot that a show on sale must have."""
    slot = slot_of(terms)
    return SlotRow(terms.show_id, terms.theatre_id, slot.begins, slot.ends)


def check_screens(on_sale: Iterable[SlotRow], slots: Iterable[SlotRow], audit: Audit) -> None:
    """See that no screen is needed twice, and that every show on sale has its slot alone."""
    screens: dict[TheatreId, list[SlotRow]] = {}
    wanted: dict[ShowId, SlotRow] = {}
    for row in on_sale:
        audit.look(Check.SCREENS)
        wanted[row.show_id] = row
        screens.setdefault(row.theatre_id, []).append(row)
    for theatre_id, rows in screens.items():
        for first, second in pairwise(sorted(rows, key=lambda row: row.begins)):
            if second.begins < first.ends:
                what = f"{first.show_id} until {first.ends}, {second.show_id} from {second.begins}"
                audit.fault(Check.SCREENS, theatre_id, what)
    taken: dict[ShowId, list[SlotRow]] = {}
    for row in slots:
        taken.setdefault(row.show_id, []).append(row)
    for show_id in wanted.keys() | taken.keys():
        want = [wanted[show_id]] if show_id in wanted else []
        got = taken.get(show_id, [])
        if got != want:
            audit.fault(Check.SCREENS, show_id, f"its slots are {got}, and should be {want}")


def check_catalogue(
    events: Iterable[CatalogueEvent], rows: Mapping[str, Thing | None], audit: Audit
) -> None:
    """Hold the rows of venues, theatres, movies and offers against what was told last of each.

    A row is None when it says that the thing is removed.
    """
    last = last_told(events)
    for name in last.keys() | rows.keys():
        audit.look(Check.CATALOGUE_ROWS)
        if name not in rows or name not in last:
            missing = "Postgres" if name not in rows else "catalogue-events"
            audit.fault(Check.CATALOGUE_ROWS, name, f"is not in {missing}")
        elif rows[name] != last[name].thing:
            what = f"is {rows[name]!r:.300}, and should be {last[name].thing!r:.300}"
            audit.fault(Check.CATALOGUE_ROWS, name, what)


def last_told(events: Iterable[CatalogueEvent]) -> dict[str, Told]:
    """What was said last of each thing, by its kind and name.

    Answers may be published again later, so the last word is the one with the latest time.
    """
    last: dict[str, Told] = {}
    for event in events:
        if isinstance(event, _Put | _Removed):
            name, told = _told(event)
            if name not in last or last[name][:2] <= told[:2]:
                last[name] = told
    return last


def _told(event: _Put | _Removed) -> tuple[str, Told]:
    """What an event says of which thing."""
    if isinstance(event, _Put):
        kind = type(event).__name__.removesuffix("Put").lower()
        thing: Thing = getattr(event, kind)
        return f"{kind} {getattr(thing, f'{kind}_id')}", Told(event.at, event.version, thing)
    kind = type(event).__name__.removesuffix("Removed").lower()
    return f"{kind} {getattr(event, f'{kind}_id')}", Told(event.at, 0, None)
