"""Who shows what when, and what it costs: a day of a theatre follows from seed and date alone."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import msgspec

from lab.city.movies import MOVIES, Movie
from lab.city.places import City, Theatre, Venue

CLEAN_UP = timedelta(minutes=20)
OPENS = time(9, 5)
LAST_START = time(23, 55)
GRID_MINUTES = 5

MATINEE_UNTIL_HOUR = 12
MATINEE_PERCENT = 75
WEEKEND_PERCENT = 115
LARGE_PERCENT = 130
FRIDAY = 4


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """One show as a theatre's feed tells of it; `starts_at` has the theatre's own offset."""

    show_id: str
    venue: Venue
    theatre: Theatre
    movie: Movie
    starts_at: datetime
    prices: dict[str, int]
    subtitles: str
    format: str


def day_of(seed: int, venue: Venue, theatre: Theatre, day: date) -> Iterator[Showing]:
    """The theatre's shows that begin on its own `day`, without overlap."""
    rng = random.Random(f"{seed}/{theatre.theatre_id}/{day}")
    bill = _bill(rng, venue.city)
    zone = venue.city.zone
    starts_at = datetime.combine(day, OPENS) + timedelta(minutes=5 * rng.randrange(6))
    last = datetime.combine(day, LAST_START)
    while starts_at <= last:
        movie = rng.choice(bill)
        local = starts_at.replace(tzinfo=zone)
        yield Showing(
            show_id=f"{theatre.theatre_id}-{starts_at:%Y%m%d-%H%M}",
            venue=venue,
            theatre=theatre,
            movie=movie,
            starts_at=local,
            prices=_prices(venue.city, theatre, local),
            subtitles=_subtitles(venue.city, movie),
            format=_format(rng, theatre),
        )
        ends_at = starts_at + timedelta(minutes=movie.duration_minutes) + CLEAN_UP
        starts_at = _on_grid(ends_at + timedelta(minutes=rng.randrange(6)))


def _bill(rng: random.Random, city: City) -> list[Movie]:
    """Three films for the day, in the languages that the city speaks."""
    weights = [city.languages.get(movie.language, 0) for movie in MOVIES]
    return rng.choices(MOVIES, weights, k=3)


def _on_grid(moment: datetime) -> datetime:
    return moment + timedelta(minutes=-moment.minute % GRID_MINUTES)


def _prices(city: City, theatre: Theatre, local: datetime) -> dict[str, int]:
    percent = 100
    if local.hour < MATINEE_UNTIL_HOUR:
        percent = percent * MATINEE_PERCENT // 100
    if local.weekday() >= FRIDAY:
        percent = percent * WEEKEND_PERCENT // 100
    if theatre.large:
        percent = percent * LARGE_PERCENT // 100
    return {
        zone: round(city.prices[zone] * percent / 100 / city.step) * city.step
        for zone in theatre.shape.zone_names()
    }


def _subtitles(city: City, movie: Movie) -> str:
    spoken = max(city.languages, key=lambda language: city.languages[language])
    return "" if movie.language in {spoken, "English"} else "English"


def _format(rng: random.Random, theatre: Theatre) -> str:
    if theatre.large:
        return "Large"
    return rng.choices(("2D", "3D"), (5, 1))[0]
