"""The follower decodes what somebody waits for or looks at, and nothing else."""

from datetime import UTC, datetime

import pytest

from api.answers import Answered, Answers, command_id_in
from justbookit import topics, wire
from justbookit.catalogue_events import CatalogueUnchanged
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_events import CommandRefused, HoldReleased

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEATS, CATALOGUE = topics.SEAT_EVENTS.name, topics.CATALOGUE_EVENTS.name


def refusal(command_id="c-1", show_id="s"):
    return CommandRefused(
        show_id=show_id,
        version=1,
        at=NOW,
        command_id=command_id,
        code=Refusal.SEAT_TAKEN,
        detail='somebody wrote "command_id":"c-2" here',
    )


def expiry():
    return HoldReleased(
        show_id="s", version=1, at=NOW, booking_id="b", seat_ids=(), reason=ReleaseReason.EXPIRED
    )


class Follower:
    """Answers of shows that are looked at, with what was seen."""

    def __init__(self, *watched):
        self.seen = []
        self.answers = Answers(
            "nowhere", 1, is_watched=lambda show_id: show_id in watched, seen=self.seen.append
        )

    def take(self, event, topic=SEATS, key=b"s"):
        self.answers.take(topic, key, wire.encode(event))


@pytest.mark.parametrize(
    ("event", "command_id"), [(refusal(), "c-1"), (refusal(None), None), (expiry(), None)]
)
def test_the_command_is_read_without_decoding(event, command_id):
    assert command_id_in(wire.encode(event)) == command_id


async def test_whoever_waits_for_a_command_gets_its_event():
    follower = Follower()
    first, second = follower.answers.expect("c-1"), follower.answers.expect("c-1")
    other = follower.answers.expect("c-2")

    follower.take(refusal("c-1"))

    assert first.result() == second.result() == Answered(refusal("c-1"))
    assert not other.done()
    assert follower.seen == []


async def test_an_answer_that_was_given_before_says_so():
    follower = Follower()
    waiting = follower.answers.expect("c-1")

    again = (topics.HEADER_AGAIN, b"1")
    follower.answers.take(SEATS, b"s", wire.encode(refusal("c-1")), (again,))

    assert waiting.result() == Answered(refusal("c-1"), again=True)


async def test_a_catalogue_event_answers_too():
    follower = Follower("s")
    waiting = follower.answers.expect("c-1")
    event = CatalogueUnchanged(command_id="c-1", at=NOW, subject="show s")

    follower.take(event, CATALOGUE)

    assert waiting.result() == Answered(event)
    assert follower.seen == []


@pytest.mark.parametrize("event", [refusal(), expiry()], ids=["asked elsewhere", "the timer's"])
async def test_an_event_of_a_show_that_is_looked_at_is_seen(event):
    follower = Follower("s")

    follower.take(event)

    assert follower.seen == [event]


async def test_an_event_that_was_read_elsewhere_is_seen_where_somebody_looks():
    follower = Follower("s")

    follower.answers.heard(expiry())
    follower.answers.heard(refusal(show_id="another"))

    assert follower.seen == [expiry()]


async def test_nobody_waits_and_nobody_looks_so_nothing_is_decoded():
    follower = Follower("another")

    follower.answers.take(SEATS, b"s", b'{"command_id":"c-9", this is no JSON')

    assert follower.seen == []


async def test_an_event_that_is_none_stops_nobody():
    follower = Follower("s")
    waiting = follower.answers.expect("c-1")

    follower.answers.take(SEATS, b"s", b"\xff\xfe")
    follower.take(refusal("c-1"))

    assert waiting.done()


async def test_who_has_gone_is_not_answered():
    follower = Follower()
    gone = follower.answers.expect("c-1")
    follower.answers.forget("c-1", gone)

    follower.take(refusal("c-1"))

    assert not gone.done()
