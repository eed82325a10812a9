"""A settlement run from draft to sent, its payouts from due to paid, and who may say so.

A run is never edited: what was wrong is taken back by a run of its own, whole. What a theatre
is owed is the balance of all that was settled and paid out, so what is not paid out, because it
is held, negative or came back from the bank, is carried into the next run by itself.
"""

from enum import StrEnum

import msgspec

from justbookit.ids import OrganizerId


class RunStatus(StrEnum):
    """How far a run has come."""

    DRAFT = "draft"
    BALANCED = "balanced"
    APPROVED = "approved"
    SENT = "sent"


class PayoutStatus(StrEnum):
    """How far one payout of a run has come; `carried`: it goes on to the next run."""

    DUE = "due"
    CARRIED = "carried"
    SENT = "sent"
    PAID = "paid"
    RETURNED = "returned"
    REVERSED = "reversed"


class NotAllowed(StrEnum):
    """Why a step was not taken; stable."""

    NOT_BALANCED = "not_balanced"
    NOT_APPROVED = "not_approved"
    NOT_DRAFT = "not_draft"
    SAME_PERSON = "same_person"
    FILE_MISSING = "file_missing"
    FILE_DOUBLED = "file_doubled"
    NOT_SENT = "not_sent"
    ALREADY_SENT = "already_sent"
    ALREADY_REVERSED = "already_reversed"
    IS_REVERSAL = "is_reversal"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The run has this status because `by` said so."""

    status: RunStatus
    by: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run: its steps so far, and whether another run takes it back."""

    run_id: str
    steps: tuple[Step, ...]
    reverses: str | None = None
    reversed_by: str | None = None

    @property
    def status(self) -> RunStatus:
        return self.steps[-1].status


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when the books were looked at for a step."""

    differences: tuple[str, ...] = ()
    """Sums that do not agree; none when the run is balanced."""
    missing: tuple[str, ...] = ()
    """Days of a gateway without its file."""
    doubled: tuple[str, ...] = ()
    """Days of a gateway with more than one."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The step is not taken; `detail` says what would work."""

    code: NotAllowed
    detail: str


def balance(run: Run, by: str, found: Evidence) -> Step | Refused:
    """The run's sums agree with each other and with the books."""
    if run.status is not RunStatus.DRAFT:
        return Refused(code=NotAllowed.NOT_DRAFT, detail=f"{run.run_id} is {run.status} already")
    if found.differences:
        return Refused(code=NotAllowed.NOT_BALANCED, detail="; ".join(found.differences))
    return Step(status=RunStatus.BALANCED, by=by)


def approve(run: Run, by: str, found: Evidence) -> Step | Refused:
    """Somebody else than who made the run says that it may be paid.

    A gateway file that is missing or there twice stops this step; reports go on without it.
    """
    if run.status is not RunStatus.BALANCED:
        told = (
            "is not balanced yet" if run.status is RunStatus.DRAFT else f"is {run.status} already"
        )
        return Refused(code=NotAllowed.NOT_BALANCED, detail=f"{run.run_id} {told}")
    if by == run.steps[0].by:
        return Refused(
            code=NotAllowed.SAME_PERSON,
            detail=f"{by} made {run.run_id}; another person approves it",
        )
    if found.doubled:
        names = ", ".join(found.doubled)
        return Refused(
            code=NotAllowed.FILE_DOUBLED,
            detail=f"{names}: more than one gateway file; discard all but one",
        )
    if found.missing:
        names = ", ".join(found.missing)
        return Refused(code=NotAllowed.FILE_MISSING, detail=f"{names}: no gateway file; take it in")
    return Step(status=RunStatus.APPROVED, by=by)


def send(run: Run, by: str) -> Step | Refused:
    """The payouts go to the bank."""
    if run.status is RunStatus.SENT:
        return Refused(code=NotAllowed.ALREADY_SENT, detail=f"{run.run_id} is sent already")
    if run.status is not RunStatus.APPROVED:
        return Refused(code=NotAllowed.NOT_APPROVED, detail=f"{run.run_id} is {run.status}")
    return Step(status=RunStatus.SENT, by=by)


def reverse(run: Run) -> Refused | None:
    """Whether a run may be taken back: any but a reversal, once."""
    if run.reverses is not None:
        return Refused(
            code=NotAllowed.IS_REVERSAL,
            detail=f"{run.run_id} takes {run.reverses} back; settle the day again instead",
        )
    if run.reversed_by is not None:
        return Refused(
            code=NotAllowed.ALREADY_REVERSED, detail=f"{run.reversed_by} takes {run.run_id} back"
        )
    return None


def answer(status: PayoutStatus, told: PayoutStatus) -> PayoutStatus | Refused:
    """What the bank says of a payout: paid or returned. A paid one may still come back."""
    match status, told:
        case (PayoutStatus.SENT, PayoutStatus.PAID | PayoutStatus.RETURNED):
            return told
        case (PayoutStatus.PAID, PayoutStatus.RETURNED):
            return told
        case _ if status is told:
            return told
        case _:
            return Refused(
                code=NotAllowed.NOT_SENT, detail=f"a payout that is {status} cannot be {told}"
            )


class Payout(msgspec.Struct, frozen=True, kw_only=True):
    """What one organizer gets out of a run, in minor units of one currency.

    `carried_in` + `earned` = `amount` + `carried_out`; amount is never negative.
    """

    organizer_id: OrganizerId
    currency: str
    carried_in: int
    earned: int
    amount: int
    carried_out: int
    status: PayoutStatus
    reason: str = ""


def payout(
    organizer_id: OrganizerId, currency: str, *, carried_in: int, earned: int, held: str = ""
) -> Payout:
    """What is paid out: all there is, unless that is nothing, negative or held."""
    balance_now = carried_in + earned
    reason = held or ("" if balance_now > 0 else "nothing to pay out")
    amount = 0 if reason else balance_now
    return Payout(
        organizer_id=organizer_id,
        currency=currency,
        carried_in=carried_in,
        earned=earned,
        amount=amount,
        carried_out=balance_now - amount,
        status=PayoutStatus.CARRIED if reason else PayoutStatus.DUE,
        reason=reason,
    )
