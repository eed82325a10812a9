"""Routes of customers who exchange what they paid for for seats of another show."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from api.access import AnyRequest, Customer
from api.bookings.exchange_views import ExchangeMade, ExchangeQuote
from api.bookings.exchanging import ExchangeFor
from api.responses import headers_of
from api.routes.bookings import IdempotencyKey, SeatChoice, SeatName, claim_of
from api.routes.changes import AsQuoted
from api.services import Services
from justbookit.ids import BookingId, SeatId, ShowId

TAGS = ["Bookings"]


class ExchangeWish(SeatChoice, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Seats of the booking to be given, none: all; for these seats of another show.

    `accessible`: somebody among you needs an accessible place.
    """

    to_show_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    give: Annotated[list[SeatName], msgspec.Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )
    accessible: bool = False


@post(
    "/bookings/{booking_id:str}/exchange-quotes",
    operation_id="quoteExchange",
    summary="What seats of another show would cost or bring",
    tags=TAGS,
)
async def quote(
    request: AnyRequest,
    booking_id: FromPath[str],
    data: JSONBody[ExchangeWish],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[ExchangeQuote]:
    """What goes along, and the other show's seats, held for as long as it binds: ten minutes."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    wish = ExchangeFor(
        give=tuple(map(SeatId, data.give)),
        to_show_id=ShowId(data.to_show_id),
        seat_ids=tuple(map(SeatId, data.seat_ids)),
        areas=data.areas,
        accessible=data.accessible,
    )
    view = await services.exchanges.quote(customer.customer_id, BookingId(booking_id), wish, claim)
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


@post(
    "/bookings/{booking_id:str}/exchanges",
    operation_id="exchangeBooking",
    summary="Exchange a paid booking as quoted",
    tags=TAGS,
)
async def exchange(
    request: AnyRequest,
    booking_id: FromPath[str],
    data: JSONBody[AsQuoted],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[ExchangeMade]:
    """Exactly what was quoted, for the difference; or a refusal, and the booking as it was."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    view = await services.exchanges.exchange(
        customer.customer_id, BookingId(booking_id), data.quote_id, data.payment_token, claim
    )
    return Response(view, status_code=HTTPStatus.CREATED, headers=headers_of(claim))


ROUTES = [quote, exchange]
