"""A message as the archive files it: what is the same in all of them, and the bytes as text.

Messages come in stretches, and most go to DuckDB as they are (`spool`); those that need care
become rows here, one by one. What cannot be read is filed too, in the dataset `quarantine` with
its reason: an offset that is in no dataset is a message that was lost.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from justbookit import topics, wire
from justbookit.errors import MalformedMessage

QUARANTINE = "quarantine"

DECODERS: dict[str, Callable[[bytes], Any]] = {
    topics.SEAT_EVENTS.name: wire.decode_seat_event,
    topics.CATALOGUE_EVENTS.name: wire.decode_catalogue_event,
    topics.FEED_DEAD_LETTERS.name: wire.decode_feed_dead_letter,
    topics.STREAM_DEAD_LETTERS.name: wire.decode_stream_dead_letter,
    topics.SHOW_VIEWS.name: wire.decode_shows_viewed,
}

TOPICS = tuple(DECODERS)
"""What is archived."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stretch(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Messages of one partition as they follow each other, offsets from `first` without a hole.

    `timestamps` are the broker's, in milliseconds; as many of them as there are keys and values.
    """

    topic: str
    partition: int
    first: int
    timestamps: Sequence[int]
    keys: Sequence[bytes | None]
    values: Sequence[bytes | None]

    @property
    def following(self) -> int:
        """The offset that comes next."""
        return self.first + len(self.values)

    def since(self, offset: int) -> "Stretch":
        """What of it is not before `offset`."""
        done = max(offset - self.first, 0)
        return Stretch(
            topic=self.topic,
            partition=self.partition,
            first=self.first + done,
            timestamps=self.timestamps[done:],
            keys=self.keys[done:],
            values=self.values[done:],
        )

    def record(self, index: int) -> "Record":
        """One of the messages alone, counted from 0."""
        return Record(
            topic=self.topic,
            partition=self.partition,
            offset=self.first + index,
            timestamp=_EPOCH + timedelta(milliseconds=max(self.timestamps[index], 0)),
            key=self.keys[index],
            value=self.values[index],
        )


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message as Kafka keeps it; `timestamp` is the broker's, for what says no time itself."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None


class Row(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of a dataset; `event_date` is the UTC day it lies under."""

    dataset: str
    event_date: str
    topic: str
    partition: int
    offset: int
    key: str | None
    type: str
    at: datetime
    show_id: str | None
    version: int | None
    command_id: str | None
    body: str


DATASET_OF = {topic: topic.replace("-", "_") for topic in TOPICS}

DATASETS = (*DATASET_OF.values(), QUARANTINE)


def file_away(record: Record) -> Row:
    """The row that `record` becomes; in quarantine when it is no message of its topic."""
    try:
        return _filed(record)
    except MalformedMessage as error:
        return _quarantined(record, error.reason)


def _filed(record: Record) -> Row:
    if record.value is None:
        raise MalformedMessage(record.topic, "there are no bytes in it")
    message = DECODERS[record.topic](record.value)
    try:
        body = record.value.decode()
    except UnicodeDecodeError as error:
        raise MalformedMessage(record.topic, str(error)) from error
    if message.at.tzinfo is None:
        raise MalformedMessage(record.topic, "its time has no zone")
    try:
        at = message.at if message.at.tzinfo is UTC else message.at.astimezone(UTC)
    except OverflowError as error:
        raise MalformedMessage(record.topic, f"its time is no date: {error}") from error
    return Row(
        dataset=DATASET_OF[record.topic],
        event_date=at.date().isoformat(),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=_text(record.key),
        type=type(message).__name__,
        at=at,
        show_id=getattr(message, "show_id", None),
        version=getattr(message, "version", None),
        command_id=getattr(message, "command_id", None),
        body=body,
    )


def _quarantined(record: Record, reason: str) -> Row:
    raw = b64encode(record.value or b"").decode()
    return Row(
        dataset=QUARANTINE,
        event_date=record.timestamp.date().isoformat(),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=_text(record.key),
        type="Quarantined",
        at=record.timestamp,
        show_id=None,
        version=None,
        command_id=None,
        body=wire.encode({"reason": reason, "raw": raw}).decode(),
    )


def _text(key: bytes | None) -> str | None:
    return None if key is None else key.decode(errors="replace")
