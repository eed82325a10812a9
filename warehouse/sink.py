"""Kafka into the lake: gather a batch, write it, and only then tell Kafka it was read.

A crash before the batch is finished repeats it, and a repeated batch lands where it did before.
At least once from Kafka and at most once in the lake make exactly once together.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from justbookit.settings import Settings
from warehouse.consumer import Source
from warehouse.lake import Lake, LakeFull, folder_of
from warehouse.manifest import LakeFile, Partition
from warehouse.record import QUARANTINE, Record, Row, file_away

ROWS_MAX = 100_000
BYTES_MAX = 64 * 1024 * 1024
COMPACT_EVERY = 50
"""Batches; small files are also made into larger ones whenever nothing comes in."""
PATIENCE_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait for room on a full disk, again and again."""

KeepGoing = Callable[[], bool]
_log = logging.getLogger("warehouse.sink")


class Messages(Protocol):
    """Where batches come from."""

    next: dict[Partition, int]

    def poll(self) -> list[Record]: ...
    def commit(self, following: Mapping[Partition, int]) -> None: ...


class Files(Protocol):
    """Where they go."""

    def write(self, rows: Sequence[Row], following: dict[Partition, int]) -> list[LakeFile]: ...
    def compact(self) -> LakeFile | None: ...


def run(settings: Settings, *, keep_going: KeepGoing, ready: Callable[[], None]) -> None:
    """Be the sink until told to stop; what was gathered by then is still written."""
    lake = Lake(folder_of(settings))
    try:
        source = Source(settings)
        try:
            partitions = source.find_partitions(keep_going=keep_going)
            source.start(partitions, lake.next)
            ready()
            moved = drain(source, lake, seconds=settings.sink_seconds, keep_going=keep_going)
            _log.info("stopped after %d messages", moved)
        finally:
            source.close()
    finally:
        lake.close()


def drain(source: Messages, lake: Files, *, seconds: float, keep_going: KeepGoing) -> int:
    """Move batches until told to stop; return how many messages were moved."""
    moved = batches = 0
    while keep_going():
        records = gather(source, seconds=seconds, keep_going=keep_going)
        batches += 1
        if not records or batches % COMPACT_EVERY == 0:
            _compact(lake)
        if not records:
            continue
        following = {(record.topic, record.partition): record.offset + 1 for record in records}
        rows = [file_away(record) for record in records]
        _complain_about(rows)
        if not _write_patiently(lake, rows, following, keep_going):
            break
        source.commit(following)
        moved += len(rows)
    return moved


def gather(source: Messages, *, seconds: float, keep_going: KeepGoing) -> list[Record]:
    """What comes within `seconds` of the first message, up to a batch that fits in memory."""
    records: list[Record] = []
    size = 0
    until = float("inf")
    while keep_going() and time.monotonic() < until and len(records) < ROWS_MAX:
        if came := source.poll():
            until = min(until, time.monotonic() + seconds)
            records += came
            size += sum(len(record.value or b"") for record in came)
            if size > BYTES_MAX:
                break
        elif not records:
            break
    return records


def _compact(lake: Files) -> None:
    try:
        merged = lake.compact()
    except LakeFull as error:
        _log.warning("%s; the small files stay", error)
        return
    if merged is not None:
        _log.info("made %s of small files, %d rows", merged.path, merged.rows)


def _complain_about(rows: Sequence[Row]) -> None:
    for row in rows:
        if row.dataset == QUARANTINE:
            where = f"{row.topic}/{row.partition}, offset {row.offset}"
            _log.warning("quarantined %s: %s", where, row.body[:200])


def _write_patiently(
    lake: Files, rows: Sequence[Row], following: dict[Partition, int], keep_going: KeepGoing
) -> bool:
    """Write, however long there is no room for it; False when told to stop before there was."""
    attempt = 0
    while True:
        try:
            files = lake.write(rows, following)
        except LakeFull as error:
            wait = PATIENCE_SECONDS[min(attempt, len(PATIENCE_SECONDS) - 1)]
            attempt += 1
            _log.error("%s; nothing is lost, trying again in %.0f s", error, wait)
            if not _sleep(wait, keep_going):
                return False
        else:
            _log.info("filed %d messages in %d files", len(rows), len(files))
            return True


def _sleep(seconds: float, keep_going: KeepGoing) -> bool:
    until = time.monotonic() + seconds
    while keep_going() and time.monotonic() < until:
        time.sleep(0.1)
    return keep_going()
