"""Forms of a paid booking: see what a change would cost or bring, then do it."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.access import AnyRequest
from api.bookings.changing import Wish
from api.pages.booking_pages import SEATS_MAX, booking_of, booking_page, claim_of_form, seat_page
from api.pages.page import customer_of, go
from api.problems import ProblemRaised, problem
from api.services import Services
from justbookit.ids import BookingId, SeatId


@get("/bookings/{booking_id:str}/seats", include_in_schema=False)
async def seats(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """The show's seats, with those that the booking has, to choose what it shall have."""
    customer = await customer_of(services, request)
    booking = await booking_of(services, customer, booking_id)
    has = frozenset(booking.seat_ids)
    return await seat_page(services, customer, booking.show_id, has, changing=booking)


@post("/bookings/{booking_id:str}/seats", include_in_schema=False)
async def choose(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """What other seats would cost or bring; or what would work instead."""
    customer = await customer_of(services, request)
    form = await request.form()
    booking = await booking_of(services, customer, booking_id)
    chosen = [SeatId(str(seat)) for seat in form.getall("seat", [])][:SEATS_MAX]
    wish = Wish(
        give=tuple(seat for seat in booking.seat_ids if seat not in chosen),
        take=tuple(seat for seat in chosen if seat not in booking.seat_ids),
        accessible="accessible" in form,
    )
    try:
        if not wish.give and not wish.take:
            raise problem("no_seats", "these are the seats that you have")
        claim = await claim_of_form(
            services, request, customer, *wish.give, "for", *wish.take, str(wish.accessible)
        )
        quoted = await services.changes.quote(
            customer.customer_id, BookingId(booking_id), wish, claim
        )
    except ProblemRaised as raised:
        return await seat_page(
            services, customer, booking.show_id, frozenset(chosen), raised.problem, booking
        )
    return await booking_page(services, customer, booking_id, quote=quoted)


@post("/bookings/{booking_id:str}/change-quote", include_in_schema=False)
async def give_back(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """The booking, with what would remain of it and what would come back."""
    customer = await customer_of(services, request)
    form = await request.form()
    give = tuple(SeatId(str(seat)) for seat in form.getall("give", []))[:SEATS_MAX]
    try:
        if not give:
            raise problem("no_seats", "choose at least one seat to give back")
        claim = await claim_of_form(services, request, customer, *give)
        quoted = await services.changes.quote(
            customer.customer_id, BookingId(booking_id), Wish(give=give, take=()), claim
        )
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return await booking_page(services, customer, booking_id, quote=quoted)


@post("/bookings/{booking_id:str}/change", include_in_schema=False)
async def change(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Do what was quoted; what it costs more is paid in the sandbox first."""
    customer = await customer_of(services, request)
    form = await request.form()
    quote_id, who = str(form.get("quote", "")), customer.customer_id
    try:
        token = None
        if "pays" in form:
            token, _ = await services.changes.pay(
                who, BookingId(booking_id), quote_id, "card", declined=False
            )
        claim = await claim_of_form(services, request, customer, quote_id)
        await services.changes.change(who, BookingId(booking_id), quote_id, token, claim)
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return go(f"/bookings/{booking_id}")


ROUTES = [seats, choose, give_back, change]
