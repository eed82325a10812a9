"""The shelf kept up to date: what has changed is read from Postgres, a few shows at a time.

One process of a home does it, whichever has the lock; when that ends, the kernel gives the lock
away. The billboard says which shows there are and at which version, so nothing is asked about
a show in which nothing happened, and only what has happened since is read.
"""

import asyncio
import fcntl
import os
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path

import msgspec
import psycopg
import structlog

from api.shelf import Shelf, Shelved
from justbookit import wire
from justbookit.errors import BrokenInvariant, MalformedMessage
from justbookit.evolving import evolve
from justbookit.ids import ShowId
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored, snapshot_of

log = structlog.get_logger()

ROUND_SECONDS = 2.0
MISSING_AT_ONCE, OLDER_AT_ONCE = 50, 20
"""So many shows cost a few hundredths of a second; what changes more often is put there later."""

Versions = Mapping[ShowId, int]
ReadSince = Callable[[Versions], Awaitable[Mapping[ShowId, Sequence[bytes]]]]
"""The events of shows after a version of each, in order."""


class Shelving:
    """Brings the shelf up to date again and again, while this process has the lock."""

    def __init__(
        self,
        shelf: Shelf,
        lock: Path,
        known: Callable[[], Versions],
        read_since: ReadSince,
    ) -> None:
        self._shelf = shelf
        self._lock_path = lock
        self._lock: int | None = None
        self._known = known
        self._read_since = read_since
        self._there: dict[ShowId, int] = {}
        """What lies on the shelf, those put there longest ago first."""

    async def keep(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                # Several processes do not begin at the same moment.
                await asyncio.sleep(ROUND_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
                if self._lock is None and not self._take_lock():
                    continue
                try:
                    await self.round()
                except psycopg.Error:
                    continue  # the billboard's keeper says so
                except Exception as error:
                    log.error("the shelf stumbled", exc_info=error)  # noqa: TRY400 - with all of it
        finally:
            self._let_go()

    async def round(self) -> None:
        """Put some shows there that are not there as they are, and take away what is over.

        Raises psycopg.Error and sqlite3.Error; nothing has changed then.
        """
        wanted = self._known()
        gone = [each for each in self._there if each not in wanted]
        # Those that never were there, then those that were put there longest ago.
        missing = [each for each in wanted if each not in self._there]
        older = [each for each, at in self._there.items() if at < wanted.get(each, 0)]
        some = [*missing[:MISSING_AT_ONCE], *older[:OLDER_AT_ONCE]]
        if not some and not gone:
            return
        asked_at = time.time()
        known = {each: self._there.get(each, 0) for each in some}
        events = await self._read_since(known) if known else {}
        put = await asyncio.to_thread(self._put, known, events, gone, asked_at)
        for show_id in (*gone, *known):
            self._there.pop(show_id, None)
        self._there.update(put)
        for show_id, version in known.items():
            if show_id not in put and not version and events.get(show_id):
                self._there[show_id] = wanted[show_id]  # until it is another, nothing can be made

    def _put(
        self,
        known: Versions,
        events: Mapping[ShowId, Sequence[bytes]],
        gone: Collection[ShowId],
        asked_at: float,
    ) -> dict[ShowId, int]:
        before = self._shelf.get_all([show_id for show_id, version in known.items() if version])
        made = []
        for show_id, version in known.items():
            was = before.get(show_id)
            if version == (was.version if was is not None else 0):
                shelved = _brought(show_id, was, events.get(show_id, ()), asked_at)
                if shelved is not None:
                    made.append((show_id, shelved))
        self._shelf.put(made, gone)
        return {show_id: shelved.version for show_id, shelved in made}

    def _take_lock(self) -> bool:
        """Whether this process is the one that writes from now on."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._lock = file
        self._there = self._shelf.versions()
        return True

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _brought(
    show_id: ShowId, was: Shelved | None, events: Sequence[bytes], asked_at: float
) -> Shelved | None:
    """A show with what has happened since; None when nothing can be made of that."""
    try:
        seatmap = restored(was.body) if was is not None else SeatMap(show_id)
        changed_at = was.changed_at if was is not None else 0.0
        for raw in events:
            event = wire.decode_seat_event(raw)
            evolve(seatmap, event)
            changed_at = event.at.timestamp()
    except (BrokenInvariant, MalformedMessage, KeyError, msgspec.MsgspecError) as error:
        log.warning("a seat map cannot be put on the shelf", show=show_id, why=str(error))
        return None
    if seatmap.terms is None:
        return None
    return Shelved(seatmap.version, asked_at, changed_at, snapshot_of(seatmap))
