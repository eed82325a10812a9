"""An answer belongs to the wish that it was given to, not only to its name."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from api.answers import Answered
from api.asking import Asking
from api.commands import NotTaken
from api.problems import ProblemRaised
from justbookit import wire
from justbookit.refusals import ReleaseReason
from justbookit.seat_commands import ReleaseHold
from justbookit.seat_events import CommandRefused, HoldReleased

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def wish(fingerprint=msgspec.UNSET):
    return ReleaseHold(
        command_id="c-1",
        show_id="s-1",
        booking_id="b-1",
        customer_id="u-1",
        fingerprint=fingerprint,
    )


def answer(fingerprint=msgspec.UNSET):
    return HoldReleased(
        show_id="s-1",
        version=2,
        at=NOW,
        command_id="c-1",
        fingerprint=fingerprint,
        booking_id="b-1",
        seat_ids=("A1",),
        reason=ReleaseReason.CUSTOMER,
    )


class Writers:
    """Commands and answers of a writer that answers at once with what it is given."""

    def __init__(self, answered=None, written=None, followed=None):
        self.answered, self.written, self.followed = answered, written, followed
        self.looked_up = 0
        self.expected = {}
        self.heard = [].append

    def expect(self, command_id):
        self.future = asyncio.get_running_loop().create_future()
        self.expected[command_id] = self.future
        return self.future

    def forget(self, _command_id, _future):
        pass

    async def send_seat(self, _command, _failed):
        if self.answered is None:
            raise NotTaken("not connected")
        self.expected["c-1"].set_result(self.answered)
        if self.followed is not None:
            self.expected["c-1.take"].set_result(self.followed)

    async def find(self, _command_id):
        self.looked_up += 1
        return self.written

    def asking(self):
        return Asking(self, self, self.find, patience=1.0)


@pytest.mark.parametrize("again", [False, True])
async def test_the_answer_to_this_wish_is_given(again):
    writers = Writers(Answered(answer("f-1"), again=again))

    assert await writers.asking().once(wish("f-1")) == (answer("f-1"), again)
    assert writers.looked_up == 0


async def test_the_answer_to_another_wish_of_that_name_is_not():
    writers = Writers(Answered(answer("f-1"), again=True))

    with pytest.raises(ProblemRaised) as raised:
        await writers.asking().once(wish("f-2"))

    assert raised.value.problem.code == "idempotency_key_reused"


async def test_an_answer_from_before_fingerprints_is_taken_as_it_is():
    writers = Writers(Answered(answer(), again=True))

    assert (await writers.asking().once(wish("f-1"))).event == answer()


async def test_while_commands_are_not_taken_an_old_answer_is_still_found():
    topic = "seat-events"
    writers = Writers(written=(topic, msgspec.json.encode(answer("f-1"))))

    assert await writers.asking().once(wish("f-1")) == (answer("f-1"), True)


async def test_who_is_told_what_was_read_in_postgres_sees_it_in_the_seat_map_too():
    writers = Writers(written=("seat-events", msgspec.json.encode(answer("f-1"))))
    heard = []
    writers.heard = heard.append

    await writers.asking().once(wish("f-1"))

    assert heard == [answer("f-1")]


async def test_an_old_answer_is_looked_up_for_the_same_wish_only():
    asking = Writers(written=("seat-events", msgspec.json.encode(answer("f-1")))).asking()

    assert await asking.before("c-1", "f-1") == (answer("f-1"), True)
    with pytest.raises(ProblemRaised) as raised:
        await asking.before("c-1", "f-2")
    assert raised.value.problem.code == "idempotency_key_reused"
    assert await Writers().asking().before("c-1", "f-1") is None


async def test_while_commands_are_not_taken_booking_is_paused():
    with pytest.raises(ProblemRaised) as raised:
        await Writers().asking().once(wish("f-1"))

    assert raised.value.problem.code == "booking_paused"


def refusal(command_id="c-1"):
    return CommandRefused(
        show_id="s-1",
        version=2,
        at=NOW,
        command_id=command_id,
        code="not_confirmed",
        detail="the booking is held",
    )


async def test_who_asks_for_what_another_writer_decides_gets_that_writers_answer():
    writers = Writers(Answered(answer()), followed=Answered(refusal("c-1.take")))

    assert await writers.asking().followed(wish(), "c-1.take") == refusal("c-1.take")


async def test_what_is_refused_at_once_has_no_other_answer_to_wait_for():
    writers = Writers(Answered(refusal()))

    assert await writers.asking().followed(wish(), "c-1.take") == refusal()


@pytest.mark.parametrize("written", [True, False], ids=["written already", "said a moment later"])
async def test_the_answer_to_what_somebody_else_asked_is_found_or_waited_for(written):
    raw = wire.encode(refusal("c-1.take"))
    writers = Writers(written=("seat-events", raw) if written else None)

    asked = asyncio.create_task(writers.asking().answer_to("c-1.take"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    if not written:
        writers.expected["c-1.take"].set_result(Answered(refusal("c-1.take")))

    assert await asked == refusal("c-1.take")
