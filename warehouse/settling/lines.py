"""What a run says, read for the files that are made of it."""

from typing import Any

import msgspec
import psycopg
from psycopg.rows import class_row

_PAYMENTS = """
SELECT payouts.payout_id, payouts.organizer_id, payouts.currency, payouts.amount,
       contracts.account_name, contracts.account, contracts.bank
  FROM settlement.payouts
  JOIN settlement.runs ON runs.run_id = payouts.run_id
  JOIN settlement.contracts
    ON contracts.organizer_id = payouts.organizer_id
   AND contracts.currency = payouts.currency
   AND daterange(contracts.valid_from, contracts.valid_until) @> runs.settle_date
 WHERE payouts.run_id = %(run_id)s
   AND payouts.status IN ('due', 'sent', 'paid')
   AND payouts.amount > 0
 ORDER BY payouts.currency, payouts.payout_id
"""
_JOURNAL = """
SELECT lines.organizer_id, lines.currency, each.account,
       greatest(each.amount, 0)::bigint AS debit, greatest(-each.amount, 0)::bigint AS credit
  FROM (SELECT organizer_id, currency, sum(net_amount) AS net, sum(commission_amount) AS commission,
               sum(fee_amount) AS fee, sum(tax_amount) AS tax, sum(payable_amount) AS payable
          FROM settlement.run_lines
         WHERE run_id = %(run_id)s
         GROUP BY organizer_id, currency) AS lines
 CROSS JOIN LATERAL (VALUES (1, 'ticket_sales', net), (2, 'commission', -commission),
                            (3, 'ticket_fees', -fee), (4, 'tax_payable', -tax),
                            (5, 'theatre_payable', -payable)) AS each (place, account, amount)
 WHERE each.amount != 0
 UNION ALL
SELECT payouts.organizer_id, payouts.currency, each.account,
       greatest(each.amount, 0), greatest(-each.amount, 0)
  FROM settlement.payouts
 CROSS JOIN LATERAL (VALUES (6, 'theatre_payable', amount),
                            (7, 'payouts_in_transit', -amount)) AS each (place, account, amount)
 WHERE payouts.run_id = %(run_id)s
   AND payouts.status IN ('due', 'sent', 'paid', 'returned')
   AND payouts.amount > 0
"""
_SHOWS = """
SELECT lines.show_id, lines.currency, owed.venue_name, owed.theatre_name, owed.movie_title,
       owed.show_starts_at, lines.ticket_count, lines.gross_amount, lines.refund_amount,
       lines.net_amount, lines.commission_amount, lines.fee_amount, lines.tax_amount,
       lines.payable_amount
  FROM settlement.run_lines AS lines
  LEFT JOIN finance.settlement_lines AS owed
    ON lines.show_id = owed.show_id AND lines.currency = owed.currency
 WHERE lines.run_id = %(run_id)s
   AND lines.organizer_id = %(organizer_id)s
   AND lines.currency = %(currency)s
 ORDER BY owed.show_starts_at, lines.show_id
"""
_SEATS = """
SELECT settled.show_id, settled.booking_id, line ->> 'seat_id' AS seat_id,
       (line ->> 'price')::bigint AS price, settled.gross_amount, settled.refund_amount
  FROM settlement.run_bookings AS settled
  JOIN settlement.run_lines AS lines
    ON lines.run_id = settled.run_id AND lines.show_id = settled.show_id
   AND lines.currency = settled.currency
  JOIN LATERAL (
       SELECT body -> 'lines' AS lines
         FROM raw.seat_events
        WHERE show_id = settled.show_id
          AND type IN ('SeatsHeld', 'SeatsBooked', 'BookingChanged', 'BookingExchanged')
          AND body -> 'lines' != '[]'
          AND body ->> 'booking_id' = settled.booking_id
        ORDER BY version DESC
        LIMIT 1) AS taken ON true
 CROSS JOIN LATERAL jsonb_array_elements(taken.lines) WITH ORDINALITY AS seats (line, place)
 WHERE settled.run_id = %(run_id)s
   AND lines.organizer_id = %(organizer_id)s
   AND settled.currency = %(currency)s
 ORDER BY settled.show_id, settled.booking_id, place
"""


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One payout with the account it goes to."""

    payout_id: str
    organizer_id: str
    currency: str
    amount: int
    account_name: str
    account: str
    bank: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the journal."""

    organizer_id: str
    currency: str
    account: str
    debit: int
    credit: int


def payments(connection: psycopg.Connection, run_id: str) -> list[Payment]:
    """What goes to the bank, by currency."""
    with connection.cursor(row_factory=class_row(Payment)) as cursor:
        return cursor.execute(_PAYMENTS, {"run_id": run_id}).fetchall()


def journal(connection: psycopg.Connection, run_id: str) -> list[Entry]:
    """The run as the accountants write it down."""
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_JOURNAL, {"run_id": run_id}).fetchall()


def shows(connection: psycopg.Connection, **whose: str) -> list[dict[str, Any]]:
    """An organizer's lines of a run, show by show."""
    return _dicts(connection.execute(_SHOWS, whose))


def seats(connection: psycopg.Connection, **whose: str) -> list[dict[str, Any]]:
    """The seats behind those lines, each with its price and what its booking paid and got back."""
    return _dicts(connection.execute(_SEATS, whose))


def _dicts(cursor: psycopg.Cursor[Any]) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
