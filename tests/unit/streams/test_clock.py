"""The writers' clock against a wall clock that somebody sets."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.clock import Clock, WrongClock

HOUR = 3600.0
BEGIN = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Machine:
    """Two clocks that go together until somebody sets the wall clock."""

    def __init__(self):
        self.elapsed = 0.0
        self.set_by = 0.0
        self.clock = Clock(
            wall=lambda: BEGIN.timestamp() + self.elapsed + self.set_by,
            steady=lambda: 77.0 + self.elapsed,
        )

    def seconds(self):
        """Since the beginning, by the writer's clock."""
        return (self.clock.now() - BEGIN).total_seconds()


@pytest.fixture
def machine():
    return Machine()


def test_the_time_is_the_wall_clocks(machine):
    machine.elapsed = 12.5

    assert machine.seconds() == 12.5


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 90, -90, 1.1, -1.1])
def test_a_jump_is_not_followed(machine, jump, caplog):
    machine.elapsed, machine.set_by = 10, jump

    assert machine.seconds() == pytest.approx(10)
    machine.elapsed = 20
    assert machine.seconds() == pytest.approx(20)
    [line] = caplog.messages
    assert line.startswith("the clock jumped by")


def test_a_jump_that_is_put_right_is_said_and_over(machine, caplog):
    machine.elapsed, machine.set_by = 10, HOUR
    machine.seconds()
    machine.set_by = 0.2

    assert machine.seconds() == pytest.approx(10.2)
    assert caplog.messages[-1] == "the clock is right again"


@pytest.mark.parametrize("slew", [0.3, -0.3])
def test_a_small_correction_is_followed_without_going_back(machine, slew):
    machine.elapsed = 10
    before = machine.seconds()
    machine.set_by = slew
    machine.elapsed = 10.1

    assert machine.seconds() == pytest.approx(max(before, 10.1 + slew))
    machine.elapsed = 11
    assert machine.seconds() == pytest.approx(11 + slew)


def test_what_grew_while_nobody_looked_is_a_correction_and_no_jump(machine, caplog):
    machine.elapsed, machine.set_by = 10 * HOUR, 20.0

    assert machine.seconds() == pytest.approx(10 * HOUR + 20)
    assert caplog.messages == []


def test_time_goes_on_from_what_was_decided_last(machine):
    machine.clock.begin_at(BEGIN, BEGIN + timedelta(seconds=3))

    machine.elapsed = 2
    assert machine.seconds() == 3
    machine.elapsed = 4
    assert machine.seconds() == 4


@pytest.mark.parametrize("apart", [HOUR, -HOUR, 5.1, -5.1])
def test_no_partition_is_taken_over_with_another_time_than_postgres(machine, apart):
    with pytest.raises(WrongClock, match="by Postgres' clock"):
        machine.clock.begin_at(BEGIN + timedelta(seconds=apart), None)


def test_no_partition_is_taken_over_before_its_last_event(machine):
    with pytest.raises(WrongClock, match="would run backwards"):
        machine.clock.begin_at(BEGIN, BEGIN + timedelta(seconds=6))
