"""Which movies, shows and offers may be put and removed.

A show's terms are a snapshot of all that selling it needs: its prices, the theatre's layout of
this moment, and the offers that its city, theatre and day allow.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from justbookit.catalogue import (
    USUAL_RULES,
    Movie,
    Offer,
    Show,
    ShowTerms,
    Theatre,
    Venue,
)
from justbookit.catalogue_commands import (
    PutMovie,
    PutOffer,
    PutShow,
    RemoveMovie,
    RemoveOffer,
    RemoveShow,
)
from justbookit.catalogue_events import CatalogueRefusal as No
from justbookit.catalogue_events import MoviePut, MovieRemoved, OfferPut, OfferRemoved
from justbookit.ids import CommandId, OrganizerId
from justbookit.offers import applies
from justbookit.schedule import (
    Asked,
    Decision,
    Fault,
    View,
    live,
    next_version,
    not_yours,
    refused,
    retermed,
    unchanged,
)
from justbookit.seat_commands import ChangeShow, CloseShow, OpenShow


def put_movie(view: View, command: PutMovie, now: datetime) -> Decision:
    """A movie that two organizers name alike is the first one's to change."""
    movie = command.movie
    kept = view.movies.get(movie.movie_id)
    if live(kept) == movie:
        return unchanged(command, movie.movie_id, now)
    if kept is not None and (
        fault := not_yours(command.organizer_id, kept.owner, "movie.movie_id", movie.movie_id)
    ):
        return refused(command, movie.movie_id, fault, now)
    version = next_version(kept)
    return Decision(
        answer=MoviePut(command_id=command.command_id, at=now, movie=movie, version=version)
    )


def remove_movie(view: View, command: RemoveMovie, now: datetime) -> Decision:
    """Refused while shows of it are to come."""
    movie_id = command.movie_id
    kept = view.movies.get(movie_id)
    if kept is None or kept.removed:
        fault: Fault | None = Fault(No.UNKNOWN_MOVIE, "movie_id", f"no movie {movie_id}")
    else:
        fault = not_yours(command.organizer_id, kept.owner, "movie_id", movie_id)
        count = sum(terms.movie_id == movie_id for terms in view.coming(now))
        if fault is None and count:
            fault = Fault(No.STILL_IN_USE, "movie_id", "shows of it are to come", count)
    if fault is not None:
        return refused(command, movie_id, fault, now)
    return Decision(answer=MovieRemoved(command_id=command.command_id, at=now, movie_id=movie_id))


def put_show(view: View, command: PutShow, now: datetime) -> Decision:
    """What was asked for already is unchanged, even if the show runs: feeds repeat themselves."""
    show = command.show
    before = view.shows.get(show.show_id)
    terms = _terms_of(view, command.organizer_id, show, before)
    if isinstance(terms, Fault):
        return refused(command, show.show_id, terms, now)
    if before is not None and before.terms == terms:
        return unchanged(command, show.show_id, now)
    fault = price_fault(terms) or time_fault(view, terms, before, now)
    if fault is not None:
        return refused(command, show.show_id, fault, now)
    ask = OpenShow if before is None else ChangeShow
    made = ask(command_id=command.command_id, show_id=show.show_id, terms=terms)
    return Decision(answer=made)


def remove_show(view: View, command: RemoveShow, now: datetime) -> Decision:
    """Whether anybody has seats in it is the seat writer's to know, so it is asked."""
    show = view.shows.get(command.show_id)
    if show is None:
        fault: Fault | None = Fault(No.UNKNOWN_SHOW, "show_id", f"no show {command.show_id}")
    else:
        owner = show.terms.organizer_id
        fault = not_yours(command.organizer_id, owner, "show_id", command.show_id)
    if fault is not None:
        return refused(command, command.show_id, fault, now)
    if show is not None and show.closed:
        return unchanged(command, command.show_id, now)
    return Decision(
        answer=CloseShow(
            command_id=command.command_id,
            show_id=command.show_id,
            refund=command.refund,
            reason=command.reason,
        )
    )


def put_offer(view: View, command: PutOffer, now: datetime) -> Decision:
    """Shows to come that it touches are sold with it from now on, whatever it was before."""
    offer = command.offer
    kept = view.offers.get(offer.offer_id)
    if live(kept) == offer:
        return unchanged(command, offer.offer_id, now)
    fault = None
    if kept is not None:
        fault = not_yours(command.organizer_id, kept.owner, "offer.offer_id", offer.offer_id)
    fault = fault or _reach_fault(view, command.organizer_id, offer)
    if fault is not None:
        return refused(command, offer.offer_id, fault, now)
    others = tuple(each for each in offers_of(view) if each.offer_id != offer.offer_id)
    return Decision(
        answer=OfferPut(
            command_id=command.command_id, at=now, offer=offer, version=next_version(kept)
        ),
        also=_resold(view, command.command_id, (*others, offer), now),
    )


def remove_offer(view: View, command: RemoveOffer, now: datetime) -> Decision:
    """Shows to come are sold without it from now on; what is held keeps its price."""
    offer_id = command.offer_id
    kept = view.offers.get(offer_id)
    if kept is None or kept.removed:
        fault: Fault | None = Fault(No.UNKNOWN_OFFER, "offer_id", f"no offer {offer_id}")
    else:
        fault = not_yours(command.organizer_id, kept.owner, "offer_id", offer_id)
    if fault is not None:
        return refused(command, offer_id, fault, now)
    others = tuple(each for each in offers_of(view) if each.offer_id != offer_id)
    return Decision(
        answer=OfferRemoved(command_id=command.command_id, at=now, offer_id=offer_id),
        also=_resold(view, command.command_id, others, now),
    )


def _terms_of(
    view: View, asker: OrganizerId | None, show: Show, before: Asked | None
) -> ShowTerms | Fault:
    """The terms a show would be sold on, or what it names that it may not."""
    if before is not None and (fault := _before_fault(asker, show, before)):
        return fault
    theatre = live(view.theatres.get(show.theatre_id))
    if theatre is None:
        detail = f"no theatre {show.theatre_id}; put it first"
        return Fault(No.UNKNOWN_THEATRE, "show.theatre_id", detail)
    venue = view.venues[theatre.venue_id].thing
    if fault := not_yours(asker, venue.organizer_id, "show.theatre_id", show.theatre_id):
        return fault
    movie = live(view.movies.get(show.movie_id))
    if movie is None:
        return Fault(No.UNKNOWN_MOVIE, "show.movie_id", f"no movie {show.movie_id}; put it first")
    return _snapshot(show, theatre, venue, movie, offers_of(view))


def _before_fault(asker: OrganizerId | None, show: Show, before: Asked) -> Fault | None:
    if fault := not_yours(asker, before.terms.organizer_id, "show.show_id", show.show_id):
        return fault
    if before.closed:
        detail = f"{show.show_id} is closed for good; put the show under a new id"
        return Fault(No.UNKNOWN_SHOW, "show.show_id", detail)
    if before.terms.theatre_id != show.theatre_id:
        detail = f"it is in {before.terms.theatre_id}; remove it and put another show there"
        return Fault(No.SHOW_MOVED_THEATRE, "show.theatre_id", detail)
    return None


def _snapshot(
    show: Show, theatre: Theatre, venue: Venue, movie: Movie, offers: tuple[Offer, ...]
) -> ShowTerms:
    starts_at = show.starts_at.astimezone(UTC)
    terms = ShowTerms(
        show_id=show.show_id,
        movie_id=movie.movie_id,
        theatre_id=theatre.theatre_id,
        venue_id=venue.venue_id,
        city_id=venue.city_id,
        organizer_id=venue.organizer_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=movie.duration_minutes),
        timezone=venue.timezone,
        currency=venue.currency,
        mode=venue.mode,
        layout=theatre.layout,
        prices=show.prices,
        language=show.language,
        subtitles=show.subtitles,
        format=show.format,
        seats_per_booking_max=theatre.rules.seats_per_booking_max,
        own_rules=msgspec.UNSET if theatre.rules == USUAL_RULES else theatre.rules,
    )
    return msgspec.structs.replace(terms, offers=applicable(terms, offers))


def price_fault(terms: ShowTerms) -> Fault | None:
    """Every zone of the hall has its price, and no other has one."""
    zones = terms.layout.zone_ids()
    if missing := zones - terms.prices.keys():
        detail = f"zone {min(missing)} has no price"
    elif strangers := terms.prices.keys() - zones:
        detail = f"{terms.theatre_id} has no zone {min(strangers)}; it has {sorted(zones)}"
    else:
        return None
    return Fault(No.ZONE_WITHOUT_PRICE, "show.prices", detail)


def time_fault(view: View, terms: ShowTerms, before: Asked | None, now: datetime) -> Fault | None:
    """The show is still to come, and nobody else has the screen then."""
    first = terms.starts_at if before is None else min(terms.starts_at, before.terms.starts_at)
    if first <= now:
        detail = f"it starts at {first:%Y-%m-%dT%H:%M:%SZ}; only shows to come can be put"
        return Fault(No.SHOW_IN_THE_PAST, "show.starts_at", detail)
    if slot := view.in_the_way(terms):
        detail = f"show {slot.show_id} has the screen until {slot.ends:%Y-%m-%dT%H:%M:%SZ}"
        return Fault(No.SCREEN_TAKEN, "show.starts_at", detail)
    return None


def _reach_fault(view: View, asker: OrganizerId | None, offer: Offer) -> Fault | None:
    """An organizer's offer names the theatres it is for, and they are all theirs."""
    field = "offer.theatres"
    if asker is not None and not offer.theatres:
        return Fault(No.NOT_YOURS, field, "name your theatres; only staff may offer everywhere")
    for theatre_id in offer.theatres:
        theatre = live(view.theatres.get(theatre_id))
        if theatre is None:
            return Fault(No.UNKNOWN_THEATRE, field, f"no theatre {theatre_id}")
        owner = view.venues[theatre.venue_id].thing.organizer_id
        if fault := not_yours(asker, owner, field, theatre_id):
            return fault
    return None


def offers_of(view: View) -> tuple[Offer, ...]:
    """All offers there are."""
    return tuple(offer for kept in view.offers.values() if (offer := live(kept)) is not None)


def applicable(terms: ShowTerms, offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """In the order of their ids, so that equal offers make equal terms."""
    day = terms.starts_at.astimezone(ZoneInfo(terms.timezone)).date()
    here = (
        offer
        for offer in offers
        if applies(offer, city_id=terms.city_id, theatre_id=terms.theatre_id, local_date=day)
    )
    return tuple(sorted(here, key=lambda offer: offer.offer_id))


def _resold(
    view: View, command_id: CommandId, offers: tuple[Offer, ...], now: datetime
) -> tuple[ChangeShow, ...]:
    """The shows that have not begun and whose offers are others now."""
    changes = []
    for terms in view.coming(now):
        here = applicable(terms, offers)
        if terms.starts_at > now and here != terms.offers:
            changes.append(
                ChangeShow(
                    command_id=retermed(command_id, terms.show_id),
                    show_id=terms.show_id,
                    terms=msgspec.structs.replace(terms, offers=here),
                )
            )
    return tuple(changes)
