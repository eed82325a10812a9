"""The same request is the same command, however often it comes."""

import pytest

from api.gathering import Gathering
from api.keys import Keys, ask_of
from api.problems import ProblemRaised


def ask(principal="u-1", route="POST /shows/s/holds", key="k", body=b"{}"):
    return ask_of(principal, route, key, body)


def remembering():
    """Keys over a table in memory."""
    table = {}

    async def note(asks):
        before = [table.get(each.scope) for each in asks]
        for each in asks:
            table.setdefault(each.scope, each.fingerprint)
        return before

    return Keys(Gathering(note))


async def test_a_retry_is_the_same_command_and_says_so():
    keys = remembering()

    first, again = await keys.claim(ask()), await keys.claim(ask())

    assert (first.replay, again.replay) == (False, True)
    assert first.command_id == again.command_id
    assert first.booking_id == again.booking_id


async def test_another_body_is_refused():
    keys = remembering()
    await keys.claim(ask())

    with pytest.raises(ProblemRaised) as raised:
        await keys.claim(ask(body=b'{"seat_ids":["B1"]}'))

    assert raised.value.problem.code == "idempotency_key_reused"
    assert raised.value.problem.status == 422


@pytest.mark.parametrize(
    "other",
    [{"principal": "u-2"}, {"route": "POST /shows/t/holds"}, {"key": "l"}],
    ids=["another customer", "another show", "another key"],
)
async def test_a_key_counts_for_one_principal_and_route(other):
    keys = remembering()

    first, second = await keys.claim(ask()), await keys.claim(ask(**other))

    assert not second.replay
    assert first.command_id != second.command_id


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_nothing_is_done(key):
    with pytest.raises(ProblemRaised) as raised:
        ask(key=key)

    assert raised.value.problem.code == "idempotency_key_missing"
    assert raised.value.problem.status == 400


@pytest.mark.parametrize("key", ["x" * 256, "a\nb"], ids=["too long", "not printable"])
def test_a_key_that_is_none_is_refused(key):
    with pytest.raises(ProblemRaised) as raised:
        ask(key=key)

    assert raised.value.problem.code == "validation"
