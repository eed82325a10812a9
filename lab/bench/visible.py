"""How long after a decision a reader sees it, on every process that answers.

Seats are held over HTTP; the clock starts at the writer's own time of the event and stops when
each of several connections has been told of a show with those seats gone. Connections are spread
over the processes by the kernel, so with a few of them all processes have been asked.
"""

import asyncio
import time
from datetime import datetime
from secrets import token_hex
from typing import Any

import msgspec

from lab.bench.changing import Pair
from lab.bench.customers import CREATED, Desk
from lab.bench.figures import NotPlausible
from lab.bench.http import Connection, Connections, request

CONNECTIONS = 6
LOOK_SECONDS = 0.01
SEEN_SECONDS_MAX = 30.0
PAUSE_SECONDS = 0.02
OK = 200


class _Hold(msgspec.Struct, frozen=True):
    booking_id: str
    held_at: datetime


class _Show(msgspec.Struct, frozen=True):
    seats_version: int
    as_of: datetime


class _Page(msgspec.Struct, frozen=True):
    show: _Show


class Watcher:
    """Holds seats of shows that nobody else touches, and looks until they are seen to be gone."""

    def __init__(self, host: str, port: int, desk: Desk, api: Connections) -> None:
        self._host, self._port = host, port
        self._desk = desk
        self._api = api

    async def lags(self, pairs: list[Pair], samples: int) -> list[float]:
        """Seconds from decided to seen everywhere, for so many holds one after the other."""
        (customer,) = await self._desk.admit(1)
        loop = asyncio.get_running_loop()
        eyes = [
            (await loop.create_connection(Connection, self._host, self._port))[1]
            for _ in range(CONNECTIONS)
        ]
        found = []
        try:
            for number in range(samples):
                show_id, seats = pairs[number % len(pairs)]
                body = msgspec.json.encode({"seat_ids": seats})
                made = await self._do("POST", f"/shows/{show_id}/holds", customer.token, body)
                hold = msgspec.json.decode(made, type=_Hold)
                seen = await asyncio.gather(*(self._seen(eye, show_id, hold) for eye in eyes))
                found.append(max(seen) - hold.held_at.timestamp())
                await self._do("DELETE", f"/bookings/{hold.booking_id}/hold", customer.token)
                await asyncio.sleep(PAUSE_SECONDS)
        finally:
            for eye in eyes:
                eye.close()
        return found

    async def _seen(self, eye: Connection, show_id: str, hold: _Hold) -> float:
        """When this connection is told of something that happened at the hold or after it."""
        asked = request("GET", f"/api/v1/shows/{show_id}", self._host)
        deadline = time.time() + SEEN_SECONDS_MAX
        while True:
            status, body = await eye.ask(asked)
            now = time.time()
            if status != OK:
                raise NotPlausible(f"{show_id} was answered {status}: {body[:300]!r}")
            if msgspec.json.decode(body, type=_Page).show.as_of >= hold.held_at:
                return now
            if now > deadline:
                raise NotPlausible(f"a hold of {show_id} was not seen in {SEEN_SECONDS_MAX:g} s")
            await asyncio.sleep(LOOK_SECONDS)

    async def _do(self, method: str, path: str, token: str, body: bytes = b"") -> Any:
        asked = request(
            method, f"/api/v1{path}", self._host, body=body, secret=token, key=token_hex(12)
        )
        status, answer = await self._api.ask(asked)
        if status not in {OK, CREATED}:
            raise NotPlausible(f"{method} {path} was answered {status}: {answer[:300]!r}")
        return answer
