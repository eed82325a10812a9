"""What browsing shows of a show: the document that search keeps, one for each show."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict
from zoneinfo import ZoneInfo

import msgspec

from justbookit.catalogue import Mode, Movie, ShowTerms, Theatre, Venue
from justbookit.ids import CityId, MovieId, ShowId, TheatreId, VenueId

BANDS = (("night", 0), ("morning", 5), ("afternoon", 12), ("evening", 17), ("night", 21))
"""Names of the parts of a day with the theatre-local hour each begins at."""

FEW_LEFT_PERCENT = 15
"""A show with at most this share of its seats left says "few left"."""


KEPT = timedelta(days=1)
"""How long after its end a show can still be looked up."""


class ShowListing(msgspec.Struct, frozen=True, kw_only=True):
    """One show with all that browsing asks for; `doc_version` rises with every change."""

    show_id: ShowId
    doc_version: int
    open: bool
    movie_id: MovieId
    title: str
    other_titles: tuple[str, ...]
    genres: tuple[str, ...]
    rating: str
    duration_minutes: int
    description: str
    language: str
    subtitles: str
    format: str
    city_id: CityId
    city_name: str
    venue_id: VenueId
    venue_name: str
    venue_address: str
    theatre_id: TheatreId
    theatre_name: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    local_date: str
    local_time: str
    band: str
    currency: str
    price_min: int
    price_max: int
    seats_total: int
    seats_free: int
    availability: str
    """plenty, few_left, sold_out or elsewhere (a venue that does not sell through us)."""
    location: dict[str, float] | None
    seats_version: int
    as_of: datetime


def band_of(hour: int) -> str:
    """The part of the day that theatre-local `hour` (0..23) belongs to."""
    return next(name for name, begins in reversed(BANDS) if hour >= begins)


def availability_of(*, seats_total: int, seats_free: int, sold_here: bool) -> str:
    """The flag that a list shows for a show."""
    if not sold_here:
        return "elsewhere"
    if seats_free <= 0:
        return "sold_out"
    if seats_free * 100 <= seats_total * FEW_LEFT_PERCENT:
        return "few_left"
    return "plenty"


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """How many seats of a show there are and how many are free, at `version` of its log."""

    version: int
    seats_total: int
    seats_free: int
    as_of: datetime


class Details(NamedTuple):
    """The versions of all that a listing says and that seldom changes."""

    show: int
    movie: int
    venue: int
    theatre: int


class Now(TypedDict):
    """What a listing says that changes with every seat."""

    availability: Availability
    is_open: bool
    doc_version: int


def now_of(columns: Sequence[Any]) -> tuple[Details, Now]:
    """A show as a row of Postgres says it is now.

    The row is the four of `Details`, whether the show is open, the versions of its document and
    of its seats, how many seats there are, how many are free, and as of when.
    """
    *details, is_open, doc_version, version, total, free, as_of = columns
    availability = Availability(version=version, seats_total=total, seats_free=free, as_of=as_of)
    now = Now(availability=availability, is_open=is_open, doc_version=doc_version)
    return Details(*details), now


def listing_of(
    terms: ShowTerms,
    *,
    movie: Movie,
    venue: Venue,
    theatre: Theatre,
    availability: Availability,
    is_open: bool,
    doc_version: int,
) -> ShowListing:
    """What browsing shows of a show on these terms, now that so many seats are free."""
    local = terms.starts_at.astimezone(ZoneInfo(terms.timezone))
    prices = [terms.prices[zone] for zone in terms.layout.zone_ids()]
    located = venue.latitude is not None and venue.longitude is not None
    return ShowListing(
        show_id=terms.show_id,
        doc_version=doc_version,
        open=is_open,
        movie_id=terms.movie_id,
        title=movie.title,
        other_titles=movie.other_titles,
        genres=movie.genres,
        rating=movie.rating,
        duration_minutes=movie.duration_minutes,
        description=movie.description,
        language=terms.language or movie.language,
        subtitles=terms.subtitles,
        format=terms.format,
        city_id=terms.city_id,
        city_name=venue.city_name,
        venue_id=venue.venue_id,
        venue_name=venue.name,
        venue_address=venue.address,
        theatre_id=theatre.theatre_id,
        theatre_name=theatre.name,
        starts_at=terms.starts_at,
        ends_at=terms.ends_at,
        timezone=terms.timezone,
        local_date=f"{local:%Y-%m-%d}",
        local_time=f"{local:%H:%M}",
        band=band_of(local.hour),
        currency=terms.currency,
        price_min=min(prices),
        price_max=max(prices),
        seats_total=availability.seats_total,
        seats_free=availability.seats_free,
        availability=availability_of(
            seats_total=availability.seats_total,
            seats_free=availability.seats_free,
            sold_here=terms.mode is not Mode.READ_ONLY,
        ),
        location={"lat": venue.latitude or 0.0, "lon": venue.longitude or 0.0} if located else None,
        seats_version=availability.version,
        as_of=availability.as_of,
    )


def restated(
    listing: ShowListing, *, availability: Availability, is_open: bool, doc_version: int
) -> ShowListing:
    """The same show, now that so many seats are free; much cheaper than `listing_of`."""
    return msgspec.structs.replace(
        listing,
        doc_version=doc_version,
        open=is_open,
        seats_total=availability.seats_total,
        seats_free=availability.seats_free,
        availability=availability_of(
            seats_total=availability.seats_total,
            seats_free=availability.seats_free,
            sold_here=listing.availability != "elsewhere",
        ),
        seats_version=availability.version,
        as_of=availability.as_of,
    )
