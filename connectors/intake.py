"""From the folder to Kafka, file by file and line by line; a crash at any point loses nothing.

For each batch of lines: translate, send, wait until Kafka has it, and only then move the
cursor. Killed in between, the same lines are sent again as the same commands.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice

import psycopg
from psycopg_pool import PoolTimeout

from connectors.feeds.files import BYTES_MAX, read
from connectors.feeds.line import Feed, Translated, Unreadable
from connectors.feeds.translate import translate
from connectors.folder import Claim, Folder
from connectors.gate import Gate, Verdict, refuse_unknown, shows_of
from connectors.producer import KafkaAway, Producer, messages_of
from connectors.store import Store

BATCH_LINES = 500
LOOK_SECONDS = 0.5
AWAY_SECONDS = 2.0
WAIT_WARNING_SECONDS = 30.0

log = logging.getLogger(__name__)


class Delivery:
    """One claimed file with the batch that is next."""

    def __init__(self, claim: Claim, store: Store) -> None:
        with claim.path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
        cursor = store.begin(
            delivery=claim.delivery,
            source=claim.source,
            file=claim.file,
            sha256=sha256(raw).hexdigest(),
            taken_at=datetime.now(UTC),
        )
        self.claim = claim
        self.taken_at = cursor.taken_at
        self.feed = Feed(
            source=claim.source,
            organizer_id=store.organizer_of(claim.source),
            delivery=claim.delivery,
        )
        translated = translate(self.feed, read(claim.file, raw))
        first = None if cursor.finished else cursor.records
        self._items = islice(translated, first, None) if first is not None else iter(())
        self._batch: list[Translated | Unreadable] = []
        self.waits_since: float | None = None

    def batch(self) -> list[Translated | Unreadable]:
        """The next lines; the same ones until they are `taken`. Empty at the end."""
        if not self._batch:
            self._batch = list(islice(self._items, BATCH_LINES))
        return self._batch

    def taken(self) -> None:
        self._batch = []


class Intake:
    """Takes what is in the folder, what others are about before what is about them."""

    def __init__(
        self, folder: Folder, store: Store, producer: Producer, gate: Gate, partitions: int
    ) -> None:
        self._folder = folder
        self._store = store
        self._producer = producer
        self._gate = gate
        self._partitions = partitions
        self._claims: list[Claim] = folder.claimed()
        self._open: dict[str, Delivery] = {}

    def turn(self) -> bool:
        """Take one batch of one file. Returns whether anything could be done."""
        self._claims.extend(self._folder.claim(time.monotonic()))
        return any(self._take_batch(claim) for claim in _heads(self._claims))

    def _take_batch(self, claim: Claim) -> bool:
        """False when the next lines must wait for the seat writer."""
        if claim.delivery not in self._open:
            self._open[claim.delivery] = Delivery(claim, self._store)
        delivery = self._open[claim.delivery]
        items = delivery.batch()
        if not items:
            self._store.finish(claim.delivery)
            self._folder.finish(claim)
            self._claims.remove(claim)
            del self._open[claim.delivery]
            log.info("done: %s of %s", claim.file, claim.source)
            return True
        if shows := shows_of(items):
            verdicts = self._gate.verdicts(shows)
            waits = [show_id for show_id, verdict in verdicts.items() if verdict is Verdict.WAIT]
            if waits:
                _warn_of_waiting(delivery, min(waits))
                return False
            items = refuse_unknown(items, verdicts)
        self._producer.send(
            messages_of(delivery.feed, claim.file, delivery.taken_at, items, self._partitions)
        )
        self._store.advance(
            claim.delivery,
            records=len(items),
            refused=sum(isinstance(item, Unreadable) for item in items),
            line=items[-1].line,
        )
        delivery.taken()
        delivery.waits_since = None
        return True


def watch(intake: Intake, stop: threading.Event) -> None:
    """Take what comes until told to stop; wait while Kafka, Postgres or the disk is away."""
    while not stop.is_set():
        try:
            worked = intake.turn()
        except (KafkaAway, psycopg.OperationalError, PoolTimeout, OSError) as error:
            log.warning("feeds wait: %s", error)
            stop.wait(AWAY_SECONDS)
            continue
        if not worked:
            stop.wait(LOOK_SECONDS)


def until(ready: Callable[[], None], stop: threading.Event) -> None:
    """Call `ready` until it works or we are told to stop."""
    while not stop.is_set():
        try:
            return ready()
        except (KafkaAway, psycopg.Error, PoolTimeout) as error:
            log.warning("not ready: %s", error)
            stop.wait(AWAY_SECONDS)
    return None


def _heads(claims: list[Claim]) -> Iterator[Claim]:
    """The first file of each source; a source that waits does not hold up the others."""
    heads: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda claim: claim.order):
        heads.setdefault(claim.source, claim)
    yield from heads.values()


def _warn_of_waiting(delivery: Delivery, show_id: str) -> None:
    now = time.monotonic()
    if delivery.waits_since is None:
        delivery.waits_since = now
    elif now - delivery.waits_since > WAIT_WARNING_SECONDS:
        delivery.waits_since = now
        log.warning("%s waits for show %s to be on sale", delivery.claim.path, show_id)
