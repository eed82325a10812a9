"""Pages anybody may see: cities, their movies, a movie's shows, search, what a problem means."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from api.access import AnyRequest
from api.browse.filters import FACETS, Filters
from api.pages.page import page
from api.problem_kinds import KINDS
from api.problems import problem
from api.services import Services
from justbookit.ids import CityId

Text = Annotated[str | None, QueryParameter()]


def _chosen(value: str | None) -> str | None:
    """What a form sends for a choice that was not made is ''."""
    return value or None


@get("/", include_in_schema=False)
async def front(request: AnyRequest, services: NamedDependency[Services]) -> Template:
    """The cities."""
    kept = services.browsing.cities()
    return page(
        "cities.html", await services.access.passer_by(request), cities=kept.value, kept=kept
    )


@get("/cities/{city:str}", include_in_schema=False)
async def city(
    request: AnyRequest,
    city: FromPath[str],
    services: NamedDependency[Services],
    date: Text = None,
) -> Template:
    """A city's movies on a day."""
    kept = services.browsing.movies(city, _chosen(date))
    return page(
        "movies.html", await services.access.passer_by(request), found=kept.value, kept=kept
    )


@get("/cities/{city:str}/movies/{movie_id:str}", include_in_schema=False)
async def movie(
    request: AnyRequest,
    city: FromPath[str],
    movie_id: FromPath[str],
    services: NamedDependency[Services],
    date: Text = None,
) -> Template:
    """Where and when a movie is on in a city."""
    kept = services.browsing.shows(movie_id, city, _chosen(date))
    return page("movie.html", await services.access.passer_by(request), found=kept.value, kept=kept)


@get("/search", include_in_schema=False)
async def search(  # noqa: PLR0913, PLR0917 - what may be asked for
    request: AnyRequest,
    services: NamedDependency[Services],
    q: Annotated[str, QueryParameter()] = "",
    city: Text = None,
    date: Text = None,
    genre: Text = None,
    language: Text = None,
    format: Text = None,  # noqa: A002 - its name outside
    band: Text = None,
    cursor: Text = None,
) -> Template:
    """Shows by title and filters."""
    filters = Filters(
        q=q.strip(),
        city=CityId(city) if city else None,
        date=_chosen(date),
        genre=_chosen(genre),
        language=_chosen(language),
        format=_chosen(format),
        band=_chosen(band),
        sort="relevance" if q.strip() else "soonest",
        cursor=_chosen(cursor),
    )
    kept = await services.browsing.search(filters)
    return page(
        "search.html",
        await services.access.passer_by(request),
        found=kept.value,
        kept=kept,
        filters=filters,
        facets=[name for name in FACETS if name != "availability"],
    )


@get("/problems", include_in_schema=False)
async def problems(request: AnyRequest, services: NamedDependency[Services]) -> Template:
    """Every kind of problem there is."""
    return page("problems.html", await services.access.passer_by(request), kinds=KINDS)


@get("/problems/{code:str}", include_in_schema=False)
async def problem_kind(
    request: AnyRequest, code: FromPath[str], services: NamedDependency[Services]
) -> Template:
    """What a code means and what would work."""
    if code not in KINDS:
        raise problem("unknown_page", f"there is no problem called {code!r}", valid=sorted(KINDS))
    visitor = await services.access.passer_by(request)
    return page("problems.html", visitor, kinds={code: KINDS[code]})


ROUTES = [front, city, movie, search, problems, problem_kind]
