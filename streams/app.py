"""The one way a Faust app is made here: at least once, read from positions of our own, no web.

Faust joins the group, gets partitions, fetches and calls the agent. It does not say where to
read: its committed offsets ran ahead of what was decided when that was measured. Whoever owns
the partitions keeps the position in Postgres, in the transaction of what was decided; on taking
partitions over (`claim`) that is where reading goes on. The call order is Faust's own:

    revoked → assigned → claim → positions, seek → records of this generation

Pinned to faust-streaming 0.15.3; tests/integration/streams/test_seats_faults.py is the contract.
"""

import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import faust
from aiokafka.structs import ConsumerRecord
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer
from faust.types import TP, ConsumerMessage

from justbookit.settings import Settings
from streams.fetching import patient

SESSION_SECONDS = 6
"""How soon a dead worker's partitions go to another: the least a broker allows by default."""

HEARTBEAT_SECONDS = 2
REQUEST_SECONDS = 20
POLL_RECORDS_MAX = 500
"""How many records one event brings at most."""

BUFFERED_EVENTS_MAX = 8
REPEAT_SECONDS = 10
GARBAGE_THRESHOLDS = (50_000, 20, 100)


class Owner(Protocol):
    """Who owns partitions: keeps where to read on, and decides what was read."""

    def claim(self) -> Awaitable[None]:
        """Take the partitions of this generation over. An error in here must end the process."""

    def release(self) -> Awaitable[None]:
        """Finish what was begun; others get the partitions as soon as this returns."""

    def drain(self) -> Awaitable[None]:
        """The process is to end: finish what was begun and what follows from it."""

    def positions(self) -> Mapping[TP, int]:
        """The next offset of each claimed partition; empty while none is claimed."""


class PositionedConsumer(Consumer):
    """Reads from the owner's positions, and hands records over by the hundred, not one by one.

    Faust spends 70 microseconds on an event. Here an event's value is a list of records of one
    partition in order; its offset is the last one's, so acknowledging it means all of them.
    """

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        assert isinstance(self.app, StreamApp)
        made = patient(int(1000 * self.app.gather_seconds))
        return made(self, loop=self.loop, beacon=self.beacon)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Faust copies what this returns into what it believes was read and committed."""
        assert isinstance(self.app, StreamApp)
        positions = self.app.owner.positions()
        at = {tp: positions[tp] for tp in self.assignment() if tp in positions}
        if at:
            await self.seek_wait(at)
        return at

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Nothing: what lies between the offsets of two events is in the later of them."""

    def _new_offset(self, tp: TP) -> int | None:
        """What can be committed: events are acknowledged in order, each with all its records.

        Faust looks for consecutive numbers among all that were acknowledged; it would find few
        here, keep the rest, and go through more of them each second.
        """
        acknowledged = self._acked[tp]
        if not acknowledged:
            return None
        newest = max(acknowledged)
        acknowledged.clear()
        self._acked_index[tp].clear()
        return int(newest) + 1

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ASYNC109 - Faust's signature
        records, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if not records or self.should_stop:
            return
        for tp, batch in records.items():
            # What is not handed over here was fetched for nothing; the seek after the next
            # claim fetches it again.
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            if batch and active and (tp in active or tp in self._buffered_partitions):
                yield TP(tp.topic, tp.partition), _bundle(tp, batch, generation)


def _bundle(tp: TP, records: list[ConsumerRecord[bytes, bytes]], generation: int) -> Any:
    last = records[-1]
    return ConsumerMessage(
        topic=tp.topic,
        partition=tp.partition,
        offset=last.offset,
        timestamp=last.timestamp / 1000,
        timestamp_type=last.timestamp_type,
        headers=[],
        key=None,
        value=records,  # type: ignore[arg-type]  # "raw" hands it over as it is
        checksum=None,
        tp=TP(tp.topic, tp.partition),
        generation_id=generation,
    )


class StreamApp(faust.App):
    """A Faust app whose partitions have an owner."""

    owner: Owner
    gather_seconds: float
    """How long the broker gathers records for us, unless there are many."""

    def _new_consumer(self) -> Any:
        self.transport.Consumer = PositionedConsumer  # type: ignore[misc]  # Faust's own hook
        return super()._new_consumer()


def make_app(settings: Settings, name: str, gather_seconds: float = 0.0) -> StreamApp:
    """An app called `name` (that is its consumer group); it still needs an owner."""
    folder = Path(settings.home).absolute() / "faust"
    folder.mkdir(parents=True, exist_ok=True)
    app = StreamApp(
        name,
        broker=[_url(broker) for broker in settings.kafka.split(",")],
        datadir=folder / name,
        processing_guarantee="at_least_once",
        # With no standby replicas and no tables Faust would give partitions out one by one,
        # each topic apart; the topics of an agent must be given out together.
        table_standby_replicas=1,
        topic_disable_leader=True,
        topic_allow_declare=False,
        key_serializer="raw",
        value_serializer="raw",
        web_enabled=False,
        stream_wait_empty=False,
        stream_buffer_maxsize=BUFFERED_EVENTS_MAX,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 * 1024 * 1024,
        broker_max_poll_records=POLL_RECORDS_MAX,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_rebalance_timeout=SESSION_SECONDS * 2,
        broker_request_timeout=REQUEST_SECONDS,
        broker_commit_interval=1.0,
        worker_redirect_stdouts=False,
    )
    app.gather_seconds = gather_seconds
    return app


def own(app: StreamApp, owner: Owner) -> None:
    """Let `owner` have the partitions that `app` is given."""
    app.owner = owner

    async def claim(*_: Any, **__: Any) -> None:
        await owner.claim()

    async def release(*_: Any, **__: Any) -> None:
        await owner.release()

    async def drain(*_: Any, **__: Any) -> None:
        await owner.drain()

    # Faust keeps its receivers by weak reference unless told otherwise.
    app.on_rebalance_complete.connect(claim, weak=False)
    app.on_partitions_revoked.connect(release, weak=False)
    app.on_before_shutdown.connect(drain, weak=False)


def run(app: StreamApp, settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; ends the process."""
    # Most of what a writer makes lives until the batch is published and is in no cycle; looking
    # for cycles after each 700 objects took a third of its time.
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    _log_to_stderr(settings.log_level)
    worker = faust.Worker(app, loglevel=settings.log_level, override_logging=False)
    worker.spinner = None
    worker.execute_from_commandline()


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, handlers=[handler])
    for noisy in ("aiokafka", "faust", "mode"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


class Repeats(logging.Filter):
    """Lets each line through once in a while: a dead broker is worth a few, not hundreds."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        line = f"{record.name} {record.msg}"
        is_news = record.created - self._last.get(line, 0.0) >= REPEAT_SECONDS
        if is_news:
            self._last[line] = record.created
        return is_news


def _url(broker: str) -> str:
    parts = urlsplit(f"kafka://{broker.strip()}")
    return f"kafka://{parts.hostname}:{parts.port or 9092}"
