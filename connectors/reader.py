"""kafka-python: where a topic ends, and what is on it up to there."""

from collections.abc import Iterator

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from connectors.producer import CONNECT_MS, KafkaAway
from justbookit.topics import CATALOGUE_COMMANDS, Topic

POLL_MS = 1000


class Reader:
    """Reads topics of one partition; belongs to no group, so it disturbs nobody."""

    def __init__(self, servers: str) -> None:
        self._servers = servers.split(",")

    def catalogue_end(self) -> int:
        """The offset that the next catalogue command will have. Raises KafkaAway."""
        return self._end(CATALOGUE_COMMANDS)

    def values(self, topic: Topic) -> Iterator[bytes]:
        """All that is on `topic` now. Raises KafkaAway."""
        where = TopicPartition(topic.name, 0)
        try:
            consumer = self._consumer()
            try:
                consumer.assign([where])
                consumer.seek_to_beginning(where)
                end = consumer.end_offsets([where])[where]
                while consumer.position(where) < end:
                    for records in consumer.poll(timeout_ms=POLL_MS).values():
                        yield from (record.value for record in records if record.value is not None)
            finally:
                consumer.close()
        except KafkaError as error:
            raise KafkaAway(f"cannot read {topic.name}: {error!r}") from error

    def _end(self, topic: Topic) -> int:
        where = TopicPartition(topic.name, 0)
        try:
            consumer = self._consumer()
            try:
                return int(consumer.end_offsets([where])[where])
            finally:
                consumer.close()
        except KafkaError as error:
            raise KafkaAway(f"cannot read {topic.name}: {error!r}") from error

    def _consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            bootstrap_servers=self._servers,
            client_id="connectors",
            enable_auto_commit=False,
            bootstrap_timeout_ms=CONNECT_MS,
            allow_auto_create_topics=False,
        )
