"""What was decided on its way out: one batch is committed, those before it are published.

Batches are committed one after the other, in the order in which they were decided, and published
in that order, each when it is committed. What is published is told to those who wait for it
(`handled`), and its outbox is cleared by a later transaction.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit.ids import ShowId
from justbookit.seat_events import SeatEvent
from streams.exits import end_on_error
from streams.seats import store
from streams.seats.batch import Batch
from streams.seats.publisher import Publisher
from streams.seats.takeover import Unsent


class Outflow:
    """Holds at most one transaction open; any failure ends the process."""

    def __init__(self, connection: AsyncConnection[TupleRow], publisher: Publisher) -> None:
        self._connection = connection
        self._publisher = publisher
        self._uncommitted: deque[tuple[Batch, asyncio.Task[None]]] = deque()
        self._committed: asyncio.Queue[Batch] = asyncio.Queue()
        self._published: dict[int, int] = {}
        self._on_the_way = 0
        self._publishing = asyncio.create_task(self._publish_all(), name="publishing")
        self.batches = 0
        """How many were committed: what the watchdog calls progress."""

    @property
    def is_settled(self) -> bool:
        """Whether everything is committed and published, and the outbox is clear."""
        return not self._on_the_way and not self._published

    def take_published(self) -> dict[int, int]:
        """Partitions with their last published batch, for the next transaction to clear."""
        taken, self._published = self._published, {}
        return taken

    def events_uncommitted(self) -> Counter[ShowId]:
        """How many events of each show are not in Postgres yet, as far as we know."""
        return Counter([each.show_id for batch, _ in self._uncommitted for each in batch.events])

    async def submit(
        self, batch: Batch, transaction: Sequence[store.Statement], *, waits: bool
    ) -> None:
        """Have the batch committed next; back when Postgres has all before it.

        A batch that `waits` may do so behind one that is being committed: while there is more to
        decide than fits into a batch, neither is Postgres kept waiting nor who decides.
        """
        await self._until_left(1 if waits else 0)
        self._on_the_way += 1
        before = self._uncommitted[-1][1] if self._uncommitted else None
        committing = asyncio.create_task(self._commit(batch, transaction, before))
        self._uncommitted.append((batch, committing))
        # Postgres gets to work before the next batch is read, which takes a while and no turns.
        await asyncio.sleep(0)

    async def until_committed(self) -> None:
        await self._until_left(0)

    async def _until_left(self, count: int) -> None:
        """Wait until no more than so many batches are to be committed."""
        while len(self._uncommitted) > count:
            await self._uncommitted[0][1]

    async def until_published(self) -> None:
        await self.until_committed()
        await self._committed.join()

    async def send_again(self, unsent: Unsent, unanswered: Sequence[SeatEvent]) -> None:
        """Publish what a predecessor left; nothing of ours may be on its way.

        What others have not answered is asked again: a broker may have lost the question.
        """
        await self._publisher.publish(unsent.messages, unsent.letters)
        await self._publisher.run_errands(unanswered)
        self._published = dict(unsent.last_batches)

    @end_on_error()
    async def _commit(
        self,
        batch: Batch,
        transaction: Sequence[store.Statement],
        before: asyncio.Task[None] | None,
    ) -> None:
        if before is not None:
            await before
        await store.commit(self._connection, transaction)
        self._uncommitted.popleft()
        self.batches += 1
        self._committed.put_nowait(batch)

    @end_on_error()
    async def _publish_all(self) -> None:
        while True:
            batches = [await self._committed.get()]
            while not self._committed.empty():
                batches.append(self._committed.get_nowait())
            await self._publisher.publish(
                [message for batch in batches for message in batch.messages],
                [letter for batch in batches for own in batch.letters.values() for letter in own],
            )
            for batch in batches:
                self._published |= dict.fromkeys(batch.touched(), batch.number)
                for acknowledge in batch.handled:
                    acknowledge()
                self._on_the_way -= 1
                self._committed.task_done()
