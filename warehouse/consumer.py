"""Kafka in: every partition of what is archived, from where the lake left off.

The lake knows how far it has come, so it is the lake we ask, not Kafka's group; the group's
offsets are committed last, for whoever watches the lag. Partitions are assigned, not subscribed
to: there is one sink to a lake (it holds the lake's lock), and nothing to balance.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from justbookit.errors import JustBookItError, MissingOffsets
from justbookit.settings import Settings
from warehouse.batches import Batch, Batches
from warehouse.manifest import Partition
from warehouse.record import TOPICS, Stretch

GROUP = "warehouse-sink"
POLL_MS = 200
FETCH_BYTES_MIN = 256 * 1024
FETCH_WAIT_MS = 500
"""The archive is in no hurry: the broker answers when there is enough, or after so long."""
BATCHES_MAX = 1_000
"""At most so many batches at once, of a few messages or of half a megabyte; what a fetch brings
is bounded in bytes."""
PARTITION_BYTES_MAX = 8 * 1024 * 1024

_BOOTSTRAP_MS = 10_000
_TOPICS_WAIT_SECONDS = 0.5


class KafkaSilent(JustBookItError):
    """Kafka does not answer."""


class Source:
    """The messages that the lake does not have yet, partition by partition without a hole."""

    def __init__(self, settings: Settings) -> None:
        """Connect; raises KafkaSilent when nobody answers."""
        self._where = settings.kafka
        try:
            self._consumer = KafkaConsumer(
                bootstrap_servers=settings.kafka.split(","),
                bootstrap_timeout_ms=_BOOTSTRAP_MS,
                client_id="warehouse",
                group_id=GROUP,
                enable_auto_commit=False,
                auto_offset_reset="none",
                max_poll_records=BATCHES_MAX,
                fetch_max_bytes=32 * 1024 * 1024,
                max_partition_fetch_bytes=PARTITION_BYTES_MAX,
                fetch_min_bytes=FETCH_BYTES_MIN,
                fetch_max_wait_ms=FETCH_WAIT_MS,
            )
        except (KafkaError, OSError) as error:
            raise KafkaSilent(f"Kafka at {settings.kafka} does not answer: {error}") from error
        self._consumer._fetcher.PartitionRecords = Batches  # noqa: SLF001 - see batches
        self.next: dict[Partition, int] = {}

    def find_partitions(self, *, keep_going: Callable[[], bool]) -> list[TopicPartition]:
        """Every partition of what is archived; waits until all the topics exist."""
        found: dict[str, Iterable[int]] = {}
        while keep_going() and len(found) < len(TOPICS):
            there = self._consumer.topics()
            found = {
                topic: sorted(self._consumer.partitions_for_topic(topic) or ())
                for topic in TOPICS
                if topic in there
            }
            if len(found) < len(TOPICS):
                time.sleep(_TOPICS_WAIT_SECONDS)
        return [TopicPartition(topic, number) for topic in found for number in found[topic]]

    def start(self, partitions: list[TopicPartition], stored: Mapping[Partition, int]) -> None:
        """Go to the stored offsets; what the lake has never seen is read from its first message.

        Raises MissingOffsets when Kafka no longer has what the lake needs next, or when the lake
        has more than Kafka ever had.
        """
        self._consumer.assign(partitions)
        begin = self._consumer.beginning_offsets(partitions)
        end = self._consumer.end_offsets(partitions)
        for partition in partitions:
            name: Partition = (partition.topic, partition.partition)
            following = stored.get(name, 0)
            where = f"{partition.topic}/{partition.partition}"
            if following < begin[partition]:
                raise MissingOffsets(
                    f"{where}: offsets {following}..{begin[partition] - 1} are gone from Kafka and"
                    " not in the lake; these topics must be kept for ever"
                )
            if following > end[partition]:
                raise MissingOffsets(
                    f"{where}: the lake has messages up to {following - 1}, Kafka at {self._where}"
                    f" only up to {end[partition] - 1}: this lake belongs to another Kafka"
                )
            self._consumer.seek(partition, following)
            self.next[name] = following

    def poll(self) -> list[Stretch]:
        """What came in since; maybe nothing. Raises MissingOffsets when a message is left out."""
        polled: Iterable[list[Batch]] = self._consumer.poll(timeout_ms=POLL_MS).values()
        return [self._take(batch) for batch in chain.from_iterable(polled)]

    def _take(self, batch: Batch) -> Stretch:
        stretch = batch.stretch
        name: Partition = (stretch.topic, stretch.partition)
        wanted = self.next[name]
        if batch.holes or stretch.first > wanted:
            raise MissingOffsets(
                f"{stretch.topic}/{stretch.partition}: {stretch.first}..{batch.offset} came as"
                f" {len(stretch.values)} messages, {wanted} comes next"
            )
        self.next[name] = stretch.following
        return stretch if stretch.first == wanted else stretch.since(wanted)

    def commit(self, following: Mapping[Partition, int]) -> None:
        """Tell Kafka how far the lake has come; that it does not hear is no harm."""
        offsets = {
            TopicPartition(*name): OffsetAndMetadata(offset) for name, offset in following.items()
        }
        try:
            self._consumer.commit(offsets, timeout_ms=5_000)
        except (KafkaError, KafkaTimeoutError):
            return

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[Partition, int]:
        """Where each partition ends now."""
        ends = self._consumer.end_offsets(partitions)
        return {(each.topic, each.partition): offset for each, offset in ends.items()}

    def close(self) -> None:
        """Leave."""
        self._consumer.close()


def ends(settings: Settings) -> dict[Partition, int]:
    """Where the archived topics end now. Raises KafkaSilent when nobody answers."""
    source = Source(settings)
    try:
        return source.end_offsets(source.find_partitions(keep_going=lambda: True))
    finally:
        source.close()
