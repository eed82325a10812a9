"""The catalogue as a batch of commands sees it: what was read, and what the batch has changed.

A `View` holds what the commands of one batch may touch and nothing else. `evolve` writes each
decision into it, so that the next command of the batch is decided as if the first were stored.
"""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from justbookit import catalogue_events as happened
from justbookit.catalogue import Movie, Offer, ShowTerms, Theatre, Venue
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.catalogue_events import CatalogueEvent, CatalogueRefusal
from justbookit.ids import (
    CommandId,
    MovieId,
    OfferId,
    OrganizerId,
    ShowId,
    TheatreId,
    VenueId,
)
from justbookit.seat_commands import ChangeShow, CloseShow, MoveShow, OpenShow

CLEAN_UP = timedelta(minutes=20)
"""How long a screen stays taken after a movie: people leave, somebody sweeps."""

T = TypeVar("T")


class Kept(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One thing of the catalogue; what is removed is kept, so that its version goes on rising."""

    thing: T
    version: int
    owner: OrganizerId | None = None
    """Who put it first, where the thing itself does not say; None is the platform."""
    removed: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What was last asked of the seat writer for a show, answered or not."""

    terms: ShowTerms
    closed: bool = False


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """A screen is taken from `begins` until just before `ends`."""

    show_id: ShowId
    begins: datetime
    ends: datetime


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a command: one answer, and what else must be asked of the seat writer."""

    answer: CatalogueEvent | OpenShow | ChangeShow | CloseShow | MoveShow
    also: tuple[ChangeShow, ...] = ()


class Fault(msgspec.Struct, frozen=True):
    """Why not: the part of the command at fault, and what would work."""

    code: CatalogueRefusal
    field: str
    detail: str
    count: int | None = None


class View(msgspec.Struct, kw_only=True):
    """What the commands of a batch need to know. Changed in place: it is the batch's memory."""

    venues: dict[VenueId, Kept[Venue]] = {}
    theatres: dict[TheatreId, Kept[Theatre]] = {}
    movies: dict[MovieId, Kept[Movie]] = {}
    offers: dict[OfferId, Kept[Offer]] = {}
    shows: dict[ShowId, Asked] = {}
    slots: dict[TheatreId, list[Slot]] = {}

    def coming(self, now: datetime) -> list[ShowTerms]:
        """The shows that are not over and not closed."""
        return [
            show.terms
            for show in self.shows.values()
            if not show.closed and show.terms.ends_at > now
        ]

    def in_the_way(self, terms: ShowTerms) -> Slot | None:
        """Another show that has the screen while a show with these terms would need it."""
        wanted = slot_of(terms)
        return next(
            (
                slot
                for slot in self.slots.get(terms.theatre_id, ())
                if slot.show_id != terms.show_id
                and slot.begins < wanted.ends
                and wanted.begins < slot.ends
            ),
            None,
        )


def live(kept: Kept[T] | None) -> T | None:
    """The thing itself, unless it never was or is removed."""
    return None if kept is None or kept.removed else kept.thing


def slot_of(terms: ShowTerms) -> Slot:
    """When a show with these terms needs its screen."""
    return Slot(show_id=terms.show_id, begins=terms.starts_at, ends=terms.ends_at + CLEAN_UP)


def refused(command: CatalogueCommand, subject: str, fault: Fault, now: datetime) -> Decision:
    """The answer no, with its reason."""
    return Decision(
        answer=happened.CatalogueRefused(
            command_id=command.command_id,
            at=now,
            code=fault.code,
            subject=subject,
            field=fault.field,
            detail=fault.detail,
            count=fault.count,
        )
    )


def unchanged(command: CatalogueCommand, subject: str, now: datetime) -> Decision:
    """The answer that it was so already."""
    return Decision(
        answer=happened.CatalogueUnchanged(command_id=command.command_id, at=now, subject=subject)
    )


def next_version(kept: Kept[T] | None) -> int:
    """Versions count the changes of one thing from 1, its removals included."""
    return 1 if kept is None else kept.version + 1


def not_yours(
    asker: OrganizerId | None, owner: OrganizerId | None, field: str, what: str
) -> Fault | None:
    """The platform's own staff (None) may touch everything, an organizer only their own."""
    if asker is None or asker == owner:
        return None
    return Fault(CatalogueRefusal.NOT_YOURS, field, f"{what} belongs to somebody else")


def retermed(command_id: CommandId, show_id: ShowId) -> CommandId:
    """The id under which an offer's command changes one show: the same each time it is asked."""
    return CommandId(f"{command_id}.{show_id}")


def evolve(view: View, decision: Decision, asker: OrganizerId | None) -> None:  # noqa: C901 - one case an event
    """Remember a decision. Never refuses: it was decided."""
    for change in decision.also:
        _ask(view, change.terms)
    match decision.answer:
        case OpenShow(terms=terms) | ChangeShow(terms=terms) | MoveShow(terms=terms):
            _ask(view, terms)
        case happened.VenuePut(venue=venue, version=version):
            view.venues[venue.venue_id] = Kept(thing=venue, version=version)
        case happened.TheatrePut(theatre=theatre, version=version):
            view.theatres[theatre.theatre_id] = Kept(thing=theatre, version=version)
        case happened.MoviePut(movie=movie, version=version):
            owner = _owner(view.movies.get(movie.movie_id), asker)
            view.movies[movie.movie_id] = Kept(thing=movie, version=version, owner=owner)
        case happened.OfferPut(offer=offer, version=version):
            owner = _owner(view.offers.get(offer.offer_id), asker)
            view.offers[offer.offer_id] = Kept(thing=offer, version=version, owner=owner)
        case happened.VenueRemoved(venue_id=venue_id):
            view.venues[venue_id] = _removed(view.venues[venue_id])
        case happened.TheatreRemoved(theatre_id=theatre_id):
            view.theatres[theatre_id] = _removed(view.theatres[theatre_id])
        case happened.MovieRemoved(movie_id=movie_id):
            view.movies[movie_id] = _removed(view.movies[movie_id])
        case happened.OfferRemoved(offer_id=offer_id):
            view.offers[offer_id] = _removed(view.offers[offer_id])
        case CloseShow() | happened.CatalogueUnchanged() | happened.CatalogueRefused():
            pass  # whether the show closes is the seat writer's to say


def _ask(view: View, terms: ShowTerms) -> None:
    view.shows[terms.show_id] = Asked(terms=terms)
    view.slots.setdefault(terms.theatre_id, []).append(slot_of(terms))


def _owner(before: Kept[T] | None, asker: OrganizerId | None) -> OrganizerId | None:
    return asker if before is None else before.owner


def _removed(kept: Kept[T]) -> Kept[T]:
    return msgspec.structs.replace(kept, removed=True, version=next_version(kept))
