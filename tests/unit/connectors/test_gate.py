"""A fact goes when its show is on sale, waits while that may still come, and else is refused."""

import pytest

from connectors.feeds.line import Translated, Unreadable
from connectors.gate import Gate, Verdict, refuse_unknown, shows_of
from connectors.store import Standing
from justbookit.seat_commands import SetAllotment

GO, WAIT, REFUSE = Verdict.GO, Verdict.WAIT, Verdict.REFUSE


class Streams:
    """What the streams have committed, as a test says it."""

    def __init__(self):
        self.known, self.opening, self.decided, self.asked = [], [], 0, 0

    def standing(self, _show_ids):
        return Standing(known=self.known, opening=self.opening, decided=self.decided)


@pytest.fixture
def streams():
    return Streams()


@pytest.fixture
def judge(streams):
    gate = Gate(streams.standing, lambda: streams.asked)
    return lambda: gate.verdicts(frozenset({"s1"}))["s1"]


def test_a_show_on_sale_lets_its_facts_go(streams, judge):
    streams.known = ["s1"]

    assert judge() is GO


def test_a_show_that_is_asked_for_but_not_opened_keeps_its_facts_waiting(streams, judge):
    streams.opening, streams.decided = ["s1"], 99

    assert judge() is WAIT


def test_an_unknown_show_waits_until_the_catalogue_decided_all_that_was_asked(streams, judge):
    streams.asked, streams.decided = 7, 3

    assert judge() is WAIT
    streams.decided = 6
    assert judge() is WAIT
    streams.decided = 7
    assert judge() is REFUSE


def test_an_answer_from_before_the_end_was_known_does_not_refuse(streams, judge):
    """The catalogue may put the show between the look at Postgres and the look at Kafka."""
    streams.asked, streams.decided = 7, 7

    assert judge() is WAIT
    streams.known = ["s1"]
    assert judge() is GO


def test_a_show_that_was_refused_while_opening_is_no_show(streams, judge):
    streams.asked = streams.decided = 7
    streams.opening = ["s1"]
    assert judge() is WAIT

    streams.opening = []

    assert [judge(), judge()] == [WAIT, REFUSE]


def test_a_show_refused_once_may_come_later(streams, judge):
    assert [judge(), judge()] == [WAIT, REFUSE]

    streams.asked = 1
    assert judge() is WAIT
    streams.known, streams.decided = ["s1"], 1
    assert judge() is GO


def test_only_the_facts_of_no_show_become_complaints():
    def fact(line, show_id):
        command = SetAllotment(command_id=f"c{line}", show_id=show_id, seat_ids=None)
        return Translated(line=line, command=command, raw=f"line {line}")

    unreadable = Unreadable(line=3, field="seats", reason="is missing", raw="line 3")
    items = [fact(1, "s1"), fact(2, "s2"), unreadable]

    judged = refuse_unknown(items, {"s1": GO, "s2": REFUSE})

    assert shows_of(items) == {"s1", "s2"}
    assert judged == [
        items[0],
        Unreadable(line=2, field="show", reason="there is no show s2", raw="line 2"),
        unreadable,
    ]
