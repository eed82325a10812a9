"""Messages from files instead of from Kafka: one JSON object a line, as they were on their topics.

For a lake that is made anew from a copy of the log, and for measuring. Offsets are as strict
here as in Kafka: what the lake has already is passed over, and a hole stops everything.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from justbookit.errors import MalformedMessage, MissingOffsets
from warehouse.lake import Lake
from warehouse.manifest import Partition
from warehouse.record import Stretch
from warehouse.sink import MESSAGES_MAX, Moved, drain

CHUNK_BYTES = 1 << 20


class Kept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line: a message as its topic kept it; `timestamp` in milliseconds, as Kafka's."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: str | None = None
    value: str | None = None


class Dump:
    """Files as a source of messages: those that the lake does not have yet."""

    def __init__(self, paths: Iterable[Path], stored: Mapping[Partition, int]) -> None:
        """Begin with the first of `paths`; `stored` is where the lake goes on."""
        self._next = dict(stored)
        self._stretches = (each for path in paths for each in self._new(path))
        self.is_over = False

    def poll(self) -> Sequence[Stretch]:
        """What comes next; nothing when all is read.

        Raises MissingOffsets where a message is left out, MalformedMessage where a line is none
        of ours.
        """
        stretch = next(self._stretches, None)
        self.is_over = stretch is None
        return () if stretch is None else (stretch,)

    def commit(self, following: Mapping[Partition, int]) -> None:
        """Nobody else keeps a count: the lake knows how far it has come."""

    def _new(self, path: Path) -> Iterator[Stretch]:
        for lines in read(path):
            for name, run in groupby(lines, _partition_of):
                fresh = list(self._fresh(path, name, run))
                if fresh:
                    yield _stretch(fresh)

    def _fresh(self, path: Path, name: Partition, run: Iterable[Kept]) -> Iterator[Kept]:
        wanted = self._next.get(name, 0)
        for kept in run:
            if kept.offset == wanted:
                wanted += 1
                yield kept
            elif kept.offset > wanted:
                raise MissingOffsets(
                    f"{path.name}: {name[0]}/{name[1]} goes on with {kept.offset}, the lake needs"
                    f" {wanted}"
                )
        self._next[name] = wanted


def load(lake: Lake, paths: Sequence[Path], messages_max: int = MESSAGES_MAX) -> Moved:
    """File what the lake does not have yet, in batches of about `messages_max` at most.

    Raises MissingOffsets where a message is left out, MalformedMessage where a line is none of
    ours.
    """
    dump = Dump(paths, lake.next)
    moved = drain(
        dump,
        lake,
        seconds=float("inf"),
        keep_going=lambda: not dump.is_over,
        messages_max=messages_max,
    )
    while lake.compact() is not None:
        pass
    return moved


def read(path: Path) -> Iterator[list[Kept]]:
    """The lines of one file, many at a time.

    Raises MalformedMessage with the number of a line that is none.
    """
    decoder = msgspec.json.Decoder(Kept)
    number = 1
    with path.open("rb") as file:
        while lines := file.readlines(CHUNK_BYTES):
            try:
                yield decoder.decode_lines(b"".join(lines))
            except msgspec.DecodeError:
                _say_which(path, lines, number)
                raise
            number += len(lines)


def _say_which(path: Path, lines: Sequence[bytes], number: int) -> None:
    for at, line in enumerate(lines, start=number):
        try:
            msgspec.json.decode(line, type=Kept)
        except msgspec.DecodeError as error:
            raise MalformedMessage(path.name, f"line {at}: {error}") from error


def _partition_of(kept: Kept) -> Partition:
    return kept.topic, kept.partition


def _stretch(lines: Sequence[Kept]) -> Stretch:
    return Stretch(
        topic=lines[0].topic,
        partition=lines[0].partition,
        first=lines[0].offset,
        timestamps=[each.timestamp for each in lines],
        keys=[None if each.key is None else each.key.encode() for each in lines],
        values=[None if each.value is None else each.value.encode() for each in lines],
    )
