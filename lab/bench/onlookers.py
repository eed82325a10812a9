"""Onlookers: people who look at whatever there is to see, one thing after the other, for hours.

They count what they could not see: any answer but 200, an answer without what was asked for, one
that does not say how old it is, and none at all.
"""

import http.client
import threading
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from random import Random
from types import TracebackType
from typing import NamedTuple, Self

PATIENCE_SECONDS = 10.0
"""Nobody waits longer for a page."""
PAUSE_SECONDS = 0.02
TOLD_MAX = 20
OK = 200


class Ask(NamedTuple):
    """An address, and what its answer must say."""

    path: str
    says: bytes = b""


class Seen:
    """What was seen since the last look: so many reads, how long each took, what failed."""

    def __init__(self) -> None:
        self.took = array("d")
        self.failed: Counter[str] = Counter()
        """By kind of question."""
        self.told: list[str] = []
        """The first of the failures, in words."""
        self.kinds: Counter[str] = Counter()
        self.stale = 0
        self.oldest = 0
        """The age of the oldest answer, in seconds, as it said itself."""

    def add(self, kind: str, took: float, headers: Mapping[str, str]) -> None:
        self.kinds[kind] += 1
        self.took.append(took)
        self.stale += "warning" in headers
        self.oldest = max(self.oldest, int(headers.get("age", "0")))

    def fail(self, kind: str, why: str) -> None:
        self.kinds[kind] += 1
        self.failed[kind] += 1
        if len(self.told) < TOLD_MAX:
            self.told.append(why)


class Onlookers:
    """So many of them while it is entered, each in a thread and on a connection of its own."""

    def __init__(
        self, host: str, port: int, asks: Mapping[str, Sequence[Ask]], count: int, seed: int
    ) -> None:
        self._at = (host, port)
        self._asks = {kind: some for kind, some in asks.items() if some}
        self._over = threading.Event()
        self._writing = threading.Lock()
        self._seen = Seen()
        self._doors = [threading.Lock() for _ in range(count)]
        """Each is held while its onlooker waits for an answer."""
        self._generation = 0
        self._threads = [
            threading.Thread(target=self._look, args=(door, Random(seed + number)), daemon=True)
            for number, door in enumerate(self._doors)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def take(self) -> Seen:
        """What was seen since the last time."""
        with self._writing:
            seen, self._seen = self._seen, Seen()
        return seen

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """Nobody looks for a while; afterwards everybody comes in by a new connection."""
        with ExitStack() as stack:
            for door in self._doors:
                stack.enter_context(door)
            yield
            self._generation += 1

    def _look(self, door: threading.Lock, dice: Random) -> None:
        kinds = list(self._asks)
        generation, connection = self._generation, self._connected()
        while not self._over.wait(PAUSE_SECONDS * dice.uniform(0.5, 1.5)):
            kind = dice.choice(kinds)
            ask = dice.choice(self._asks[kind])
            with door:
                if generation != self._generation:
                    connection.close()
                    generation, connection = self._generation, self._connected()
                try:
                    self._ask(connection, kind, ask)
                except (OSError, http.client.HTTPException) as error:
                    self._fail(kind, f"{ask.path}: {error!r}")
                    connection.close()
        connection.close()

    def _ask(self, connection: http.client.HTTPConnection, kind: str, ask: Ask) -> None:
        began = time.perf_counter()
        connection.request("GET", ask.path)
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - began
        headers = {name.lower(): value for name, value in answer.getheaders()}
        if answer.status != OK:
            self._fail(kind, f"{ask.path} was answered {answer.status}: {body[:200]!r}")
        elif ask.says not in body:
            self._fail(kind, f"{ask.path} does not say {ask.says!r}: {body[:200]!r}")
        elif ask.path.startswith("/api/") and "as-of" not in headers:
            self._fail(kind, f"{ask.path} does not say how old it is")
        else:
            with self._writing:
                self._seen.add(kind, took, headers)

    def _fail(self, kind: str, why: str) -> None:
        with self._writing:
            self._seen.fail(kind, why)

    def _connected(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self._at, timeout=PATIENCE_SECONDS)
