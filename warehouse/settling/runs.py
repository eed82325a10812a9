"""What a run adds, in SQL: all that is owed by now, less what earlier runs settled.

Whatever came late, a refund after the payout or a show that was moved, is a difference like any
other and lands in the next run; nothing is looked up by date and so nothing falls between two.
"""

from datetime import date, datetime
from typing import Any

import msgspec
import psycopg

from justbookit.ids import OrganizerId
from justbookit.settlement import Payout, PayoutStatus, Run, RunStatus, Step, payout

_AMOUNTS = (
    "ticket_count",
    "gross_amount",
    "refund_amount",
    "net_amount",
    "commission_amount",
    "fee_amount",
    "tax_amount",
    "payable_amount",
)
_ADDED = ", ".join(f"owed.{name} - coalesce(settled.{name}, 0)" for name in _AMOUNTS)
_SETTLED = ", ".join(f"sum({name})::bigint AS {name}" for name in _AMOUNTS)
_NAMES = ", ".join(_AMOUNTS)
_TAKEN_BACK = ", ".join(f"-{name}" for name in _AMOUNTS)

LOCK = "SELECT pg_advisory_xact_lock(hashtext('warehouse.settle'))"

_RUN = """
SELECT runs.run_id, runs.reverses, back.run_id
  FROM settlement.runs
  LEFT JOIN settlement.runs AS back ON back.reverses = runs.run_id
 WHERE runs.run_id = %(run_id)s
"""
_STEPS = "SELECT status, by FROM settlement.run_steps WHERE run_id = %(run_id)s ORDER BY number"
_OF_DAY = """
SELECT run_id
  FROM settlement.runs
 WHERE settle_date = %(settle_date)s
   AND reverses IS NULL
   AND run_id NOT IN (SELECT reverses FROM settlement.runs WHERE reverses IS NOT NULL)
"""
_COUNT = "SELECT count(*) FROM settlement.runs WHERE settle_date = %(settle_date)s"
_ADD_RUN = """
INSERT INTO settlement.runs (run_id, settle_date, as_of, reverses)
VALUES (%(run_id)s, %(settle_date)s, %(as_of)s, %(reverses)s)
"""
_ADD_STEP = """
INSERT INTO settlement.run_steps (run_id, number, status, by)
SELECT %(run_id)s, count(*) + 1, %(status)s, %(by)s
  FROM settlement.run_steps
 WHERE run_id = %(run_id)s
"""
_ADD_LINES = f"""
INSERT INTO settlement.run_lines
       (run_id, show_id, currency, organizer_id, venue_id, ended_on, due_on, {_NAMES})
SELECT %(run_id)s, owed.show_id, owed.currency, owed.organizer_id, owed.venue_id, owed.ended_on,
       owed.due_on, {_ADDED}
  FROM (SELECT show_id, currency, organizer_id, venue_id, ended_on, due_on,
               ticket_count - cancelled_ticket_count AS ticket_count, gross_amount, refund_amount,
               net_amount, commission_amount, fee_amount, tax_amount, payable_amount
          FROM finance.settlement_lines
         WHERE due_on <= %(settle_date)s AND due_at <= %(as_of)s) AS owed
  LEFT JOIN (SELECT show_id, currency, {_SETTLED}
               FROM settlement.run_lines
              GROUP BY show_id, currency) AS settled
    ON owed.show_id = settled.show_id AND owed.currency = settled.currency
 WHERE (owed.gross_amount, owed.refund_amount, owed.payable_amount)
       IS DISTINCT FROM
       (coalesce(settled.gross_amount, 0), coalesce(settled.refund_amount, 0),
        coalesce(settled.payable_amount, 0))
"""  # noqa: S608 - our own names
_ADD_BOOKINGS = """
INSERT INTO settlement.run_bookings
       (run_id, show_id, booking_id, currency, gross_amount, refund_amount)
SELECT %(run_id)s, bookings.show_id, bookings.booking_id, bookings.currency,
       bookings.paid_amount - coalesce(settled.gross_amount, 0),
       bookings.refund_amount - coalesce(settled.refund_amount, 0)
  FROM settlement.run_lines AS lines
  JOIN finance.bookings AS bookings
    ON lines.show_id = bookings.show_id AND lines.currency = bookings.currency
  LEFT JOIN (SELECT booking_id, sum(gross_amount)::bigint AS gross_amount,
                    sum(refund_amount)::bigint AS refund_amount
               FROM settlement.run_bookings
              WHERE show_id IN (SELECT show_id FROM settlement.run_lines WHERE run_id = %(run_id)s)
              GROUP BY booking_id) AS settled
    ON bookings.booking_id = settled.booking_id
 WHERE lines.run_id = %(run_id)s
   AND bookings.is_paid
   AND (bookings.paid_amount, bookings.refund_amount)
       IS DISTINCT FROM (coalesce(settled.gross_amount, 0), coalesce(settled.refund_amount, 0))
"""
_BALANCES = """
WITH owed AS (
    SELECT organizer_id, currency,
           coalesce(sum(payable_amount) FILTER (WHERE run_id = %(run_id)s), 0) AS earned,
           sum(payable_amount) AS settled
      FROM settlement.run_lines
     GROUP BY organizer_id, currency
), out AS (
    SELECT organizer_id, currency, sum(amount) AS amount
      FROM settlement.payouts
     WHERE status IN ('due', 'sent', 'paid')
     GROUP BY organizer_id, currency
)
SELECT owed.organizer_id, owed.currency,
       (owed.settled - owed.earned - coalesce(out.amount, 0))::bigint AS carried_in,
       owed.earned::bigint,
       CASE WHEN hold.reason IS NOT NULL THEN 'on hold: ' || hold.reason
            WHEN contract.account IS NULL THEN 'no contract names an account'
            ELSE '' END AS held
  FROM owed
  LEFT JOIN out ON owed.organizer_id = out.organizer_id AND owed.currency = out.currency
  LEFT JOIN LATERAL (
       SELECT string_agg(reason, '; ' ORDER BY hold_id) AS reason
         FROM settlement.payout_holds
        WHERE organizer_id = owed.organizer_id
          AND lifted_at IS NULL
          AND (held_until IS NULL OR held_until > %(settle_date)s)) AS hold ON true
  LEFT JOIN settlement.contracts AS contract
    ON contract.organizer_id = owed.organizer_id
   AND contract.currency = owed.currency
   AND daterange(contract.valid_from, contract.valid_until) @> %(settle_date)s::date
 ORDER BY owed.organizer_id, owed.currency
"""
_ADD_PAYOUT = """
INSERT INTO settlement.payouts
       (payout_id, run_id, organizer_id, currency, carried_in, earned, amount, carried_out,
        status, reason)
VALUES (%(payout_id)s, %(run_id)s, %(organizer_id)s, %(currency)s, %(carried_in)s, %(earned)s,
        %(amount)s, %(carried_out)s, %(status)s, %(reason)s)
"""
_REVERSE_LINES = f"""
INSERT INTO settlement.run_lines
       (run_id, show_id, currency, organizer_id, venue_id, ended_on, due_on, {_NAMES})
SELECT %(run_id)s, show_id, currency, organizer_id, venue_id, ended_on, due_on, {_TAKEN_BACK}
  FROM settlement.run_lines
 WHERE run_id = %(reverses)s
"""  # noqa: S608 - our own names
_REVERSE_BOOKINGS = """
INSERT INTO settlement.run_bookings
       (run_id, show_id, booking_id, currency, gross_amount, refund_amount)
SELECT %(run_id)s, show_id, booking_id, currency, -gross_amount, -refund_amount
  FROM settlement.run_bookings
 WHERE run_id = %(reverses)s
"""
_REVERSE_PAYOUTS = """
UPDATE settlement.payouts
   SET status = 'reversed'
 WHERE run_id = %(reverses)s
   AND status IN ('due', 'carried')
"""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a new run is made for."""

    run_id: str
    settle_date: date
    as_of: datetime
    reverses: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        return msgspec.structs.asdict(self)


def find(connection: psycopg.Connection, run_id: str) -> Run | None:
    """A run with its story, or None."""
    found = connection.execute(_RUN, {"run_id": run_id}).fetchone()
    if found is None:
        return None
    steps = connection.execute(_STEPS, {"run_id": run_id}).fetchall()
    return Run(
        run_id=run_id,
        steps=tuple(Step(status=RunStatus(status), by=by) for status, by in steps),
        reverses=found[1],
        reversed_by=found[2],
    )


def of_day(connection: psycopg.Connection, settle_date: date) -> str | None:
    """The run of a day that nothing has taken back."""
    found = connection.execute(_OF_DAY, {"settle_date": settle_date}).fetchone()
    return found[0] if found else None


def name(connection: psycopg.Connection, settle_date: date, kind: str) -> str:
    """A name for a new run of a day."""
    (count,) = connection.execute(_COUNT, {"settle_date": settle_date}).fetchone() or (0,)
    return f"{kind}-{settle_date}" + (f"-{count + 1}" if count else "")


def draft(connection: psycopg.Connection, new: Draft, by: str) -> None:
    """Write a run with its lines, bookings and payouts."""
    connection.execute(_ADD_RUN, new.values)
    connection.execute(_ADD_LINES, new.values)
    connection.execute(_ADD_BOOKINGS, new.values)
    connection.execute("ANALYZE settlement.run_lines, settlement.run_bookings")
    _add_payouts(connection, new)
    add_step(connection, new.run_id, Step(status=RunStatus.DRAFT, by=by))


def draft_reversal(connection: psycopg.Connection, new: Draft, by: str) -> None:
    """Write a run that takes `new.reverses` back, line by line; what was sent stays sent."""
    connection.execute(_ADD_RUN, new.values)
    connection.execute(_REVERSE_LINES, new.values)
    connection.execute(_REVERSE_BOOKINGS, new.values)
    connection.execute(_REVERSE_PAYOUTS, new.values)
    _add_payouts(connection, new)
    add_step(connection, new.run_id, Step(status=RunStatus.DRAFT, by=by))


def _add_payouts(connection: psycopg.Connection, new: Draft) -> None:
    held = "a reversal pays nothing out" if new.reverses else ""
    for organizer_id, currency, carried_in, earned, reason in connection.execute(
        _BALANCES, new.values
    ).fetchall():
        if not (carried_in or earned):
            continue
        one = payout(
            OrganizerId(organizer_id),
            currency,
            carried_in=carried_in,
            earned=earned,
            held=held or reason,
        )
        values = {**msgspec.structs.asdict(one), "run_id": new.run_id}
        values["payout_id"] = f"{new.run_id}.{organizer_id}.{currency}"
        connection.execute(_ADD_PAYOUT, values)


def add_step(connection: psycopg.Connection, run_id: str, step: Step) -> None:
    """One more step of a run's story."""
    values = {"run_id": run_id, "status": step.status, "by": step.by}
    connection.execute(_ADD_STEP, values)


def payouts(connection: psycopg.Connection, run_id: str) -> list[Payout]:
    """What a run pays out, by organizer and currency."""
    found = connection.execute(
        "SELECT organizer_id, currency, carried_in, earned, amount, carried_out, status, reason"
        " FROM settlement.payouts WHERE run_id = %s ORDER BY organizer_id, currency",
        [run_id],
    ).fetchall()
    return [
        Payout(
            organizer_id=OrganizerId(row[0]),
            currency=row[1],
            carried_in=row[2],
            earned=row[3],
            amount=row[4],
            carried_out=row[5],
            status=PayoutStatus(row[6]),
            reason=row[7],
        )
        for row in found
    ]
