"""What a settlement run may do, and what a payout comes to: the table is the specification."""

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


def run(until: RunStatus, **more: str) -> Run:
    steps = tuple(
        Step(status=status, by="bob" if status is RunStatus.APPROVED else "ann")
        for status in STORY[: STORY.index(until) + 1]
    )
    return Run(run_id="S-2026-11-20", steps=steps, **more)


def code(found: Step | Refused | PayoutStatus | None) -> object:
    match found:
        case Step(status=status):
            return status
        case Refused(code=why):
            return why
        case _:
            return found


def case(name: str, found: object, then: object) -> object:
    return pytest.param(found, then, id=name)


@pytest.mark.parametrize(
    ("found", "then"),
    [
        case("a draft whose sums agree is balanced", balance(run(RunStatus.DRAFT), "ann", FINE),
             RunStatus.BALANCED),
        case("a draft whose sums differ stays one",
             balance(run(RunStatus.DRAFT), "ann", Evidence(differences=("1 paisa",))),
             NotAllowed.NOT_BALANCED),
        case("a run is balanced once", balance(run(RunStatus.BALANCED), "ann", FINE),
             NotAllowed.NOT_DRAFT),
        case("another person approves it", approve(run(RunStatus.BALANCED), "bob", FINE),
             RunStatus.APPROVED),
        case("who made it does not approve it", approve(run(RunStatus.BALANCED), "ann", FINE),
             NotAllowed.SAME_PERSON),
        case("a draft is not approved", approve(run(RunStatus.DRAFT), "bob", FINE),
             NotAllowed.NOT_BALANCED),
        case("it is approved once", approve(run(RunStatus.APPROVED), "eve", FINE),
             NotAllowed.NOT_BALANCED),
        case("a missing gateway file stops the approval",
             approve(run(RunStatus.BALANCED), "bob", Evidence(missing=("INR 2026-11-20",))),
             NotAllowed.FILE_MISSING),
        case("a doubled one does too",
             approve(run(RunStatus.BALANCED), "bob", Evidence(doubled=("INR 2026-11-20",))),
             NotAllowed.FILE_DOUBLED),
        case("a missing gateway file does not keep a run from being balanced",
             balance(run(RunStatus.DRAFT), "ann", Evidence(missing=("INR 2026-11-20",))),
             RunStatus.BALANCED),
        case("what is approved is sent", send(run(RunStatus.APPROVED), "ann"), RunStatus.SENT),
        case("what is not approved is not sent", send(run(RunStatus.BALANCED), "ann"),
             NotAllowed.NOT_APPROVED),
        case("nothing is sent twice", send(run(RunStatus.SENT), "ann"), NotAllowed.ALREADY_SENT),
        case("a run that was sent can be taken back", reverse(run(RunStatus.SENT)), None),
        case("once", reverse(run(RunStatus.SENT, reversed_by="R-1")), NotAllowed.ALREADY_REVERSED),
        case("what takes back is not taken back", reverse(run(RunStatus.SENT, reverses="S-1")),
             NotAllowed.IS_REVERSAL),
        case("the bank paid it", answer(PayoutStatus.SENT, PayoutStatus.PAID), PayoutStatus.PAID),
        case("it came back", answer(PayoutStatus.SENT, PayoutStatus.RETURNED),
             PayoutStatus.RETURNED),
        case("it came back after all", answer(PayoutStatus.PAID, PayoutStatus.RETURNED),
             PayoutStatus.RETURNED),
        case("what the bank says twice is said once",
             answer(PayoutStatus.RETURNED, PayoutStatus.RETURNED), PayoutStatus.RETURNED),
        case("what came back is not paid", answer(PayoutStatus.RETURNED, PayoutStatus.PAID),
             NotAllowed.NOT_SENT),
        case("what is carried is not paid", answer(PayoutStatus.CARRIED, PayoutStatus.PAID),
             NotAllowed.NOT_SENT),
    ],
)  # fmt: skip
def test_a_run(found, then):
    assert code(found) == then


@pytest.mark.parametrize(
    ("carried_in", "earned", "held", "amount", "carried_out"),
    [
        pytest.param(0, 500, "", 500, 0, id="what was earned is paid out"),
        pytest.param(-200, 500, "", 300, 0, id="a refund after the payout is taken off the next"),
        pytest.param(-700, 500, "", 0, -200, id="what is still negative is carried on"),
        pytest.param(200, 500, "", 700, 0, id="what came back is paid with the next"),
        pytest.param(0, 500, "on hold: a dispute", 0, 500, id="what is held is carried on"),
        pytest.param(-500, 500, "", 0, 0, id="nothing is nothing"),
    ],
)
def test_a_payout(carried_in, earned, held, amount, carried_out):
    one = payout(OrganizerId("o"), "INR", carried_in=carried_in, earned=earned, held=held)

    assert (one.amount, one.carried_out) == (amount, carried_out)
    assert one.status is (PayoutStatus.DUE if amount else PayoutStatus.CARRIED)
    assert bool(one.reason) is not bool(amount)


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
