"""The owner of what search reads: from messages to touched shows, from shows to documents.

Nothing here is fenced. A document is always made from Postgres as it is now and carries a
version, so reading a message twice, or two processes doing the same, changes nothing.
"""

import asyncio
import logging
import os
import traceback
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from justbookit.dead_letters import StreamDeadLetter
from justbookit.errors import MalformedMessage, MissingOffsets
from justbookit.rounds import next_round
from justbookit.settings import Settings
from justbookit.topics import CATALOGUE_EVENTS, SEAT_EVENTS
from streams import exits, postgres
from streams.app import StreamApp
from streams.deliveries import Deliveries
from streams.exits import Exit
from streams.letters import letter_about, posted
from streams.publisher import Publisher
from streams.search import store
from streams.search.documents import Documents
from streams.search.index import Refused
from streams.search.touched import Touched

MESSAGES = 4_000
"""At most about so many messages make a round. The longer a round takes the more messages wait
for the next, and the more of them are about the same shows: that is how it keeps up."""

GATHER_SECONDS = 0.2
"""How long records may lie before they come here (`make_app`)."""

ROUND_SECONDS = 1.0
"""From the beginning of a round to the next: a show that sells fast is written once in this time,
not once for each event, and what comes after a quiet while is written at once."""

REST_SECONDS_MAX = 10.0
"""When so much is sold that a round takes long; OpenSearch would else take a fourth of what selling
takes, or more."""

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

log = logging.getLogger(__name__)


class Indexer:
    """Reads what happened, and has the documents of the shows it touched made anew."""

    def __init__(self, app: StreamApp, settings: Settings) -> None:
        self.deliveries = Deliveries(app)
        self._app = app
        self._settings = settings
        self._documents = Documents(settings)
        self._publisher = Publisher(settings)
        self._working: asyncio.Task[None] | None = None
        self._claimed: dict[TP, int] = {}

    def positions(self) -> Mapping[TP, int]:
        """Where reading goes on."""
        return self._claimed

    async def claim(self) -> None:
        """Read on where the index is."""
        try:
            async with await postgres.connect(self._settings, "search claim") as connection:
                self._claimed = await self._checked(await store.positions(connection))
            self.deliveries.open(self._claimed)
            if self._working is None:
                self._working = asyncio.create_task(self._work(), name="search")
        except Exception:  # noqa: BLE001 - Faust would go on
            traceback.print_exc()
            exits.end(Exit.CLAIM_FAILED, "the partitions could not be taken over")

    async def release(self) -> None:
        """What is on its way to the index may arrive there; the rest comes again."""
        self._claimed = {}
        self.deliveries.close()

    async def drain(self) -> None:
        """Stop; what is not in the index is read again at the next start."""
        await self.release()
        if self._working is not None:
            self._working.cancel()
        await self._publisher.stop()
        await self._documents.close()

    async def _checked(self, known: Mapping[TP, int]) -> dict[TP, int]:
        """The positions of our partitions; of a topic that was made anew, its start."""
        topics = {SEAT_EVENTS.name, CATALOGUE_EVENTS.name}
        mine = [tp for tp in self._app.consumer.assignment() if tp.topic in topics]
        ends = await self._app.consumer.highwaters(*mine) if mine else {}
        positions = {tp: known.get(tp, 0) for tp in mine}
        for tp, position in positions.items():
            if position > (ends[tp] or 0):
                log.warning("%s/%s is shorter than it was: it is read from its start", *tp)
                positions[tp] = 0
        return positions

    async def _work(self) -> None:
        """Round after round, as long as the process lives."""
        try:
            for each in await self._documents.ensure():
                log.error("not in the index: %s", each)
            os.write(1, b"ready search\n")
            clock, due = asyncio.get_running_loop().time, 0.0
            while True:
                await self.deliveries.arrival()
                await asyncio.sleep(due - clock())
                began = clock()
                records, delivered = await self.deliveries.take(MESSAGES)
                await self._index(records)
                due = next_round(began, clock(), every=ROUND_SECONDS, rest_max=REST_SECONDS_MAX)
                for delivery in delivered:
                    if delivery.message.generation_id == self._app.consumer_generation_id:
                        delivery.ack()
                await self._documents.forget_old()
        except MissingOffsets as error:
            exits.end(Exit.MISSING_OFFSETS, str(error))
        except KafkaError as error:
            exits.end(Exit.UNAVAILABLE, str(error))
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            traceback.print_exc()
            exits.end(Exit.BROKEN, repr(error))

    async def _index(self, records: list[Record]) -> None:
        touched, now = Touched(), datetime.now(UTC)
        letters: list[StreamDeadLetter] = []
        for record in records:
            try:
                touched.note(record)
            except MalformedMessage as error:
                letters.append(letter_about(record, error.reason, now))
        refused = await self._documents.update(touched)
        letters += _refusals(records, refused, now)
        for letter in letters:
            log.error("%s/%d@%d: %s", letter.topic, letter.partition, letter.offset, letter.reason)
        await self._publisher.publish([posted(letter) for letter in letters])
        await self._documents.note(
            {TP(record.topic, record.partition): record.offset + 1 for record in records}
        )


def _refusals(
    records: Iterable[Record], refused: Iterable[Refused], now: datetime
) -> list[StreamDeadLetter]:
    """Each document that was refused, under the last message that asked for it, if one did."""
    last = {(record.key or b"").decode(errors="replace"): record for record in records}
    anything = next(iter(last.values()), None)
    return [
        letter_about(record, str(each), now)
        for each in refused
        if (record := last.get(each.id, anything)) is not None
    ]
