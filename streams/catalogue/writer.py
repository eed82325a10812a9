"""The owner of catalogue-commands: reads, decides, commits behind the fence, publishes.

There is one partition, so one writer at a time decides; others stand by and take it over. What
was committed and not yet published lies in the outbox, and a new owner publishes it before it
decides anything. Any error ends the process: the next start begins from what was committed.
"""

import asyncio
import logging
import os
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import psycopg
from aiokafka.errors import KafkaError
from faust.types import TP

from justbookit.errors import MissingOffsets
from justbookit.settings import Settings
from justbookit.topics import CATALOGUE_COMMANDS
from streams import exits, postgres
from streams.app import StreamApp
from streams.catalogue import reading, store
from streams.catalogue.batch import Batch
from streams.catalogue.commands import Reading
from streams.deliveries import Deliveries
from streams.exits import Exit
from streams.publisher import Publisher
from streams.watchdog import Watchdog

COMMANDS_MAX = 500
"""Of one transaction."""

MESSAGES_MAX = 2_000
"""A transaction that has come to so many messages takes no further command: one offer can change
every show there is."""

FORGET_EVERY = timedelta(hours=1)
FENCED = "JB001"

log = logging.getLogger(__name__)


class CatalogueWriter:
    """Decides what is on."""

    def __init__(self, app: StreamApp, settings: Settings) -> None:
        self.deliveries = Deliveries(app)
        self._app = app
        self._settings = settings
        self._tp = TP(CATALOGUE_COMMANDS.name, store.PARTITION)
        self._publisher = Publisher(settings)
        self._connection: store.Connection | None = None
        self._epoch = 0
        self._next: int | None = None
        self._turn = asyncio.Lock()
        self._working: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._forgot_at = datetime.min.replace(tzinfo=UTC)

    def positions(self) -> Mapping[TP, int]:
        """Where reading goes on."""
        return {} if self._next is None else {self._tp: self._next}

    async def claim(self) -> None:
        """Own the partition if it was given to us, and publish what lies in the outbox."""
        try:
            async with self._turn:
                if self._tp in self._app.consumer.assignment():
                    await self._take_over()
                if self._working is None:
                    self._working = asyncio.create_task(self._work(), name="catalogue")
                    self._watching = Watchdog(self.positions, self._is_behind).start()
                    os.write(1, b"ready catalogue\n")
        except Exception:  # noqa: BLE001 - Faust would go on
            traceback.print_exc()
            exits.end(Exit.CLAIM_FAILED, "the catalogue could not be taken over")

    async def release(self) -> None:
        """Finish the batch that was begun; the rest is somebody else's, or comes again."""
        async with self._turn:
            self._next = None
            self.deliveries.close()

    async def drain(self) -> None:
        """Finish the batch that was begun, and stop."""
        await self.release()
        for task in (self._watching, self._working):
            if task is not None:
                task.cancel()
        await self._publisher.stop()
        if self._connection is not None:
            await self._connection.close()

    async def _is_behind(self) -> bool:
        end = (await self._app.consumer.highwaters(self._tp))[self._tp] or 0
        return self._next is not None and self._next < end

    async def _take_over(self) -> None:
        connection = await self._connected()
        self._epoch, self._next = await store.claim(connection)
        end = (await self._app.consumer.highwaters(self._tp))[self._tp] or 0
        if self._next > end:
            raise MissingOffsets(
                f"{self._tp.topic} ends at {end}, but was decided up to {self._next}:"
                " was the topic made anew under old tables?"
            )
        last, messages = await store.unpublished(connection)
        await self._publisher.publish(messages)
        await store.published(connection, last)
        self.deliveries.open(self.positions())
        log.info("the catalogue is ours: epoch %d from %d", self._epoch, self._next)

    async def _connected(self) -> store.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = await postgres.connect(self._settings, "catalogue")
        return self._connection

    async def _work(self) -> None:
        """Batch after batch, as long as the process lives."""
        try:
            while True:
                await self.deliveries.arrival()
                async with self._turn:
                    records, delivered = await self.deliveries.take(COMMANDS_MAX)
                    now = datetime.now(UTC)
                    await self._answer([Reading(record, now) for record in records])
                    for delivery in delivered:
                        delivery.ack()
                    await self._forget(now)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            traceback.print_exc()
            _end(error)

    async def _answer(self, readings: Sequence[Reading]) -> None:
        """Decide everything; what Postgres cannot hold is found out one by one and buried."""
        while readings:
            try:
                readings = readings[await self._commit(readings[:COMMANDS_MAX]) :]
            except (psycopg.DataError, psycopg.errors.ProgramLimitExceeded) as error:
                if len(readings) > 1:
                    for each in readings:
                        await self._answer([each])
                    return
                readings[0].give_up(f"Postgres cannot hold it: {error}", datetime.now(UTC))

    async def _commit(self, readings: Sequence[Reading]) -> int:
        """One transaction; how many of the commands it took."""
        connection = await self._connected()
        assert self._next is not None
        commands = [each.command for each in readings if each.command is not None]
        now = datetime.now(UTC)
        view, answers = await reading.read_view(connection, commands, now)
        batch = Batch(view, answers, now=now, partitions=self._settings.partitions)
        taken = 0
        for each in readings:
            if len(batch.outgoing) > MESSAGES_MAX:
                break
            if each.command is not None:
                batch.answer(each.command)
            elif each.letter is not None:
                log.warning("no command at %d: %s", each.record.offset, each.letter.reason)
                batch.bury(each.letter)
            taken += 1
        after = readings[taken - 1].record.offset + 1
        last = await store.commit(
            connection, batch, epoch=self._epoch, expected=self._next, after=after
        )
        self._next = after
        await self._publisher.publish(batch.outgoing)
        if last is not None:
            await store.published(connection, last)
        return taken

    async def _forget(self, now: datetime) -> None:
        if now - self._forgot_at > FORGET_EVERY:
            await store.forget_answers(await self._connected())
            self._forgot_at = now


def _end(error: Exception) -> NoReturn:
    match error:
        case psycopg.Error() if error.sqlstate == FENCED:
            exits.end(Exit.FENCED, str(error))
        case psycopg.IntegrityError():
            exits.end(Exit.SECOND_NET, str(error))
        case psycopg.OperationalError() | KafkaError():
            exits.end(Exit.UNAVAILABLE, str(error))
        case MissingOffsets():
            exits.end(Exit.MISSING_OFFSETS, str(error))
        case _:
            exits.end(Exit.BROKEN, repr(error))
