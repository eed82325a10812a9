"""The shelf: seat maps on disk, of every show on sale, for when Postgres cannot be asked.

A row for each show, with the snapshot that `justbookit.snapshots` makes of it. All processes of
one home read the same file; which of them writes is said in `api.shelving`. It is never the
truth: a file that cannot be read is begun anew, and rows of another form are not seen.
"""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import structlog

from justbookit.ids import ShowId
from justbookit.snapshots import FORM

log = structlog.get_logger()

BUSY_SECONDS = 2.0

_TABLE = """
CREATE TABLE IF NOT EXISTS seat_map (
    show_id text PRIMARY KEY,
    form integer NOT NULL,
    version integer NOT NULL,
    as_of real NOT NULL,
    changed_at real NOT NULL,
    body blob NOT NULL
)
"""

_GET = """
SELECT version, as_of, changed_at, body FROM seat_map WHERE show_id = ? AND form = ?
"""

_VERSIONS = """
SELECT show_id, version FROM seat_map WHERE form = ?
"""

_PUT = """
INSERT OR REPLACE INTO seat_map (show_id, form, version, as_of, changed_at, body)
VALUES (?, ?, ?, ?, ?, ?)
"""

_DROP = """
DELETE FROM seat_map WHERE show_id = ?
"""


class Shelved(NamedTuple):
    """A show's snapshot at `version`; times are seconds since the epoch.

    `as_of`: up to when that was all that had happened. `changed_at`: when the last of it did.
    """

    version: int
    as_of: float
    changed_at: float
    body: bytes


class Shelf:
    """The file; each call opens it anew, so it may be removed at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, show_id: ShowId) -> Shelved | None:
        """A show as it was put there last; None when it was not, or cannot be read."""
        try:
            return self.get_all([show_id]).get(show_id)
        except sqlite3.Error as error:
            log.warning("a seat map cannot be read from the shelf", why=str(error))
            return None

    def get_all(self, show_ids: Collection[ShowId]) -> dict[ShowId, Shelved]:
        """Those of these shows that are there. Raises sqlite3.Error."""
        if not show_ids or not self._path.exists():
            return {}
        with self._open() as file:
            rows = ((each, file.execute(_GET, (each, FORM)).fetchone()) for each in show_ids)
            return {show_id: Shelved(*row) for show_id, row in rows if row is not None}

    def versions(self) -> dict[ShowId, int]:
        """Every show that is there, with its version."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._open() as file:
                return dict(file.execute(_VERSIONS, (FORM,)))
        except sqlite3.OperationalError as error:
            log.warning("the shelf cannot be read just now", why=str(error))
        except sqlite3.DatabaseError as error:
            log.warning("the shelf is of no use; it is begun anew", why=str(error))
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink(missing_ok=True)
        return {}

    def put(self, shows: Collection[tuple[ShowId, Shelved]], gone: Collection[ShowId]) -> None:
        """Add or replace `shows`, take `gone` away; all or nothing. Raises sqlite3.Error."""
        with self._open() as file, file:
            file.executemany(_PUT, [(show_id, FORM, *shelved) for show_id, shelved in shows])
            file.executemany(_DROP, [(show_id,) for show_id in gone])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self._path.exists():
            self._path.touch(mode=0o600)  # who has which seat is nobody else's business
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as file:
            # Whoever reads does not wait for who writes; what a power cut takes is read anew.
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = NORMAL")
            file.execute(_TABLE)
            yield file
