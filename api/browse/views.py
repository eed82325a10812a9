"""What browsing answers. Every answer says since when it reads so, and `stale` if that is old.

The header As-Of says up to when that is known: a body that has not changed keeps its bytes, and
with them its ETag.
"""

from datetime import datetime

import msgspec

from justbookit.catalogue import Name
from justbookit.ids import CityId, MovieId, ShowId, TheatreId, VenueId
from justbookit.listing import ShowListing


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """It reads like this since `as_of`; `stale`: newer could not be looked up."""

    as_of: datetime
    stale: bool = False


class City(msgspec.Struct, frozen=True, kw_only=True):
    """A city with shows to come; `dates` are its local days with shows."""

    city_id: CityId
    name: str
    timezone: str
    movies: int
    shows: int
    dates: tuple[str, ...]


class Cities(Dated, frozen=True, kw_only=True):
    items: tuple[City, ...]


class MovieCard(msgspec.Struct, frozen=True, kw_only=True):
    """A movie, as lists show it."""

    movie_id: MovieId
    title: Name
    other_titles: tuple[str, ...]
    genres: tuple[str, ...]
    rating: str
    duration_minutes: int
    description: str


class MovieInCity(msgspec.Struct, frozen=True, kw_only=True):
    """A movie with what of it is on in a city on a day; prices in minor units."""

    movie: MovieCard
    shows: int
    languages: tuple[str, ...]
    formats: tuple[str, ...]
    price_min: int
    currency: str


class MoviesInCity(Dated, frozen=True, kw_only=True):
    city: City
    date: str
    items: tuple[MovieInCity, ...]


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """One show in a grid of times; prices in minor units."""

    show_id: ShowId
    theatre_id: TheatreId
    theatre_name: str
    starts_at: datetime
    local_time: str
    band: str
    language: str
    subtitles: str
    format: str
    price_min: int
    price_max: int
    currency: str
    seats_free: int
    seats_total: int
    availability: str


class VenueTimings(msgspec.Struct, frozen=True, kw_only=True):
    """A venue with its shows of one movie on one day."""

    venue_id: VenueId
    name: str
    address: str
    timings: tuple[Timing, ...]


class MovieShows(Dated, frozen=True, kw_only=True):
    movie: MovieCard
    city: City
    date: str
    dates: tuple[str, ...]
    venues: tuple[VenueTimings, ...]


class ShowPage(Dated, frozen=True, kw_only=True):
    show: ShowListing


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A value to filter by, with how many shows it would leave."""

    value: str
    count: int
    label: str = ""


class SearchAnswer(Dated, frozen=True, kw_only=True):
    """`next_cursor` fetches what follows; how far each venue is, when that was asked."""

    items: tuple[ShowListing, ...]
    total: int
    facets: dict[str, tuple[Choice, ...]]
    next_cursor: str | None = None
    venue_distances_m: dict[VenueId, int] = {}
    from_memory: bool = False
    """OpenSearch is away: the text was matched in memory, which forgives less."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may be meant: `kind` is movie, venue or city, `id` its name in addresses."""

    kind: str
    id: str
    text: str
    shows: int
    """How many of its shows are to come."""


class Suggestions(Dated, frozen=True, kw_only=True):
    items: tuple[Suggestion, ...]


def card_of(show: ShowListing) -> MovieCard:
    return MovieCard(
        movie_id=show.movie_id,
        title=show.title,
        other_titles=show.other_titles,
        genres=show.genres,
        rating=show.rating,
        duration_minutes=show.duration_minutes,
        description=show.description,
    )


def timing_of(show: ShowListing) -> Timing:
    return Timing(
        show_id=show.show_id,
        theatre_id=show.theatre_id,
        theatre_name=show.theatre_name,
        starts_at=show.starts_at,
        local_time=show.local_time,
        band=show.band,
        language=show.language,
        subtitles=show.subtitles,
        format=show.format,
        price_min=show.price_min,
        price_max=show.price_max,
        currency=show.currency,
        seats_free=show.seats_free,
        seats_total=show.seats_total,
        availability=show.availability,
    )


def venues_of(shows: list[ShowListing]) -> tuple[VenueTimings, ...]:
    """Shows, soonest first, grouped by venue in the order of their names."""
    by_venue: dict[VenueId, list[ShowListing]] = {}
    for show in sorted(shows, key=lambda each: (each.venue_name, each.starts_at, each.show_id)):
        by_venue.setdefault(show.venue_id, []).append(show)
    return tuple(
        VenueTimings(
            venue_id=venue_id,
            name=listed[0].venue_name,
            address=listed[0].venue_address,
            timings=tuple(map(timing_of, listed)),
        )
        for venue_id, listed in by_venue.items()
    )
