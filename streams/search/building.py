"""Making the indices from Postgres while the stream goes on, and putting them in place of the old.

Nothing is written twice on the way, and nothing is lost:

1. everything is read and put into new indices that nobody reads;
2. what changed meanwhile is put there again, until little is left;
3. the aliases are moved, in one step: from here on the stream writes to the new indices, because
   it always writes to the aliases;
4. what still differs from Postgres changed around the move, and is put once more. Whatever the
   stream wrote to the old indices before step 3 was read from Postgres before step 3, so this
   finds it. Versions keep an older document from replacing a newer one.

A build that fails deletes what it made; one that was killed is cleaned up by the next.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from justbookit.ids import MovieId, ShowId
from streams.search import store
from streams.search.index import Index, IndexUnavailable, Refused, new_names
from streams.search.kinds import ALIASES, KINDS, Document, Names, of_movie, of_show

PAGE = 500
FEW = 50
PASSES_MAX = 10

Progress = Callable[[str], None]


class AnotherBuild(Exception):
    """Somebody else is making the indices at this moment."""


async def build(connection: store.Connection, index: Index, progress: Progress) -> list[Refused]:
    """Make new indices and put them behind the aliases; what OpenSearch did not take.

    The connection holds a lock from here on: close it. Raises AnotherBuild when somebody else
    has it, IndexUnavailable when OpenSearch is down.
    """
    if not await store.try_lock(connection):
        raise AnotherBuild("another process is making the indices; let it finish")
    await index.remove_leftovers()
    old = [standing.name for kind in KINDS if (standing := await index.current(kind)) is not None]
    new = new_names(datetime.now(UTC))
    filling = _Filling(connection, index, progress)
    try:
        await index.create(new)
        for turn in range(1, PASSES_MAX + 1):
            changed = await filling.catch_up(new)
            progress(f"pass {turn}: {changed} documents put into {', '.join(new.values())}")
            if changed <= FEW:
                break
        await index.put_behind_aliases(new)
    except BaseException:
        await index.remove(new.values())
        raise
    changed = await filling.catch_up(ALIASES)
    await index.refresh(ALIASES.values())
    for kind, name in new.items():
        progress(f"{kind.alias} is {name} now")
    progress(f"{changed} documents had changed around the move")
    await index.remove(old)
    for name in old:
        progress(f"{name} is deleted")
    return list(filling.refused.values())


class _Filling:
    """What was put so far, at which version."""

    def __init__(self, connection: store.Connection, index: Index, progress: Progress) -> None:
        self._connection = connection
        self._index = index
        self._progress = progress
        self._shows: dict[ShowId, int] = {}
        self._movies: dict[MovieId, int] = {}
        self.refused: dict[str, Refused] = {}

    async def catch_up(self, names: Names) -> int:
        """Put everything that is not as in Postgres; how many documents those were."""
        return await self._catch_up_movies(names) + await self._catch_up_shows(names)

    async def _catch_up_movies(self, names: Names) -> int:
        versions = await store.movies(self._connection)
        stale = [each for each, version in versions.items() if self._movies.get(each) != version]
        for at in range(0, len(stale), PAGE):
            cards = await store.cards(self._connection, stale[at : at + PAGE])
            await self._put(names, map(of_movie, cards))
            self._movies.update({card.movie_id: card.doc_version for card in cards})
        return len(stale)

    async def _catch_up_shows(self, names: Names) -> int:
        after, changed = ShowId(""), 0
        while page := await store.versions(self._connection, after, PAGE):
            after = page[-1][0]
            stale = [each for each, version in page if self._shows.get(each) != version]
            listings = await store.listings(self._connection, stale)
            await self._put(names, map(of_show, listings))
            self._shows.update({listing.show_id: listing.doc_version for listing in listings})
            changed += len(listings)
            if listings:
                self._progress(f"{len(self._shows)} shows")
        return changed

    async def _put(self, names: Names, documents: Iterable[Document]) -> None:
        outcome = await self._index.put(documents, names)
        if outcome.again:
            raise IndexUnavailable(f"OpenSearch did not take {len(outcome.again)} documents now")
        self.refused.update({f"{each.thing} {each.id}": each for each in outcome.refused})
