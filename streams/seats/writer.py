"""The seat writer: takes partitions over, decides batch after batch, gives partitions back.

A batch is decided while those before it are committed, against memory that is ahead of
Postgres; the fence expects exactly the position that the batch before left, so they commit in
order or not at all. Whatever goes wrong ends the process: memory is worth nothing without its
transactions.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterable, Mapping
from typing import Any

from faust.types import TP
from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from justbookit.settings import Settings
from streams import postgres
from streams.app import StreamApp
from streams.clock import Clock
from streams.exits import Exit, end, end_on_error
from streams.rehearsal import wall_clock
from streams.seats import store, tails, takeover
from streams.seats.archive import Archive
from streams.seats.batch import Batch
from streams.seats.decider import Decider
from streams.seats.inbox import Inbox
from streams.seats.logs import COMMANDS, FACTS, check_positions, next_offsets, where_logs_are
from streams.seats.outflow import Outflow
from streams.seats.publisher import Publisher
from streams.seats.timers import Timers
from streams.watchdog import Watchdog

DUE_MAX = 500
"""Holds that one batch looks at because they ran out, and shows because something lapsed."""

TIMER_SECONDS_MIN = 0.05
"""Holds that run out within so short a time are released together."""

HANDING_SECONDS = 0.003
"""How long it takes until all that was fetched together is here."""

CLEAR_AFTER_SECONDS = 0.25
"""When nothing comes for so long, the outbox is cleared on its own."""


class SeatWriter:
    """Owns partitions of both topics: the only one who says what becomes of their shows."""

    def __init__(self, settings: Settings, app: StreamApp) -> None:
        self._settings = settings
        self._app = app
        self._clock = Clock(wall_clock(settings))
        self._inbox = Inbox()
        self._timers = Timers()
        self._archive = Archive()
        self._decider = Decider(settings, self._archive)
        self._publisher = Publisher(settings)
        self._generation: int | None = None
        """Of the consumer group, while its partitions are ours; records of others are stale."""
        self._claimed = asyncio.Event()
        self._turn = asyncio.Lock()
        """Held while a batch is decided, and while partitions come and go."""
        self._number = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._writes: AsyncConnection[TupleRow]
        self._outflow: Outflow

    async def feed(self, events: AsyncIterable[Any]) -> None:
        """Take in what Faust delivers; it is acknowledged when it is published."""
        async for event in events:
            await self._inbox.until_room()
            if event.message.generation_id == self._generation:
                self._inbox.put(event.message.tp, event.value, event)

    def positions(self) -> Mapping[TP, int]:
        is_ours = self._generation == self._app.consumer_generation_id
        return next_offsets(self._decider.positions) if is_ours else {}

    @end_on_error(Exit.CLAIM_FAILED)
    async def claim(self) -> None:
        generation = self._app.consumer_generation_id
        first = not self._tasks
        async with self._turn:
            if first:
                await self._open()
            await self._outflow.until_published()
            self._inbox.clear()
            await self._take_over()
            self._generation = generation
            self._claimed.set()
            # There may be holds now that run out, and an outbox to clear, though nothing comes.
            self._inbox.wake()
        if first:
            sys.stdout.write("ready seats\n")
            sys.stdout.flush()

    @end_on_error()
    async def release(self) -> None:
        self._claimed.clear()
        async with self._turn:
            self._generation = None
            self._inbox.clear()
            if self._tasks:
                await self._outflow.until_committed()

    @end_on_error()
    async def drain(self) -> None:
        await self.release()
        if self._tasks:
            await self._outflow.until_published()
            for task in self._tasks:
                task.cancel()
            await self._publisher.stop()
            await self._writes.close()
            await self._archive.close()

    async def _open(self) -> None:
        self._writes = await postgres.connect(self._settings, "seats")
        await self._archive.open(self._settings)
        await self._publisher.start()
        self._outflow = Outflow(self._writes, self._publisher)
        watchdog = Watchdog(lambda: self._outflow.batches, self._is_behind)
        self._tasks = [
            asyncio.create_task(self._decide_all(), name="deciding"),
            watchdog.start(),
        ]

    async def _take_over(self) -> None:
        partitions = self._assigned()
        found = await where_logs_are(self._app.consumer, partitions)
        first = {
            partition: (
                found[TP(COMMANDS, partition)].start,
                found[TP(FACTS, partition)].start,
            )
            for partition in partitions
        }
        had = self._decider.positions
        positions = await takeover.raise_epochs(self._writes, first)
        # Until then another owner may have decided what was not there when we looked first.
        found = await where_logs_are(self._app.consumer, partitions)
        check_positions(positions, found)
        # Where nobody wrote since we did, memory is still true.
        kept = {
            partition
            for partition, position in positions.items()
            if partition in had
            and position == had[partition]._replace(epoch=had[partition].epoch + 1)
        }
        others = {each: position for each, position in positions.items() if each not in kept}
        if others:
            reads = self._archive.connection
            last = await tails.check(self._settings, reads, others, found)
            self._clock.begin_at(await takeover.time(reads), last)
        self._decider.positions = positions
        self._decider.shows.keep_partitions(kept, self._settings.partitions)
        for partition in had.keys() - kept:
            self._timers.forget(partition)
        for timer in await takeover.timers(self._archive.connection, list(others)):
            self._timers.add(*timer)
        unsent = await takeover.unsent(self._archive.connection, list(positions))
        self._number = max(self._number, *unsent.last_batches.values(), 0)
        pledged = await takeover.pledged(self._archive.connection, list(positions))
        await self._outflow.send_again(unsent, pledged)

    def _assigned(self) -> set[int]:
        """The partitions that are ours, which must be the same of both topics."""
        assigned: dict[str, set[int]] = {COMMANDS: set(), FACTS: set()}
        for tp in self._app.consumer.assignment():
            assigned[tp.topic].add(tp.partition)
        if assigned[COMMANDS] != assigned[FACTS]:
            end(Exit.NOT_COPARTITIONED, f"the topics were given out differently: {assigned}")
        return assigned[COMMANDS]

    @end_on_error()
    async def _decide_all(self) -> None:
        while True:
            await self._until_work()
            async with self._turn:
                if self._claimed.is_set():
                    await self._decide_batch()

    async def _until_work(self) -> None:
        """Wait for records, for a hold to run out, or for nothing to come for a while."""
        await self._claimed.wait()
        if self._inbox:
            return
        patience = None if self._outflow.is_settled else CLEAR_AFTER_SECONDS
        next_at = self._timers.next_at()
        if next_at is not None:
            until_due = max(TIMER_SECONDS_MIN, (next_at - self._clock.now()).total_seconds())
            patience = until_due if patience is None else min(patience, until_due)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._inbox.filled.wait()
            # Records are handed over partition by partition, many at a time (see `StreamApp`). A
            # batch costs the same for one command as for twenty, here, in Postgres and in Kafka;
            # so the first partition waits for the others.
            await asyncio.sleep(HANDING_SECONDS)

    async def _decide_batch(self) -> None:
        batch = Batch(self._number + 1, self._clock.now())
        slices = self._inbox.take(self._settings.batch_max)
        await self._decider.decide(batch, slices, self._timers.due(batch.now, DUE_MAX))
        batch.handled = [part.event.ack for part in slices if part.event is not None]
        if published := self._outflow.take_published():
            self._decider.clear(batch, published)
        if not batch:
            return
        self._number = batch.number
        for timer in batch.timers():
            self._timers.add(*timer)
        await self._outflow.submit(batch, store.statements(batch), waits=bool(self._inbox))
        # What was committed can be read again; this batch, and the one before it, cannot yet.
        uncommitted = self._outflow.events_uncommitted()
        self._decider.shows.shrink(batch.shows, uncommitted, batch.now)

    async def _is_behind(self) -> bool:
        """Whether there are messages that we should have decided."""
        if not self._claimed.is_set():
            return True
        mine = self.positions()
        ends = await self._app.consumer.highwaters(*mine) if mine else {}
        return any(ends[tp] > mine[tp] for tp in mine)
