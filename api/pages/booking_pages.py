"""Pages to choose seats, hold, pay and give back on; a form is a request that is done once."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from api.access import AnyRequest, Customer
from api.bookings.exchange_views import ExchangeQuote
from api.bookings.views import BookingView, ChangeQuote
from api.browse.views import ShowPage
from api.keys import Claim, ask_of
from api.pages.page import customer_of, go, page
from api.problems import Problem, ProblemRaised, invalid, problem
from api.routes.seats import look_at
from api.seatmap_views import seat_map_view
from api.services import Services
from justbookit.ids import AreaId, BookingId, SeatId, ShowId, ZoneId
from justbookit.seat_commands import HoldBest, HoldSeats
from justbookit.seatmap import SeatMap

SEATS_MAX = 100
_AREA = "places-"
_COUNT = re.compile(r"[1-9]\d{0,2}")


async def claim_of_form(
    services: Services, request: AnyRequest, customer: Customer, *fields: str
) -> Claim:
    """What a form asks, done once: its key was made with the page."""
    form = await request.form()
    key = str(form.get("key", ""))
    route = f"{request.method} {request.url.path}"
    return await services.keys.claim(
        ask_of(customer.customer_id, route, key, "\n".join(fields).encode())
    )


async def booking_of(services: Services, customer: Customer, booking_id: str) -> BookingView:
    """A booking of theirs."""
    return (await services.desk.booking(customer.customer_id, BookingId(booking_id))).booking


async def seat_page(
    services: Services,
    visitor: Customer | None,
    show_id: str,
    chosen: frozenset[str],
    refusal: Problem | None = None,
    changing: BookingView | None = None,
    exchanging: BookingView | None = None,
) -> Template:
    """A show's seats to choose from.

    `changing`: other seats for a booking that has some; `exchanging`: for one of another show.
    """
    look = await look_at(services, show_id)
    assert look.seatmap.terms is not None
    if refusal is None and changing is None:
        services.viewing.saw(look.seatmap.show_id)
    return page(
        "seats.html",
        visitor,
        status=200 if refusal is None else refusal.status,
        view=seat_map_view(look, datetime.now(UTC)),
        known_until=look.as_of,
        terms=look.seatmap.terms,
        listing=_listing(services, show_id),
        chosen=chosen,
        problem=refusal,
        changing=changing,
        exchanging=exchanging,
        unnumbered=[] if changing is None else _unnumbered(look.seatmap, changing),
    )


def _unnumbered(seatmap: SeatMap, booking: BookingView) -> list[SeatId]:
    """The booking's places that are in no row."""
    return [seat for seat in booking.seat_ids if seat not in seatmap.hall.places]


def _listing(services: Services, show_id: str) -> ShowPage | None:
    """Names for the page; seats can be chosen without them while search is away."""
    try:
        kept = services.browsing.show(ShowId(show_id))
    except ProblemRaised:
        return None
    return None if kept is None else kept.value


def areas_of(form: FormMultiDict) -> dict[AreaId, int]:
    """So many places of each area; an empty field is none."""
    asked: dict[AreaId, int] = {}
    for name, value in form.multi_items():
        if name.startswith(_AREA) and str(value).strip() not in {"", "0"}:
            if not _COUNT.fullmatch(str(value)):
                raise invalid(f"/{name}", "how many places, from 1 to 999")
            asked[AreaId(name.removeprefix(_AREA))] = int(str(value))
    return asked


@get("/shows/{show_id:str}", include_in_schema=False)
async def seats(
    request: AnyRequest,
    show_id: FromPath[str],
    services: NamedDependency[Services],
    seats: Annotated[str, QueryParameter()] = "",
) -> Template:
    """A show's seats, to choose from; `seats` are chosen already."""
    visitor = await services.access.passer_by(request)
    return await seat_page(services, visitor, show_id, frozenset(seats.split(",")))


@post("/shows/{show_id:str}/hold", include_in_schema=False)
async def hold(
    request: AnyRequest, show_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Hold the chosen seats, and go on to pay; or say what would work instead."""
    customer = await customer_of(services, request)
    form = await request.form()
    chosen = [str(seat) for seat in form.getall("seat", [])][:SEATS_MAX]
    try:
        areas = areas_of(form)
        if not chosen and not areas:
            raise problem("no_seats", "choose at least one seat")
        accessible = "accessible" in form
        claim = await claim_of_form(
            services, request, customer, *chosen, *map(str, areas.items()), str(accessible)
        )
        command = HoldSeats(
            command_id=claim.command_id,
            show_id=ShowId(show_id),
            booking_id=claim.booking_id,
            customer_id=customer.customer_id,
            seat_ids=tuple(map(SeatId, chosen)),
            areas=areas,
            accessible=accessible,
        )
        view = await services.desk.hold(command, replay=claim.replay)
    except ProblemRaised as raised:
        return await seat_page(services, customer, show_id, frozenset(chosen), raised.problem)
    alone = f"?alone={','.join(view.left_alone)}" if view.left_alone else ""
    return go(f"/bookings/{view.booking_id}{alone}")


@post("/shows/{show_id:str}/best", include_in_schema=False)
async def best(
    request: AnyRequest, show_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Hold the best seats for so many, and go on to pay; or say how many there are together."""
    customer = await customer_of(services, request)
    form = await request.form()
    count, zone = str(form.get("count", "")), str(form.get("zone", ""))
    accessible = "accessible" in form
    try:
        if not count.isdecimal() or not 1 <= int(count) <= SEATS_MAX:
            raise problem("no_seats", "say how many seats")
        claim = await claim_of_form(services, request, customer, count, zone, str(accessible))
        command = HoldBest(
            command_id=claim.command_id,
            show_id=ShowId(show_id),
            booking_id=claim.booking_id,
            customer_id=customer.customer_id,
            count=int(count),
            zone=ZoneId(zone) if zone else None,
            accessible=accessible,
        )
        view = await services.desk.hold(command, replay=claim.replay)
    except ProblemRaised as raised:
        return await seat_page(services, customer, show_id, frozenset(), raised.problem)
    return go(f"/bookings/{view.booking_id}")


@get("/bookings", include_in_schema=False)
async def my_bookings(
    request: AnyRequest,
    services: NamedDependency[Services],
    cursor: Annotated[str | None, QueryParameter()] = None,
) -> Template:
    """Who is looking sees their bookings."""
    customer = await customer_of(services, request)
    found = await services.desk.bookings(customer.customer_id, 20, cursor)
    return page("bookings.html", customer, found=found)


async def booking_page(
    services: Services,
    customer: Customer,
    booking_id: str,
    refusal: Problem | None = None,
    left_alone: str = "",
    quote: ChangeQuote | None = None,
    exchange: ExchangeQuote | None = None,
) -> Template:
    """A hold to be paid, or a ticket; with the quote that was asked for, if one was."""
    who = customer.customer_id
    found = await services.desk.booking(who, BookingId(booking_id))
    there = exchange and await services.desk.booking(who, exchange.booking.booking_id)
    return page(
        "booking.html",
        customer,
        status=200 if refusal is None else refusal.status,
        booking=found.booking,
        show=found.show,
        problem=refusal,
        left_alone=left_alone,
        quote=quote,
        exchange=exchange,
        there=there.show if there else None,
    )


@get("/bookings/{booking_id:str}", include_in_schema=False)
async def booking(
    request: AnyRequest,
    booking_id: FromPath[str],
    services: NamedDependency[Services],
    alone: Annotated[str, QueryParameter()] = "",
) -> Template:
    """A hold to be paid, or a ticket; `alone` are seats that the hold left alone."""
    customer = await customer_of(services, request)
    return await booking_page(services, customer, booking_id, left_alone=alone)


@post("/bookings/{booking_id:str}/pay", include_in_schema=False)
async def pay(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Pay in the sandbox, and confirm with what it gives."""
    customer = await customer_of(services, request)
    form = await request.form()
    declined = form.get("card") == "declined"
    try:
        token, _ = await services.desk.pay(
            customer.customer_id, BookingId(booking_id), "card", declined=declined
        )
        claim = await claim_of_form(services, request, customer)
        await services.desk.confirm(customer.customer_id, BookingId(booking_id), token, claim)
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return go(f"/bookings/{booking_id}")


@post("/bookings/{booking_id:str}/release", include_in_schema=False)
async def release(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Let held seats go, and go back to the show."""
    customer = await customer_of(services, request)
    try:
        claim = await claim_of_form(services, request, customer)
        view = await services.desk.release(customer.customer_id, BookingId(booking_id), claim)
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return go(f"/shows/{view.show_id}")


@post("/bookings/{booking_id:str}/cancel", include_in_schema=False)
async def cancel(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Give a paid booking back."""
    customer = await customer_of(services, request)
    try:
        claim = await claim_of_form(services, request, customer)
        await services.desk.cancel(customer.customer_id, BookingId(booking_id), claim)
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return go(f"/bookings/{booking_id}")


ROUTES = [seats, hold, best, my_bookings, booking, pay, release, cancel]
