"""What matters least is sent away first, and whoever pays or confirms never is."""

import asyncio
import time

import pytest

from api.shedding import LATE_SECONDS, Kind, Shedding, is_too_much, kind_of


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/api/v1/search", Kind.SEARCH),
        ("GET", "/search", Kind.SEARCH),
        ("GET", "/", Kind.LISTS),
        ("GET", "/api/v1/cities", Kind.LISTS),
        ("GET", "/api/v1/cities/pune/movies", Kind.LISTS),
        ("GET", "/cities/pune/movies/m1", Kind.LISTS),
        ("GET", "/api/v1/movies/m1/shows", Kind.LISTS),
        ("GET", "/api/v1/shows/s1", Kind.SEAT_MAP),
        ("GET", "/api/v1/shows/s1/seat-map", Kind.SEAT_MAP),
        ("GET", "/shows/s1", Kind.SEAT_MAP),
        ("POST", "/api/v1/shows/s1/quotes", Kind.SEAT_MAP),
        ("POST", "/api/v1/shows/s1/holds", Kind.HOLD),
        ("POST", "/api/v1/shows/s1/best-available-holds", Kind.HOLD),
        ("POST", "/shows/s1/hold", Kind.HOLD),
        ("POST", "/api/v1/bookings/b1/confirm", Kind.ALWAYS),
        ("POST", "/api/v1/bookings/b1/cancel", Kind.ALWAYS),
        ("DELETE", "/api/v1/bookings/b1/hold", Kind.ALWAYS),
        ("POST", "/bookings/b1/pay", Kind.ALWAYS),
        ("POST", "/api/v1/sessions", Kind.ALWAYS),
        ("GET", "/api/v1/me/bookings", Kind.ALWAYS),
        ("GET", "/readyz", Kind.ALWAYS),
        ("PUT", "/api/v1/theatre/shows/s1", Kind.ALWAYS),
    ],
)
def test_a_request_is_for_something(method, path, kind):
    assert kind_of(method, path) is kind


@pytest.mark.parametrize(
    ("late", "sent_away"),
    [
        (0.0, set()),
        (LATE_SECONDS[Kind.SEARCH], {Kind.SEARCH}),
        (LATE_SECONDS[Kind.LISTS], {Kind.SEARCH, Kind.LISTS}),
        (LATE_SECONDS[Kind.SEAT_MAP], {Kind.SEARCH, Kind.LISTS, Kind.SEAT_MAP}),
        (3600.0, set(Kind) - {Kind.ALWAYS}),
    ],
)
def test_the_later_the_loop_the_more_is_sent_away_and_confirmations_never(late, sent_away):
    assert {kind for kind in Kind if is_too_much(kind, late)} == sent_away


async def ask(shedding, method, path):
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    await shedding.before(app)({"type": "http", "method": method, "path": path}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"])


async def test_a_loop_that_is_late_sends_searches_away_until_it_is_not():
    shedding = Shedding()
    measuring = asyncio.create_task(shedding.measure())
    await asyncio.sleep(0)
    for _ in range(6):
        time.sleep(0.6)  # noqa: ASYNC251 - what keeps a loop from its work
        await asyncio.sleep(0.06)

    status, headers = await ask(shedding, "GET", "/api/v1/search")
    assert status == 503
    assert 1 <= int(headers[b"retry-after"]) <= 4
    assert (await ask(shedding, "POST", "/api/v1/bookings/b1/confirm"))[0] == 299

    async with asyncio.timeout(10):
        while (await ask(shedding, "GET", "/api/v1/search"))[0] == 503:  # noqa: ASYNC110 - time alone mends it
            await asyncio.sleep(0.05)
    assert shedding.sent_away[Kind.SEARCH] >= 1
    measuring.cancel()
