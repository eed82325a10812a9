"""Pages to register, log in and out at."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template

from api.access import SESSION_COOKIE, AnyRequest
from api.pages.page import go, local_path, page, remember
from api.problems import ProblemRaised, invalid
from api.routes.people import Registration, address_of
from api.services import Services

Next = Annotated[str, QueryParameter()]

_RULES = {
    "email": "an address such as asha@example.com",
    "password": "between 8 and 128 characters",
    "name": "between 1 and 100 characters",
}


@get("/login", include_in_schema=False)
async def log_in_page(
    request: AnyRequest,
    services: NamedDependency[Services],
    next: Next = "/",  # noqa: A002
) -> Template:
    """The form to log in with."""
    visitor = await services.access.visitor(request)
    return page("login.html", visitor, next=local_path(next), email="")


@post("/login", include_in_schema=False)
async def log_in(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """Log in and go back to where that was needed."""
    form = await request.form()
    email, back_to = str(form.get("email", "")), local_path(str(form.get("next", "/")))
    try:
        session = await services.accounts.log_in(
            email, str(form.get("password", ""))[:128], address_of(request)
        )
    except ProblemRaised as raised:
        return page(
            "login.html",
            None,
            status=raised.problem.status,
            headers=raised.headers,
            next=back_to,
            email=email,
            problem=raised.problem,
        )
    return remember(go(back_to), session)


@get("/register", include_in_schema=False)
async def register_page(
    request: AnyRequest,
    services: NamedDependency[Services],
    next: Next = "/",  # noqa: A002
) -> Template:
    """The form to register with."""
    visitor = await services.access.visitor(request)
    return page("register.html", visitor, next=local_path(next), email="", name="")


@post("/register", include_in_schema=False)
async def register(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """Register, log in and go back to where that was needed."""
    form = await request.form()
    given = {name: str(form.get(name, "")) for name in _RULES}
    back_to = local_path(str(form.get("next", "/")))
    try:
        asked = _registration(given)
        await services.accounts.register(asked.email, asked.password, asked.name)
        session = await services.accounts.log_in(asked.email, asked.password, address_of(request))
    except ProblemRaised as raised:
        return page(
            "register.html",
            None,
            status=raised.problem.status,
            headers=raised.headers,
            next=back_to,
            email=given["email"],
            name=given["name"],
            problem=raised.problem,
        )
    return remember(go(back_to), session)


def _registration(given: dict[str, str]) -> Registration:
    try:
        return msgspec.convert(given, Registration)
    except msgspec.ValidationError as error:
        field = next((name for name in _RULES if f"$.{name}" in str(error)), "email")
        raise invalid(field, _RULES[field]) from error


@post("/logout", include_in_schema=False)
async def log_out(request: AnyRequest, services: NamedDependency[Services]) -> Response[Any]:
    """End this browser's session."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if token:
        await services.accounts.log_out(token)
    response = go("/")
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


ROUTES = [log_in_page, log_in, register_page, register, log_out]
