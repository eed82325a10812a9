"""When a trial of the nets counts as passed: what holds must be seen to hold."""

from io import StringIO

import pytest
from rich.console import Console

from lab.chaos.nets import FENCED, SECOND_NET, TRIALS, Outcome
from lab.chaos.nets_judged import Judged
from lab.chaos.nets_report import show, show_takeovers
from lab.chaos.takeovers import Takeover

BY_NAME = {trial.name: trial for trial in TRIALS}
KEY_ONLY = "only the seat's key"


def outcome(name, *, ends=None, bookings=9, sold_twice=0, violations=0):
    return Outcome(
        trial=BY_NAME[name],
        seconds=12.0,
        ends=ends or {},
        said="streams: why",
        bookings=bookings,
        judged=Judged(["A1"] * sold_twice, violations, ["OWNERS  a clash"]),
    )


@pytest.mark.parametrize(
    "seen",
    [
        outcome("both nets", ends={FENCED: 2}),
        outcome("no fence", ends={SECOND_NET: 1}),
        outcome("no keys", ends={FENCED: 1}),
        outcome(KEY_ONLY, ends={SECOND_NET: 2}, violations=5),
        outcome("neither", sold_twice=3, violations=8),
    ],
    ids=lambda seen: seen.trial.name,
)
def test_a_net_that_held_and_two_that_were_missed_are_as_they_should_be(seen):
    assert seen.is_as_it_should_be


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(outcome("both nets"), id="nobody was stopped, so nothing was proved"),
        pytest.param(outcome("no fence", ends={FENCED: 2}), id="the fence was there after all"),
        pytest.param(outcome("no keys", ends={FENCED: 1}, bookings=0), id="nothing was sold"),
        pytest.param(outcome("no keys", ends={FENCED: 1}, violations=1), id="something is wrong"),
        pytest.param(outcome(KEY_ONLY, ends={SECOND_NET: 1}, sold_twice=1), id="sold twice"),
        pytest.param(outcome("neither", sold_twice=2), id="the checker saw nothing"),
        pytest.param(outcome("neither", violations=2), id="nothing was sold twice"),
    ],
)
def test_anything_else_is_not(seen):
    assert not seen.is_as_it_should_be


def test_what_is_not_as_it_should_be_is_told_with_its_reasons():
    console = Console(width=150, file=StringIO())

    show([outcome("neither", violations=2), outcome("no fence", ends={SECOND_NET: 1})], console)

    said = console.file.getvalue()
    assert "OWNERS  a clash" in said
    assert "streams: why" in said
    assert said.count("yes") == 1


def test_the_partitions_of_the_victim_are_the_silent_half():
    console = Console(width=150, file=StringIO())
    kill = Takeover("kill -9", (0.1, 0.2, 6.0, 6.4))
    stop = Takeover("clean stop", (0.1, 0.1, 1.0, 1.2))

    show_takeovers([kill, stop], console)

    rows = [line.split() for line in console.file.getvalue().splitlines()]
    assert any("6.20" in row and "6.40" in row for row in rows)
    assert any("1.10" in row and "1.20" in row for row in rows)
