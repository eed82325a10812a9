"""The documents of shows, kept as Postgres is, however long that takes.

While OpenSearch or Postgres is down this waits and asks again for ever. An index that is missing
is made from Postgres.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg
from faust.types import TP

from justbookit.ids import ShowId
from justbookit.listing import KEPT
from justbookit.settings import Settings
from streams import postgres
from streams.search import store
from streams.search.building import AnotherBuild, build
from streams.search.index import ALIAS, Index, IndexUnavailable, Refused
from streams.search.known import KnownListings
from streams.search.touched import Touched

PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 0.2, 5.0
AT_ONCE = 500
FORGET_EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)

_PASSING = (IndexUnavailable, AnotherBuild, psycopg.OperationalError)


class Documents:
    """What browsing reads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index = Index(settings)
        self._known = KnownListings()
        self._connection: store.Connection | None = None
        self._forgot_at = datetime.min.replace(tzinfo=UTC)

    async def ensure(self) -> list[Refused]:
        """Come back when there is an index; the shows that it would not take, if it is new."""
        pause = PAUSE_SECONDS_MIN
        while True:
            try:
                if await self._index.current() is not None:
                    return []
                log.warning("there is no index of shows: making it from Postgres")
                async with await postgres.connect(self._settings, "search build") as own:
                    return await build(own, self._index, log.info)
            except _PASSING as error:
                pause = await _wait(pause, error)

    async def update(self, touched: Touched) -> list[Refused]:
        """Come back when the index has all that was touched; the shows it will never take."""
        pause = PAUSE_SECONDS_MIN
        refused: list[Refused] = []
        waiting: set[ShowId] | None = None
        while True:
            try:
                connection = await self._connected()
                if waiting is None:
                    waiting = await store.shows_of(connection, touched)
                while waiting:
                    refused += await self._put_some(connection, waiting)
                # A refresh costs as much as hundreds of documents: one a round, and at once.
                await self._index.refresh(ALIAS)
            except _PASSING as error:
                pause = await _wait(pause, error)
                refused += await self.ensure()
            else:
                return refused

    async def note(self, offsets: Mapping[TP, int]) -> None:
        """Remember that everything before these offsets is in the index."""
        pause = PAUSE_SECONDS_MIN
        while offsets:
            try:
                await store.save_positions(await self._connected(), offsets)
            except psycopg.OperationalError as error:
                pause = await _wait(pause, error)
            else:
                return

    async def forget_old(self) -> None:
        """Now and then, delete the shows that are long over."""
        now = datetime.now(UTC)
        if now - self._forgot_at > FORGET_EVERY:
            try:
                await self._index.forget_before(now - KEPT)
            except IndexUnavailable as error:
                log.warning("old shows stay in the index for now: %s", error)
            self._forgot_at = now

    async def close(self) -> None:
        """Let the connections go."""
        await self._index.close()
        if self._connection is not None:
            await self._connection.close()

    async def _put_some(self, connection: store.Connection, waiting: set[ShowId]) -> list[Refused]:
        some = list(waiting)[:AT_ONCE]
        outcome = await self._index.put(ALIAS, await self._known.read(connection, some))
        waiting.difference_update(set(some) - set(outcome.again))
        if outcome.again:
            raise IndexUnavailable(f"OpenSearch did not take {len(outcome.again)} shows now")
        return outcome.refused

    async def _connected(self) -> store.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await postgres.connect(self._settings, "search")
        return self._connection


async def _wait(seconds: float, error: Exception) -> float:
    """Say why, wait, and say how long to wait the next time."""
    log.warning("the index waits %.1f s: %s", seconds, error)
    await asyncio.sleep(seconds)
    return min(seconds * 2, PAUSE_SECONDS_MAX)
