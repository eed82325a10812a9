"""The topics, read from their beginning to where they ended at one moment; in no group."""

import time
from collections.abc import Iterator, Mapping

from kafka import KafkaConsumer, TopicPartition

from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, THEATRE_FACTS, Topic
from lab.verify.history import Record

POLL_MS = 500
SILENCE_SECONDS_MAX = 60.0

Ends = dict[tuple[str, int], int]


class OtherPartitions(Exception):
    """The topics are not those that the settings speak of: shows would be looked for elsewhere."""


def see_partitions(settings: Settings) -> None:
    """Raises OtherPartitions unless shows lie where the settings say."""
    log = KafkaLog(settings)
    try:
        log.ends((SEAT_COMMANDS, THEATRE_FACTS, SEAT_EVENTS))
    finally:
        log.close()


class KafkaLog:
    """Reads any topic; commits nothing, so it disturbs nobody."""

    def __init__(self, settings: Settings) -> None:
        self._partitions = settings.partitions
        self._consumer = KafkaConsumer(
            bootstrap_servers=settings.kafka.split(","),
            client_id="verify",
            enable_auto_commit=False,
            allow_auto_create_topics=False,
            max_poll_records=5000,
            fetch_max_bytes=16 * 1024 * 1024,
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )

    def close(self) -> None:
        self._consumer.close()

    def partitions_of(self, topic: Topic) -> int:
        return self._partitions if topic.partitions is None else topic.partitions

    def ends(self, topics: tuple[Topic, ...]) -> Ends:
        """For each partition the offset that the next message will have.

        Raises OtherPartitions when a topic has more or fewer than the settings say, or is missing.
        """
        self._see_partitions(topics)
        wanted = [
            TopicPartition(topic.name, partition)
            for topic in topics
            for partition in range(self.partitions_of(topic))
        ]
        found = self._consumer.end_offsets(wanted)
        return {(where.topic, where.partition): found[where] for where in wanted}

    def _see_partitions(self, topics: tuple[Topic, ...]) -> None:
        wrong = []
        for topic in topics:
            found = len(self._consumer.partitions_for_topic(topic.name) or ())
            if not found:
                wrong.append(f"{topic.name} is missing")
            elif found != (meant := self.partitions_of(topic)):
                wrong.append(f"{topic.name} has {found} partitions, not {meant}")
        if wrong:
            raise OtherPartitions(
                f"topics are not as they should be: {'; '.join(wrong)}. The number of partitions"
                " is fixed once topics exist: set JUSTBOOKIT_PARTITIONS as the stack has it"
            )

    def first(self, topic: Topic, partition: int) -> int:
        """The oldest offset that is still kept."""
        where = TopicPartition(topic.name, partition)
        return int(self._consumer.beginning_offsets([where])[where])

    def records(
        self, topic: Topic, partition: int, ends: Mapping[tuple[str, int], int], first: int = 0
    ) -> Iterator[Record]:
        """What is on the partition from offset `first` until its end.

        Raises TimeoutError when Kafka is silent.
        """
        where = TopicPartition(topic.name, partition)
        end = ends[topic.name, partition]
        self._consumer.assign([where])
        self._consumer.seek(where, max(first, self.first(topic, partition)))
        heard_at = time.monotonic()
        while self._consumer.position(where) < end:
            for records in self._consumer.poll(timeout_ms=POLL_MS).values():
                heard_at = time.monotonic()
                for record in records:
                    if record.offset < end:
                        yield Record(
                            partition, record.offset, record.value or b"", record.timestamp or 0
                        )
            if time.monotonic() - heard_at > SILENCE_SECONDS_MAX:
                raise TimeoutError(f"{topic.name}[{partition}] is silent before offset {end}")
