"""Routes of shows that a theatre cancels although people have booked."""

from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Organizer
from api.keys import REPLAYED
from api.responses import NO_STORE
from api.routes.bookings import IdempotencyKey, claim_of
from api.services import Services
from api.theatres.views import Cancellation, CancellationIn
from justbookit.ids import ShowId

TAGS = ["Theatres"]


@post(
    "/theatre/shows/{show_id:str}/cancellation",
    operation_id="cancelShow",
    summary="Cancel a show and refund its bookings",
    tags=TAGS,
    status_code=HTTPStatus.ACCEPTED,
)
async def cancel_show(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[CancellationIn],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[Cancellation]:
    """Stop all sales now; every booking is cancelled by and by, refunded in full and told why."""
    claim = await claim_of(services, request, organizer.organizer_id, idempotency_key)
    cancellation = await services.office.cancel_show(
        organizer.organizer_id,
        ShowId(show_id),
        data.reason,
        claim.command_id,
        replay=claim.replay,
    )
    headers = {**NO_STORE, REPLAYED: "true"} if claim.replay else NO_STORE
    return Response(cancellation, status_code=HTTPStatus.ACCEPTED, headers=headers)


@get(
    "/theatre/shows/{show_id:str}/cancellation",
    operation_id="getCancellation",
    summary="How far a cancellation is",
    tags=TAGS,
)
async def cancellation(
    show_id: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
) -> Response[Cancellation]:
    """So many of so many bookings are cancelled and refunded by now."""
    found = await services.office.cancellation(organizer.organizer_id, ShowId(show_id))
    return Response(found, headers=NO_STORE)


ROUTES = [cancel_show, cancellation]
