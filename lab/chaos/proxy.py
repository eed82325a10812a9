"""Stands between our processes and the servers, and cuts a process off when it is told to.

A process of its own: what it carries must not wait for the crowd, nor the crowd for it. Told by
lines of JSON on its standard input, one answer a line on its standard output. Who is at the
other end of a connection is known from its port: a cut concerns one process and one server.

    reset     its connections are torn down, and new ones as soon as they are made
    silence   its connections stay, and nothing comes through in either direction
"""

import asyncio
import contextlib
import sys
from typing import Literal, cast

import msgspec
import psutil
import uvloop

How = Literal["reset", "silence"]

HIGH_WATER = 1024 * 1024


class Between(msgspec.Struct, frozen=True):
    """Where a proxy listens and where the server is; both on 127.0.0.1."""

    server: str
    listens_on: int
    leads_to: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """Cut these processes off from a server, or mend the cut of that name."""

    name: str
    server: str = ""
    pids: tuple[int, ...] = ()
    how: How = "reset"
    mend: bool = False


class Told(msgspec.Struct, kw_only=True):
    """How many connections were there and were cut, and how many were tried meanwhile."""

    cut: int = 0
    refused: int = 0


class _Cut:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.told = Told()
        self.mended = asyncio.Event()

    def concerns(self, server: str, port: int) -> bool:
        return server == self.order.server and port in _ports(self.order.pids)


class _End(asyncio.Protocol):
    """One end of a connection: what comes in goes out at the other."""

    other: asyncio.Transport

    def __init__(self, proxy: "Proxy", server: str) -> None:
        self._proxy, self._server = proxy, server
        self.early = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.mine = cast("asyncio.Transport", transport)
        self.mine.set_write_buffer_limits(HIGH_WATER)

    def data_received(self, data: bytes) -> None:
        other = getattr(self, "other", None)
        if other is None:
            self.early += data  # it speaks before the server is there
        else:
            other.write(data)

    def pause_writing(self) -> None:
        self._read_on(on=False)

    def resume_writing(self) -> None:
        self._read_on(on=True)

    def _read_on(self, *, on: bool) -> None:
        with contextlib.suppress(RuntimeError):  # closing, or so already
            (self.other.resume_reading if on else self.other.pause_reading)()

    def connection_lost(self, _: Exception | None) -> None:
        other = getattr(self, "other", None)
        if other is not None:
            other.close()


class _Client(_End):
    """The end of who called us."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.port = int(transport.get_extra_info("peername")[1])
        self.mine.pause_reading()
        self._meeting = asyncio.create_task(self._proxy.meet(self, self._server))

    def freeze(self) -> None:
        for transport in (self.mine, self.other):
            with contextlib.suppress(RuntimeError):
                transport.pause_reading()

    def thaw(self) -> None:
        for transport in (self.mine, self.other):
            with contextlib.suppress(RuntimeError):
                transport.resume_reading()

    def tear(self) -> None:
        self.mine.abort()
        self.other.abort()

    def connection_lost(self, reason: Exception | None) -> None:
        super().connection_lost(reason)
        self._proxy.clients[self._server].discard(self)


class Proxy:
    """All connections, and the cuts that are not mended."""

    def __init__(self, betweens: list[Between]) -> None:
        self._betweens = {between.server: between for between in betweens}
        self.clients: dict[str, set[_Client]] = {name: set() for name in self._betweens}
        self._cuts: dict[str, _Cut] = {}

    async def listen(self) -> None:
        """Be there for whoever comes."""
        loop = asyncio.get_running_loop()
        for name, between in self._betweens.items():
            await loop.create_server(
                lambda name=name: _Client(self, name),  # type: ignore[misc]
                "127.0.0.1",
                between.listens_on,
            )

    async def meet(self, client: _Client, server: str) -> None:
        """Connect a client with its server, unless it is cut off."""
        for cut in list(self._cuts.values()):
            if cut.concerns(server, client.port):
                cut.told.refused += 1
                if cut.order.how == "reset":
                    client.mine.abort()
                    return
                await cut.mended.wait()
        loop = asyncio.get_running_loop()
        to = self._betweens[server].leads_to
        try:
            transport, far = await loop.create_connection(
                lambda: _End(self, server), "127.0.0.1", to
            )
        except OSError:
            client.mine.abort()
            return
        client.other, far.other = transport, client.mine
        if client.mine.is_closing():
            transport.close()
            return
        transport.write(client.early)
        self.clients[server].add(client)
        client.thaw()

    def obey(self, order: Order) -> Told:
        """Do it; what came of it, so far or in all."""
        if order.mend:
            cut = self._cuts.pop(order.name)
            cut.mended.set()
            for client in self.clients[cut.order.server]:
                client.thaw()
            return cut.told
        cut = self._cuts[order.name] = _Cut(order)
        ports = _ports(order.pids)
        for client in [each for each in self.clients[order.server] if each.port in ports]:
            cut.told.cut += 1
            (client.tear if order.how == "reset" else client.freeze)()
        return cut.told


def _ports(pids: tuple[int, ...]) -> set[int]:
    """The ports that these processes, and their children, have connections from."""
    ports = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            for each in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    ports |= {found.laddr.port for found in each.net_connections("tcp4")}
    return ports


async def _serve(betweens: list[Between]) -> None:
    proxy = Proxy(betweens)
    await proxy.listen()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(orders), sys.stdin
    )
    _say("listening")
    while line := await orders.readline():
        _say(proxy.obey(msgspec.json.decode(line, type=Order)))


def _say(what: object) -> None:
    sys.stdout.write(msgspec.json.encode(what).decode() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve(msgspec.json.decode(sys.argv[1], type=list[Between])))
