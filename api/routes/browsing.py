"""Routes anybody may ask: cities, movies, shows, search."""

from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from api.access import AnyRequest
from api.browse import views
from api.browse.filters import Filters
from api.browse.places import read_point
from api.responses import browsed
from api.services import Services
from justbookit.ids import CityId

TAGS = ["Browse"]

CityQuery = Annotated[str, QueryParameter(description="A city's id, from /cities.")]
DateQuery = Annotated[
    str | None,
    QueryParameter(description="A day in the city's own time; today if left out."),
]


def _choice(description: str) -> QueryParameter:
    return QueryParameter(description=description)


@get("/cities", operation_id="listCities", summary="Cities with shows", tags=TAGS)
async def cities(
    request: AnyRequest, services: NamedDependency[Services]
) -> Response[views.Cities]:
    """Every city with shows to come, with its days."""
    return browsed(request, services.browsing.cities())


@get(
    "/cities/{city:str}/movies",
    operation_id="listMoviesInCity",
    summary="Movies in a city on a day",
    tags=TAGS,
)
async def movies(
    request: AnyRequest,
    city: FromPath[str],
    services: NamedDependency[Services],
    date: DateQuery = None,
) -> Response[views.MoviesInCity]:
    """What is on in a city on a day, with languages, formats and the lowest price."""
    return browsed(request, services.browsing.movies(city, date))


@get(
    "/movies/{movie_id:str}/shows",
    operation_id="listShowsOfMovie",
    summary="Theatres and timings of a movie",
    tags=TAGS,
)
async def shows(
    request: AnyRequest,
    movie_id: FromPath[str],
    city: CityQuery,
    services: NamedDependency[Services],
    date: DateQuery = None,
) -> Response[views.MovieShows]:
    """Where and when a movie is on in a city: a grid of venues and times."""
    return browsed(request, services.browsing.shows(movie_id, city, date))


@get("/search", operation_id="searchShows", summary="Search shows", tags=TAGS)
async def search(  # noqa: PLR0913, PLR0917 - what may be asked for
    request: AnyRequest,
    services: NamedDependency[Services],
    q: Annotated[str, _choice("Words of a title; typos and beginnings are found.")] = "",
    city: Annotated[str | None, _choice("A city's id.")] = None,
    date: DateQuery = None,
    genre: Annotated[str | None, _choice("One genre.")] = None,
    language: Annotated[str | None, _choice("The language spoken.")] = None,
    format: Annotated[str | None, _choice("2D, 3D, IMAX …")] = None,  # noqa: A002 - its name outside
    band: Annotated[str | None, _choice("morning, afternoon, evening or night.")] = None,
    availability: Annotated[str | None, _choice("plenty, few_left, sold_out or elsewhere.")] = None,
    price_max: Annotated[int | None, _choice("Lowest price at most, in minor units.")] = None,
    near: Annotated[str | None, _choice("Where somebody is: degrees north, degrees east.")] = None,
    within_km: Annotated[int | None, _choice("With near: venues no further than that.")] = None,
    sort: Annotated[
        str | None,
        _choice("soonest, cheapest, nearest (with near) or relevance (with q)."),
    ] = None,
    limit: Annotated[int, _choice("1 to 50.")] = 20,
    cursor: Annotated[str | None, _choice("next_cursor of the answer before.")] = None,
) -> Response[views.SearchAnswer]:
    """Shows by title and filters, with how many each further filter would leave."""
    filters = Filters(
        q=q.strip(),
        city=None if city is None else CityId(city),
        date=date,
        genre=genre,
        language=language,
        format=format,
        band=band,
        availability=availability,
        price_max=price_max,
        near=read_point(near) if near else None,
        within_km=within_km,
        sort=sort or ("relevance" if q.strip() else "soonest"),
        limit=limit,
        cursor=cursor,
    )
    return browsed(request, await services.browsing.search(filters))


@get("/suggestions", operation_id="suggest", summary="What may be meant", tags=TAGS)
async def suggestions(
    request: AnyRequest,
    services: NamedDependency[Services],
    q: Annotated[str, _choice("The first letters of words, in any script.")] = "",
    city: Annotated[str | None, _choice("Only what has shows in that city.")] = None,
) -> Response[views.Suggestions]:
    """Movies, venues and cities that begin like what was typed, ten at most."""
    return browsed(request, await services.browsing.suggest(q, city))


ROUTES = [cities, movies, shows, search, suggestions]
