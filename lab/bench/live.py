"""How soon who looks at seats is told that some are gone, with very many looking.

So many connections follow the seat maps of a few shows, as browsers do. Seats are held over HTTP,
one hold after the other; the clock starts at the writer's own time of the event and stops, for
each connection that follows the show, when the event is in its socket.
"""

import asyncio
import resource
import select
import socket
import threading
import time
from datetime import datetime
from secrets import token_hex
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from justbookit.settings import Settings
from lab.bench.customers import CREATED, Desk
from lab.bench.figures import NotPlausible, Result, latencies, result
from lab.bench.gateway import Gateway
from lab.bench.ground import Ground, Say, lay
from lab.bench.http import Connections, request

SHOWS = 5
FILES = 65_536
TOLD_SECONDS_MAX = 20.0
LOOK_SECONDS = 0.01
_CHUNK = 262_144


class _Hold(msgspec.Struct, frozen=True):
    booking_id: str
    held_at: datetime


class Told(NamedTuple):
    """An event came: when (seconds since the epoch), for which show, and its bytes."""

    at: float
    show_id: str
    said: bytes


class Listeners:
    """Connections that follow shows, read by a thread of their own."""

    def __init__(self, host: str, port: int, show_ids: list[str]) -> None:
        self._host, self._port = host, port
        self._show_ids = show_ids
        self._sockets: dict[int, tuple[socket.socket, str]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.told: list[Told] = []
        self.broken = 0

    def __enter__(self) -> Self:
        for show_id in self._show_ids:
            path = f"/api/v1/shows/{show_id}/seat-map/live"
            connection = socket.create_connection((self._host, self._port), timeout=30)
            self._sockets[connection.fileno()] = connection, show_id
            connection.sendall(request("GET", path, self._host))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        for connection, _ in self._sockets.values():
            connection.close()

    def _listen(self) -> None:
        with select.epoll() as poll:
            for number in self._sockets:
                poll.register(number, select.EPOLLIN)
            while not self._over.is_set():
                for number, _ in poll.poll(0.2):
                    connection, show_id = self._sockets[number]
                    said = connection.recv(_CHUNK)
                    if not said:
                        poll.unregister(number)
                        self.broken += 1
                    elif b"event: " in said:
                        self.told.append(Told(time.time(), show_id, said))


async def live(settings: Settings, connections: int, samples: int, say: Say) -> Result:
    """Measure so many holds with so many connections that look on."""
    ground = await asyncio.to_thread(lay, settings, SHOWS, say)
    host = "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
    follows = [ground.show_ids[number % SHOWS] for number in range(connections)]
    async with Connections(host, settings.api_port, 2) as api:
        desk = Desk(api, host, Gateway(settings.secret), iter(()), None)
        (customer,) = await desk.admit(1)
        say(f"{connections:,} connections are made")
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, FILES)), hard))
        with Listeners(host, settings.api_port, follows) as listeners:
            await _until_told(listeners, connections, "the whole map")
            lags: list[float] = []
            for number in range(samples):
                say(f"{number} of {samples} holds")
                lags += await _hold(api, host, customer.token, ground, number, listeners)
            if listeners.broken:
                raise NotPlausible(f"{listeners.broken} connections were closed")
    figures = {"connections": connections, **latencies("told_", lags)}
    parameters = {
        "shows": SHOWS,
        "holds": samples,
        "told": len(lags),
        "workers": settings.api_workers,
    }
    return result("live", figures, parameters)


async def _hold(
    api: Connections, host: str, token: str, ground: Ground, number: int, listeners: Listeners
) -> list[float]:
    """How long each connection of the show took to be told of a hold."""
    show_id = ground.show_ids[number % SHOWS]
    seats = f"A{1 + 2 * (number // SHOWS % 10)}"
    expected = sum(each == show_id for each in listeners._show_ids)  # noqa: SLF001 - of this module
    listeners.told.clear()
    made = await _do(
        api, host, token, "POST", f"/shows/{show_id}/holds", b'{"seat_ids":["%b"]}' % seats.encode()
    )
    hold = msgspec.json.decode(made, type=_Hold)
    await _until_told(listeners, expected, f"a hold of {seats} in {show_id}")
    lags = [told.at - hold.held_at.timestamp() for told in listeners.told]
    await _do(api, host, token, "DELETE", f"/bookings/{hold.booking_id}/hold")
    await _until_told(listeners, 2 * expected, "its end")
    return lags[:expected]


async def _until_told(listeners: Listeners, count: int, what: str) -> None:
    deadline = time.monotonic() + TOLD_SECONDS_MAX
    while len(listeners.told) < count:
        if time.monotonic() > deadline:
            raise NotPlausible(f"{len(listeners.told)} of {count} were told of {what}")
        await asyncio.sleep(LOOK_SECONDS)


async def _do(
    api: Connections, host: str, token: str, method: str, path: str, body: bytes = b""
) -> bytes:
    asked = request(method, f"/api/v1{path}", host, body=body, secret=token, key=token_hex(12))
    status, answer = await api.ask(asked)
    if status not in {200, CREATED}:
        raise NotPlausible(f"{method} {path} was answered {status}: {answer[:300]!r}")
    return answer
