"""Routes of customers: register, log in, log out."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from litestar import Response, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import AnyRequest, Customer, bearer_of
from api.people.accounts import Session
from api.responses import NO_STORE
from api.services import Services
from justbookit.ids import CustomerId

Email = Annotated[str, msgspec.Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Password = Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants to book."""

    email: Email
    password: Password
    name: PersonName


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who claims to be whom."""

    email: Annotated[str, msgspec.Meta(max_length=254)]
    password: Annotated[str, msgspec.Meta(max_length=128)]


class Profile(msgspec.Struct, frozen=True):
    """A customer as the API shows them."""

    customer_id: CustomerId
    email: str
    name: str


def address_of(request: AnyRequest) -> str:
    """Where a request comes from; headers that a caller can make up are not asked."""
    return request.client.host if request.client else ""


@post(
    "/customers",
    operation_id="registerCustomer",
    summary="Register a customer",
    tags=["Customers"],
)
async def register(
    data: JSONBody[Registration], services: NamedDependency[Services]
) -> Response[Profile]:
    """Register with an e-mail address and a password of at least 8 characters."""
    made = await services.accounts.register(data.email, data.password, data.name)
    return Response(
        Profile(made.customer_id, made.email, made.name),
        status_code=HTTPStatus.CREATED,
        headers=NO_STORE,
    )


@post("/sessions", operation_id="logIn", summary="Log in", tags=["Customers"])
async def log_in(
    request: AnyRequest,
    data: JSONBody[Login],
    services: NamedDependency[Services],
) -> Response[Session]:
    """Get a session token, to be sent as `Authorization: Bearer …` for 30 days."""
    session = await services.accounts.log_in(data.email, data.password, address_of(request))
    return Response(session, status_code=HTTPStatus.CREATED, headers=NO_STORE)


@delete("/sessions/current", operation_id="logOut", summary="Log out", tags=["Customers"])
async def log_out(
    request: AnyRequest,
    customer: NamedDependency[Customer],  # noqa: ARG001 - only who is logged in can log out
    services: NamedDependency[Services],
) -> None:
    """End the session whose token is sent."""
    await services.accounts.log_out(bearer_of(request))


ROUTES = [register, log_in, log_out]
