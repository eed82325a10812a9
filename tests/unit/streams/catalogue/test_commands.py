"""Bytes that are no command become a letter that fits into a message."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord

from streams.catalogue.commands import COMMAND_BYTES_MAX, Reading
from streams.letters import SHOWN_BYTES_MAX, posted

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
REMOVE = b'{"type":"RemoveShow","command_id":"c","show_id":"%b"}'


def reading(value: bytes | None) -> Reading:
    record: Any = ConsumerRecord(
        topic="catalogue-commands",
        partition=0,
        offset=7,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=value,
        checksum=None,
        serialized_key_size=0,
        serialized_value_size=0,
        headers=(),
    )
    return Reading(record, NOW)


def test_a_command_is_read() -> None:
    good = reading(REMOVE % b"fort.1")

    assert good.command is not None
    assert good.letter is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no bytes"),
        (b"", "truncated"),
        (b"\xff", "malformed"),
        (b"{}", "type"),
        (REMOVE % b"Fort 1", "show_id"),
        (REMOVE % (b"x" * COMMAND_BYTES_MAX), "at most"),
        (b'{"type":"RemoveShow","command_id":"c","show_id":"\\ud800"}', ""),
    ],
)
def test_what_is_no_command_says_why(value: bytes | None, reason: str) -> None:
    bad = reading(value)

    assert bad.command is None
    assert bad.letter is not None
    assert reason in bad.letter.reason
    assert (bad.letter.topic, bad.letter.partition, bad.letter.offset) == (
        "catalogue-commands",
        0,
        7,
    )
    assert len(bad.letter.raw) <= SHOWN_BYTES_MAX
    assert posted(bad.letter).command_id is None
