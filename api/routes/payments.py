"""Routes of the sandbox gateway, which stands where a real one would and moves no money."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from api.access import Customer
from api.responses import NO_STORE
from api.services import Services
from justbookit.ids import BookingId

TAGS = ["Bookings"]


class SandboxPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A payment that moves no money; `card` says how it shall end."""

    booking_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    quote_id: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None
    """Of a change or an exchange that costs more; without it the booking itself is paid."""
    method: Literal["card", "upi", "wallet"] = "card"
    card: Literal["success", "declined"] = "success"


class SandboxReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The token to confirm the booking with."""

    payment_token: str
    reference: str
    amount: int
    currency: str


@post(
    "/sandbox/payments",
    operation_id="paySandbox",
    summary="Pay without money",
    tags=TAGS,
)
async def pay(
    data: JSONBody[SandboxPayment],
    customer: NamedDependency[Customer],
    services: NamedDependency[Services],
) -> Response[SandboxReceipt]:
    """The sandbox gateway: a token signed for the booking's amount, good for ten minutes."""
    who, booking_id = customer.customer_id, BookingId(data.booking_id)
    declined = data.card == "declined"
    if data.quote_id is None:
        token, paid = await services.desk.pay(who, booking_id, data.method, declined=declined)
    elif (quote := await services.exchanges.quoted(who, booking_id, data.quote_id)) is not None:
        token, paid = await services.exchanges.pay(
            who, booking_id, quote, data.method, declined=declined
        )
    else:
        token, paid = await services.changes.pay(
            who, booking_id, data.quote_id, data.method, declined=declined
        )
    receipt = SandboxReceipt(
        payment_token=token, reference=paid.reference, amount=paid.amount, currency=paid.currency
    )
    return Response(receipt, status_code=HTTPStatus.CREATED, headers=NO_STORE)


ROUTES = [pay]
