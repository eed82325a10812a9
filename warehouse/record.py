"""A message as the archive files it: what is the same in all of them, and the bytes as text.

What cannot be read is filed too, in the dataset `quarantine` with its reason: an offset that is
in no dataset is a message that was lost.
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from justbookit import topics, wire
from justbookit.errors import MalformedMessage

QUARANTINE = "quarantine"

_DECODERS: dict[str, Callable[[bytes], Any]] = {
    topics.SEAT_EVENTS.name: wire.decode_seat_event,
    topics.CATALOGUE_EVENTS.name: wire.decode_catalogue_event,
    topics.FEED_DEAD_LETTERS.name: wire.decode_feed_dead_letter,
    topics.STREAM_DEAD_LETTERS.name: wire.decode_stream_dead_letter,
}

TOPICS = tuple(_DECODERS)
"""What is archived."""


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


_DATASET_OF = {topic: topic.replace("-", "_") for topic in TOPICS}

DATASETS = (*_DATASET_OF.values(), QUARANTINE)


def file_away(record: Record) -> Row:
    """The row that `record` becomes; in quarantine when it is no message of its topic."""
    try:
        return _filed(record)
    except MalformedMessage as error:
        return _quarantined(record, error.reason)


def _filed(record: Record) -> Row:
    if record.value is None:
        raise MalformedMessage(record.topic, "there are no bytes in it")
    message = _DECODERS[record.topic](record.value)
    try:
        body = record.value.decode()
    except UnicodeDecodeError as error:
        raise MalformedMessage(record.topic, str(error)) from error
    if message.at.tzinfo is None:
        raise MalformedMessage(record.topic, "its time has no zone")
    at = message.at if message.at.tzinfo is UTC else message.at.astimezone(UTC)
    return Row(
        dataset=_DATASET_OF[record.topic],
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
