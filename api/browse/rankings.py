"""Texts with the movies they mean: asked of OpenSearch once, and again when titles have changed.

What is kept holds for every city, day and filter, because only titles are matched. While
OpenSearch is away the billboard's own titles are matched, and OpenSearch is asked by nobody but
the one who looks whether it is back; when it is, all is ranked anew.
"""

import asyncio
import contextlib
import random
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import structlog

from api.browse import titles
from api.browse.finding import Ranking
from api.browse.search import Search, SearchAway
from api.browse.titles import Titles

log = structlog.get_logger()

TEXTS_MAX = 10_000
LOOK_SECONDS = 1.0
SETTLES_AFTER_SECONDS = (2.0, 6.0, 20.0)
"""The index hears of a title a while after us: what was ranked until then is ranked again, and
until the last of these new titles are matched in memory as well."""


ASKED_AT_ONCE = 16
"""More would only wait in OpenSearch, and time out there."""
FAILURES_MAX = 3
"""One after the other, and it is away; a single slow answer is just that."""


class NotRanked(LookupError):
    """This text has to be asked for first."""


class Ranked(NamedTuple):
    """The movies a text means, and whether that was found without OpenSearch."""

    ranking: Ranking
    from_memory: bool


class Rankings:
    """The texts that were searched for last."""

    def __init__(
        self,
        search: Search,
        changed: Callable[[], None],
    ) -> None:
        self._search = search
        self._titles: Titles = {}
        self._young: Titles = {}
        """Those that the index may not have heard of yet."""
        self._changed = changed
        self._known: OrderedDict[str, Ranked] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Ranked]] = {}
        self._room = asyncio.Semaphore(ASKED_AT_ONCE)
        self._failures = 0
        self._looking: asyncio.Task[None] | None = None
        self._settling: list[asyncio.TimerHandle] = []
        self._generation = 0

    @property
    def away(self) -> bool:
        """Whether texts are matched in memory just now."""
        return self._looking is not None

    def known(self, text: str) -> Ranked:
        """The movies of a text that was asked for before; raises NotRanked."""
        ranked = self._known.get(text)
        if ranked is None:
            raise NotRanked(text)
        return ranked

    async def ask(self, text: str) -> None:
        """See to it that `text` is known; however many want it at once, it is asked for once."""
        if text in self._known:
            self._known.move_to_end(text)
            return
        asking = self._asking.get(text)
        if asking is None:
            asking = self._asking[text] = asyncio.create_task(self._rank(text))
            asking.add_done_callback(lambda _: self._asking.pop(text, None))
        generation = self._generation
        ranked = await asyncio.shield(asking)
        if generation == self._generation or text not in self._known:
            self._known[text] = ranked
            if ranked.from_memory and not self.away:
                # It was only slow: whoever asks again shall have better.
                asyncio.get_running_loop().call_later(LOOK_SECONDS, self._forget_one, text)
        while len(self._known) > TEXTS_MAX:
            self._known.popitem(last=False)

    def _forget_one(self, text: str) -> None:
        if self._known.pop(text, None) is not None:
            self._changed()

    async def _rank(self, text: str) -> Ranked:
        if not self.away:
            try:
                async with self._room:
                    if not self.away:
                        ranking = await self._search.rank(text)
                        self._failures = 0
                        return Ranked(self._with_young(text, ranking), from_memory=False)
            except SearchAway as error:
                self._failures += 1
                if self._failures >= FAILURES_MAX and not self.away:
                    log.warning("search is away; titles are matched in memory", why=str(error))
                    self._looking = asyncio.create_task(self._look())
        return Ranked(titles.rank(text, self._titles), from_memory=True)

    def forget(self) -> None:
        """Rank everything anew."""
        self._generation += 1
        self._known.clear()
        self._changed()

    def _with_young(self, text: str, ranking: Ranking) -> Ranking:
        young = (each for each in titles.rank(text, self._young) if each not in ranking)
        return ranking | {movie_id: len(ranking) + at for at, movie_id in enumerate(young)}

    def retitle(self, all_titles: Titles) -> None:
        """Titles have changed."""
        changed = {
            movie_id: names
            for movie_id, names in all_titles.items()
            if self._titles.get(movie_id) != names
        }
        self._young = {**self._young, **changed}
        self._titles = all_titles
        self._settle()

    def _settle(self) -> None:
        """Rank anew now, and when the index has caught up."""
        for timer in self._settling:
            timer.cancel()
        loop = asyncio.get_running_loop()
        *soon, last = SETTLES_AFTER_SECONDS
        self._settling = [loop.call_later(each, self.forget) for each in soon]
        self._settling.append(loop.call_later(last, self._grow_up))
        self.forget()

    def _grow_up(self) -> None:
        self._young = {}
        self.forget()

    async def close(self) -> None:
        for timer in self._settling:
            timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._looking

    async def _look(self) -> None:
        """Come back when OpenSearch is; not all processes at the same moment."""
        up = False
        while not up:
            await asyncio.sleep(LOOK_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            up = await self._search.is_up()
        log.warning("search is back")
        self._looking, self._failures = None, 0
        self._settle()
