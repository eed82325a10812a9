"""Bytes in, messages out; an event once published must decode for ever."""

import typing
from pathlib import Path

import pytest

from justbookit import wire
from justbookit.catalogue_events import CatalogueEvent
from justbookit.errors import MalformedMessage
from justbookit.seat_events import SeatEvent
from justbookit.show_views import ShowsViewed

GOLDEN = Path(__file__).parents[2] / "golden"
DECODERS = {
    "seat": wire.decode_seat_event,
    "catalogue": wire.decode_catalogue_event,
    "views": wire.decode_shows_viewed,
}


def published(kind):
    return sorted((GOLDEN / kind).glob("*.json"))


@pytest.mark.parametrize(
    "path", [path for kind in DECODERS for path in published(kind)], ids=lambda path: path.stem
)
def test_a_published_event_decodes_for_ever_and_to_the_same_bytes(path):
    raw = path.read_bytes().strip()

    event = DECODERS[path.parent.name](raw)

    assert type(event).__name__ == path.stem.partition(".")[0]
    assert wire.encode(event) == raw


@pytest.mark.parametrize(
    ("kind", "union"), [("seat", SeatEvent), ("catalogue", CatalogueEvent), ("views", ShowsViewed)]
)
def test_every_kind_of_event_has_a_published_example(kind, union):
    assert {path.stem.partition(".")[0] for path in published(kind)} == {
        each.__name__ for each in typing.get_args(union) or (union,)
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"type":"Nothing"}',
        b'{"type":"HoldSeats"}',
        b"1e999",
        pytest.param(
            b'{"type":"HoldSeats","later":' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="too deep"
        ),
    ],
)
def test_bytes_that_are_no_message_say_why(raw):
    with pytest.raises(MalformedMessage, match="no message of seat-commands"):
        wire.decode_seat_command(raw)
