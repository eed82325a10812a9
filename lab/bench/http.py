"""HTTP/1.1 over connections that stay open, and nothing else.

A benchmark's client runs on the same cores as what it measures. This one spends a fraction of
what a full client does: it writes bytes that were put together before, and reads a status, a
length and a body. It knows no redirects, no chunks, no TLS.
"""

import asyncio
from collections import deque
from types import TracebackType
from typing import Self, cast

ANSWER_SECONDS_MAX = 30.0


class Gone(Exception):
    """The connection broke before the answer was there."""


class Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.head = b""
        """Of the last answer, in small letters: its status and its headers."""

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's is one in all but its class
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Gone(str(exc)))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.find(b"\r\ncontent-length:")
        length = 0 if at < 0 else int(head[at + 17 :].split(b"\r\n", 1)[0])
        end = head_end + 4 + length
        if len(self._buffer) < end:
            return
        body, self._buffer = self._buffer[head_end + 4 : end], self._buffer[end:]
        self.head = head
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((int(head[9:12]), body))

    async def ask(self, request: bytes, seconds: float = ANSWER_SECONDS_MAX) -> tuple[int, bytes]:
        """Status and body. Raises Gone, and TimeoutError when nothing comes for so long."""
        if self._transport is None:
            raise Gone("not connected")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            async with asyncio.timeout(seconds):
                return await self._answer
        except TimeoutError:
            self.close()
            raise

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Connections:
    """A pool of so many; who asks while all are busy waits, and then so long for an answer."""

    def __init__(
        self, host: str, port: int, size: int, answer_seconds_max: float = ANSWER_SECONDS_MAX
    ) -> None:
        self._host, self._port = host, port
        self._answer_seconds_max = answer_seconds_max
        self._free: deque[Connection] = deque()
        self._room = asyncio.Semaphore(size)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._free:
            connection.close()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of one request. Raises Gone, OSError or TimeoutError."""
        status, _, body = await self.whole(request)
        return status, body

    async def whole(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of one request. Raises Gone, OSError or TimeoutError."""
        async with self._room:
            connection = await self._take()
            try:
                status, body = await connection.ask(request, self._answer_seconds_max)
                return status, connection.head, body
            finally:
                if connection.is_open:
                    self._free.append(connection)

    async def _take(self) -> Connection:
        while self._free:
            connection = self._free.pop()
            if connection.is_open:
                return connection
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(Connection, self._host, self._port)
        return made


def request(
    method: str, path: str, host: str, *, body: bytes = b"", secret: str = "", key: str = ""
) -> bytes:
    """The bytes of a request; `secret` is a session's token, `key` an Idempotency-Key."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept: application/json"]
    if secret:
        lines.append(f"Authorization: Bearer {secret}")
    if key:
        lines.append(f"Idempotency-Key: {key}")
    if method != "GET":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
