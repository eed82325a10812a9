"""Kafka into the lake: gather a batch, write it, and only then tell Kafka it was read.

A crash before the batch is finished repeats it, and a repeated batch lands where it did before.
At least once from Kafka and at most once in the lake make exactly once together.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import msgspec

from justbookit.settings import Settings
from warehouse.consumer import Source
from warehouse.lake import Lake, LakeFull, folder_of
from warehouse.manifest import LakeFile, Partition
from warehouse.record import QUARANTINE, Stretch
from warehouse.spool import Spool

MESSAGES_MAX = 400_000
BYTES_MAX = 128 * 1024 * 1024
COMPACT_EVERY = 50
"""Batches; small files are also made into larger ones whenever nothing comes in."""
PATIENCE_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""How long to wait for room on a full disk, again and again."""

KeepGoing = Callable[[], bool]
Written = list[LakeFile] | None
"""The files of a batch; None when the sink was told to stop before there was room for them."""

_log = logging.getLogger("warehouse.sink")


class Messages(Protocol):
    """Where batches come from."""

    def poll(self) -> Sequence[Stretch]: ...
    def commit(self, following: Mapping[Partition, int]) -> None: ...


class Files(Protocol):
    """Where they go."""

    def write(self, spool: Spool) -> list[LakeFile]: ...
    def compact(self) -> LakeFile | None: ...


class Moved(msgspec.Struct, kw_only=True):
    """How many messages were filed, and how many of those lie in quarantine."""

    messages: int = 0
    quarantined: int = 0


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
            _log.info("stopped after %d messages", moved.messages)
        finally:
            source.close()
    finally:
        lake.close()


def drain(
    source: Messages,
    lake: Files,
    *,
    seconds: float,
    keep_going: KeepGoing,
    messages_max: int = MESSAGES_MAX,
) -> Moved:
    """Move batches until told to stop; return what was moved.

    While there is more than a batch holds, the next one is gathered as one is being written.
    """
    moved = Moved()
    batches = 0
    with ThreadPoolExecutor(1, thread_name_prefix="lake") as hand:
        writing: tuple[Spool, Future[Written]] | None = None
        while keep_going():
            spool = gather(source, seconds=seconds, most=messages_max, keep_going=keep_going)
            if writing is not None and not _finish(source, *writing, moved):
                return moved
            writing = None
            batches += 1
            if not spool.messages or batches % COMPACT_EVERY == 0:
                _compact(lake)
            if not spool.messages:
                continue
            _complain_about(spool)
            writing = spool, hand.submit(_write_patiently, lake, spool, keep_going)
            if not _is_full(spool, messages_max):
                if not _finish(source, *writing, moved):
                    return moved
                writing = None
        if writing is not None:
            _finish(source, *writing, moved)
    return moved


def gather(source: Messages, *, seconds: float, most: int, keep_going: KeepGoing) -> Spool:
    """What comes within `seconds` of the first message, up to a batch."""
    spool = Spool()
    until = float("inf")
    while keep_going() and time.monotonic() < until and not _is_full(spool, most):
        came = source.poll()
        if came:
            until = min(until, time.monotonic() + seconds)
            for stretch in came:
                spool.add(stretch)
        elif not spool.messages:
            break
    return spool


def _is_full(spool: Spool, most: int) -> bool:
    return spool.messages >= most or spool.size > BYTES_MAX


def _finish(source: Messages, spool: Spool, writing: Future[Written], moved: Moved) -> bool:
    """Wait until the batch is in the lake, and commit it; False when it could not be."""
    files = writing.result()
    if files is None:
        return False
    source.commit(spool.following)
    moved.messages += spool.messages
    moved.quarantined += sum(file.rows for file in files if file.dataset == QUARANTINE)
    return True


def _compact(lake: Files) -> None:
    try:
        merged = lake.compact()
    except LakeFull as error:
        _log.warning("%s; the small files stay", error)
        return
    if merged is not None:
        _log.info("made %s of small files, %d rows", merged.path, merged.rows)


def _complain_about(spool: Spool) -> None:
    for row in spool.quarantined:
        where = f"{row.topic}/{row.partition}, offset {row.offset}"
        _log.warning("quarantined %s: %s", where, row.body[:200])


def _write_patiently(lake: Files, spool: Spool, keep_going: KeepGoing) -> Written:
    """Write, however long there is no room for it."""
    attempt = 0
    while True:
        try:
            files = lake.write(spool)
        except LakeFull as error:
            wait = PATIENCE_SECONDS[min(attempt, len(PATIENCE_SECONDS) - 1)]
            attempt += 1
            _log.error("%s; nothing is lost, trying again in %.0f s", error, wait)
            if not _sleep(wait, keep_going):
                return None
        else:
            _log.info("filed %d messages in %d files", spool.messages, len(files))
            return files


def _sleep(seconds: float, keep_going: KeepGoing) -> bool:
    until = time.monotonic() + seconds
    while keep_going() and time.monotonic() < until:
        time.sleep(0.1)
    return keep_going()
