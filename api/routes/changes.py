"""Routes of customers who change what they paid for: a quote that binds, then the change."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Customer
from api.bookings.changing import Wish
from api.bookings.views import ChangeMade, ChangeQuote
from api.responses import headers_of
from api.routes.bookings import IdempotencyKey, SeatName, claim_of
from api.services import Services
from justbookit.ids import BookingId, SeatId

TAGS = ["Bookings"]


class ChangeWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Seats of the booking to be given back, and others to be had; one of both at least.

    `accessible`: somebody among you needs an accessible place.
    """

    give: Annotated[list[SeatName], msgspec.Meta(max_length=100)] = []
    take: Annotated[list[SeatName], msgspec.Meta(max_length=100)] = []
    accessible: bool = False


class AsQuoted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The quote that is taken, with what the gateway gave for what is to be paid."""

    quote_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    payment_token: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)] | None = None


@post(
    "/bookings/{booking_id:str}/change-quotes",
    operation_id="quoteChange",
    summary="What a change would cost or bring",
    tags=TAGS,
)
async def quote(
    request: AnyRequest,
    booking_id: FromPath[str],
    data: JSONBody[ChangeWish],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[ChangeQuote]:
    """What there would be, priced as a whole on the terms it was bought on; binds ten minutes."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    wish = Wish(
        give=tuple(map(SeatId, data.give)),
        take=tuple(map(SeatId, data.take)),
        accessible=data.accessible,
    )
    view = await services.changes.quote(customer.customer_id, BookingId(booking_id), wish, claim)
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


@post(
    "/bookings/{booking_id:str}/changes",
    operation_id="changeBooking",
    summary="Change a paid booking as quoted",
    tags=TAGS,
)
async def change(
    request: AnyRequest,
    booking_id: FromPath[str],
    data: JSONBody[AsQuoted],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[ChangeMade]:
    """Exactly what was quoted, or a refusal that says to ask for another quote."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    view = await services.changes.change(
        customer.customer_id, BookingId(booking_id), data.quote_id, data.payment_token, claim
    )
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


ROUTES = [quote, change]
