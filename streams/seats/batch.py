"""What one batch came to: all that Postgres and Kafka are to be told, in order."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from justbookit import wire
from justbookit.dead_letters import StreamDeadLetter
from justbookit.ids import BookingId, CommandId, EntryId, ShowId
from justbookit.line_events import SeatsOffered
from justbookit.seat_commands import (
    ChangeShow,
    CloseShow,
    MoveShow,
    OpenShow,
    SeatCommand,
)
from justbookit.seat_events import (
    AllotmentGivenBack,
    AllotmentSet,
    CommandRefused,
    HoldExtended,
    SeatEvent,
    SeatsBlocked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowChanged,
    ShowMoved,
)
from justbookit.seatmap import SeatMap

_OF_THE_CATALOGUE = (OpenShow, ChangeShow, CloseShow, MoveShow)
_HOLDS = (SeatsHeld, HoldExtended)

_CHANGES_LAPSES = (
    SeatsBlocked,
    SeatsUnblocked,
    SeatsSoldAtCounter,
    AllotmentSet,
    AllotmentGivenBack,
    ShowChanged,
    ShowMoved,
)
NO_HOLD = BookingId("")
"""Stands in a timer where it is not a hold that ends, but something of the theatre's."""


class Position(NamedTuple):
    """How far a partition was decided, and by which epoch of its writers."""

    epoch: int
    commands_next: int
    facts_next: int


class Message(NamedTuple):
    """One event to be published; those that are not `fresh` were decided before."""

    partition: int
    event: SeatEvent
    body: bytes
    fresh: bool
    again: bool = False
    """An answer that was given before, for who asks once more."""


class ShowAnswer(NamedTuple):
    """The answer to what the catalogue asked about a show."""

    show_id: ShowId
    command_id: CommandId
    refused: bool
    opening: bool


class Batch:
    """Filled while commands are decided; not changed once it is committed."""

    def __init__(self, number: int, now: datetime) -> None:
        self.number = number
        self.now = now
        self.before: dict[int, Position] = {}
        self.after: dict[int, Position] = {}
        self.messages: list[Message] = []
        self.events: list[SeatEvent] = []
        """Those of the messages that were decided here, in order."""
        self.letters: dict[int, list[StreamDeadLetter]] = {}
        self.shows: dict[ShowId, SeatMap] = {}
        self.partitions: dict[ShowId, int] = {}
        self.show_answers: list[ShowAnswer] = []
        self.cleared: dict[int, int] = {}
        """Partitions with the last batch that was published: their outbox up to it can go."""
        self.snapshots: list[SeatMap] = []
        """Shows that are to be written down whole, as this batch leaves them."""
        self.handled: list[Callable[[], object]] = []
        """What is told, in order, once all is published: acknowledgements."""

    def __bool__(self) -> bool:
        return bool(self.before)

    def add_events(
        self,
        partition: int,
        seatmap: SeatMap,
        command: SeatCommand | None,
        events: tuple[SeatEvent, ...],
    ) -> None:
        """Events that were decided now, for `command` or for the timer."""
        encode = wire.encode
        for event in events:
            self.messages.append(Message(partition, event, encode(event), fresh=True))
        self.events += events
        self.shows[seatmap.show_id] = seatmap
        self.partitions[seatmap.show_id] = partition
        if isinstance(command, _OF_THE_CATALOGUE):
            self.show_answers.append(
                ShowAnswer(
                    command.show_id,
                    command.command_id,
                    refused=isinstance(events[-1], CommandRefused),
                    opening=isinstance(command, OpenShow),
                )
            )

    def add_answer_again(self, partition: int, event: SeatEvent) -> None:
        """An answer that was given before, for who asks again."""
        self.messages.append(Message(partition, event, wire.encode(event), fresh=False, again=True))

    def add_letter(self, partition: int, letter: StreamDeadLetter) -> None:
        self.letters.setdefault(partition, []).append(letter)

    def touched(self) -> set[int]:
        """The partitions that have something to be published."""
        return self.letters.keys() | {message.partition for message in self.messages}

    def timers(self) -> list[tuple[int, datetime, ShowId, BookingId | EntryId]]:
        """When what was decided ends by itself: holds, offers, and the first that lapses."""
        timers: list[tuple[int, datetime, ShowId, BookingId | EntryId]] = []
        changed: dict[ShowId, int] = {}
        for message in self.messages:
            event = message.event
            if not message.fresh:
                continue
            if isinstance(event, _HOLDS):
                timers.append(
                    (message.partition, event.held_until, event.show_id, event.booking_id)
                )
            elif isinstance(event, SeatsOffered):
                timers.append(
                    (message.partition, event.offered_until, event.show_id, event.entry_id)
                )
            elif isinstance(event, _CHANGES_LAPSES):
                changed[event.show_id] = message.partition
        changed |= {
            show_id: self.partitions[show_id]
            for show_id, seatmap in self.shows.items()
            if seatmap.cancelling is not None
        }
        for show_id, partition in changed.items():
            if (next_at := self.shows[show_id].lapses_at) is not None:
                timers.append((partition, next_at, show_id, NO_HOLD))
        return timers
