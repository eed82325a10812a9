"""How long after a decision a search tells of it.

Seats are held over HTTP; the clock starts at the writer's own time of the event, and stops when
a search (no look-up by id, which does not wait for the index to refresh) returns the show at
that version of its log. Writer and benchmark share a machine, so they share a clock.
"""

import asyncio
import time
from datetime import datetime
from secrets import token_hex
from urllib.parse import urlsplit

import msgspec

from justbookit.settings import Settings
from lab.bench.customers import CREATED, Desk
from lab.bench.figures import NotPlausible, Result, latencies, result
from lab.bench.gateway import Gateway
from lab.bench.ground import Ground, Say, lay
from lab.bench.http import Connections, request

AT_ONCE = 10
SEARCHABLE_SECONDS_MAX = 30.0
LOOK_SECONDS = 0.01


class _Hold(msgspec.Struct, frozen=True):
    booking_id: str
    held_at: datetime


class _Map(msgspec.Struct, frozen=True):
    version: int


class _Total(msgspec.Struct, frozen=True):
    value: int


class _Hits(msgspec.Struct, frozen=True):
    total: _Total


class _Found(msgspec.Struct, frozen=True):
    hits: _Hits


async def lag(settings: Settings, samples: int, say: Say) -> Result:
    """Measure `samples` holds, a few at once, each show by one customer only."""
    ground = await asyncio.to_thread(lay, settings, AT_ONCE, say)
    host = "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
    search = urlsplit(settings.opensearch)
    async with (
        Connections(host, settings.api_port, 2 * AT_ONCE) as api,
        Connections(search.hostname or "127.0.0.1", search.port or 9200, AT_ONCE) as index,
    ):
        desk = Desk(api, host, Gateway(settings.secret), iter(()), None)
        (customer,) = await desk.admit(1)
        watcher = _Watcher(api, index, host, customer.token)
        say(f"{samples} holds are looked for")
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(watcher.watch(ground, number, samples // AT_ONCE))
                for number in range(AT_ONCE)
            ]
    seconds = [lag for task in tasks for lag in task.result()]
    figures = latencies("searchable_", seconds)
    parameters = {"samples": len(seconds), "at_once": AT_ONCE, "look_ms": 1000 * LOOK_SECONDS}
    return result("lag", figures, parameters)


class _Watcher:
    def __init__(self, api: Connections, index: Connections, host: str, token: str) -> None:
        self._api = api
        self._index = index
        self._host = host
        self._token = token

    async def watch(self, ground: Ground, number: int, samples: int) -> list[float]:
        """The lags of holds in one show, one after the other; each is let go again."""
        show_id = ground.show_ids[number]
        lags = []
        for _ in range(samples):
            made = await self._do("POST", f"/shows/{show_id}/holds", b'{"seat_ids":["A1","A2"]}')
            hold = msgspec.json.decode(made, type=_Hold)
            seatmap = await self._do("GET", f"/shows/{show_id}/seat-map")
            version = msgspec.json.decode(seatmap, type=_Map).version
            lags.append(await self._searchable(show_id, version) - hold.held_at.timestamp())
            await self._do("DELETE", f"/bookings/{hold.booking_id}/hold")
        return lags

    async def _searchable(self, show_id: str, version: int) -> float:
        """When a search finds the show at that version."""
        filters = [
            {"term": {"show_id": show_id}},
            {"range": {"seats_version": {"gte": version}}},
        ]
        query = {"size": 0, "query": {"bool": {"filter": filters}}}
        asked = request("POST", "/shows/_search", self._host, body=msgspec.json.encode(query))
        deadline = time.time() + SEARCHABLE_SECONDS_MAX
        while True:
            status, body = await self._index.ask(asked)
            now = time.time()
            if status != 200:
                raise NotPlausible(f"the search was answered {status}: {body[:300]!r}")
            if msgspec.json.decode(body, type=_Found).hits.total.value:
                return now
            if now > deadline:
                raise NotPlausible(f"{show_id} was not found at version {version}")
            await asyncio.sleep(LOOK_SECONDS)

    async def _do(self, method: str, path: str, body: bytes = b"") -> bytes:
        asked = request(
            method,
            f"/api/v1{path}",
            self._host,
            body=body,
            secret=self._token,
            key="" if method == "GET" else token_hex(12),
        )
        status, answer = await self._api.ask(asked)
        if status not in {200, CREATED}:
            raise NotPlausible(f"{method} {path} was answered {status}: {answer[:300]!r}")
        return answer
