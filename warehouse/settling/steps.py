"""The story of a run, step by step: look at the books, ask the rules, write what they allow.

Each step is one transaction under one lock, so a step that was cut off never was, and whoever
asks twice gets the run that is there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import psycopg

from justbookit import settlement
from justbookit.errors import JustBookItError
from justbookit.settings import Settings
from justbookit.settlement import PayoutStatus, Refused, Run, RunStatus, Step
from warehouse.settling import evidence, runs
from warehouse.settling.runs import Draft

_PAYOUT = "SELECT status FROM settlement.payouts WHERE payout_id = %(payout_id)s FOR UPDATE"
_ANSWER = {
    PayoutStatus.PAID: "UPDATE settlement.payouts SET status = 'paid', paid_at = now()"
    " WHERE payout_id = %(payout_id)s",
    PayoutStatus.RETURNED: "UPDATE settlement.payouts SET status = 'returned',"
    " returned_at = now() WHERE payout_id = %(payout_id)s",
}
_SEND = """
UPDATE settlement.payouts
   SET status = 'sent', sent_at = now()
 WHERE run_id = %(run_id)s
   AND status = 'due'
"""
_HOLD = """
INSERT INTO settlement.payout_holds (organizer_id, reason, placed_by, held_until)
VALUES (%(organizer_id)s, %(reason)s, %(by)s, %(until)s)
"""
_LIFT = """
UPDATE settlement.payout_holds
   SET lifted_by = %(by)s, lifted_at = now()
 WHERE organizer_id = %(organizer_id)s
   AND lifted_at IS NULL
"""


class StepRefused(JustBookItError):
    """The step was not taken; the message begins with a stable code."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.code}: {refused.detail}")
        self.code = refused.code


class NoRun(JustBookItError):
    """There is no such run or payout."""


def settle(settings: Settings, settle_date: date, by: str) -> Run:
    """The run of a day, made and balanced if it is not yet; the same one for the same day.

    Raises StepRefused when its sums do not agree: it stays a draft, to be asked for again.
    """
    with _books(settings) as connection:
        run_id = runs.of_day(connection, settle_date)
        if run_id is None:
            run_id = runs.name(connection, settle_date, "S")
            new = Draft(run_id=run_id, settle_date=settle_date, as_of=datetime.now(UTC))
            runs.draft(connection, new, by)
    return _balance(settings, run_id, by)


def reverse(settings: Settings, run_id: str, by: str) -> Run:
    """A run that takes `run_id` back, balanced; it has to be approved like any other."""
    with _books(settings) as connection:
        wrong = _run(connection, run_id)
        refused = settlement.reverse(wrong)
        if refused is not None:
            raise StepRefused(refused)
        settle_date = date.fromisoformat(run_id[2:12])
        new = Draft(
            run_id=runs.name(connection, settle_date, "R"),
            settle_date=settle_date,
            as_of=datetime.now(UTC),
            reverses=run_id,
        )
        runs.draft_reversal(connection, new, by)
    return _balance(settings, new.run_id, by)


def approve(settings: Settings, run_id: str, by: str) -> Run:
    """Say that a run may be paid. Raises StepRefused, as all of these do, when it may not."""
    with _books(settings) as connection:
        run = _run(connection, run_id)
        _take(connection, run, settlement.approve(run, by, evidence.look(connection, run_id)))
        return _run(connection, run_id)


def send(settings: Settings, run_id: str, by: str) -> Run:
    """Say that a run's payouts are with the bank."""
    with _books(settings) as connection:
        run = _run(connection, run_id)
        _take(connection, run, settlement.send(run, by))
        connection.execute(_SEND, {"run_id": run_id})
        return _run(connection, run_id)


def answer(settings: Settings, payout_id: str, told: PayoutStatus) -> PayoutStatus:
    """Keep what the bank says of a payout: paid or returned."""
    with _books(settings) as connection:
        found = connection.execute(_PAYOUT, {"payout_id": payout_id}).fetchone()
        if found is None:
            raise NoRun(f"there is no payout {payout_id}")
        status = PayoutStatus(found[0])
        then = settlement.answer(status, told)
        if isinstance(then, Refused):
            raise StepRefused(then)
        if then is not status:
            connection.execute(_ANSWER[then], {"payout_id": payout_id})
        return then


def hold(settings: Settings, organizer_id: str, reason: str, by: str, until: date | None) -> None:
    """Pay this organizer nothing out until a day, or until the hold is lifted."""
    with _books(settings) as connection:
        values = {"organizer_id": organizer_id, "reason": reason, "by": by, "until": until}
        connection.execute(_HOLD, values)


def lift(settings: Settings, organizer_id: str, by: str) -> int:
    """Lift every hold on an organizer; how many there were."""
    with _books(settings) as connection:
        return connection.execute(_LIFT, {"organizer_id": organizer_id, "by": by}).rowcount


def _balance(settings: Settings, run_id: str, by: str) -> Run:
    with _books(settings) as connection:
        run = _run(connection, run_id)
        if run.status is RunStatus.DRAFT:
            _take(connection, run, settlement.balance(run, by, evidence.look(connection, run_id)))
        return _run(connection, run_id)


def _take(connection: psycopg.Connection, run: Run, step: Step | Refused) -> None:
    if isinstance(step, Refused):
        raise StepRefused(step)
    runs.add_step(connection, run.run_id, step)


def _run(connection: psycopg.Connection, run_id: str) -> Run:
    run = runs.find(connection, run_id)
    if run is None:
        raise NoRun(f"there is no run {run_id}")
    return run


@contextmanager
def _books(settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        connection.execute(runs.LOCK)
        yield connection
