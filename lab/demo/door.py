"""How the demo reaches the stack: over HTTP, and through commands that a person could type."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any, TypeVar

import aiohttp
import msgspec

from justbookit.settings import Settings

ANSWER_SECONDS_MAX = 20.0
POLL_SECONDS = 0.25

T = TypeVar("T")


class NotAsPromised(Exception):
    """A step saw something else than what JustBookIt promises."""


class Answer(msgspec.Struct, frozen=True):
    """What came back: the body is JSON, decoded."""

    status: int
    body: Any
    headers: dict[str, str]


def host_of(settings: Settings) -> str:
    """The machine on which the API is, seen from this one."""
    anywhere = settings.api_host in {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not bound
    return "127.0.0.1" if anywhere else settings.api_host


def url_of(settings: Settings) -> str:
    """Where the API is, seen from this machine."""
    return f"http://{host_of(settings)}:{settings.api_port}"


class Door:
    """The API as a program sees it."""

    def __init__(self, session: aiohttp.ClientSession, settings: Settings) -> None:
        self._session = session
        self._url = f"{url_of(settings)}/api/v1"

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        secret: str = "",
        key: str = "",
        **query: str,
    ) -> Answer:
        """One request; `secret` is a session's token or an API key, `key` an Idempotency-Key."""
        headers = {"Accept": "application/json"}
        if secret:
            headers["Authorization"] = f"Bearer {secret}"
        if key:
            headers["Idempotency-Key"] = key
        raw = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            raw = msgspec.json.encode(body)
        async with self._session.request(
            method, self._url + path, data=raw, headers=headers, params=query
        ) as reply:
            text = await reply.read()
            try:
                decoded = msgspec.json.decode(text) if text else None
            except msgspec.DecodeError:
                decoded = text.decode(errors="replace")[:500]
            return Answer(reply.status, decoded, {k.lower(): v for k, v in reply.headers.items()})

    async def get(self, path: str, *, secret: str = "", **query: str) -> Any:
        """The body of a page that must be there."""
        return expected(await self.ask("GET", path, secret=secret, **query), 200)

    async def post(
        self, path: str, body: object = None, *, secret: str = "", key: str = "", status: int = 201
    ) -> Any:
        """The body of the answer to a wish that must be granted."""
        key = key or token_hex(12)
        answer = await self.ask("POST", path, body=body, secret=secret, key=key)
        return expected(answer, status)


def expected(answer: Answer, status: int, code: str = "") -> Any:
    """The body of an answer, which must have this status (and problem code)."""
    body = answer.body
    if answer.status != status or (code and body.get("code") != code):
        wanted = f"{status} {code}".strip()
        raise NotAsPromised(f"the answer should be {wanted}, and is {answer.status}: {body!r:.600}")
    return body


def hold_true(what: str, seen: object, promised: object) -> None:
    """Raises NotAsPromised unless `seen` is what was promised."""
    if seen != promised:
        raise NotAsPromised(f"{what} should be {promised!r:.600}, and is {seen!r:.600}")


async def until(
    what: str, look: Callable[[], Awaitable[T | None]], seconds: float = ANSWER_SECONDS_MAX
) -> tuple[T, float]:
    """Look again and again until something is seen; that, and how many seconds it took."""
    began = time.monotonic()
    while True:
        seen = await look()
        took = time.monotonic() - began
        if seen is not None:
            return seen, took
        if took > seconds:
            raise NotAsPromised(f"{what} did not happen within {seconds:g} s")
        await asyncio.sleep(POLL_SECONDS)


async def command(*module_and_arguments: str, settings: Settings) -> str:
    """What a command of JustBookIt prints; it must end well."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *module_and_arguments,
        env={**os.environ, **settings.environment()},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await process.communicate()
    if process.returncode:
        said = complaint.decode(errors="replace")[-2000:] or output.decode(errors="replace")[-2000:]
        raise NotAsPromised(
            f"python -m {' '.join(module_and_arguments)} ended with {process.returncode}: {said}"
        )
    return output.decode()
