"""Records wait in order, are taken by the batch, and are acknowledged with the last of an event."""

from types import SimpleNamespace

from faust.types import TP

from streams.seats import inbox
from streams.seats.inbox import Inbox

HERE = TP("seat-commands", 3)


def records(*offsets, size=10):
    return [SimpleNamespace(offset=offset, value=b"x" * size) for offset in offsets]


def offsets(slices):
    return [record.offset for part in slices for record in part.records]


def test_a_batch_takes_no_more_than_it_may_and_leaves_the_rest_in_order():
    box = Inbox()
    box.put(HERE, records(1, 2, 3), "first")
    box.put(HERE, records(4, 5), "second")

    taken = box.take(4)

    assert offsets(taken) == [1, 2, 3, 4]
    assert [part.event for part in taken] == ["first", None]
    assert offsets(box.take(4)) == [5]
    assert not box.filled.is_set()


def test_an_event_is_acknowledged_with_its_last_record():
    box = Inbox()
    box.put(HERE, records(1, 2, 3), "event")

    assert [[part.event for part in box.take(1)] for _ in range(3)] == [[None], [None], ["event"]]


def test_long_messages_make_short_batches_of_at_least_one():
    box = Inbox()
    box.put(HERE, records(1, 2, 3, size=inbox.BYTES_MAX), "event")

    assert offsets(box.take(100)) == [1]
    assert offsets(box.take(100)) == [2]


def test_what_is_cleared_is_gone():
    box = Inbox()
    box.put(HERE, records(1, 2), "event")

    box.clear()

    assert len(box) == 0
    assert box.take(10) == []


async def test_a_full_inbox_makes_faust_wait(monkeypatch):
    monkeypatch.setattr(inbox, "RECORDS_MAX", 2)
    box = Inbox()
    await box.until_room()
    box.put(HERE, records(1, 2), "event")
    assert not box._room.is_set()  # noqa: SLF001 - waiting for ever is no test

    box.take(1)

    await box.until_room()


def test_who_waits_may_be_woken_for_nothing_once():
    box = Inbox()

    box.wake()

    assert box.filled.is_set()
    assert box.take(4) == []
    assert not box.filled.is_set()
