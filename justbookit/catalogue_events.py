"""What happened to the catalogue. What becomes of a show is said by `seat_events`.

`version` counts the changes of one thing from 1.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.catalogue import Movie, Offer, Theatre, Venue
from justbookit.ids import CommandId, MovieId, OfferId, TheatreId, VenueId


class CatalogueRefusal(StrEnum):
    """Why a wish was not granted; stable, part of the public API."""

    NOT_YOURS = "not_yours"
    UNKNOWN_VENUE = "unknown_venue"
    UNKNOWN_THEATRE = "unknown_theatre"
    UNKNOWN_MOVIE = "unknown_movie"
    UNKNOWN_SHOW = "unknown_show"
    UNKNOWN_OFFER = "unknown_offer"
    UNKNOWN_TIMEZONE = "unknown_timezone"
    BAD_LAYOUT = "bad_layout"
    ZONE_WITHOUT_PRICE = "zone_without_price"
    SHOW_IN_THE_PAST = "show_in_the_past"
    SHOW_MOVED_THEATRE = "show_moved_theatre"
    SCREEN_TAKEN = "screen_taken"
    OTHER_VENUE = "other_venue"
    STILL_IN_USE = "still_in_use"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """One fact about one thing in the catalogue."""

    command_id: CommandId
    at: datetime


class VenuePut(Event, frozen=True, kw_only=True):
    venue: Venue
    version: int


class VenueRemoved(Event, frozen=True, kw_only=True):
    venue_id: VenueId


class TheatrePut(Event, frozen=True, kw_only=True):
    theatre: Theatre
    version: int


class TheatreRemoved(Event, frozen=True, kw_only=True):
    theatre_id: TheatreId


class MoviePut(Event, frozen=True, kw_only=True):
    movie: Movie
    version: int


class MovieRemoved(Event, frozen=True, kw_only=True):
    movie_id: MovieId


class OfferPut(Event, frozen=True, kw_only=True):
    offer: Offer
    version: int


class OfferRemoved(Event, frozen=True, kw_only=True):
    offer_id: OfferId


class CatalogueUnchanged(Event, frozen=True, kw_only=True):
    """It was already as the command wants it."""

    subject: str


class CatalogueRefused(Event, frozen=True, kw_only=True):
    """Nothing happened; `field` is the part of the command at fault, `detail` what would work."""

    code: CatalogueRefusal
    subject: str
    field: str
    detail: str
    count: int | None = None


CatalogueEvent = (
    VenuePut
    | VenueRemoved
    | TheatrePut
    | TheatreRemoved
    | MoviePut
    | MovieRemoved
    | OfferPut
    | OfferRemoved
    | CatalogueUnchanged
    | CatalogueRefused
)
