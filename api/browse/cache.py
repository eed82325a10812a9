"""What was found last, for each question: fresh for a second, and kept for when search is away.

However many ask the same at once, search is asked once. When it fails, the last good answer is
given with its age; and for a moment it is not asked again, so that nobody waits for it in vain.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar

import msgspec
import structlog

from api.problems import problem

log = structlog.get_logger()

FRESH_SECONDS = 1.0
REST_SECONDS = 2.0
KEPT_MAX = 4000

Found = TypeVar("Found")

_encode = msgspec.json.Encoder().encode


class SearchAway(Exception):
    """OpenSearch did not answer, or not in time."""


class Kept(Generic[Found]):
    """One answer, when it was true, and the bytes it is sent as.

    `value` is a struct with a field `stale`.
    """

    __slots__ = ("_encoded", "_etag", "at", "stale", "value")

    def __init__(self, value: Found, at: float, *, stale: bool = False) -> None:
        self.value = value
        self.at = at
        self.stale = stale
        self._encoded: bytes | None = None
        self._etag = ""

    @property
    def encoded(self) -> bytes:
        if self._encoded is None:
            self._encoded = _encode(self.value)
        return self._encoded

    @property
    def etag(self) -> str:
        if not self._etag:
            self._etag = f'"{sha256(self.encoded).hexdigest()[:24]}"'
        return self._etag

    @property
    def age(self) -> int:
        return max(0, int(time.time() - self.at))

    @property
    def as_of(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


class Cache:
    """Answers by question, the longest unasked forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Any, ...], Kept[Any]] = OrderedDict()
        self._asking: dict[tuple[Any, ...], asyncio.Task[Kept[Any]]] = {}
        self._resting_until = 0.0

    async def get(
        self, question: tuple[Any, ...], find: Callable[[], Awaitable[Found]]
    ) -> Kept[Found]:
        """The answer to `question`; raises a problem when there is none and search is away."""
        kept = self._kept.get(question)
        now = time.time()
        if kept is not None and now - kept.at < FRESH_SECONDS:
            return kept
        if now >= self._resting_until:
            asking = self._asking.get(question)
            if asking is None:
                asking = asyncio.create_task(self._ask(question, find))
                self._asking[question] = asking
                asking.add_done_callback(lambda _: self._asking.pop(question, None))
            try:
                return await asyncio.shield(asking)
            except SearchAway as error:
                log.warning("search is away", why=str(error))
                self._resting_until = time.time() + REST_SECONDS
        if kept is None or kept.value is None:
            raise problem("browsing_paused", "this cannot be looked up just now", retry_after=2)
        return Kept(msgspec.structs.replace(kept.value, stale=True), kept.at, stale=True)

    async def _ask(
        self, question: tuple[Any, ...], find: Callable[[], Awaitable[Found]]
    ) -> Kept[Found]:
        at = time.time()
        kept = Kept(await find(), at)
        self._kept[question] = kept
        self._kept.move_to_end(question)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return kept
