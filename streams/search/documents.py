"""The documents of shows and movies, kept as Postgres is, however long that takes.

While OpenSearch or Postgres is down this waits and asks again for ever. Indices that are missing,
or that an earlier version of ours has made in another way, are made from Postgres.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import psycopg
from faust.types import TP

from justbookit.ids import MovieId, ShowId
from justbookit.listing import KEPT
from justbookit.settings import Settings
from justbookit.title_cards import TitleCard
from streams import postgres
from streams.search import store
from streams.search.building import AnotherBuild, build
from streams.search.index import Index, IndexUnavailable, Refused
from streams.search.kinds import KINDS, MOVIES, SHOWS, of_movie, of_show
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
        self._cards: dict[MovieId, TitleCard] = {}
        """Made and not in the index yet."""
        self._connection: store.Connection | None = None
        self._forgot_at = datetime.min.replace(tzinfo=UTC)

    async def ensure(self) -> list[Refused]:
        """Come back when there are our indices; what they would not take, if they are new."""
        pause = PAUSE_SECONDS_MIN
        while True:
            try:
                why = await self._to_be_made()
                if why is None:
                    return []
                log.warning("%s: making the indices from Postgres", why)
                async with await postgres.connect(self._settings, "search build") as own:
                    return await build(own, self._index, log.info)
            except _PASSING as error:
                pause = await _wait(pause, error)

    async def update(self, touched: Touched) -> list[Refused]:
        """Come back when all that was touched is in the index; what will never be taken."""
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
                await self._index.refresh([SHOWS.alias, MOVIES.alias])
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
        """Now and then, delete the shows that are long over, and movies that have none."""
        now = datetime.now(UTC)
        if now - self._forgot_at > FORGET_EVERY:
            try:
                await self._index.forget_shows(now - KEPT)
                await self._forget_cards()
            except (IndexUnavailable, psycopg.OperationalError) as error:
                log.warning("what is over stays in the index for now: %s", error)
            self._forgot_at = now

    async def _forget_cards(self) -> None:
        connection, last = await self._connected(), MovieId("")
        while there := await self._index.cards_after(last, AT_ONCE):
            last = there[-1].movie_id
            on = await store.still_on(connection, [card.movie_id for card in there])
            await self._index.forget_cards([card for card in there if card.movie_id not in on])

    async def close(self) -> None:
        """Let the connections go."""
        await self._index.close()
        if self._connection is not None:
            await self._connection.close()

    async def _put_some(self, connection: store.Connection, waiting: set[ShowId]) -> list[Refused]:
        some = list(waiting)[:AT_ONCE]
        read = await self._known.read(connection, some)
        self._cards.update(read.cards)
        cards = list(self._cards.values())
        outcome = await self._index.put([*map(of_movie, cards), *map(of_show, read.listings)])
        again = {document.id for document in outcome.again}
        waiting.difference_update(set(some) - again)
        self._cards = {card.movie_id: card for card in cards if card.movie_id in again}
        if again:
            raise IndexUnavailable(f"OpenSearch did not take {len(again)} documents now")
        return outcome.refused

    async def _to_be_made(self) -> str | None:
        """Why the indices have to be made, if they have to."""
        for kind in KINDS:
            standing = await self._index.current(kind)
            if standing is None:
                return f"there is no index of {kind.alias}"
            if not standing.fits:
                return f"{standing.name} was made by another version of this program"
        return None

    async def _connected(self) -> store.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await postgres.connect(self._settings, "search")
        return self._connection


async def _wait(seconds: float, error: Exception) -> float:
    """Say why, wait, and say how long to wait the next time."""
    log.warning("the index waits %.1f s: %s", seconds, error)
    await asyncio.sleep(seconds)
    return min(seconds * 2, PAUSE_SECONDS_MAX)
