"""How much memory the warehouse's commands take, while they run."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from typing import Self

import psutil
import psycopg

from justbookit.settings import Settings

_SAMPLE_SECONDS = 0.2


class Memory:
    """The most that our commands and their PostgreSQL sessions held at once, in bytes.

    What processes share is counted once (PSS), so a server's buffers count as far as used.
    """

    def __init__(self, settings: Settings) -> None:
        """Watch sessions of the database that `settings` names, once it is entered."""
        self.peak = 0
        self._postgres = settings.postgres
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        ours = psutil.Process()
        with psycopg.connect(self._postgres, autocommit=True) as connection:
            while not self._over.wait(_SAMPLE_SECONDS):
                sessions = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                ).fetchall()
                theirs = _of_pids(pid for (pid,) in sessions)
                held = sum(map(_held, [*ours.children(recursive=True), *theirs]))
                self.peak = max(self.peak, held)


def _of_pids(pids: Iterable[int]) -> Iterator[psutil.Process]:
    """Those that are still there; a session may end while it is looked at."""
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield psutil.Process(pid)


def _held(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0
