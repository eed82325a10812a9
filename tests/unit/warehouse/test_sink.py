"""The sink's loop: written first, committed after, and patient when the disk is full."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from warehouse import sink
from warehouse.lake import LakeFull
from warehouse.manifest import LakeFile, Partition
from warehouse.record import Record, Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Tape:
    """Messages from a list, in turns; remembers what was done in what order."""

    def __init__(self, polls: list[list[Record]], full: int = 0) -> None:
        self.next: dict[Partition, int] = {}
        self._polls = polls
        self._full = full
        self.log: list[tuple[str, object]] = []
        self.compacted = 0

    def poll(self) -> list[Record]:
        return self._polls.pop(0) if self._polls else []

    def going(self) -> bool:
        return bool(self._polls)

    def commit(self, following: Mapping[Partition, int]) -> None:
        self.log.append(("committed", dict(following)))

    def write(self, rows: Sequence[Row], following: dict[Partition, int]) -> list[LakeFile]:
        assert following[rows[-1].topic, rows[-1].partition] == rows[-1].offset + 1
        if self._full:
            self._full -= 1
            self.log.append(("full", len(rows)))
            raise LakeFull("no room")
        self.log.append(("written", len(rows)))
        return []

    def compact(self) -> LakeFile | None:
        self.compacted += 1
        return None


def records(*offsets: int) -> list[Record]:
    return [
        Record(topic="seat-events", partition=0, offset=at, timestamp=NOW, key=None, value=b"?")
        for at in offsets
    ]


def test_a_batch_is_written_and_then_committed() -> None:
    tape = Tape([records(0, 1), [], records(2)])

    moved = sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert moved == 3
    assert tape.log == [
        ("written", 2),
        ("committed", {("seat-events", 0): 2}),
        ("written", 1),
        ("committed", {("seat-events", 0): 3}),
    ]


def test_nothing_is_written_when_nothing_came() -> None:
    tape = Tape([[], [], []])

    assert sink.drain(tape, tape, seconds=0, keep_going=tape.going) == 0
    assert tape.log == []
    assert tape.compacted == 3, "nothing to do is the time to tidy up"


def test_a_full_disk_is_waited_for_and_nothing_is_committed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "PATIENCE_SECONDS", (0.0,))
    tape = Tape([records(0, 1), []], full=2)

    sink.drain(tape, tape, seconds=0, keep_going=tape.going)

    assert [what for what, _ in tape.log] == ["full", "full", "written", "committed"]


def test_a_sink_that_is_stopped_while_the_disk_is_full_commits_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sink, "PATIENCE_SECONDS", (0.0,))
    tape = Tape([records(0)], full=9)

    assert sink.drain(tape, tape, seconds=0, keep_going=tape.going) == 0
    assert [what for what, _ in tape.log] == ["full"]


def test_what_was_gathered_when_it_is_stopped_is_still_written() -> None:
    tape = Tape([records(0)])

    assert sink.drain(tape, tape, seconds=60, keep_going=tape.going) == 1
    assert tape.log[-1] == ("committed", {("seat-events", 0): 1})
