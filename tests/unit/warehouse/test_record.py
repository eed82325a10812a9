"""A message as the archive files it."""

from datetime import UTC, datetime

import msgspec
import pytest

from justbookit import wire
from justbookit.seat_events import BookingCancelled, ShowClosed
from warehouse.record import DATASETS, QUARANTINE, Record, file_away

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOSED = ShowClosed(show_id="s", version=3, at=datetime(2026, 2, 28, 23, 59, tzinfo=UTC))


def record(value: bytes | None, topic: str = "seat-events") -> Record:
    return Record(topic=topic, partition=2, offset=9, timestamp=NOON, key=b"s", value=value)


def test_a_message_is_filed_under_its_own_utc_day() -> None:
    row = file_away(record(wire.encode(CLOSED)))

    assert (row.dataset, row.event_date) == ("seat_events", "2026-02-28")
    assert (row.type, row.show_id, row.version, row.key) == ("ShowClosed", "s", 3, "s")


def test_the_bytes_are_kept_as_they_came() -> None:
    value = wire.encode(CLOSED).replace(b'"s"', b'"\\u0073"')

    assert file_away(record(value)).body == value.decode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no bytes"),
        (b"", "truncated"),
        (b"\xff", "malformed"),
        (b'{"type":"ShowMelted"}', "ShowMelted"),
        (b'{"type":"ShowClosed","show_id":"s","version":"3","at":"2026-03-01T00:00:00Z"}', "int"),
        (b'{"type":"ShowClosed","show_id":"s","version":3,"at":"2026-03-01T00:00:00"}', "no zone"),
        (wire.encode(CLOSED)[:-1] + b',"later":"\xff"}', "utf-8"),
    ],
    ids=["none", "empty", "bytes", "unknown type", "wrong type", "local time", "not UTF-8"],
)
def test_what_cannot_be_read_is_kept_with_the_reason(value: bytes | None, reason: str) -> None:
    row = file_away(record(value))

    assert row.dataset == QUARANTINE
    assert (row.topic, row.partition, row.offset) == ("seat-events", 2, 9)
    assert reason in msgspec.json.decode(row.body)["reason"]


def test_a_field_of_tomorrow_is_kept() -> None:
    later = wire.encode(CLOSED)[:-1] + b',"later":1}'

    row = file_away(record(later))

    assert row.dataset == "seat_events"
    assert '"later":1' in row.body


def test_an_event_of_another_topic_is_no_message() -> None:
    cancelled = BookingCancelled(
        show_id="s", version=1, at=NOON, booking_id="b", seat_ids=(), refund=1, currency="INR"
    )

    assert file_away(record(wire.encode(cancelled), "catalogue-events")).dataset == QUARANTINE


def test_every_dataset_has_a_name_that_sql_takes() -> None:
    assert all(name.isidentifier() and name.islower() for name in DATASETS)
