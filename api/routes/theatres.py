"""Routes of theatres: what they have, and what it sold."""

from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from api.access import AnyRequest, Organizer
from api.problems import invalid, problem
from api.responses import NO_STORE
from api.routes.bookings import IdempotencyKey
from api.routes.theatre_shows import wish_of
from api.services import Services
from api.theatres import queries
from api.theatres.views import (
    Movies,
    Sales,
    ShowSales,
    TheatreIn,
    Theatres,
    TheatreShows,
    VenueIn,
    Venues,
)
from justbookit.catalogue import Layout, Theatre, Venue
from justbookit.ids import CityId, ShowId, TheatreId, VenueId, is_id

TAGS = ["Theatres"]
LIMIT_MAX = 200

Limit = Annotated[int, QueryParameter(description="1 to 200.")]
Cursor = Annotated[str | None, QueryParameter(description="next_cursor of the answer before.")]
Day = Annotated[str, QueryParameter(description="A theatre-local day, such as 2026-01-31.")]


def _within(limit: int) -> int:
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid("limit", f"between 1 and {LIMIT_MAX}")
    return limit


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise invalid("date", "a day such as 2026-01-31") from error


def _id(text: str, pointer: str) -> str:
    if not is_id(text):
        raise invalid(pointer, "lower case letters, digits, '.', '-' and '_', at most 96")
    return text


@get("/theatre/venues", operation_id="listOwnVenues", summary="Own venues", tags=TAGS)
async def venues(
    organizer: NamedDependency[Organizer], services: NamedDependency[Services]
) -> Response[Venues]:
    """The venues you run."""
    found = await queries.venues(services.pool, organizer.organizer_id)
    return Response(Venues(items=found), headers=NO_STORE)


@put(
    "/theatre/venues/{venue_id:str}",
    operation_id="putVenue",
    summary="Create or change a venue",
    tags=TAGS,
)
async def put_venue(
    request: AnyRequest,
    venue_id: FromPath[str],
    data: JSONBody[VenueIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[Venue]:
    """Create a venue under an id of your choice, or change it."""
    command_id, _ = await wish_of(services, request, organizer, idempotency_key)
    venue = Venue(
        venue_id=VenueId(_id(venue_id, "/venue_id")),
        organizer_id=organizer.organizer_id,
        name=data.name,
        address=data.address,
        city_id=CityId(data.city_id),
        city_name=data.city_name,
        country=data.country,
        timezone=data.timezone,
        currency=data.currency,
        mode=data.mode,
        latitude=data.latitude,
        longitude=data.longitude,
    )
    put_now = await services.office.put_venue(organizer.organizer_id, venue, command_id)
    return Response(put_now, headers=NO_STORE)


@get("/theatre/theatres", operation_id="listOwnTheatres", summary="Own theatres", tags=TAGS)
async def theatres(
    organizer: NamedDependency[Organizer], services: NamedDependency[Services]
) -> Response[Theatres]:
    """The halls of your venues, with their seats."""
    found = await queries.theatres(services.pool, organizer.organizer_id)
    return Response(Theatres(items=found), headers=NO_STORE)


@put(
    "/theatre/theatres/{theatre_id:str}",
    operation_id="putTheatre",
    summary="Create or change a theatre",
    tags=TAGS,
)
async def put_theatre(
    request: AnyRequest,
    theatre_id: FromPath[str],
    data: JSONBody[TheatreIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[Theatre]:
    """Create a hall in one of your venues, or change it; shows keep the layout they have."""
    command_id, _ = await wish_of(services, request, organizer, idempotency_key)
    theatre = Theatre(
        theatre_id=TheatreId(_id(theatre_id, "/theatre_id")),
        venue_id=VenueId(data.venue_id),
        name=data.name,
        # The catalogue numbers layouts itself; what is asked for has no number yet.
        layout=Layout(version=1, rows=tuple(data.rows), areas=tuple(data.areas)),
        rules=data.rules,
    )
    put_now = await services.office.put_theatre(organizer.organizer_id, theatre, command_id)
    return Response(put_now, headers=NO_STORE)


@get(
    "/theatre/movies",
    operation_id="listMovies",
    summary="Movies that may be scheduled",
    tags=TAGS,
)
async def movies(
    organizer: NamedDependency[Organizer],  # noqa: ARG001 - for theatres only
    services: NamedDependency[Services],
    q: Annotated[str, QueryParameter(description="A part of the title.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[Movies]:
    """The movies of the catalogue, by id."""
    found = await queries.movies(services.pool, q.strip()[:100], cursor or "", _within(limit))
    full = len(found) == limit
    return Response(
        Movies(items=found, next_cursor=found[-1].movie_id if full else None), headers=NO_STORE
    )


@get("/theatre/shows", operation_id="listOwnShows", summary="Own shows", tags=TAGS)
async def shows(
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    date: Annotated[str | None, QueryParameter(description="A theatre-local day.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response[TheatreShows]:
    """Your shows, soonest first."""
    found = await queries.shows(
        services.pool,
        organizer.organizer_id,
        day=None if date is None else _date(date),
        after=_after(cursor),
        limit=_within(limit),
    )
    last = found[-1] if len(found) == limit else None
    next_cursor = None if last is None else f"{last.starts_at:%Y%m%dT%H%M%SZ}~{last.show_id}"
    return Response(TheatreShows(items=found, next_cursor=next_cursor), headers=NO_STORE)


def _after(cursor: str | None) -> tuple[datetime, str]:
    if cursor is None:
        return queries.FROM_THE_START
    at, _, show_id = cursor.partition("~")
    try:
        return datetime.strptime(at, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), show_id
    except ValueError as error:
        raise problem("bad_cursor", "the cursor was not given for this list") from error


@get(
    "/theatre/shows/{show_id:str}/sales",
    operation_id="getShowSales",
    summary="What a show has sold",
    tags=TAGS,
)
async def show_sales(
    show_id: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
) -> Response[ShowSales]:
    """Seats by what they are, bookings and money of one of your shows."""
    found = await queries.sales(services.pool, organizer.organizer_id, show_id=ShowId(show_id))
    if not found:
        raise problem("unknown_show", f"you have no show {show_id!r}")
    return Response(found[0], headers=NO_STORE)


@get("/theatre/sales", operation_id="getSalesOfDay", summary="What a day has sold", tags=TAGS)
async def sales(
    date: Day, organizer: NamedDependency[Organizer], services: NamedDependency[Services]
) -> Response[Sales]:
    """All your shows of a theatre-local day, and their sums."""
    day = _date(date)
    found = await queries.sales(services.pool, organizer.organizer_id, day=day)
    by_currency: dict[str, int] = {}
    for show in found:
        by_currency[show.currency] = by_currency.get(show.currency, 0) + show.amount
    summed = Sales(
        date=day,
        shows=found,
        seats_booked=sum(show.seats_booked for show in found),
        seats_counter=sum(show.seats_counter for show in found),
        amount_by_currency=by_currency,
    )
    return Response(summed, headers=NO_STORE)


ROUTES = [
    venues,
    put_venue,
    theatres,
    put_theatre,
    movies,
    shows,
    show_sales,
    sales,
]
