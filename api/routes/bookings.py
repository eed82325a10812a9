"""Routes of customers: look at seats, ask the price, hold, confirm, give back."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter

from api.access import AnyRequest, Customer
from api.bookings.views import Bookings, BookingView, BookingWithShow
from api.keys import HEADER, REPLAYED, Ask, Claim, ask_of, carried
from api.responses import NO_STORE
from api.services import Services
from justbookit.ids import BookingId, SeatId, ShowId, ZoneId
from justbookit.seat_commands import Areas, HoldBest, HoldSeats

TAGS = ["Bookings"]

SeatName = Annotated[str, msgspec.Meta(min_length=1, max_length=10)]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name=HEADER,
        description="A random name of this request; repeat it when you retry. Required.",
    ),
]


class SeatChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seats of one show, and so many places of each of these areas, whichever."""

    seat_ids: Annotated[list[SeatName], msgspec.Meta(max_length=100)] = []
    areas: Areas = {}


class HoldWish(SeatChoice, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Seats to be held; `accessible`: somebody among you needs an accessible place."""

    accessible: bool = False


class BestSeats(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many seats, wherever they are best; `zone` null: in any zone."""

    count: Annotated[int, msgspec.Meta(ge=1, le=100)]
    zone: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    accessible: bool = False


class PaymentProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway gave for the money."""

    payment_token: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


async def claim_of(
    services: Services, request: AnyRequest, principal: str, key: str | None
) -> Claim:
    """This request, done once."""
    return await services.keys.claim(await ask(request, principal, key))


async def ask(request: AnyRequest, principal: str, key: str | None) -> Ask:
    """What this request is, for telling whether it came before."""
    route = f"{request.method} {request.scope['path']}"
    return ask_of(principal, route, key, await request.body())


async def hold_for(
    services: Services, customer: Customer, show_id: str, wish: HoldWish, claim: Claim
) -> tuple[BookingView, bool]:
    """Seats held for a customer, and whether this request had held them before."""
    command = HoldSeats(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        booking_id=claim.booking_id,
        customer_id=customer.customer_id,
        seat_ids=tuple(map(SeatId, wish.seat_ids)),
        areas=wish.areas,
        accessible=wish.accessible,
        fingerprint=claim.asked,
    )
    return await services.desk.hold_once(command)


def once(
    view: BookingView, claim: Claim, status: HTTPStatus = HTTPStatus.OK
) -> Response[BookingView]:
    """An answer that says whether it was given before."""
    return given(view, status, again=claim.replay)


def given(view: BookingView, status: HTTPStatus, *, again: bool) -> Response[BookingView]:
    """The same, when only the answer itself tells."""
    headers = {**NO_STORE, REPLAYED: "true"} if again else NO_STORE
    return Response(view, status_code=status, headers=headers)


@post(
    "/shows/{show_id:str}/holds",
    operation_id="holdSeats",
    summary="Hold seats",
    tags=TAGS,
)
async def hold(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[HoldWish],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Set seats aside for eight minutes, all or none; the price is fixed, line by line."""
    claim = carried(await ask(request, customer.customer_id, idempotency_key))
    view, again = await hold_for(services, customer, show_id, data, claim)
    return given(view, HTTPStatus.CREATED, again=again)


@post(
    "/shows/{show_id:str}/best-available-holds",
    operation_id="holdBestSeats",
    summary="Hold the best seats",
    tags=TAGS,
)
async def hold_best(
    request: AnyRequest,
    show_id: FromPath[str],
    data: JSONBody[BestSeats],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Neighbours in one row, nearest to where one sees best; else two groups near each other."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    command = HoldBest(
        command_id=claim.command_id,
        show_id=ShowId(show_id),
        booking_id=claim.booking_id,
        customer_id=customer.customer_id,
        count=data.count,
        zone=None if data.zone is None else ZoneId(data.zone),
        accessible=data.accessible,
    )
    view = await services.desk.hold(command, replay=claim.replay)
    return once(view, claim, HTTPStatus.CREATED)


@post(
    "/bookings/{booking_id:str}/extend",
    operation_id="extendHold",
    summary="More time to pay, once",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def extend(
    request: AnyRequest,
    booking_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """At least seven minutes from now, at most twenty in all; paying in the sandbox asks too."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    view = await services.desk.extend(customer.customer_id, BookingId(booking_id), claim)
    return once(view, claim)


@post(
    "/bookings/{booking_id:str}/confirm",
    operation_id="confirmBooking",
    summary="Confirm a paid booking",
    tags=TAGS,
)
async def confirm(
    request: AnyRequest,
    booking_id: FromPath[str],
    data: JSONBody[PaymentProof],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Turn a hold into a booking with the payment token that was signed for it."""
    claim = carried(await ask(request, customer.customer_id, idempotency_key))
    view, again = await services.desk.confirm(
        customer.customer_id, BookingId(booking_id), data.payment_token, claim
    )
    return given(view, HTTPStatus.CREATED, again=again)


async def _release(
    request: AnyRequest, booking_id: str, customer: Customer, services: Services, key: str | None
) -> Response[BookingView]:
    claim = await claim_of(services, request, customer.customer_id, key)
    view = await services.desk.release(customer.customer_id, BookingId(booking_id), claim)
    return once(view, claim)


@post(
    "/bookings/{booking_id:str}/release",
    operation_id="releaseHold",
    summary="Let held seats go",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def release(
    request: AnyRequest,
    booking_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Let held seats go before paying."""
    return await _release(request, booking_id, customer, services, idempotency_key)


@delete(
    "/bookings/{booking_id:str}/hold",
    operation_id="deleteHold",
    summary="Let held seats go",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def delete_hold(
    request: AnyRequest,
    booking_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Let held seats go; a retry without a key is refused, because nothing is held any more."""
    key = idempotency_key or f"delete {booking_id}"
    return await _release(request, booking_id, customer, services, key)


@post(
    "/bookings/{booking_id:str}/cancel",
    operation_id="cancelBooking",
    summary="Give a paid booking back",
    tags=TAGS,
    status_code=HTTPStatus.OK,
)
async def cancel(
    request: AnyRequest,
    booking_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    idempotency_key: IdempotencyKey = None,
) -> Response[BookingView]:
    """Cancel a booking before its show begins; `refund` is what comes back."""
    claim = await claim_of(services, request, customer.customer_id, idempotency_key)
    view = await services.desk.cancel(customer.customer_id, BookingId(booking_id), claim)
    return once(view, claim)


@get("/bookings/{booking_id:str}", operation_id="getBooking", summary="One booking", tags=TAGS)
async def booking(
    booking_id: FromPath[str],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
) -> Response[BookingWithShow]:
    """A booking of your own, as it is now."""
    found = await services.desk.booking(customer.customer_id, BookingId(booking_id))
    return Response(found, headers=NO_STORE)


@get("/me/bookings", operation_id="listMyBookings", summary="My bookings", tags=TAGS)
async def my_bookings(
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
    limit: Annotated[int, QueryParameter(description="1 to 50.")] = 20,
    cursor: Annotated[
        str | None, QueryParameter(description="next_cursor of the answer before.")
    ] = None,
) -> Response[Bookings]:
    """Your bookings, the latest first."""
    found = await services.desk.bookings(customer.customer_id, limit, cursor)
    return Response(found, headers=NO_STORE)


ROUTES = [hold, hold_best, extend, confirm, release, delete_hold, cancel, booking, my_bookings]
