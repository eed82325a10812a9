"""Pages to wait for seats on: join a line, see where one stands, take what is offered, leave."""

import re
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.access import AnyRequest, Customer
from api.pages.booking_pages import claim_of_form, seat_page
from api.pages.page import customer_of, go, page
from api.problems import Problem, ProblemRaised, invalid
from api.services import Services
from justbookit.ids import EntryId, ShowId, ZoneId
from justbookit.seat_commands import JoinWaitingList

_SIZE = re.compile(r"[1-9]\d?")


@post("/shows/{show_id:str}/wait", include_in_schema=False)
async def wait(
    request: AnyRequest, show_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Stand in line, and go and see where; or say why one need not or cannot."""
    customer = await customer_of(services, request)
    form = await request.form()
    size, zone = str(form.get("size", "")), str(form.get("zone", ""))
    together, accessible = "together" in form, "accessible" in form
    try:
        if not _SIZE.fullmatch(size):
            raise invalid("/size", "how many of you, from 1 to 99")
        claim = await claim_of_form(
            services, request, customer, size, zone, str(together), str(accessible)
        )
        command = JoinWaitingList(
            command_id=claim.command_id,
            show_id=ShowId(show_id),
            entry_id=claim.entry_id,
            customer_id=customer.customer_id,
            size=int(size),
            zone=ZoneId(zone) if zone else None,
            together=together,
            accessible=accessible,
        )
        await services.waiting.join(command, replay=claim.replay)
    except ProblemRaised as raised:
        return await seat_page(services, customer, show_id, frozenset(), raised.problem)
    return go("/waiting-list")


async def _list(services: Services, customer: Customer, refusal: Problem | None = None) -> Template:
    return page(
        "waiting.html",
        customer,
        status=200 if refusal is None else refusal.status,
        found=await services.waiting.entries(customer.customer_id),
        problem=refusal,
    )


@get("/waiting-list", include_in_schema=False)
async def mine(request: AnyRequest, services: NamedDependency[Services]) -> Template:
    """Who is looking sees where they stand, and what is offered to them."""
    return await _list(services, await customer_of(services, request))


@post("/waiting-list/{entry_id:str}/accept", include_in_schema=False)
async def accept(
    request: AnyRequest, entry_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Hold what is offered, and go on to pay."""
    customer = await customer_of(services, request)
    try:
        claim = await claim_of_form(services, request, customer)
        view = await services.waiting.accept(customer.customer_id, EntryId(entry_id), claim)
    except ProblemRaised as raised:
        return await _list(services, customer, raised.problem)
    return go(f"/bookings/{view.booking_id}")


@post("/waiting-list/{entry_id:str}/leave", include_in_schema=False)
async def leave(
    request: AnyRequest, entry_id: FromPath[str], services: NamedDependency[Services]
) -> Response[Any]:
    """Wait no longer."""
    customer = await customer_of(services, request)
    try:
        claim = await claim_of_form(services, request, customer)
        await services.waiting.leave(customer.customer_id, EntryId(entry_id), claim)
    except ProblemRaised as raised:
        return await _list(services, customer, raised.problem)
    return go("/waiting-list")


ROUTES = [wait, mine, accept, leave]
