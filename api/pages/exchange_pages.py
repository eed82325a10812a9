"""Pages to exchange a paid booking for seats of another show: times, seats, the quote, done."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from api.access import AnyRequest
from api.bookings.exchanging import ExchangeFor
from api.bookings.views import BookingView
from api.browse.views import MovieShows
from api.pages.booking_pages import (
    SEATS_MAX,
    areas_of,
    booking_of,
    booking_page,
    claim_of_form,
    seat_page,
)
from api.pages.page import customer_of, go, page
from api.problems import Problem, ProblemRaised, problem
from api.services import Services
from justbookit.ids import BookingId, SeatId, ShowId


@get("/bookings/{booking_id:str}/shows", include_in_schema=False)
async def shows(
    request: AnyRequest,
    booking_id: FromPath[str],
    services: NamedDependency[Services],
    date: Annotated[str | None, QueryParameter()] = None,
) -> Template:
    """Other times of the same movie that the booking may be exchanged for."""
    customer = await customer_of(services, request)
    booking = await booking_of(services, customer, booking_id)
    found, refusal = _times(services, booking, date)
    listed = (timing.show_id for venue in found.venues for timing in venue.timings) if found else ()
    return page(
        "exchange.html",
        customer,
        status=200 if refusal is None else refusal.status,
        booking=booking,
        found=found,
        problem=refusal,
        possible=await services.exchanges.possible(booking.show_id, list(listed)),
    )


def _times(
    services: Services, booking: BookingView, date: str | None
) -> tuple[MovieShows | None, Problem | None]:
    """The movie in the booking's city; or why its times cannot be told."""
    try:
        kept = services.browsing.show(booking.show_id)
        if kept is None:
            raise problem("sales_over", "this show has no other times to choose from any more")
        show = kept.value.show
        day = date or show.local_date
        return services.browsing.shows(show.movie_id, show.city_id, day).value, None
    except ProblemRaised as raised:
        return None, raised.problem


@get("/bookings/{booking_id:str}/shows/{show_id:str}", include_in_schema=False)
async def seats(
    request: AnyRequest,
    booking_id: FromPath[str],
    show_id: FromPath[str],
    services: NamedDependency[Services],
) -> Template:
    """The other show's seats, to choose from."""
    customer = await customer_of(services, request)
    booking = await booking_of(services, customer, booking_id)
    return await seat_page(services, customer, show_id, frozenset(), exchanging=booking)


@post("/bookings/{booking_id:str}/shows/{show_id:str}", include_in_schema=False)
async def choose(
    request: AnyRequest,
    booking_id: FromPath[str],
    show_id: FromPath[str],
    services: NamedDependency[Services],
) -> Response[Any]:
    """Hold the chosen seats, and say what the exchange would cost or bring."""
    customer = await customer_of(services, request)
    form = await request.form()
    booking = await booking_of(services, customer, booking_id)
    chosen = tuple(SeatId(str(seat)) for seat in form.getall("seat", []))[:SEATS_MAX]
    give = tuple(SeatId(str(seat)) for seat in form.getall("give", []))[:SEATS_MAX]
    try:
        areas = areas_of(form)
        if not give:
            raise problem("no_seats", "choose at least one of your tickets to be exchanged")
        if not chosen and not areas:
            raise problem("no_seats", "choose at least one seat of this show")
        wish = ExchangeFor(
            give=give,
            to_show_id=ShowId(show_id),
            seat_ids=chosen,
            areas=areas,
            accessible="accessible" in form,
        )
        told = (*give, "for", *chosen, *map(str, areas.items()), str(wish.accessible))
        claim = await claim_of_form(services, request, customer, *told)
        quoted = await services.exchanges.quote(
            customer.customer_id, BookingId(booking_id), wish, claim
        )
    except ProblemRaised as raised:
        return await seat_page(
            services, customer, show_id, frozenset(chosen), raised.problem, exchanging=booking
        )
    return await booking_page(services, customer, booking_id, exchange=quoted)


@get("/bookings/{booking_id:str}/exchange", include_in_schema=False)
async def look_again(
    request: AnyRequest,
    booking_id: FromPath[str],
    services: NamedDependency[Services],
    quote: Annotated[str, QueryParameter()] = "",
) -> Template:
    """What was quoted, once more."""
    customer = await customer_of(services, request)
    who = customer.customer_id
    quoted = await services.exchanges.quoted(who, BookingId(booking_id), quote)
    return await booking_page(services, customer, booking_id, exchange=quoted)


@post("/bookings/{booking_id:str}/exchange", include_in_schema=False)
async def exchange(
    request: AnyRequest, booking_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Do what was quoted; what it costs more is paid in the sandbox first."""
    customer = await customer_of(services, request)
    form = await request.form()
    quote_id, who, name = str(form.get("quote", "")), customer.customer_id, BookingId(booking_id)
    try:
        quoted = await services.exchanges.quoted(who, name, quote_id)
        if quoted is None:
            raise problem("unknown_quote", "no such quote of this booking")
        token = None
        if quoted.to_pay:
            token, _ = await services.exchanges.pay(who, name, quoted, "card", declined=False)
        claim = await claim_of_form(services, request, customer, quote_id)
        made = await services.exchanges.exchange(who, name, quote_id, token, claim)
    except ProblemRaised as raised:
        return await booking_page(services, customer, booking_id, raised.problem)
    return go(f"/bookings/{made.booking.booking_id}")


ROUTES = [shows, seats, choose, look_again, exchange]
