"""From records to decisions: drop what was handled, stop at a hole, bury what is no command.

The seats in memory change here and now. If the batch is then not committed, the process ends
and its memory with it.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from aiokafka.structs import ConsumerRecord

from justbookit import topics
from justbookit.bookings import Booking
from justbookit.dead_letters import StreamDeadLetter
from justbookit.deciding import decide
from justbookit.errors import BrokenInvariant, MalformedMessage, MissingOffsets
from justbookit.evolving import evolve
from justbookit.forgetting import recall
from justbookit.ids import BookingId, CommandId, EntryId, ShowId
from justbookit.seat_commands import ExpireHolds, SeatCommand
from justbookit.seat_events import SeatEvent
from justbookit.seatmap import SeatMap
from justbookit.settings import Settings
from justbookit.waiting import may_free, next_offer
from streams.seats.archive import Asked
from streams.seats.batch import NO_HOLD, Batch, Position
from streams.seats.inbox import Slice
from streams.seats.reading import read
from streams.seats.shows import Kept, Shows

YIELD_EVERY = 50
"""Commands after which others get a turn: the batch before this one is on its way to Postgres."""

log = logging.getLogger(__name__)

LOAD_AT_ONCE = 50
"""Shows; building them all at once would keep others waiting."""

_Read = tuple[int, ConsumerRecord[bytes, bytes], SeatCommand]
_Old = Mapping[tuple[ShowId, CommandId], SeatEvent]


class Library(Protocol):
    """Where that is which is not in memory; see `archive`, which has it from Postgres."""

    async def shows(self, show_ids: Sequence[ShowId]) -> Mapping[ShowId, Kept]: ...
    async def answers(self, asked: Asked) -> _Old: ...
    async def bookings(self, asked: Asked) -> Sequence[tuple[ShowId, Booking]]: ...


class Decider:
    """Decides whole batches; `positions` says how far it is, for each partition of ours."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self._partitions = settings.partitions
        self._hold_for = timedelta(seconds=settings.hold_seconds)
        self._library = library
        self.shows = Shows(settings.seat_memory_mb * 2**20)
        self.positions: dict[int, Position] = {}

    async def decide(
        self,
        batch: Batch,
        slices: Iterable[Slice],
        due: Sequence[tuple[int, ShowId, BookingId | EntryId]],
    ) -> None:
        """Put into `batch` what the records, and the timers that are due, come to.

        Raises MissingOffsets when a later record came than the next one.
        """
        due = [each for each in due if self._may_stand(each[1], each[2])]
        reads = [each for part in slices for each in self._read(batch, part)]
        wanted = {command.show_id for *_, command in reads} | {show_id for _, show_id, _ in due}
        missing = [show_id for show_id in wanted if show_id not in self.shows]
        for first in range(0, len(missing), LOAD_AT_ONCE):
            some = missing[first : first + LOAD_AT_ONCE]
            self.shows.remember(await self._library.shows(some))
        old = await self._look_up([command for *_, command in reads])
        for partition, show_id in dict.fromkeys((each[0], each[1]) for each in due):
            self._expire(batch, partition, show_id)
        for count, (partition, record, command) in enumerate(reads):
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)
            answer = old.get((command.show_id, command.command_id))
            if answer is None:
                self._decide_one(batch, partition, record, command)
            else:
                batch.add_answer_again(partition, answer)
        batch.snapshots = self.shows.outgrown(batch.shows)
        for partition in batch.before:
            batch.after[partition] = self.positions[partition]

    def clear(self, batch: Batch, published: dict[int, int]) -> None:
        """Have the outbox of these partitions cleared; the fence is to hold for them, too."""
        batch.cleared = published
        for partition in published:
            self._begin(batch, partition)
            batch.after[partition] = self.positions[partition]

    async def _look_up(self, commands: Iterable[SeatCommand]) -> _Old:
        """What shows have forgotten that is asked for now: answers, and bookings that are over."""
        answers: list[tuple[ShowId, str]] = []
        bookings: list[tuple[ShowId, str]] = []
        for command in commands:
            seatmap = self.shows.use(command.show_id)
            if seatmap.forgot and command.command_id not in seatmap.answers:
                answers.append((command.show_id, command.command_id))
                booking_id = getattr(command, "booking_id", None)
                if booking_id is not None and booking_id not in seatmap.bookings:
                    bookings.append((command.show_id, booking_id))
        if bookings:
            for show_id, booking in await self._library.bookings(bookings):
                recall(self.shows.use(show_id), booking)
        return await self._library.answers(answers) if answers else {}

    def _may_stand(self, show_id: ShowId, name: BookingId | EntryId) -> bool:
        """Whether the hold or offer may still be there; most were confirmed long ago."""
        if show_id not in self.shows or name == NO_HOLD:
            return True
        seatmap = self.shows.use(show_id)
        return name in seatmap.holds or name in seatmap.waiting

    def _read(self, batch: Batch, part: Slice) -> list[_Read]:
        """The commands of new records; moves the position of their partition past them."""
        topic, partition = part.tp.topic, part.tp.partition
        position = self.positions[partition]
        is_command = topic == topics.SEAT_COMMANDS.name
        next_offset = position.commands_next if is_command else position.facts_next
        reads: list[_Read] = []
        for record in part.records:
            if record.offset < next_offset:
                continue
            if record.offset > next_offset:
                raise MissingOffsets(
                    f"{topic}/{partition} went from {next_offset} to {record.offset}"
                )
            next_offset += 1
            try:
                command = read(
                    record.value, topic=topic, partition=partition, partitions=self._partitions
                )
            except MalformedMessage as error:
                batch.add_letter(partition, _letter(record, error.reason, batch.now))
            else:
                reads.append((partition, record, command))
        self._begin(batch, partition)
        self.positions[partition] = (
            position._replace(commands_next=next_offset)
            if is_command
            else position._replace(facts_next=next_offset)
        )
        return reads

    def _begin(self, batch: Batch, partition: int) -> None:
        """Have the partition's position in the batch as it was before it."""
        batch.before.setdefault(partition, self.positions[partition])

    def _expire(self, batch: Batch, partition: int, show_id: ShowId) -> None:
        seatmap = self.shows.use(show_id)
        timer = ExpireHolds(command_id=CommandId(""), show_id=show_id)
        events = decide(seatmap, timer, batch.now, self._hold_for)
        if events:
            self._begin(batch, partition)
            for event in events:
                # Nobody asked for it, so nobody is answered.
                evolve(seatmap, event)
            batch.add_events(partition, seatmap, None, events)
            self._offer(batch, partition, seatmap, events)

    def _offer(
        self, batch: Batch, partition: int, seatmap: SeatMap, events: Iterable[SeatEvent]
    ) -> None:
        """Offer what these events have freed to those who wait for it, party by party."""
        if not seatmap.waiting or not any(map(may_free, events)):
            return
        while (offer := next_offer(seatmap, batch.now)) is not None:
            evolve(seatmap, offer)
            batch.add_events(partition, seatmap, None, (offer,))

    def _decide_one(
        self,
        batch: Batch,
        partition: int,
        record: ConsumerRecord[bytes, bytes],
        command: SeatCommand,
    ) -> None:
        seatmap = self.shows.use(command.show_id)
        if seatmap.waiting:
            # Those who wait come before who comes by at the moment at which a hold runs out.
            self._expire(batch, partition, command.show_id)
        try:
            events = decide(seatmap, command, batch.now, self._hold_for)
        except BrokenInvariant:
            raise
        except Exception as error:
            # A rule that fails on one command has changed nothing; the others can be decided.
            log.exception("a rule failed on %s/%s", record.topic, record.offset)
            reason = f"a rule failed: {type(error).__name__}: {error}"
            batch.add_letter(partition, _letter(record, reason, batch.now))
            return
        if events:
            for event in events:
                evolve(seatmap, event)
            batch.add_events(partition, seatmap, command, events)
            self._offer(batch, partition, seatmap, events)
        else:
            batch.add_answer_again(partition, seatmap.answers[command.command_id])


def _letter(record: ConsumerRecord[bytes, bytes], reason: str, now: datetime) -> StreamDeadLetter:
    return StreamDeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=reason,
        raw=record.value or b"",
        at=now,
    )
