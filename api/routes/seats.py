"""Routes anybody may ask about one show: what it is, who may sit where, what seats would cost."""

from datetime import datetime
from http import HTTPStatus

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest
from api.browse import views
from api.problems import problem
from api.responses import NO_STORE, browsed, fronted
from api.routes.bookings import SeatChoice
from api.seatmap_views import SeatMapView, quote_of
from api.seatmaps import Look
from api.services import Services
from api.shown_maps import SEATMAP_CACHING
from justbookit.ids import SeatId, ShowId
from justbookit.price_lines import PriceLine

TAGS = ["Browse"]


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """What seats would cost now; nothing is held, and the price is fixed only by a hold."""

    show_id: ShowId
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    unavailable: tuple[SeatId, ...]
    as_of: datetime


async def look_at(services: Services, show_id: str) -> Look:
    look = await services.seatmaps.look(ShowId(show_id))
    if look is None:
        raise problem("unknown_show", f"there is no show {show_id!r}")
    return look


@get("/shows/{show_id:str}", operation_id="getShow", summary="One show", tags=TAGS)
async def show(
    request: AnyRequest, show_id: FromPath[str], services: NamedDependency[Services]
) -> Response[views.ShowPage]:
    """A show with its movie, theatre, prices and how many seats are free."""
    kept = services.browsing.show(ShowId(show_id))
    if kept is None:
        raise problem("unknown_show", f"there is no show {show_id!r}")
    return browsed(request, kept)


@get(
    "/shows/{show_id:str}/seat-map",
    operation_id="getSeatMap",
    summary="Who may sit where",
    tags=TAGS,
)
async def seat_map(
    request: AnyRequest, show_id: FromPath[str], services: NamedDependency[Services]
) -> Response[SeatMapView]:
    """Every seat with its zone and whether it is free, as of now; the ETag is its version."""
    look = await look_at(services, show_id)
    shown = services.shown_maps.of(look)
    answer = fronted(request, shown, shown.body, shown.etag, SEATMAP_CACHING)
    if answer.status_code != HTTPStatus.NOT_MODIFIED:
        shown.sent()
    return answer


@post(
    "/shows/{show_id:str}/quotes",
    operation_id="quoteSeats",
    summary="What seats would cost",
    status_code=HTTPStatus.OK,
    tags=TAGS,
)
async def quote(
    show_id: FromPath[str], data: JSONBody[SeatChoice], services: NamedDependency[Services]
) -> Response[QuoteView]:
    """The price of some seats in one booking, offers included, with a reason for each line."""
    look = await look_at(services, show_id)
    seat_ids = tuple(dict.fromkeys(map(SeatId, data.seat_ids)))
    quoted, unavailable = quote_of(look, seat_ids, data.areas)
    return Response(
        QuoteView(
            show_id=look.seatmap.show_id,
            lines=quoted.lines,
            amount=quoted.amount,
            currency=quoted.currency,
            unavailable=unavailable,
            as_of=look.as_of,
        ),
        headers=NO_STORE,
    )


ROUTES = [show, seat_map, quote]
