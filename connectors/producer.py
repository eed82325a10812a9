"""kafka-python: commands, facts and complaints out, in order, acknowledged by all replicas.

Unlike the API, which gives up quickly, a feed is retried until it is taken: a batch that was
not acknowledged whole is sent again whole. Its commands have the same ids, so what had arrived
is decided once.
"""

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from connectors.feeds.line import Feed, Translated, Unreadable
from justbookit import wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.dead_letters import FeedDeadLetter
from justbookit.errors import JustBookItError
from justbookit.topics import (
    CATALOGUE_COMMANDS,
    FEED_DEAD_LETTERS,
    HEADER_COMMAND_ID,
    THEATRE_FACTS,
    partition_of,
)

CONNECT_MS = 2000
LINGER_MS = 5

log = logging.getLogger(__name__)


class KafkaAway(JustBookItError):
    """Not everything was acknowledged in time; all of it must be sent again."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One record for Kafka, with the partition it must lie in."""

    topic: str
    partition: int
    key: str
    value: bytes
    command_id: str | None = None


class Producer:
    """A connection to Kafka, for several threads, that is made anew after every failure."""

    def __init__(self, servers: str, patience_seconds: float) -> None:
        self._servers = servers.split(",")
        self._patience = patience_seconds
        self._kafka: KafkaProducer | None = None
        self._lock = threading.Lock()

    def send(self, messages: Sequence[Message]) -> None:
        """Send all, in order. Raises KafkaAway unless all were acknowledged."""
        try:
            kafka = self._connected()
            sent = [
                kafka.send(
                    message.topic,
                    value=message.value,
                    key=message.key.encode(),
                    partition=message.partition,
                    headers=_headers(message),
                )
                for message in messages
            ]
            kafka.flush(timeout=self._patience)
            for future in sent:
                future.get(timeout=0)
        except (KafkaError, AssertionError) as error:
            # AssertionError is how kafka-python says that a topic lacks the partition. A
            # producer that lost a batch has a hole in its sequence: take another.
            self.close()
            raise KafkaAway(f"Kafka did not take a batch: {error!r}") from error

    def connect(self) -> None:
        """Raises KafkaAway when nobody is there."""
        try:
            self._connected()
        except KafkaError as error:
            raise KafkaAway(f"no Kafka at {','.join(self._servers)}: {error!r}") from error

    def close(self) -> None:
        with self._lock:
            kafka, self._kafka = self._kafka, None
        if kafka is not None:
            kafka.close(timeout=0)

    def _connected(self) -> KafkaProducer:
        with self._lock:
            if self._kafka is None:
                self._kafka = self._new()
            return self._kafka

    def _new(self) -> KafkaProducer:
        patience_ms = int(self._patience * 1000)
        return KafkaProducer(
            bootstrap_servers=self._servers,
            client_id="connectors",
            acks="all",
            enable_idempotence=True,
            compression_type="lz4",
            linger_ms=LINGER_MS,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=CONNECT_MS,
            max_block_ms=patience_ms,
            request_timeout_ms=patience_ms,
            delivery_timeout_ms=patience_ms + LINGER_MS,
        )


def messages_of(
    feed: Feed,
    file: str,
    taken_at: datetime,
    items: Iterable[Translated | Unreadable],
    partitions: int,
) -> list[Message]:
    """What goes to Kafka for translated lines: commands, facts and complaints."""
    return [
        letter_of(feed, file, taken_at, item)
        if isinstance(item, Unreadable)
        else message_of(item, partitions)
        for item in items
    ]


def message_of(item: Translated, partitions: int) -> Message:
    command = item.command
    if isinstance(command, CatalogueCommand):
        return Message(
            topic=CATALOGUE_COMMANDS.name,
            partition=0,
            key=_subject(command),
            value=wire.encode(command),
            command_id=command.command_id,
        )
    return Message(
        topic=THEATRE_FACTS.name,
        partition=partition_of(command.show_id, partitions),
        key=command.show_id,
        value=wire.encode(command),
        command_id=command.command_id,
    )


def letter_of(feed: Feed, file: str, taken_at: datetime, item: Unreadable) -> Message:
    """`taken_at` is when the whole delivery began, so that a letter sent twice is the same."""
    letter = FeedDeadLetter(
        source=feed.source,
        file=file,
        line=item.line,
        field=item.field,
        reason=item.reason,
        raw=item.raw,
        at=taken_at,
    )
    return Message(
        topic=FEED_DEAD_LETTERS.name, partition=0, key=feed.source, value=wire.encode(letter)
    )


def _headers(message: Message) -> list[tuple[str, bytes]]:
    if message.command_id is None:
        return []
    return [(HEADER_COMMAND_ID, message.command_id.encode())]


def _subject(command: CatalogueCommand) -> str:
    """What it is about: each names one thing last, by its id or by all of it, id first."""
    said = getattr(command, command.__struct_fields__[-1])
    return said if isinstance(said, str) else str(getattr(said, said.__struct_fields__[0]))
