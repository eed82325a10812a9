"""Messages from files instead of from Kafka: one JSON object a line, as they were on their topics.

For a lake that is made anew from a copy of the log, and for measuring. Offsets are as strict
here as in Kafka: what the lake has already is passed over, and a hole stops everything.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from justbookit.errors import MalformedMessage, MissingOffsets
from warehouse.lake import Lake
from warehouse.manifest import LakeFile
from warehouse.record import Record, Row, file_away

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kept(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line: a message as its topic kept it; `timestamp` in milliseconds, as Kafka's."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: str | None = None
    value: str | None = None


class Loaded(msgspec.Struct, kw_only=True):
    """How many messages were filed, and how many of those lie in quarantine."""

    messages: int = 0
    quarantined: int = 0


def load(lake: Lake, paths: Sequence[Path], rows_max: int) -> Loaded:
    """File what the lake does not have yet, in batches of at most `rows_max`.

    One batch is written while the next is being read. Raises MissingOffsets where a message is
    left out, MalformedMessage where a line is none of ours.
    """
    done = Loaded()
    lines = _new(lake, paths)
    with ThreadPoolExecutor(1, thread_name_prefix="lake") as hand:
        writing: Future[list[LakeFile]] | None = None
        while records := list(islice(lines, rows_max)):
            rows = [file_away(record) for record in records]
            following = {(each.topic, each.partition): each.offset + 1 for each in records}
            if writing is not None:
                writing.result()
            writing = hand.submit(lake.write, rows, following)
            _count(done, rows)
        if writing is not None:
            writing.result()
    while lake.compact() is not None:
        pass
    return done


def read(path: Path) -> Iterator[Record]:
    """The messages of one file; raises MalformedMessage with the number of a line that is none."""
    decoder = msgspec.json.Decoder(Kept)
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                kept = decoder.decode(line)
            except msgspec.DecodeError as error:
                raise MalformedMessage(path.name, f"line {number}: {error}") from error
            yield Record(
                topic=kept.topic,
                partition=kept.partition,
                offset=kept.offset,
                timestamp=_EPOCH + timedelta(milliseconds=kept.timestamp),
                key=None if kept.key is None else kept.key.encode(),
                value=None if kept.value is None else kept.value.encode(),
            )


def _new(lake: Lake, paths: Iterable[Path]) -> Iterator[Record]:
    following = dict(lake.next)
    for path in paths:
        for record in read(path):
            name = (record.topic, record.partition)
            wanted = following.get(name, 0)
            if record.offset < wanted:
                continue
            if record.offset > wanted:
                raise MissingOffsets(
                    f"{path.name}: {record.topic}/{record.partition} goes on with"
                    f" {record.offset}, the lake needs {wanted}"
                )
            following[name] = wanted + 1
            yield record


def _count(done: Loaded, rows: Sequence[Row]) -> None:
    done.messages += len(rows)
    done.quarantined += sum(row.type == "Quarantined" for row in rows)
