"""Too much is sent away before anything collapses, and what matters least goes first.

How much is too much is told by the event loop: how late it comes to what was due. Searches are
sent away first, then lists and times, then seat maps, then new holds; whoever pays, confirms,
cancels or looks at what is theirs never is. What the front has ready is not sent away either: it
costs less than a refusal.
"""

import asyncio
import random
from enum import IntEnum

import msgspec
from litestar.types import ASGIApp, Receive, Scope, Send

from api.problems import PROBLEM_JSON, problem

LOOK_SECONDS = 0.05
_WEIGHT = 0.1
"""Of the newest look: about half a second of lateness is what counts, not a hiccup."""


class Kind(IntEnum):
    """What a request is for; the higher, the longer it is served."""

    SEARCH = 0
    LISTS = 1
    SEAT_MAP = 2
    HOLD = 3
    ALWAYS = 4


LATE_SECONDS = {Kind.SEARCH: 0.15, Kind.LISTS: 0.3, Kind.SEAT_MAP: 0.6, Kind.HOLD: 1.2}
"""From so much lateness on a kind is sent away."""

_API = "/api/v1"
_LISTS = ("/cities", "/movies", "/suggestions")


def kind_of(method: str, path: str) -> Kind:
    """What a request is for. Pages count as what they show."""
    asked = path.removeprefix(_API)
    reads = method in {"GET", "HEAD"}
    if asked.startswith("/shows/"):
        return _of_show(asked, reads=reads)
    if reads and asked.startswith("/search"):
        return Kind.SEARCH
    if reads and (asked == "/" or asked.startswith(_LISTS)):
        return Kind.LISTS
    return Kind.ALWAYS


def _of_show(asked: str, *, reads: bool) -> Kind:
    if reads or asked.endswith("/quotes"):
        return Kind.SEAT_MAP
    return Kind.HOLD


def is_too_much(kind: Kind, late_seconds: float) -> bool:
    """Whether a kind of request is sent away while the loop is so late."""
    return late_seconds >= LATE_SECONDS.get(kind, float("inf"))


class Shedding:
    """Measures the loop it runs in, and sends away what it has no time for."""

    def __init__(self) -> None:
        self.late_seconds = 0.0
        self.sent_away = dict.fromkeys(Kind, 0)

    async def measure(self) -> None:
        """Look again and again how late the loop is; ends when cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            late = max(0.0, loop.time() - due)
            self.late_seconds += _WEIGHT * (late - self.late_seconds)

    def before(self, app: ASGIApp) -> ASGIApp:
        """`app`, with what is too much sent away."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if self.late_seconds >= LATE_SECONDS[Kind.SEARCH] and scope["type"] == "http":  # type: ignore[comparison-overlap]
                kind = kind_of(scope["method"], scope["path"])  # type: ignore[typeddict-item]
                if is_too_much(kind, self.late_seconds):
                    self.sent_away[kind] += 1
                    await _refuse(send)
                    return
            await app(scope, receive, send)

        return answer


async def _refuse(send: Send) -> None:
    # Not everybody comes back at the same moment.
    again = random.randint(1, 4)  # noqa: S311 - no secret
    raised = problem("overloaded", "too much is asked just now", retry_after=again)
    body = msgspec.json.encode(raised.problem)
    headers = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"retry-after", str(again).encode()),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
