"""Parquet files in folders by dataset and day, written and read through DuckDB.

A batch comes as lines, which DuckDB takes apart, and rows of what needed care (`spool`).
It is written in this order: the files, each under a passing name first; then one line in
the manifest. Where the line is missing the batch never was, and is read from Kafka again; the
file names say topic, partition and first offset, so it lands where it did before.
"""

import errno
import fcntl
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO

import msgspec

from justbookit.errors import JustBookItError
from justbookit.settings import Settings
from warehouse import batch_table, manifest
from warehouse.batch_table import SELECTED
from warehouse.duck import PASSING, DiskFailed, connect, literal, literals
from warehouse.manifest import LakeFile, LakeUnreadable, Manifest, Partition
from warehouse.spool import Spool

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
FILES_MIN = 8
"""So many small files of one partition and day are worth being made into one."""
SMALL_ROWS_MAX = 100_000


class LakeBusy(JustBookItError):
    """Another sink writes to this lake."""


class LakeFull(JustBookItError):
    """There is no room on the disk; nothing of the batch was kept."""


def folder_of(settings: Settings) -> Path:
    """Where the lake lies."""
    return Path(settings.home).resolve() / "lake"


class Lake:
    """The lake as its one writer has it."""

    def __init__(self, folder: Path) -> None:
        """Open the lake in `folder`, made if it is not there, and tidy up what a crash left.

        Raises LakeBusy when another process writes to it, LakeUnreadable when there are files
        and no manifest.
        """
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(folder)
        try:
            self._manifest = _begin(folder)
        except BaseException:
            self._lock.close()
            raise
        self._remove_leftovers()
        self._connection = connect(folder)
        self._tidy = False

    @property
    def next(self) -> dict[Partition, int]:
        """The first offset of each partition that is not in the lake."""
        return self._manifest.next

    def write(self, spool: Spool) -> list[LakeFile]:
        """Add a batch, all or nothing.

        Raises LakeFull when the disk is; the batch may then be tried again.
        """
        with _room_needed(self.folder):
            files = self._write_files(spool)
            batch = manifest.append(self.folder, files, spool.following)
        self._manifest.add(batch)
        self._tidy = False
        return files

    def close(self) -> None:
        """Let others write."""
        self._connection.close()
        self._lock.close()

    def _write_files(self, spool: Spool) -> list[LakeFile]:
        passing = self.folder / PASSING
        passing.mkdir(exist_ok=True)
        batch_table.make(self._connection, spool, passing)
        files = self._connection.execute(batch_table.FILES).fetchall()
        if sum(file[-1] for file in files) != spool.messages:
            raise LakeUnreadable(f"a batch of {spool.messages} messages would be files of {files}")
        return [self._write_file(*file) for file in files]

    def _write_file(
        self, dataset: str, topic: str, partition: int, day: date, first: int, last: int, rows: int
    ) -> LakeFile:
        name = f"part-{topic}-{partition}-{first:012}.parquet"
        path = Path(dataset, "v1", f"event_date={day}", name)
        passing = self.folder / PASSING / name
        self._connection.execute(
            f"COPY (SELECT {SELECTED} FROM batch WHERE partition = {partition}"  # noqa: S608
            f" AND event_date = DATE '{day}' AND dataset = {literal(dataset)}"
            f' AND topic = {literal(topic)} ORDER BY show_id, "offset")'
            f" TO {literal(passing)} (FORMAT parquet, COMPRESSION zstd)"
        )
        self._put(passing, path)
        return LakeFile(
            dataset=dataset,
            path=str(path),
            topic=topic,
            partition=partition,
            first=first,
            last=last,
            rows=rows,
        )

    def compact(self) -> LakeFile | None:
        """Make one file of the small ones of some partition and day; None when all is well.

        What it replaces stays on the disk until the next time, for readers that have it in hand.
        Raises LakeFull when there is no room for both.
        """
        if self._tidy:
            return None
        groups: defaultdict[tuple[str, int, str], list[LakeFile]] = defaultdict(list)
        for file in self._manifest.files.values():
            if file.rows < SMALL_ROWS_MAX:
                groups[file.topic, file.partition, file.path.rpartition("/")[0]].append(file)
        most = max(groups.values(), key=len, default=[])
        if len(most) < FILES_MIN:
            self._tidy = True
            return None
        for path in self._manifest.replaced:
            (self.folder / path).unlink(missing_ok=True)
        with _room_needed(self.folder):
            merged = self._merge(sorted(most, key=lambda file: file.first))
            batch = manifest.append(self.folder, [merged], {}, [file.path for file in most])
        self._manifest.replaced.clear()
        self._manifest.add(batch)
        return merged

    def _merge(self, files: Sequence[LakeFile]) -> LakeFile:
        first, last = files[0], max(file.last for file in files)
        name = f"part-{first.topic}-{first.partition}-{first.first:012}-{last:012}.parquet"
        path = str(Path(first.path).with_name(name))
        (self.folder / PASSING).mkdir(exist_ok=True)
        passing = self.folder / PASSING / name
        paths = literals(self.folder / file.path for file in files)
        written = self._connection.execute(
            f"COPY (SELECT {SELECTED} FROM read_parquet({paths}, union_by_name = true)"  # noqa: S608
            f' ORDER BY show_id, "offset") TO {literal(passing)} (FORMAT parquet, COMPRESSION zstd)'
        ).fetchone()
        rows = sum(file.rows for file in files)
        if written != (rows,):
            raise LakeUnreadable(f"{name} would hold {written} rows, its parts hold {rows}")
        self._put(passing, Path(path))
        return msgspec.structs.replace(first, path=path, last=last, rows=rows)

    def _put(self, passing: Path, path: Path) -> None:
        final = self.folder / path
        final.parent.mkdir(parents=True, exist_ok=True)
        sync(passing)
        passing.replace(final)
        sync(final.parent)

    def _remove_leftovers(self) -> None:
        shutil.rmtree(self.folder / PASSING, ignore_errors=True)
        known = self._manifest.files.keys() | self._manifest.replaced
        for path in self.folder.glob("*/v1/**/*.parquet"):
            if str(path.relative_to(self.folder)) not in known:
                path.unlink()


def read_manifest(folder: Path) -> Manifest:
    """What the lake consists of, for a reader.

    Raises LakeUnreadable when nothing was ever filed there.
    """
    try:
        return manifest.read(folder)
    except FileNotFoundError as error:
        raise LakeUnreadable(
            f"there is no lake in {folder}: is the sink running? (`python -m warehouse sink`)"
        ) from error


def _begin(folder: Path) -> Manifest:
    if not (folder / manifest.NAME).exists():
        if any(folder.glob("*/v1/**/*.parquet")):
            raise LakeUnreadable(
                f"{folder} holds files and no {manifest.NAME}: put the manifest back, or move"
                " the folder away and everything is fetched from Kafka again"
            )
        (folder / manifest.NAME).touch()
    manifest.mend(folder)
    return manifest.read(folder)


def _lock(folder: Path) -> IO[bytes]:
    file = (folder / "_lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise LakeBusy(f"another sink writes to {folder}") from error
    return file


@contextmanager
def _room_needed(folder: Path) -> Iterator[None]:
    """A full disk is LakeFull, whoever finds out."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise LakeFull(f"no room in {folder}: {error.strerror}") from error
        raise
    except DiskFailed as error:
        # DuckDB tells a full disk from other trouble in its text only
        if os.strerror(errno.ENOSPC) in str(error):
            raise LakeFull(f"no room in {folder}: {error}") from error
        raise


def sync(path: Path) -> None:
    """Have a file, or what is in a folder, on the disk before anything else is said of it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
