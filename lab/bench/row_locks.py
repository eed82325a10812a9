"""Booking by row locks, as one would without us: tables, statements, and what came of them.

In a schema of its own of the stack's PostgreSQL, as durable as that is. One booking is one
transaction: two seats change hands if both are free, and a row says who has them and what was
paid. That is the least a system can write that sells no seat twice and knows its customers.
Everything here leans towards the row locks: integers for keys, pages half empty so that no index
changes with a seat, a booking's number given by whoever asks, and no two ask for the same seat.
"""

import re
from types import TracebackType
from typing import LiteralString, NamedTuple, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from justbookit.settings import Settings
from lab.bench.figures import NotPlausible
from lab.bench.ground import PRICE

SCHEMA = "bench_row_locks"
LEFT_OUT = (
    "events and their publishing, prices and offers, stored answers, foreign keys; and except in"
    " `counted` how many seats are left"
)
DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")

_TABLES: tuple[LiteralString, ...] = (
    """
CREATE TABLE show (
    show_id integer PRIMARY KEY,
    seats_left integer NOT NULL,
    version bigint NOT NULL DEFAULT 0
)
WITH (fillfactor = 10)
""",
    """
CREATE TABLE show_seat (
    show_id integer NOT NULL,
    seat_id integer NOT NULL,
    state text NOT NULL DEFAULT 'free',
    booking_id bigint,
    PRIMARY KEY (show_id, seat_id)
)
WITH (fillfactor = 50)
""",
    """
CREATE TABLE booking (
    booking_id bigint PRIMARY KEY,
    show_id integer NOT NULL,
    customer_id bigint NOT NULL,
    seat_ids integer[] NOT NULL,
    amount bigint NOT NULL,
    payment text NOT NULL,
    booked_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
""",
    """
CREATE FUNCTION book(
    _booking_id bigint, _show_id integer, _seat_id integer, _next_id integer,
    _customer_id bigint, _amount bigint, _payment text
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    taken integer;
BEGIN
    UPDATE show_seat SET state = 'booked', booking_id = _booking_id
     WHERE show_id = _show_id AND seat_id IN (_seat_id, _next_id) AND state = 'free';
    GET DIAGNOSTICS taken = ROW_COUNT;
    IF taken <> 2 THEN
        RAISE EXCEPTION 'one of the seats is taken' USING ERRCODE = 'unique_violation';
    END IF;
    INSERT INTO booking (booking_id, show_id, customer_id, seat_ids, amount, payment)
    VALUES (_booking_id, _show_id, _customer_id, ARRAY[_seat_id, _next_id], _amount, _payment);
    RETURN true;
END
$$
""",
    """
CREATE FUNCTION book_and_count(
    _booking_id bigint, _show_id integer, _seat_id integer, _next_id integer,
    _customer_id bigint, _amount bigint, _payment text
) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM book(
        _booking_id, _show_id, _seat_id, _next_id, _customer_id, _amount, _payment
    );
    -- last, so that the show is locked for as short a time as can be
    UPDATE show SET seats_left = seats_left - 2, version = version + 1
     WHERE show_id = _show_id;
    RETURN true;
END
$$
""",
)

_FILL_SHOWS = "INSERT INTO show (show_id, seats_left) SELECT n, %s FROM generate_series(0, %s) AS n"

_FILL_SEATS = """
INSERT INTO show_seat (show_id, seat_id)
SELECT n, seat_id
  FROM generate_series(0, %s) AS n, generate_series(1, %s) AS seat_id
"""

# The first and the last of the bookings are left out: clients are still coming, or already gone.
_COUNT = """
SELECT count(*),
       (0.9 * count(*) / nullif(
           percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM booked_at))
           - percentile_disc(0.05) WITHIN GROUP (ORDER BY extract(epoch FROM booked_at)), 0
       ))::double precision
  FROM booking
"""

_WRONG = """
SELECT (SELECT count(*) FROM show_seat AS seat
         WHERE (seat.state = 'free') <> (seat.booking_id IS NULL)
            OR seat.booking_id IS NOT NULL AND NOT EXISTS (
                   SELECT FROM booking
                    WHERE booking.booking_id = seat.booking_id
                      AND booking.show_id = seat.show_id
                      AND seat.seat_id = ANY(booking.seat_ids)))
       + abs((SELECT 2 * count(*) FROM booking)
             - (SELECT count(*) FROM show_seat WHERE state = 'booked'))
"""


def statement(text: str) -> bytes:
    """A statement with pgbench's placeholders, as psycopg wants it."""
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", text).encode()


TAKE = """
UPDATE show_seat SET state = 'booked', booking_id = :booking
 WHERE show_id = :show AND seat_id IN (:seat, :next) AND state = 'free'
"""

LOOK = """
SELECT seat_id FROM show_seat
 WHERE show_id = :show AND seat_id IN (:seat, :next) AND state = 'free'
   FOR UPDATE
"""

GIVE = """
UPDATE show_seat SET state = 'booked', booking_id = :booking
 WHERE show_id = :show AND seat_id IN (:seat, :next)
"""

KEEP = f"""
INSERT INTO booking (booking_id, show_id, customer_id, seat_ids, amount, payment)
VALUES (:booking, :show, :customer, ARRAY[:seat, :next]::integer[], {2 * PRICE}, 'card')
"""  # noqa: S608 - a price of our own

CALL = f"SELECT book(:booking, :show, :seat, :next, :customer, {2 * PRICE}, 'card')"

COUNT = CALL.replace("book(", "book_and_count(")


class Sold(NamedTuple):
    """What came of one measurement."""

    bookings: int
    per_s: float


class RowLocks:
    """The schema, from its making until it is dropped; whatever was there before is gone."""

    def __init__(self, settings: Settings) -> None:
        self.conninfo = make_conninfo(settings.postgres, options=f"-csearch_path={SCHEMA}")

    def __enter__(self) -> Self:
        self._connection = psycopg.connect(self.conninfo, autocommit=True)
        self._drop()
        self._connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        for table in _TABLES:
            self._connection.execute(table)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._drop()
        self._connection.close()

    def durability(self) -> dict[str, str]:
        """The server's settings that a booking's safety depends on."""
        asked = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s) ORDER BY name"
        return dict(self._connection.execute(asked, (list(DURABILITY),)).fetchall())

    def lay(self, shows: int, seats: int) -> None:
        """So many shows with so many seats each, all free, and no booking."""
        self._connection.execute("TRUNCATE show, show_seat, booking")
        self._connection.execute(_FILL_SHOWS, (seats, shows - 1))
        self._connection.execute(_FILL_SEATS, (shows - 1, seats))
        self._connection.execute("VACUUM (ANALYZE) show, show_seat, booking")

    def sold(self) -> Sold:
        """How many bookings there are and at which rate they came, by the server's own clock.

        Raises NotPlausible when seats and bookings do not agree, or nothing was booked.
        """
        row = self._connection.execute(_COUNT).fetchone()
        (wrong,) = self._connection.execute(_WRONG).fetchone() or (None,)
        if wrong != 0:
            raise NotPlausible(f"row locks: {wrong} seats or bookings do not agree")
        if row is None or not row[1]:
            raise NotPlausible("row locks: nothing was booked")
        return Sold(*row)

    def _drop(self) -> None:
        dropping = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA))
        self._connection.execute(dropping)
