"""Ending without cutting anybody off: requests under way are finished, new ones sent away.

The server ends a worker's event loop at once when it is told to stop, and with it whatever waits
for an answer. So a worker is told by another signal first; it stops when its last request is
answered, or when whoever told it loses patience.
"""

import asyncio
import signal
from collections.abc import Callable

from litestar.types import ASGIApp, Receive, Scope, Send

DRAIN = signal.SIGUSR1
_FLUSH_SECONDS = 0.1

_BODY = (
    b'{"type":"/problems/booking_paused","title":"Booking is paused","status":503,'
    b'"code":"booking_paused","detail":"this process is being stopped",'
    b'"advice":"Nothing was lost; send the same request again in a moment."}'
)
_HEADERS = [
    (b"content-type", b"application/problem+json"),
    (b"content-length", str(len(_BODY)).encode()),
    (b"cache-control", b"no-store"),
    (b"retry-after", b"1"),
    (b"connection", b"close"),
]


class Draining:
    """Counts the requests under way in `app`, and ends the worker when there are none.

    `leaving` is called first: it ends the requests that would never end by themselves.
    """

    def __init__(self, app: ASGIApp, leaving: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._leaving = leaving
        self._under_way = 0
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # type: ignore[comparison-overlap]
            asyncio.get_running_loop().add_signal_handler(DRAIN, self.begin)
            await self._app(scope, receive, send)
            return
        if self._begun:
            await send({"type": "http.response.start", "status": 503, "headers": _HEADERS})
            await send({"type": "http.response.body", "body": _BODY, "more_body": False})
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
            if self._begun:
                self._end_if_idle()

    def begin(self) -> None:
        """Take nothing new; end when all is answered."""
        self._begun = True
        self._leaving()
        self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._under_way == 0:
            # The last answer may still be on its way into its socket.
            asyncio.get_running_loop().call_later(
                _FLUSH_SECONDS, signal.raise_signal, signal.SIGTERM
            )
