"""The watched folder: <home>/feeds/inbox/<source>/, and where its files go.

    inbox/<source>/<file>              put there by a theatre, best by renaming it in
    work/<source>/<delivery>~<file>    claimed: nobody changes it any more
    done/<source>/<delivery>~<file>    every line taken or refused

A file is claimed by one rename, after it has kept its size and time from one look to the next:
a later file of the same name is a delivery of its own, and a restart finds in `work` what was
begun. Names with `.part` at the end or a dot in front are still being written.
"""

import fcntl
import logging
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Self

import msgspec

from connectors.feeds.files import kind_of
from connectors.feeds.line import is_source
from justbookit.errors import JustBookItError
from justbookit.ids import SourceId

SETTLE_PATIENCE_SECONDS = 5.0
"""How long files that are ready wait for others that are still growing beside them."""

LAST_RANK = 1000

log = logging.getLogger(__name__)

Look = tuple[int, int, int]


class FolderTaken(JustBookItError):
    """Another process watches the folder."""


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is ours to read, named for ever by its delivery."""

    source: SourceId
    file: str
    delivery: str
    path: Path

    @property
    def order(self) -> tuple[int, str, str, str]:
        """What others are about comes first; among equals what came first, then by name."""
        kind = kind_of(self.file)
        came = self.delivery.partition("-")[0]
        return (kind.rank if kind else LAST_RANK, came, self.file, self.delivery)


class Folder:
    """Three folders and the files that move through them."""

    def __init__(self, home: Path) -> None:
        self.inbox, self._work, self._done = (
            home / "feeds" / name for name in ("inbox", "work", "done")
        )
        for folder in (self.inbox, self._work, self._done):
            folder.mkdir(parents=True, exist_ok=True)
        self._lock_path = home / "feeds" / ".lock"
        self._lock = ExitStack()
        self._looks: dict[Path, Look] = {}
        self._growing_since: float | None = None
        self._warned: set[Path] = set()

    def __enter__(self) -> Self:
        """Raises FolderTaken: two watchers would take the same file twice."""
        with ExitStack() as opened:
            lock = opened.enter_context(self._lock_path.open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise FolderTaken(f"another process watches {self.inbox}") from error
            self._lock = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def claimed(self) -> list[Claim]:
        """What was begun before a restart."""
        return [
            Claim(
                source=SourceId(path.parent.name),
                delivery=path.name.partition("~")[0],
                file=path.name.partition("~")[2],
                path=path,
            )
            for path in sorted(self._work.glob("*/*~*"))
        ]

    def claim(self, now: float) -> list[Claim]:
        """Take what has settled in the inbox. `now` is any clock that only goes forward."""
        before, self._looks = self._looks, dict(self._waiting())
        settled = [path for path, look in self._looks.items() if before.get(path) == look]
        if len(settled) == len(self._looks):
            self._growing_since = None
        elif self._growing_since is None:
            self._growing_since = now
        # What is growing may be what the settled files are about, so they wait for it a while.
        if self._growing_since is not None and now - self._growing_since < SETTLE_PATIENCE_SECONDS:
            return []
        came = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        return [claim for path in settled if (claim := self._take(path, came))]

    def finish(self, claim: Claim) -> None:
        target = self._done / claim.source / claim.path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        claim.path.rename(target)

    def _take(self, path: Path, came: str) -> Claim | None:
        source = SourceId(path.parent.name)
        delivery = f"{came}-{token_hex(4)}"
        target = self._work / source / f"{delivery}~{path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.rename(target)
        except FileNotFoundError:
            return None
        return Claim(source=source, file=path.name, delivery=delivery, path=target)

    def _waiting(self) -> Iterator[tuple[Path, Look]]:
        for folder in sorted(self.inbox.iterdir()):
            if not folder.is_dir() or not is_source(folder.name):
                self._warn(folder, "is no folder of a source: a-z, 0-9, '-' and '_' only")
                continue
            for path in sorted(folder.iterdir()):
                if path.name.startswith(".") or path.name.endswith(".part"):
                    continue
                try:
                    found = path.lstat()
                except FileNotFoundError:
                    continue
                if stat.S_ISREG(found.st_mode):
                    yield path, (found.st_ino, found.st_size, found.st_mtime_ns)
                else:
                    self._warn(path, "is no plain file")

    def _warn(self, path: Path, reason: str) -> None:
        if path not in self._warned:
            self._warned.add(path)
            log.warning("left alone: %s %s", path, reason)
