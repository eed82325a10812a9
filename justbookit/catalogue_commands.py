"""What somebody asked of the catalogue: put (create or replace) and remove.

`organizer_id` is who asks; an organizer may touch only what is theirs, None (the platform's own
staff) may touch everything. Asking for what is already so changes nothing and says so.
"""

import msgspec

from justbookit.catalogue import Amount, Movie, Offer, Show, Theatre, Venue
from justbookit.ids import (
    CommandId,
    MovieId,
    OfferId,
    OrganizerId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """One wish about one thing in the catalogue."""

    command_id: CommandId
    organizer_id: OrganizerId | None = None


class PutVenue(Command, frozen=True, kw_only=True):
    venue: Venue


class RemoveVenue(Command, frozen=True, kw_only=True):
    """Refused while the venue has theatres."""

    venue_id: VenueId


class PutTheatre(Command, frozen=True, kw_only=True):
    """Another layout gets the next version; shows keep the layout they were put with."""

    theatre: Theatre


class RemoveTheatre(Command, frozen=True, kw_only=True):
    """Refused while the theatre has shows to come."""

    theatre_id: TheatreId


class PutMovie(Command, frozen=True, kw_only=True):
    movie: Movie


class RemoveMovie(Command, frozen=True, kw_only=True):
    """Refused while shows of it are to come."""

    movie_id: MovieId


class PutShow(Command, frozen=True, kw_only=True):
    """Schedule a show, or change one: refused if another show overlaps it on its screen."""

    show: Show


class RemoveShow(Command, frozen=True, kw_only=True):
    """Refused, with their count, while the show has bookings or holds.

    With `refund` it is cancelled instead: see `CloseShow`.
    """

    show_id: ShowId
    refund: bool = False
    reason: str = ""


class MoveShow(Command, frozen=True, kw_only=True):
    """Another theatre of the same venue, or another layout of the same; `prices` None: as before.

    `plan_id` names the plan that the theatre was shown of who would sit where.
    """

    show_id: ShowId
    theatre_id: TheatreId
    plan_id: str
    prices: dict[ZoneId, Amount] | None = None


class PutOffer(Command, frozen=True, kw_only=True):
    """Shows put from now on are sold with it, and those already on sale are changed to."""

    offer: Offer


class RemoveOffer(Command, frozen=True, kw_only=True):
    offer_id: OfferId


CatalogueCommand = (
    PutVenue
    | RemoveVenue
    | PutTheatre
    | RemoveTheatre
    | PutMovie
    | RemoveMovie
    | PutShow
    | RemoveShow
    | MoveShow
    | PutOffer
    | RemoveOffer
)
