"""What browsing shows of a show: the document that search keeps, one for each show."""

from datetime import datetime

import msgspec

from justbookit.ids import CityId, MovieId, ShowId, TheatreId, VenueId

BANDS = (("night", 0), ("morning", 5), ("afternoon", 12), ("evening", 17), ("night", 21))
"""Names of the parts of a day with the theatre-local hour each begins at."""

FEW_LEFT_PERCENT = 15
"""A show with at most this share of its seats left says "few left"."""


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
