"""Routes of customers who wait for seats: join, look, accept what is offered, leave."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Customer
from api.bookings.views import BookingView
from api.keys import REPLAYED
from api.responses import NO_STORE
from api.routes.bookings import IdempotencyKey, claim_of, once
from api.services import Services
from api.waiting.views import Entries, EntryView
from justbookit.ids import EntryId, ShowId, ZoneId
from justbookit.seat_commands import JoinWaitingList

TAGS = ["Bookings"]


class WaitingWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A party that would take seats as soon as there are any; `zone` null: in any zone."""

    size: Annotated[int, msgspec.Meta(ge=1, le=100)]
    zone: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    together: bool = True
    accessible: bool = False


@post(
    "/shows/{show_id:str}/waiting-list",
    operation_id="joinWaitingList",
    summary="Wait for seats",
    tags=TAGS,
)
async def join(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[WaitingWish],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[EntryView]:
    """Stand in line for a show that has no seats for you; refused, with seats, where it has."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    command = JoinWaitingList(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        entry_id=claim.entry_id,
        customer_id=customer.customer_id,
        size=data.size,
        zone=None if data.zone is None else ZoneId(data.zone),
        together=data.together,
        accessible=data.accessible,
    )
    view = await services.waiting.join(command, replay=claim.replay)
    headers = {**NO_STORE, REPLAYED: "true"} if claim.replay else NO_STORE
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers)


@get(
    "/waiting-list/{entry_id:str}",
    operation_id="getWaitingEntry",
    summary="One place in line",
    tags=TAGS,
)
async def entry(
    entry_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
) -> Response[EntryView]:
    """Where you stand, or what is offered to you and until when."""
    found = await services.waiting.entry(customer.customer_id, EntryId(entry_id))
    return Response(found, headers=NO_STORE)


@post(
    "/waiting-list/{entry_id:str}/accept",
    operation_id="acceptSeatOffer",
    summary="Take the seats that are offered",
    tags=TAGS,
)
async def accept(
    request: AnyRequest,
    entry_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Hold what is offered, at the price of now; pay it as any other hold."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    view = await services.waiting.accept(customer.customer_id, EntryId(entry_id), claim)
    return once(view, claim, HTTPStatus.CREATED)


@delete(
    "/waiting-list/{entry_id:str}",
    operation_id="leaveWaitingList",
    summary="Wait no longer",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def leave(
    request: AnyRequest,
    entry_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[EntryView]:
    """Leave the line; what was offered to you goes to the next."""
    key = idempotency_key or f"leave {entry_id}"
    claim = await claim_of(services, request, customer.customer_id, key)
    left = await services.waiting.leave(customer.customer_id, EntryId(entry_id), claim)
    return Response(left, headers=NO_STORE)


@get(
    "/me/waiting-list", operation_id="listMyWaitingEntries", summary="My places in line", tags=TAGS
)
async def mine(
    customer: NamedDependency[Customer], services: NamedDependency[Services]
) -> Response[Entries]:
    """Where you stand in line, and what is offered to you; the latest first."""
    found = await services.waiting.entries(customer.customer_id)
    return Response(found, headers=NO_STORE)


ROUTES = [join, entry, accept, leave, mine]
