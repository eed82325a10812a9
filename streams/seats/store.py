"""The seats in Postgres: one transaction for a batch, and what a new owner has to know.

Every transaction begins with the fence, which fails in the server; it is sent as one pipeline
with its COMMIT in it, so no open transaction ever waits for a process that may be frozen.
"""

from collections.abc import Sequence
from typing import LiteralString

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, UniqueViolation
from psycopg.rows import TupleRow

from justbookit.errors import BrokenInvariant, Fenced
from streams.arrays import Texts
from streams.seats import rows, waiting_rows
from streams.seats.batch import Batch

ATTEMPTS_MAX = 3
FENCED = "JB001"

_ADVANCE = "SELECT advance_writer_positions(%s, %s, %s, %s, %s, %s)"

_CLEAR_OUTBOX = """
DELETE FROM seat_outbox AS sent
 USING unnest(%s, %s) AS published (partition, batch)
 WHERE sent.partition = published.partition AND sent.batch <= published.batch
"""

_FREE_SEATS = """
DELETE FROM seat_claim AS claim
 USING unnest(%s, %s, %s, %s) AS freed (show_id, seat_id, kind, owner)
 WHERE claim.show_id = freed.show_id
   AND claim.seat_id = freed.seat_id
   AND claim.kind = freed.kind
   AND (claim.claimed_by = freed.owner OR freed.kind = 'block')
"""

_TAKE_SEATS = """
INSERT INTO seat_claim (show_id, seat_id, kind, claimed_by)
SELECT * FROM unnest(%s, %s, %s, %s)
"""

_CHANGE_BOOKINGS = """
UPDATE booking
   SET status = changed.status,
       refund = changed.refund,
       confirmed_at = changed.confirmed_at,
       ended_at = changed.ended_at,
       payment = changed.payment,
       held_until = changed.held_until,
       version = changed.version
  FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s)
       AS changed (
           show_id, booking_id, status, refund, confirmed_at, ended_at, payment, held_until, version
       )
 WHERE booking.show_id = changed.show_id AND booking.booking_id = changed.booking_id
"""

_RESEAT = """
UPDATE booking
   SET seat_ids = moved.seat_ids::text [],
       lines = moved.lines,
       version = greatest(booking.version, moved.version)
  FROM unnest(%s, %s, %s, %s, %s) AS moved (show_id, booking_id, seat_ids, lines, version)
 WHERE booking.show_id = moved.show_id AND booking.booking_id = moved.booking_id
"""

_TELL_WHY = """
UPDATE booking
   SET because = told.because
  FROM unnest(%s, %s, %s) AS told (show_id, booking_id, because)
 WHERE booking.show_id = told.show_id AND booking.booking_id = told.booking_id
"""

_ADD_BOOKINGS = """
INSERT INTO booking (
    show_id, booking_id, status, refund, confirmed_at, ended_at, payment,
    held_until, version, partition, customer_id, seat_ids, amount, currency, lines, held_at
)
SELECT show_id, booking_id, status, refund, confirmed_at, ended_at, payment,
       held_until, version, partition, customer_id, seat_ids::text [], amount, currency, lines,
       held_at
  FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
       AS added (
           show_id, booking_id, status, refund, confirmed_at, ended_at, payment,
           held_until, version, partition, customer_id, seat_ids, amount, currency, lines, held_at
       )
"""

_CHANGE_SEATS = """
UPDATE booking
   SET seat_ids = changed.seat_ids::text [],
       amount = changed.amount,
       lines = changed.lines,
       changes = changed.changes
  FROM unnest(%s, %s, %s, %s, %s, %s)
       AS changed (show_id, booking_id, seat_ids, amount, lines, changes)
 WHERE booking.show_id = changed.show_id AND booking.booking_id = changed.booking_id
"""

_EXCHANGE = """
UPDATE booking
   SET origin = exchanged.origin, pledge = exchanged.pledge, exchanges = exchanged.exchanges
  FROM unnest(%s, %s, %s, %s, %s)
       AS exchanged (show_id, booking_id, origin, pledge, exchanges)
 WHERE booking.show_id = exchanged.show_id AND booking.booking_id = exchanged.booking_id
"""

_ADD_EVENTS = """
INSERT INTO seat_event (show_id, version, command_id, type, at, body)
SELECT * FROM unnest(%s, %s, %s, %s, %s, %s)
"""

_ADD_OUTBOX = """
INSERT INTO seat_outbox (partition, batch, events, dead_letters)
SELECT * FROM unnest(%s, %s, %s, %s)
"""

_PUT_INVENTORY = """
INSERT INTO show_inventory (
    show_id, version, seats_total, seats_free, seats_held, seats_booked, seats_counter,
    seats_blocked, seats_not_allotted, as_of, partition, lapses_at
)
SELECT * FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (show_id) DO UPDATE
   SET version = excluded.version,
       seats_total = excluded.seats_total,
       seats_free = excluded.seats_free,
       seats_held = excluded.seats_held,
       seats_booked = excluded.seats_booked,
       seats_counter = excluded.seats_counter,
       seats_blocked = excluded.seats_blocked,
       seats_not_allotted = excluded.seats_not_allotted,
       as_of = excluded.as_of,
       partition = excluded.partition,
       lapses_at = excluded.lapses_at
"""

_PUT_SNAPSHOTS = """
INSERT INTO show_snapshot (show_id, form, version, body)
SELECT * FROM unnest(%s, %s, %s, %s)
ON CONFLICT (show_id) DO UPDATE
   SET form = excluded.form, version = excluded.version, body = excluded.body
"""

_SETTLE_SHOWS = """
UPDATE show
   SET status = settled.status,
       theatre_id = settled.theatre_id,
       movie_id = settled.movie_id,
       starts_at = settled.starts_at,
       ends_at = settled.ends_at,
       terms = settled.terms::jsonb,
       version = show.version + 1
  FROM unnest(%s, %s, %s, %s, %s, %s, %s)
       AS settled (show_id, status, theatre_id, movie_id, starts_at, ends_at, terms)
 WHERE show.show_id = settled.show_id
"""

_GIVE_UP_OLDER_SLOTS = """
DELETE FROM screen_slot AS slot
 USING unnest(%s, %s) AS answered (show_id, command_id), screen_slot AS taken
 WHERE taken.show_id = answered.show_id
   AND taken.command_id = answered.command_id
   AND slot.show_id = answered.show_id
   AND slot.asked < taken.asked
"""

_GIVE_UP_REFUSED_SLOTS = """
DELETE FROM screen_slot AS slot
 USING unnest(%s, %s) AS refused (show_id, command_id)
 WHERE slot.show_id = refused.show_id AND slot.command_id = refused.command_id
"""

_GIVE_UP_SLOTS_OF_CLOSED = """
DELETE FROM screen_slot AS slot
 USING show
 WHERE slot.show_id = ANY(%s) AND show.show_id = slot.show_id AND show.status = 'closed'
"""

_FORGET_REFUSED_SHOWS = "DELETE FROM show WHERE show_id = ANY(%s) AND status = 'opening'"

Statement = tuple[LiteralString, Sequence[object]]


def statements(batch: Batch) -> list[Statement]:
    """What the transaction of `batch` is made of, the fence first.

    Old bookings and seats are given back before new ones are taken: the same seat may be freed
    and taken again within one batch.
    """
    freed, taken = rows.of_claims(batch)
    added, changed = rows.of_bookings(batch)
    joined, moved_on = waiting_rows.of_waiting(batch)
    made: list[Statement] = [(_ADVANCE, rows.of_positions(batch))]
    if batch.cleared:
        made.append((_CLEAR_OUTBOX, rows.of_cleared(batch)))
    for statement, columns in (
        (_FREE_SEATS, freed),
        (_TAKE_SEATS, taken),
        (_CHANGE_BOOKINGS, changed),
        (_ADD_BOOKINGS, added),
        (_RESEAT, rows.of_moved(batch)),
        (_TELL_WHY, rows.of_reasons(batch)),
        (_CHANGE_SEATS, rows.of_changed_seats(batch)),
        (_EXCHANGE, rows.of_exchanges(batch)),
        (waiting_rows.CHANGE, moved_on),
        (waiting_rows.ADD, joined),
        (_ADD_EVENTS, rows.of_events(batch)),
        (_ADD_OUTBOX, rows.of_outbox(batch)),
        (_PUT_INVENTORY, rows.of_inventory(batch)),
        (_PUT_SNAPSHOTS, rows.of_snapshots(batch)),
    ):
        if columns[0].count:
            made.append((statement, columns))
    if batch.show_answers:
        made += _settle_catalogue(batch)
    return made


def _settle_catalogue(batch: Batch) -> list[Statement]:
    done = [answer for answer in batch.show_answers if not answer.refused]
    refused = [answer for answer in batch.show_answers if answer.refused]
    return [
        (_SETTLE_SHOWS, rows.of_shows(batch)),
        (_GIVE_UP_OLDER_SLOTS, rows.of_answers(done)),
        (_GIVE_UP_REFUSED_SLOTS, rows.of_answers(refused)),
        (_GIVE_UP_SLOTS_OF_CLOSED, (Texts([answer.show_id for answer in done]),)),
        (
            _FORGET_REFUSED_SHOWS,
            (Texts([answer.show_id for answer in refused if answer.opening]),),
        ),
    ]


async def commit(connection: AsyncConnection[TupleRow], transaction: Sequence[Statement]) -> None:
    """Run all of it or nothing.

    Raises Fenced when another writer owns a partition, BrokenInvariant when Postgres knows a
    row that the rules did not.
    """
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            async with connection.pipeline():
                cursor = connection.cursor()
                await cursor.execute("BEGIN")
                for statement, parameters in transaction:
                    await cursor.execute(statement, parameters)
                await cursor.execute("COMMIT")
        except DeadlockDetected:
            # The catalogue changes the same shows; Postgres chose us to begin again.
            await connection.rollback()
            if attempt == ATTEMPTS_MAX:
                raise
        except UniqueViolation as error:
            raise BrokenInvariant(str(error)) from error
        except Exception as error:
            if getattr(error, "sqlstate", None) == FENCED:
                raise Fenced(str(error)) from error
            raise
        else:
            return
