"""Messages on their way into the lake: most as lines, those that need care as rows."""

import pytest

from justbookit.wire import EVENT_DECODERS
from warehouse.record import QUARANTINE, TOPICS, Stretch
from warehouse.spool import LINE_BYTES_MAX, spool_of

CLOSED = b'{"type":"ShowClosed","show_id":"s","version":3,"at":"2026-03-01T00:00:00Z"}'


def stretch(
    *values: bytes | None,
    key: bytes | None = b"s",
    first: int = 5,
    topic: str = "seat-events",
) -> Stretch:
    count = len(values)
    return Stretch(
        topic=topic,
        partition=2,
        first=first,
        timestamps=(0,) * count,
        keys=(key,) * count,
        values=values,
    )


def test_a_message_is_a_line_with_its_place_in_the_log() -> None:
    spool = spool_of([stretch(CLOSED, CLOSED), stretch(CLOSED, first=7)])

    assert b"".join(spool.text) == b"".join(
        b"0\x012\x01%d\x01s\x01%b\n" % (offset, CLOSED) for offset in (5, 6, 7)
    )
    assert (spool.messages, spool.following, spool.rows) == (3, {("seat-events", 2): 8}, [])


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (CLOSED.replace(b",", b",\n"), b"s"),
        (CLOSED.replace(b",", b",\r"), b"s"),
        (CLOSED[:-1] + b',"later":"%b"}' % (b"x" * LINE_BYTES_MAX), b"s"),
        (CLOSED, None),
        (CLOSED, b""),
        (CLOSED, b"\x01"),
        (CLOSED, b"a\nb"),
        (CLOSED, b"\0"),
        (CLOSED, b"\xff"),
    ],
    ids=[
        "a line break",
        "a carriage return",
        "too long for a line",
        "no key",
        "an empty key",
        "a separator in its key",
        "a line break in its key",
        "a NUL in its key",
        "a key that is not UTF-8",
    ],
)
def test_what_does_not_fit_on_a_line_is_a_row(value: bytes, key: bytes | None) -> None:
    spool = spool_of([stretch(CLOSED, CLOSED), stretch(value, key=key, first=7)])

    assert b"".join(spool.text).count(b"\n") == 2
    (row,) = spool.rows
    assert (row.dataset, row.offset, row.body) == ("seat_events", 7, value.decode())


def test_one_that_cannot_be_read_does_not_keep_its_neighbours_from_their_lines() -> None:
    spool = spool_of([stretch(CLOSED, b'{"type":"Melted"}', CLOSED.replace(b",", b",\n"), CLOSED)])

    offsets = [line.split(b"\x01")[2] for line in b"".join(spool.text).splitlines()]
    assert offsets == [b"5", b"8"]
    assert [(row.offset, row.dataset) for row in spool.rows] == [
        (6, QUARANTINE),
        (7, "seat_events"),
    ]
    assert [row.offset for row in spool.quarantined] == [6]
    assert spool.messages == 4


def test_what_the_lake_has_already_is_left_out_of_a_stretch() -> None:
    since = stretch(CLOSED, b"1", b"2").since(6)

    assert (since.first, since.values, since.following) == (6, (b"1", b"2"), 8)
    assert stretch(CLOSED).since(3) == stretch(CLOSED)


def test_every_topic_that_is_archived_can_be_read_by_the_batch() -> None:
    assert set(TOPICS) <= set(EVENT_DECODERS)


def test_counts_of_views_without_a_key_are_filed_as_rows() -> None:
    value = b'{"type":"ShowsViewed","at":"2026-11-23T10:01:00Z","minute_at":"2026-11-23T10:00:00Z"'
    told = stretch(value + b',"views":{"s":3}}', key=None, topic="show-views")

    (row,) = spool_of([told]).rows

    assert (row.dataset, row.type, row.show_id) == ("show_views", "ShowsViewed", None)
