"""Hold and confirm, the two requests that an on-sale is made of, past the framework.

What is well formed is answered here as its route in `api.routes.bookings` would, by the same
functions. Whatever is unusual about a request, a header missing or a body that does not fit, goes
to the route as it came: that is the one place that says what is wrong with it. Routing, matching
arguments and making a response take Litestar two thirds of such a request's processor time.
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple, cast

import msgspec
from litestar.types import ASGIApp, HTTPRequestEvent, HTTPScope, Receive, Scope, Send

from api.access import Customer
from api.bookings.views import BookingView
from api.failures import told
from api.keys import REPLAYED, Claim, ask_of, carried
from api.problems import PROBLEM_JSON
from api.responses import JSON
from api.routes.bookings import HoldWish, PaymentProof, hold_for
from api.services import Services
from justbookit.ids import BookingId

_PATH = re.compile(r"/api/v1/(?:shows/(?P<show>[^/]+)/holds|bookings/(?P<booking>[^/]+)/confirm)")
_BODY_MAX = 8 * 1024
"""What is longer is no usual hold: the route looks at it."""

_encode = msgspec.json.Encoder().encode
_hold_wish = msgspec.json.Decoder(HoldWish)
_payment_proof = msgspec.json.Decoder(PaymentProof)

_NO_STORE = (b"cache-control", b"no-store")
_JSON = (b"content-type", JSON.encode())
_PROBLEM = (b"content-type", PROBLEM_JSON.encode())
_AGAIN = (REPLAYED.lower().encode(), b"true")

_Work = Callable[[Customer, Claim], Awaitable[tuple[BookingView, bool]]]


class _Usual(NamedTuple):
    """A request that can be taken here, but for its body."""

    show_id: str | None
    booking_id: str | None
    authorization: str
    key: str


class Express:
    """An application before `app`, which gets all that is not for here."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        usual = _usual(cast("HTTPScope", scope)) if "method" in scope else None
        if usual is None:
            await self._app(scope, receive, send)
            return
        messages = [await _received(receive)]
        while messages[-1].get("more_body"):
            messages.append(await _received(receive))
        body = b"".join(message.get("body", b"") for message in messages)
        work = self._work(usual, body)
        if work is None:
            await self._app(scope, _once_more(messages, receive), send)
            return
        path = scope["path"]
        try:
            customer = await self._services.access.customer_by(usual.authorization)
            ask = ask_of(customer.customer_id, f"POST {path}", usual.key, body)
            view, again = await work(customer, carried(ask))
        except Exception as error:  # noqa: BLE001 - told as the routes' own failures are
            problem, extra = told(path, error)
            headers = [_PROBLEM, *((k.lower().encode(), v.encode()) for k, v in extra.items())]
            await _answer(send, problem.status, headers, _encode(problem))
        else:
            headers = [_JSON, _NO_STORE, *([_AGAIN] if again else ())]
            await _answer(send, HTTPStatus.CREATED, headers, _encode(view))

    def _work(self, usual: _Usual, body: bytes) -> _Work | None:
        """What is asked; None for a body that does not say it."""
        services, show_id, booking_id = self._services, usual.show_id, usual.booking_id
        try:
            if show_id is not None:
                wish = _hold_wish.decode(body)
                return lambda customer, claim: hold_for(services, customer, show_id, wish, claim)
            token = _payment_proof.decode(body).payment_token
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        return lambda customer, claim: services.desk.confirm(
            customer.customer_id, BookingId(booking_id or ""), token, claim
        )


def _usual(scope: HTTPScope) -> _Usual | None:
    found = _PATH.fullmatch(scope["path"])
    if found is None or scope["method"] != "POST":
        return None
    headers = dict(scope["headers"])
    if headers.get(b"content-type") != b"application/json":
        return None
    length = headers.get(b"content-length", b"")
    if not length.isdigit() or int(length) > _BODY_MAX:
        return None
    authorization, key = headers.get(b"authorization"), headers.get(b"idempotency-key")
    if authorization is None or key is None:
        return None
    # As Litestar reads them.
    return _Usual(
        found["show"], found["booking"], authorization.decode("latin-1"), key.decode("latin-1")
    )


def _once_more(messages: list[HTTPRequestEvent], receive: Receive) -> Receive:
    """What was received already, and then what comes."""
    waiting = iter(messages)

    async def again() -> HTTPRequestEvent:
        return next(waiting, None) or await _received(receive)

    return again


async def _received(receive: Receive) -> HTTPRequestEvent:
    """A part of the body; who has gone away sends an empty last one, as far as we care."""
    return cast("HTTPRequestEvent", await receive())


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
