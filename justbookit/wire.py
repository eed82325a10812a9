"""Bytes in, messages out, and back: the only module that knows they are JSON."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from justbookit import topics
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.catalogue_events import CatalogueEvent
from justbookit.dead_letters import FeedDeadLetter, StreamDeadLetter
from justbookit.errors import MalformedMessage
from justbookit.seat_commands import SeatCommand
from justbookit.seat_events import SeatEvent
from justbookit.show_views import ShowsViewed

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_seat_commands: msgspec.json.Decoder[SeatCommand] = msgspec.json.Decoder(SeatCommand)
_seat_events: msgspec.json.Decoder[SeatEvent] = msgspec.json.Decoder(SeatEvent)
_catalogue_commands: msgspec.json.Decoder[CatalogueCommand] = msgspec.json.Decoder(CatalogueCommand)
_catalogue_events: msgspec.json.Decoder[CatalogueEvent] = msgspec.json.Decoder(CatalogueEvent)
_feed_letters: msgspec.json.Decoder[FeedDeadLetter] = msgspec.json.Decoder(FeedDeadLetter)
_stream_letters: msgspec.json.Decoder[StreamDeadLetter] = msgspec.json.Decoder(StreamDeadLetter)
_shows_viewed: msgspec.json.Decoder[ShowsViewed] = msgspec.json.Decoder(ShowsViewed)

encode = _encoder.encode

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError)
"""What a decoder raises when bytes are no message of its topic."""

EVENT_DECODERS: Mapping[str, msgspec.json.Decoder[Any]] = {
    topics.SEAT_EVENTS.name: _seat_events,
    topics.CATALOGUE_EVENTS.name: _catalogue_events,
    topics.FEED_DEAD_LETTERS.name: _feed_letters,
    topics.STREAM_DEAD_LETTERS.name: _stream_letters,
    topics.SHOW_VIEWS.name: _shows_viewed,
}
"""For who reads more of a topic's messages than a call for each allows."""


def _decode(topic: topics.Topic, decoder: msgspec.json.Decoder[T], raw: bytes) -> T:
    try:
        return decoder.decode(raw)
    except UNREADABLE as error:
        raise MalformedMessage(topic.name, str(error)) from error


def decode_seat_command(raw: bytes) -> SeatCommand:
    """Raises MalformedMessage, as all of these do, when `raw` is no such message."""
    return _decode(topics.SEAT_COMMANDS, _seat_commands, raw)


def decode_seat_event(raw: bytes) -> SeatEvent:
    return _decode(topics.SEAT_EVENTS, _seat_events, raw)


def decode_catalogue_command(raw: bytes) -> CatalogueCommand:
    return _decode(topics.CATALOGUE_COMMANDS, _catalogue_commands, raw)


def decode_catalogue_event(raw: bytes) -> CatalogueEvent:
    return _decode(topics.CATALOGUE_EVENTS, _catalogue_events, raw)


def decode_feed_dead_letter(raw: bytes) -> FeedDeadLetter:
    return _decode(topics.FEED_DEAD_LETTERS, _feed_letters, raw)


def decode_stream_dead_letter(raw: bytes) -> StreamDeadLetter:
    return _decode(topics.STREAM_DEAD_LETTERS, _stream_letters, raw)


def decode_shows_viewed(raw: bytes) -> ShowsViewed:
    return _decode(topics.SHOW_VIEWS, _shows_viewed, raw)
