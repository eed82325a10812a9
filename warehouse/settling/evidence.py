"""What is looked at before a run takes a step: do its sums agree, are the gateway's files there."""

import psycopg

from justbookit.settlement import Evidence

_DIFFERENCES = """
SELECT format('show %%s: its bookings add up to %%s less %%s, its line says %%s less %%s',
              lines.show_id, sum(bookings.gross_amount), sum(bookings.refund_amount),
              lines.gross_amount, lines.refund_amount)
  FROM settlement.run_lines AS lines
  LEFT JOIN settlement.run_bookings AS bookings
    ON lines.run_id = bookings.run_id AND lines.show_id = bookings.show_id
       AND lines.currency = bookings.currency
 WHERE lines.run_id = %(run_id)s
 GROUP BY lines.show_id, lines.currency, lines.gross_amount, lines.refund_amount
HAVING (coalesce(sum(bookings.gross_amount), 0), coalesce(sum(bookings.refund_amount), 0))
       != (lines.gross_amount, lines.refund_amount)
UNION ALL
SELECT format('%%s %%s: its lines add up to %%s, its payout to %%s', organizer_id, currency,
              sum(payable), sum(earned))
  FROM (SELECT organizer_id, currency, payable_amount AS payable, 0 AS earned
          FROM settlement.run_lines WHERE run_id = %(run_id)s
        UNION ALL
        SELECT organizer_id, currency, 0, earned
          FROM settlement.payouts WHERE run_id = %(run_id)s) AS both_sides
 GROUP BY organizer_id, currency
HAVING sum(payable) != sum(earned)
UNION ALL
SELECT format('show %%s: runs settled %%s of the %%s that it came to', lines.show_id,
              sum(every.payable_amount), owed.payable_amount)
  FROM settlement.run_lines AS lines
  JOIN settlement.run_lines AS every
    ON lines.show_id = every.show_id AND lines.currency = every.currency
  JOIN finance.settlement_lines AS owed
    ON lines.show_id = owed.show_id AND lines.currency = owed.currency
  JOIN settlement.runs ON runs.run_id = lines.run_id
 WHERE lines.run_id = %(run_id)s AND runs.reverses IS NULL
 GROUP BY lines.show_id, lines.currency, owed.payable_amount
HAVING sum(every.payable_amount) != owed.payable_amount
LIMIT 20
"""
_GATEWAY_DAYS = """
WITH needed AS (
    SELECT DISTINCT bookings.currency, (bookings.confirmed_at AT TIME ZONE 'utc')::date AS day
      FROM settlement.run_bookings AS settled
      JOIN settlement.runs ON runs.run_id = settled.run_id
      JOIN finance.bookings AS bookings ON settled.booking_id = bookings.booking_id
     WHERE settled.run_id = %(run_id)s
       AND runs.reverses IS NULL
       AND settled.gross_amount > 0
       AND bookings.payment_reference IS NOT NULL
       AND bookings.channel = 'online'
), files AS (
    SELECT currency, day, gateway, count(*) AS files
      FROM settlement.gateway_files
     WHERE discarded_at IS NULL
     GROUP BY currency, day, gateway
)
SELECT needed.currency, needed.day, coalesce(max(files.files), 0)
  FROM needed
  LEFT JOIN files ON needed.currency = files.currency AND needed.day = files.day
 GROUP BY needed.currency, needed.day
HAVING coalesce(max(files.files), 0) != 1
 ORDER BY needed.day, needed.currency
"""


def look(connection: psycopg.Connection, run_id: str) -> Evidence:
    """What the books say of a run."""
    differences = connection.execute(_DIFFERENCES, {"run_id": run_id}).fetchall()
    days = connection.execute(_GATEWAY_DAYS, {"run_id": run_id}).fetchall()
    return Evidence(
        differences=tuple(each[0] for each in differences),
        missing=tuple(f"{currency} {day}" for currency, day, files in days if not files),
        doubled=tuple(f"{currency} {day}" for currency, day, files in days if files),
    )
