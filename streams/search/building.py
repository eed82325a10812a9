"""Making an index from Postgres while the stream goes on, and putting it in place of the old.

Nothing is written twice on the way, and nothing is lost:

1. every show is read and put into a new index that nobody reads;
2. those that changed meanwhile are put there again, until few are left;
3. the alias is moved, in one step: from here on the stream writes to the new index, because it
   always writes to the alias;
4. what still differs from Postgres changed around the move, and is put once more. Whatever the
   stream wrote to the old index before step 3 was read from Postgres before step 3, so this
   finds it. Versions keep an older document from replacing a newer one.

A build that fails deletes what it made; one that was killed is cleaned up by the next.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from justbookit.ids import ShowId
from streams.search import store
from streams.search.index import ALIAS, Index, IndexUnavailable, Refused, new_name

PAGE = 500
FEW = 50
PASSES_MAX = 10

Progress = Callable[[str], None]


class AnotherBuild(Exception):
    """Somebody else is making an index at this moment."""


async def build(connection: store.Connection, index: Index, progress: Progress) -> list[Refused]:
    """Make a new index and put it behind the alias; the shows that OpenSearch did not take.

    The connection holds a lock from here on: close it. Raises AnotherBuild when somebody else
    has it, IndexUnavailable when OpenSearch is down.
    """
    if not await store.try_lock(connection):
        raise AnotherBuild("another process is making an index; let it finish")
    await index.remove_leftovers()
    old = await index.current()
    new = new_name(datetime.now(UTC))
    written: dict[ShowId, int] = {}
    refused: dict[ShowId, Refused] = {}

    async def catch_up(target: str) -> int:
        return await _catch_up(connection, index, target, written, refused, progress)

    try:
        await index.create(new)
        for turn in range(1, PASSES_MAX + 1):
            changed = await catch_up(new)
            progress(f"pass {turn}: {changed} shows put into {new}")
            if changed <= FEW:
                break
        await index.put_behind_alias(new)
    except BaseException:
        await index.remove(new)
        raise
    changed = await catch_up(ALIAS)
    await index.refresh(ALIAS)
    progress(f"{ALIAS} is {new} now; {changed} shows had changed around the move")
    if old is not None:
        await index.remove(old)
        progress(f"{old} is deleted")
    return list(refused.values())


async def _catch_up(
    connection: store.Connection,
    index: Index,
    target: str,
    written: dict[ShowId, int],
    refused: dict[ShowId, Refused],
    progress: Progress,
) -> int:
    """Put every show that is not as in Postgres; how many those were."""
    after, changed = ShowId(""), 0
    while page := await store.versions(connection, after, PAGE):
        after = page[-1][0]
        stale = [show_id for show_id, version in page if written.get(show_id) != version]
        listings = await store.listings(connection, stale)
        outcome = await index.put(target, listings)
        if outcome.again:
            raise IndexUnavailable(f"OpenSearch did not take {len(outcome.again)} shows now")
        refused.update({each.show_id: each for each in outcome.refused})
        written.update({listing.show_id: listing.doc_version for listing in listings})
        changed += len(listings)
        if listings:
            progress(f"{len(written)} shows")
    return changed
