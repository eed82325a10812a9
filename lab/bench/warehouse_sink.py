"""How fast the sink catches up: messages lie in Kafka, and none of them in the lake.

Kafka is one of the benchmark's own, gone afterwards: nobody else's log is read or added to.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer

from justbookit.settings import Settings
from lab.bench.figures import NotPlausible
from lab.bench.ground import Say
from lab.bench.warehouse_month import PARTITIONS
from lab.own_stack import environment, fresh, own_home, running

BATCH_BYTES_MAX = 512 * 1024
"""As our own writers make them."""
MESSAGES_MAX = 400_000
"""The first of the month: about a day of 500,000 tickets."""
SECONDS_MAX = 300.0
_LOOK_SECONDS = 0.05


class _Line(msgspec.Struct, gc=False):
    topic: str
    partition: int
    key: str
    value: str


class _Batch(msgspec.Struct, gc=False):
    next: tuple[tuple[str, int, int], ...]


def caught_up_per_s(paths: Sequence[Path], say: Say) -> float:
    """Messages a second from Kafka into an empty lake, from when the sink is ready.

    Raises NotPlausible when it does not come to the end.
    """
    with own_home() as home:
        settings = fresh(home, partitions=PARTITIONS)
        with running(settings, "kafka", say):
            say("sending messages to a Kafka of our own")
            sent = asyncio.run(_send(settings, paths))
            say(f"the sink takes {sent:,} messages from it")
            seconds = _seconds_to_take(settings, sent)
    return sent / seconds


async def _send(settings: Settings, paths: Sequence[Path]) -> int:
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka,
        compression_type="lz4",
        max_batch_size=BATCH_BYTES_MAX,
        linger_ms=50,
    )
    await producer.start()
    sent = 0
    try:
        for line in islice(_lines(paths), MESSAGES_MAX):
            key, value = line.key.encode(), line.value.encode()
            await producer.send(line.topic, key=key, value=value, partition=line.partition)
            sent += 1
    finally:
        await producer.stop()
    return sent


def _lines(paths: Sequence[Path]) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(_Line)
    for path in paths:
        with path.open("rb") as lines:
            yield from map(decoder.decode, lines)


def _seconds_to_take(settings: Settings, messages: int) -> float:
    with subprocess.Popen(
        [sys.executable, "-m", "warehouse", "sink"],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as sink:
        assert sink.stdout is not None
        try:
            if not sink.stdout.readline().startswith("ready "):
                raise NotPlausible("the sink did not start")
            began = time.perf_counter()
            manifest = Path(settings.home) / "lake" / "_manifest.ndjson"
            while _taken(manifest) < messages:
                if time.perf_counter() - began > SECONDS_MAX or sink.poll() is not None:
                    raise NotPlausible(f"the sink took {_taken(manifest)} of {messages} messages")
                time.sleep(_LOOK_SECONDS)
            return time.perf_counter() - began
        finally:
            sink.send_signal(signal.SIGTERM)
            sink.wait()


def _taken(manifest: Path) -> int:
    """How many messages are in the lake for good."""
    ends: dict[tuple[str, int], int] = {}
    finished = manifest.read_bytes().rpartition(b"\n")[0]
    for line in finished.splitlines():
        batch = msgspec.json.decode(line, type=_Batch)
        ends.update({(topic, partition): end for topic, partition, end in batch.next})
    return sum(ends.values())
