"""What the billboard answers: cities, a city's movies on a day, a movie's times, one show.

Each answer comes with the topics it tells of. Raises problems that name what there is.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from api.browse import views
from api.browse.billboard import ALL, Billboard, Topic
from api.browse.kept import Made
from api.problems import Fault, problem
from justbookit.ids import CityId, MovieId, ShowId
from justbookit.listing import ShowListing


def cities(board: Billboard, now: datetime) -> Made[views.Cities]:
    """Cities with shows to come: names, days and counts."""
    masks = board.masks
    items = tuple(_city(board, CityId(city_id)) for city_id in masks.values("city"))
    return Made(views.Cities(items=items, as_of=now), (ALL,))


def city(board: Billboard, city_id: str) -> views.City:
    """A city with shows; raises the problem that lists those there are."""
    if not board.masks.having("city", city_id):
        raise problem(
            "unknown_city",
            f"no shows in a city called {city_id!r}",
            valid=board.masks.values("city"),
        )
    return _city(board, CityId(city_id))


def movies(
    board: Billboard, city_id: str, date: str | None, now: datetime
) -> Made[views.MoviesInCity]:
    """A city's movies on a day, those with most shows first; unasked, its first day's."""
    found = city(board, city_id)
    day = day_among(found.dates, date)
    masks = board.masks
    shown = masks.having("city", city_id) & masks.having("date", day)
    items = tuple(
        _movie_in_city(board.shows_in(shown & masks.having("movie", movie_id)))
        for movie_id, _ in masks.counts("movie", shown)
    )
    answer = views.MoviesInCity(city=found, date=day, items=items, as_of=now)
    return Made(answer, (_of_city(found),))


def shows(
    board: Billboard, movie_id: str, city_id: str, date: str | None
) -> Made[views.MovieShows]:
    """Where and when a movie is on in a city on a day; unasked, on its first day there."""
    found = city(board, city_id)
    masks = board.masks
    here = masks.having("city", city_id) & masks.having("movie", movie_id)
    if not here:
        raise problem("unknown_movie_here", f"no shows of {movie_id!r} in {found.name} to come")
    dates = board.days_in(here)
    day = day_among(dates, date)
    listed = board.shows_in(here & masks.having("date", day))
    answer = views.MovieShows(
        movie=views.card_of(listed[0]),
        city=found,
        date=day,
        dates=dates,
        venues=views.venues_of(listed),
        as_of=last_of(listed),
    )
    grid = ("grid", MovieId(movie_id), found.city_id, day)
    return Made(answer, (_of_city(found), grid))


def show(board: Billboard, show_id: ShowId) -> Made[views.ShowPage]:
    """One show as browsing knows it; raises LookupError when it does not."""
    listing = board.get(show_id)
    if listing is None:
        raise LookupError(show_id)
    return Made(views.ShowPage(show=listing, as_of=listing.as_of), (("show", show_id),))


def day_among(dates: tuple[str, ...], date: str | None) -> str:
    """The day asked for if there are shows on it; unasked: the first of them."""
    if date is None:
        return dates[0]
    day = parsed(date, dates)
    if day not in dates:
        raise problem("unknown_date", f"no shows on {day}", valid=dates)
    return day


def parsed(date: str, dates: tuple[str, ...]) -> str:
    """A day as we write days; raises the problem that shows how."""
    try:
        return datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError as error:
        fault = Fault("date", "a day such as 2026-01-31")
        raise problem(
            "validation", f"date: {date!r} is no day", errors=[fault], valid=dates
        ) from error


def last_of(listed: Iterable[ShowListing]) -> datetime:
    """When the last thing happened to any of these shows."""
    return max(listing.as_of for listing in listed)


def _of_city(found: views.City) -> Topic:
    return ("city", found.city_id)


def _city(board: Billboard, city_id: CityId) -> views.City:
    here = board.masks.having("city", city_id)
    one = board.any_in(here)
    return views.City(
        city_id=city_id,
        name=one.city_name,
        timezone=one.timezone,
        movies=len(board.masks.counts("movie", here)),
        shows=here.bit_count(),
        dates=board.days_in(here),
    )


def _movie_in_city(listed: list[ShowListing]) -> views.MovieInCity:
    cheapest = min(listed, key=lambda show: (show.price_min, show.show_id))
    return views.MovieInCity(
        movie=views.card_of(cheapest),
        shows=len(listed),
        languages=_most_first(show.language for show in listed),
        formats=_most_first(show.format for show in listed),
        price_min=cheapest.price_min,
        currency=cheapest.currency,
    )


def _most_first(values: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(values)
    return tuple(sorted(counted, key=lambda value: (-counted[value], value)))
