"""What a settlement run may do, and what a payout comes to: the table is the specification."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justbookit.ids import OrganizerId
from justbookit.settlement import (
    Evidence,
    NotAllowed,
    PayoutStatus,
    Refused,
    Run,
    RunStatus,
    Step,
    answer,
    approve,
    balance,
    payout,
    reverse,
    send,
)

FINE = Evidence()
STORY = (RunStatus.DRAFT, RunStatus.BALANCED, RunStatus.APPROVED, RunStatus.SENT)


def run(until: RunStatus, *, balanced_by: str = "ann", **more: str) -> Run:
    by = {RunStatus.BALANCED: balanced_by, RunStatus.APPROVED: "bob"}
    steps = tuple(
        Step(status=status, by=by.get(status, "ann")) for status in STORY[: STORY.index(until) + 1]
    )
    return Run(run_id="S-2026-11-20", steps=steps, **more)


def told(found: Step | Refused | PayoutStatus | None) -> object:
    """What it came to; of a refusal, its code and what it says."""
    match found:
        case Step(status=status, by=by):
            return status, by
        case Refused(code=why, detail=detail):
            return why, detail
        case _:
            return found


def case(name: str, asked: Callable[[], object], then: object) -> object:
    return pytest.param(asked, then, id=name)


@pytest.mark.parametrize(
    ("asked", "then"),
    [
        case("a draft whose sums agree is balanced",
             lambda: balance(run(RunStatus.DRAFT), "ann", FINE),
             (RunStatus.BALANCED, "ann")),
        case("a draft whose sums differ stays one, and all of them are told",
             lambda: balance(run(RunStatus.DRAFT), "ann",
                             Evidence(differences=("1 paisa", "2 yen"))),
             (NotAllowed.NOT_BALANCED, "1 paisa; 2 yen")),
        case("a run is balanced once",
             lambda: balance(run(RunStatus.BALANCED), "ann", FINE),
             (NotAllowed.NOT_DRAFT, "S-2026-11-20 is balanced already")),
        case("another person approves it",
             lambda: approve(run(RunStatus.BALANCED), "bob", FINE),
             (RunStatus.APPROVED, "bob")),
        case("who made it does not approve it",
             lambda: approve(run(RunStatus.BALANCED), "ann", FINE),
             (NotAllowed.SAME_PERSON, "ann made S-2026-11-20; another person approves it")),
        case("who found it balanced, and did not make it, may",
             lambda: approve(run(RunStatus.BALANCED, balanced_by="bob"), "bob", FINE),
             (RunStatus.APPROVED, "bob")),
        case("a draft is not approved",
             lambda: approve(run(RunStatus.DRAFT), "bob", FINE),
             (NotAllowed.NOT_BALANCED, "S-2026-11-20 is not balanced yet")),
        case("it is approved once",
             lambda: approve(run(RunStatus.APPROVED), "eve", FINE),
             (NotAllowed.NOT_BALANCED, "S-2026-11-20 is approved already")),
        case("missing gateway files stop the approval",
             lambda: approve(run(RunStatus.BALANCED), "bob",
                             Evidence(missing=("INR 2026-11-19", "INR 2026-11-20"))),
             (NotAllowed.FILE_MISSING,
              "INR 2026-11-19, INR 2026-11-20: no gateway file; take it in")),
        case("doubled ones do too",
             lambda: approve(run(RunStatus.BALANCED), "bob",
                             Evidence(doubled=("INR 2026-11-19", "INR 2026-11-20"))),
             (NotAllowed.FILE_DOUBLED,
              "INR 2026-11-19, INR 2026-11-20: more than one gateway file; discard all but one")),
        case("a missing gateway file does not keep a run from being balanced",
             lambda: balance(run(RunStatus.DRAFT), "ann", Evidence(missing=("INR 2026-11-20",))),
             (RunStatus.BALANCED, "ann")),
        case("what is approved is sent",
             lambda: send(run(RunStatus.APPROVED), "ann"),
             (RunStatus.SENT, "ann")),
        case("what is not approved is not sent",
             lambda: send(run(RunStatus.BALANCED), "ann"),
             (NotAllowed.NOT_APPROVED, "S-2026-11-20 is balanced")),
        case("nothing is sent twice",
             lambda: send(run(RunStatus.SENT), "ann"),
             (NotAllowed.ALREADY_SENT, "S-2026-11-20 is sent already")),
        case("a run that was sent can be taken back", lambda: reverse(run(RunStatus.SENT)), None),
        case("once",
             lambda: reverse(run(RunStatus.SENT, reversed_by="R-1")),
             (NotAllowed.ALREADY_REVERSED, "R-1 takes S-2026-11-20 back")),
        case("what takes back is not taken back",
             lambda: reverse(run(RunStatus.SENT, reverses="S-1")),
             (NotAllowed.IS_REVERSAL,
              "S-2026-11-20 takes S-1 back; settle the day again instead")),
        case("the bank paid it",
             lambda: answer(PayoutStatus.SENT, PayoutStatus.PAID), PayoutStatus.PAID),
        case("it came back",
             lambda: answer(PayoutStatus.SENT, PayoutStatus.RETURNED), PayoutStatus.RETURNED),
        case("it came back after all",
             lambda: answer(PayoutStatus.PAID, PayoutStatus.RETURNED), PayoutStatus.RETURNED),
        case("what the bank says twice is said once",
             lambda: answer(PayoutStatus.RETURNED, PayoutStatus.RETURNED), PayoutStatus.RETURNED),
        case("what came back is not paid",
             lambda: answer(PayoutStatus.RETURNED, PayoutStatus.PAID),
             (NotAllowed.NOT_SENT, "a payout that is returned cannot be paid")),
        case("what is carried is not paid",
             lambda: answer(PayoutStatus.CARRIED, PayoutStatus.PAID),
             (NotAllowed.NOT_SENT, "a payout that is carried cannot be paid")),
    ],
)  # fmt: skip
def test_a_run(asked, then):
    assert told(asked()) == then


@pytest.mark.parametrize(
    ("carried_in", "earned", "held", "amount", "carried_out"),
    [
        pytest.param(0, 500, "", 500, 0, id="what was earned is paid out"),
        pytest.param(-200, 500, "", 300, 0, id="a refund after the payout is taken off the next"),
        pytest.param(-700, 500, "", 0, -200, id="what is still negative is carried on"),
        pytest.param(200, 500, "", 700, 0, id="what came back is paid with the next"),
        pytest.param(0, 500, "on hold: a dispute", 0, 500, id="what is held is carried on"),
        pytest.param(-500, 500, "", 0, 0, id="nothing is nothing"),
        pytest.param(-499, 500, "", 1, 0, id="the smallest coin is paid out"),
    ],
)
def test_a_payout(carried_in, earned, held, amount, carried_out):
    one = payout(OrganizerId("o"), "INR", carried_in=carried_in, earned=earned, held=held)

    assert (one.organizer_id, one.currency) == ("o", "INR")
    assert (one.carried_in, one.earned) == (carried_in, earned)
    assert (one.amount, one.carried_out) == (amount, carried_out)
    assert one.status is (PayoutStatus.DUE if amount else PayoutStatus.CARRIED)
    assert one.reason == (held or ("" if amount else "nothing to pay out"))


def test_a_payout_is_held_only_if_somebody_says_so():
    assert payout(OrganizerId("o"), "INR", carried_in=0, earned=5).status is PayoutStatus.DUE


@given(st.lists(st.tuples(st.integers(-10_000, 10_000), st.booleans()), max_size=30))
def test_over_many_runs_no_minor_unit_is_lost_or_made(runs):
    carried = paid = 0
    for earned, is_held in runs:
        one = payout(
            OrganizerId("o"),
            "INR",
            carried_in=carried,
            earned=earned,
            held="held" if is_held else "",
        )
        carried = one.carried_out
        paid += one.amount
        assert one.amount >= 0
        assert not (is_held and one.amount)
        assert is_held or carried <= 0, "what can be paid is paid"

    assert carried + paid == sum(earned for earned, _ in runs)
