"""The sink's loop: written first, committed after, and patient when the disk is full."""

from collections.abc import Mapping

import pytest

from warehouse import sink
from warehouse.lake import LakeFull
from warehouse.manifest import LakeFile, Partition
from warehouse.record import Stretch
from warehouse.spool import Spool

MESSAGE = b'{"type":"ShowClosed","show_id":"s","version":1,"at":"2026-03-01T00:00:00Z"}'


class Tape:
    """Messages from a list, in turns; remembers what was done in what order."""

    def __init__(self, polls: list[list[Stretch]], full: int = 0) -> None:
        self.next: dict[Partition, int] = {}
        self._polls = polls
        self._full = full
        self.log: list[tuple[str, object]] = []
        self.compacted = 0

    def poll(self) -> list[Stretch]:
        return self._polls.pop(0) if self._polls else []

    def going(self) -> bool:
        return bool(self._polls)

    def commit(self, following: Mapping[Partition, int]) -> None:
        self.log.append(("committed", dict(following)))

    def write(self, spool: Spool) -> list[LakeFile]:
        if self._full:
            self._full -= 1
            self.log.append(("full", spool.messages))
            raise LakeFull("no room")
        self.log.append(("written", spool.messages))
        return []

    def compact(self) -> LakeFile | None:
        self.compacted += 1
        return None


def stretch(first: int, messages: int) -> list[Stretch]:
    return [
        Stretch(
            topic="seat-events",
            partition=0,
            first=first,
            timestamps=(0,) * messages,
            keys=(b"s",) * messages,
            values=(MESSAGE,) * messages,
        )
    ]


def test_a_batch_is_written_and_then_committed() -> None:
    tape = Tape([stretch(0, 2), [], stretch(2, 1)])

    moved = sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert moved.messages == 3
    assert tape.log == [
        ("written", 2),
        ("committed", {("seat-events", 0): 2}),
        ("written", 1),
        ("committed", {("seat-events", 0): 3}),
    ]


def test_nothing_is_written_when_nothing_came() -> None:
    tape = Tape([[], [], []])

    moved = sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert moved.messages == 0
    assert tape.log == []
    assert tape.compacted == 3, "nothing to do is the time to tidy up"


def test_a_full_disk_is_waited_for_and_nothing_is_committed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "PATIENCE_SECONDS", (0.0,))
    tape = Tape([stretch(0, 2), []], full=2)

    sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert [what for what, _ in tape.log] == ["full", "full", "written", "committed"]


def test_a_sink_that_is_stopped_while_the_disk_is_full_commits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "PATIENCE_SECONDS", (0.0,))
    tape = Tape([stretch(0, 1)], full=9)

    moved = sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert moved.messages == 0
    assert [what for what, _ in tape.log] == ["full"]


def test_what_was_gathered_when_it_is_stopped_is_still_written() -> None:
    tape = Tape([stretch(0, 1)])

    moved = sink.drain(tape, tape, seconds=60, keep_going=tape.going)

    assert moved.messages == 1
    assert tape.log[-1] == ("committed", {("seat-events", 0): 1})


def test_while_there_is_more_than_a_batch_the_next_is_gathered_and_order_is_kept() -> None:
    polls = [stretch(first, 2) for first in (0, 2, 4, 6, 8)]
    tape = Tape(polls)

    moved = sink.drain(tape, tape, seconds=60, keep_going=tape.going, messages_max=4)

    assert moved.messages == 10
    assert tape.log == [
        ("written", 4),
        ("committed", {("seat-events", 0): 4}),
        ("written", 4),
        ("committed", {("seat-events", 0): 8}),
        ("written", 2),
        ("committed", {("seat-events", 0): 10}),
    ]


def test_nothing_behind_a_batch_without_room_is_written_or_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "PATIENCE_SECONDS", (0.0,))
    tape = Tape([stretch(0, 2), stretch(2, 2)], full=10**9)

    moved = sink.drain(tape, tape, seconds=60, keep_going=tape.going, messages_max=2)

    assert moved.messages == 0
    assert {what for what, _ in tape.log} == {"full"}


class Broken(Tape):
    def write(self, spool: Spool) -> list[LakeFile]:
        raise OSError(f"cannot write {spool.messages}")


def test_a_batch_that_cannot_be_written_stops_the_sink() -> None:
    tape = Broken([stretch(0, 2), stretch(2, 2), stretch(4, 2)])

    with pytest.raises(OSError, match="cannot write 2"):
        sink.drain(tape, tape, seconds=60, keep_going=tape.going, messages_max=2)

    assert tape.log == []
