"""Hold and confirm past the framework are answered as their routes answer them."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from api.access import Customer, Remembered
from api.app import create_app
from api.bookings.views import BookingView
from api.express import Express
from api.problems import problem
from justbookit.bookings import BookingStatus
from justbookit.settings import Settings

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
VIEW = BookingView(
    booking_id="b-1",
    show_id="s-1",
    status=BookingStatus.HELD,
    seat_ids=("A1",),
    lines=(),
    amount=100,
    currency="INR",
    held_at=NOW,
    held_until=NOW + timedelta(minutes=8),
)
HOLD, CONFIRM = "/api/v1/shows/s-1/holds", "/api/v1/bookings/b-1/confirm"
SEATS, PAID = b'{"seat_ids":["A1"]}', b'{"payment_token":"t"}'
HEADERS = {
    "content-type": "application/json",
    "authorization": "Bearer jbs_known",
    "idempotency-key": "k-1",
}


class House:
    """The application with a desk that answers what it is told, both ways in."""

    def __init__(self):
        self.routes = create_app(Settings())
        self.services = self.routes.state.services
        self.asked = []
        self.outcome = (VIEW, False)
        self.services.access.sessions = Remembered(self.customer)
        self.services.desk.hold_once = self.hold
        self.services.desk.confirm = self.confirm
        self.framework_saw = 0

    async def customer(self, _digest):
        return Customer(customer_id="u-1", email="asha@example.com", name="Asha")

    async def hold(self, command):
        self.asked.append(command)
        return self._answer()

    async def confirm(self, *asked):
        self.asked.append(asked)
        return self._answer()

    def _answer(self):
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def by_route(self, *request):
        return await _ask(self.routes, *request)

    async def by_express(self, *request):
        async def counting(scope, receive, send):
            self.framework_saw += 1
            await self.routes(scope, receive, send)

        return await _ask(Express(counting, self.services), *request)


async def _ask(app, path, body=SEATS, headers=HEADERS, method="POST", parts=1):
    size = -(-len(body) // parts) or 1
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    ]
    sent = []

    async def receive():
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    named = {"host": "test", "content-length": str(len(body)), **headers}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in named.items() if value],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    await app(scope, receive, send)
    start, *bodies = sent
    whole = b"".join(message.get("body", b"") for message in bodies)
    return start["status"], dict(start["headers"]), msgspec.json.decode(whole)


@pytest.fixture
def house():
    return House()


@pytest.mark.parametrize(
    ("path", "body"), [(HOLD, SEATS), (CONFIRM, PAID)], ids=["hold", "confirm"]
)
@pytest.mark.parametrize(
    "outcome",
    [
        (VIEW, False),
        (VIEW, True),
        problem("unknown_show", "there is no show 's-1'"),
        problem("booking_paused", "not now", command_id="c-1", retry_after=2),
        RuntimeError("nobody expected this"),
    ],
    ids=["granted", "granted before", "refused", "paused", "broken"],
)
async def test_a_usual_request_gets_what_its_route_answers(house, path, body, outcome):
    house.outcome = outcome

    quick, slow = await house.by_express(path, body), await house.by_route(path, body)

    assert quick == slow
    assert house.framework_saw == 0
    assert house.asked[0] == house.asked[1]


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (HOLD, b"", {}),
        (HOLD, b"{", {}),
        (HOLD, b'{"seat_ids":["A1"],"more":1}', {}),
        (CONFIRM, b'{"payment_token":1}', {}),
        (HOLD, SEATS, {"idempotency-key": ""}),
        (HOLD, SEATS, {"authorization": ""}),
        (HOLD, SEATS, {"content-type": "text/plain"}),
        (HOLD, SEATS, {"content-type": "application/json; charset=utf-8"}),
        (HOLD, b'{"seat_ids":["' + b"A" * 9000 + b'"]}', {}),
    ],
    ids=[
        "no body",
        "no JSON",
        "an unknown field",
        "a token that is none",
        "no key",
        "nobody",
        "another type",
        "a type with its charset",
        "a long body",
    ],
)
async def test_what_is_unusual_is_left_to_the_route_as_it_came(house, path, body, headers):
    request = (path, body, {**HEADERS, **headers})

    quick, slow = await house.by_express(*request), await house.by_route(*request)

    assert quick == slow
    assert house.framework_saw == 1


@pytest.mark.parametrize("secret", ["jbi_of-a-theatre", "jbs_unknown"])
async def test_who_may_not_is_told_so(house, secret):
    async def nobody(_digest):
        return None

    house.services.access.sessions = Remembered(nobody)
    request = (HOLD, SEATS, {**HEADERS, "authorization": f"Bearer {secret}"})

    quick, slow = await house.by_express(*request), await house.by_route(*request)

    assert quick == slow
    assert quick[0] in {401, 403}
    assert not house.asked


@pytest.mark.parametrize("key", ["x" * 256, "a\x7fb"], ids=["too long", "not printable"])
async def test_a_key_that_is_none_is_refused(house, key):
    request = (HOLD, SEATS, {**HEADERS, "idempotency-key": key})

    assert await house.by_express(*request) == await house.by_route(*request)
    assert not house.asked


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", HOLD),
        ("POST", "/api/v1/shows/s-1/best-available-holds"),
        ("POST", "/api/v1/shows/s-1/t/holds"),
        ("POST", f"/v2{HOLD}"),
    ],
)
async def test_other_addresses_are_not_for_here(house, method, path):
    await house.by_express(path, SEATS, HEADERS, method)

    assert house.framework_saw == 1


async def test_a_body_may_come_in_parts(house):
    status, _, answer = await house.by_express(HOLD, SEATS, HEADERS, "POST", 3)

    assert (status, answer["booking_id"]) == (201, "b-1")
    assert house.asked[0].seat_ids == ("A1",)
