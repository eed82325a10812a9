"""Routes that stay open and tell what changes: a show's seats, and the times of a movie's day."""

from collections.abc import AsyncIterator
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from api.access import AnyRequest
from api.browse import views
from api.browse.kept import Kept
from api.problems import problem
from api.routes.browsing import CityQuery, DateQuery
from api.routes.seats import look_at
from api.services import Services
from justbookit.ids import ShowId

TAGS = ["Browse"]
_EVENTS = "text/event-stream"
_HEADERS = {"Cache-Control": "no-store"}
_DIGITS_MAX = 18

Since = Annotated[
    str | None,
    QueryParameter(
        description="The id of the last event that was seen; a browser says it itself when it"
        " comes back (Last-Event-ID). Left out: begin with everything."
    ),
]


@get(
    "/shows/{show_id:str}/seat-map/live",
    operation_id="followSeatMap",
    summary="Seats, as they change",
    tags=TAGS,
    media_type=_EVENTS,
)
async def follow_seats(
    request: AnyRequest,
    show_id: FromPath[str],
    services: NamedDependency[Services],
    since: Since = None,
) -> Stream:
    """Server-sent events: `map` is the whole seat map, `seats` the seats whose status is another.

    An event's id is the version of the map.
    """
    _must_have_room(services)
    await look_at(services, show_id)
    return _stream(services.live.seats(ShowId(show_id), _seen(request, since)))


@get(
    "/movies/{movie_id:str}/shows/live",
    operation_id="followShowsOfMovie",
    summary="How many seats are left, as that changes",
    tags=TAGS,
    media_type=_EVENTS,
)
async def follow_times(
    request: AnyRequest,
    movie_id: FromPath[str],
    city: CityQuery,
    services: NamedDependency[Services],
    date: DateQuery = None,
    since: Since = None,
) -> Stream:
    """Server-sent events: `times` has what is left of the seats of each show of the day."""
    _must_have_room(services)

    def ask() -> Kept[views.MovieShows]:
        return services.browsing.shows(movie_id, city, date)

    shown = ask().value
    grid = ("grid", shown.movie.movie_id, shown.city.city_id, shown.date)
    return _stream(services.live.times(grid, ask, _seen(request, since)))


def _must_have_room(services: Services) -> None:
    if services.bells.is_full:
        raise problem("overloaded", "nobody else can be told of changes here", retry_after=5)


def _seen(request: AnyRequest, since: str | None) -> int | None:
    """What a browser says it has seen is newer than what its address says."""
    told = request.headers.get("last-event-id") or since or ""
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _DIGITS_MAX else None


def _stream(events: AsyncIterator[bytes]) -> Stream:
    return Stream(events, media_type=_EVENTS, headers=_HEADERS)


ROUTES = [follow_seats, follow_times]
