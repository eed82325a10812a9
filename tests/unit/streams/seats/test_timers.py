"""Holds come due in order, those of partitions that left not at all."""

from datetime import UTC, datetime, timedelta

from streams.seats.timers import Timers

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_holds_are_due_to_the_instant_and_in_order():
    timers = Timers()
    for minute in (3, 1, 2):
        timers.add(0, NOON + timedelta(minutes=minute), "s", f"b{minute}")

    assert timers.next_at() == NOON + timedelta(minutes=1)
    assert timers.due(NOON, 10) == []
    assert timers.due(NOON + timedelta(minutes=2), 10) == [(0, "s", "b1"), (0, "s", "b2")]
    assert timers.next_at() == NOON + timedelta(minutes=3)


def test_not_more_are_taken_out_than_asked_for():
    timers = Timers()
    for partition in range(3):
        timers.add(partition, NOON, "s", f"b{partition}")

    assert len(timers.due(NOON, 2)) == 2
    assert len(timers.due(NOON, 2)) == 1


def test_a_partition_that_left_takes_its_timers_along():
    timers = Timers()
    timers.add(0, NOON, "s", "b1")

    timers.forget(0)

    assert timers.next_at() is None
