"""Routes of shows that a theatre moves to another of its halls."""

from http import HTTPStatus

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Organizer
from api.keys import REPLAYED
from api.responses import NO_STORE
from api.routes.bookings import IdempotencyKey, claim_of
from api.services import Services
from api.theatres.moves import MovePlanView
from api.theatres.views import MoveIn, MovePlanIn, TheatreShow
from justbookit.ids import ShowId, TheatreId

TAGS = ["Theatres"]


@post(
    "/theatre/shows/{show_id:str}/move-plan",
    operation_id="planMove",
    summary="Who would sit where in another theatre",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def plan_move(
    show_id: FromPath[str],
    data: JSONBody[MovePlanIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
) -> Response[MovePlanView]:
    """Look at who would move where and who would have no place; nothing happens."""
    plan = await services.moves.plan(
        organizer.organizer_id, ShowId(show_id), TheatreId(data.theatre_id), data.prices
    )
    return Response(plan, headers=NO_STORE)


@post(
    "/theatre/shows/{show_id:str}/move",
    operation_id="moveShow",
    summary="Move a show to another theatre",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def move_show(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[MoveIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[TheatreShow]:
    """Do what the plan says, or be refused if it would be another one now; losers are refunded."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    show = await services.moves.move(
        organizer.organizer_id, ShowId(show_id), data, claim.command_id, replay=claim.replay
    )
    headers = {**NO_STORE, REPLAYED: "true"} if claim.replay else NO_STORE
    return Response(show, headers=headers)


ROUTES = [plan_move, move_show]
