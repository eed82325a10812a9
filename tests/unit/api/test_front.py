"""What was asked before is answered before the framework, with the same headers."""

import gzip

import pytest

from api.front import Front
from api.ready import Ready

BODY = b'{"items": [' + b"1, " * 400 + b"1]}"
PATH, QUERY = "/api/v1/cities", b"a=1"


class Source:
    """An answer, or none any more."""

    def __init__(self):
        self.ready = Ready(BODY, '"v1"', "no-cache")

    def ready_now(self):
        return self.ready

    def freshness_now(self):
        return ((b"age", b"0"),)


async def ask(front, *, method="GET", path=PATH, query=QUERY, headers=()):
    """Status, headers and body; 299 when it was left to the application."""
    sent = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query,
        "headers": list(headers),
    }
    await front.before(app)(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture
def front():
    made = Front()
    made.remember(PATH, QUERY, Source())
    return made


async def test_a_remembered_address_is_answered_from_memory(front):
    status, headers, body = await ask(front)

    assert (status, body) == (200, BODY)
    assert headers[b"etag"] == b'"v1"'
    assert headers[b"content-length"] == str(len(BODY)).encode()
    assert headers[b"age"] == b"0"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert b"default-src 'none'" in headers[b"content-security-policy"]


@pytest.mark.parametrize(
    "other",
    [{"method": "POST"}, {"query": b"a=2"}, {"path": "/api/v1/city"}],
    ids=["another method", "another query", "another path"],
)
async def test_what_was_not_asked_is_left_to_the_application(front, other):
    assert (await ask(front, **other))[0] == 299


async def test_it_is_compressed_for_who_takes_it_so(front):
    status, headers, body = await ask(front, headers=[(b"accept-encoding", b"br, gzip")])

    assert status == 200
    assert (headers[b"content-encoding"], headers[b"etag"]) == (b"gzip", b'"v1-gzip"')
    assert gzip.decompress(body) == BODY


@pytest.mark.parametrize(
    ("known", "status"),
    [(b'"v1"', 304), (b'"v0", "v1-gzip"', 304), (b'"v0"', 200), (b'"v11"', 200)],
)
async def test_who_has_it_already_gets_no_body(front, known, status):
    got, headers, body = await ask(front, headers=[(b"if-none-match", known)])

    assert got == status
    assert (body == b"") == (status == 304)
    assert headers[b"etag"] == b'"v1"'


async def test_a_source_that_has_nothing_any_more_is_forgotten():
    front, source = Front(), Source()
    front.remember(PATH, QUERY, source)
    source.ready = None

    assert (await ask(front))[0] == 299
    source.ready = Ready(BODY, '"v2"', "no-cache")
    assert (await ask(front))[0] == 299


async def test_a_very_long_address_is_not_remembered():
    front = Front()
    front.remember(PATH, b"a" * 400, Source())

    assert (await ask(front, query=b"a" * 400))[0] == 299


async def test_so_many_addresses_at_most(monkeypatch):
    monkeypatch.setattr("api.front.ADDRESSES_MAX", 2)
    front = Front()
    for number in range(3):
        front.remember(PATH, str(number).encode(), Source())

    assert [(await ask(front, query=str(each).encode()))[0] for each in range(3)] == [299, 200, 200]
