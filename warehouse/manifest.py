"""Which files the lake consists of, and how far each partition has come.

One line of `_manifest.ndjson` is one finished batch, and writing that line is what finishes it:
a file that no line names is the leftover of a batch that did not come to its end. Readers follow
the manifest, never the folders, so that nobody sees half a batch or a row twice.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from justbookit.errors import JustBookItError

NAME = "_manifest.ndjson"

Partition = tuple[str, int]
"""Topic and partition."""


class LakeUnreadable(JustBookItError):
    """The lake's files and its manifest do not belong together."""


class LakeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One Parquet file: rows of one partition and one day, offsets `first` to `last`."""

    dataset: str
    path: str
    topic: str
    partition: int
    first: int
    last: int
    rows: int


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what a batch added, and the next offset of each partition it read.

    `replaced`: paths whose rows lie in `files` now; they are no longer part of the lake.
    """

    files: tuple[LakeFile, ...]
    next: tuple[tuple[str, int, int], ...]
    replaced: tuple[str, ...] = ()


class Manifest(msgspec.Struct, kw_only=True):
    """All lines together."""

    files: dict[str, LakeFile] = {}
    next: dict[Partition, int] = {}
    replaced: set[str] = msgspec.field(default_factory=set)
    """Paths that readers who came before may still have in hand."""

    def add(self, batch: Batch) -> None:
        """Take one more batch in."""
        for path in batch.replaced:
            self.files.pop(path, None)
        self.replaced.update(batch.replaced)
        self.files.update({file.path: file for file in batch.files})
        self.next.update({(topic, partition): offset for topic, partition, offset in batch.next})


def read(folder: Path) -> Manifest:
    """What the lake in `folder` consists of; a last line without its end was never finished.

    Raises FileNotFoundError without a manifest, LakeUnreadable when a line is none of ours.
    """
    finished, _, _ = (folder / NAME).read_bytes().rpartition(b"\n")
    manifest = Manifest()
    decoder = msgspec.json.Decoder(Batch)
    for number, line in enumerate(finished.splitlines(), start=1):
        try:
            manifest.add(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise LakeUnreadable(f"{folder / NAME}, line {number}: {error}") from error
    return manifest


def append(
    folder: Path,
    files: Iterable[LakeFile],
    following: dict[Partition, int],
    replaced: Iterable[str] = (),
) -> Batch:
    """Finish a batch: once this returns, its files are part of the lake for good."""
    batch = Batch(
        files=tuple(files),
        next=tuple((topic, partition, offset) for (topic, partition), offset in following.items()),
        replaced=tuple(replaced),
    )
    mend(folder)
    with (folder / NAME).open("ab", buffering=0) as file:
        before = file.tell()
        try:
            file.write(msgspec.json.encode(batch) + b"\n")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)
            raise
    return batch


def mend(folder: Path) -> None:
    """Cut off a last line that was not finished, so that the next one begins where it began."""
    path = folder / NAME
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            return
        file.seek(size - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        finished, newline, _ = file.read().rpartition(b"\n")
        file.truncate(len(finished) + len(newline))
        os.fsync(file.fileno())
