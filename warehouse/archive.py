"""Bookings of shows long over leave Postgres for the lake, a month at a time.

The bookings of a month (`justbookit.months`) lie in a table of their own. When every show that
they are for is long over, the table is copied in one snapshot, and the copy kept only when count,
sums and hash of the file, by DuckDB, are those of the rows, by Postgres. Then the table is held
against the record once more, taken out of `booking` and dropped, in the transaction that says so
in `archived_month`. A run that is killed at any moment goes on where it was.

Who reads bookings reads both: see docs/decisions/0008.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from psycopg import errors, sql

from justbookit.months import (
    COLD_FOLDER,
    Month,
    month_in_table,
    month_of,
    open_tables,
    table_of,
)
from justbookit.settings import Settings
from warehouse.cold import COLUMNS, PASSING, Copy, CopyDiffers, copy, found_in, record_of
from warehouse.duck import Connection, connect
from warehouse.lake import folder_of

_WAIT_SHORTLY = "SET LOCAL lock_timeout = '2s'"
"""Nobody can book while somebody waits for the whole table: who has to wait tries another day."""

_COLUMNS = """
SELECT column_name FROM information_schema.columns
 WHERE table_schema = current_schema() AND table_name = 'booking'
"""
_TABLES = """
SELECT child.relname
  FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
 WHERE inhparent = 'booking'::regclass
"""
_STANDING = """
SELECT count(*) FILTER (WHERE booking.status = 'held' OR pledge IS NOT NULL),
       coalesce(bool_and(show.ends_at < %(before)s), true)
  FROM {table} AS booking LEFT JOIN show USING (show_id)
"""
_NOTE_MONTH = """
INSERT INTO archived_month (month, bookings, digest, archived_at) VALUES (%s, %s, %s, now())
"""
_NOTE_SHOWS = """
INSERT INTO archived_show
SELECT show_id, %s, count(*) FILTER (WHERE status = 'confirmed'),
       coalesce(sum(amount) FILTER (WHERE status = 'confirmed'), 0),
       count(*) FILTER (WHERE status = 'cancelled'), sum(refund),
       coalesce(sum(refund) FILTER (WHERE because <> ''), 0)
  FROM {table} GROUP BY show_id
"""


class Archived(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did.

    `left`: months that are in the lake alone now. `waiting`: months with a show that is not long
    over, a hold that has not ended or an exchange nobody has answered. `busy`: months that could
    not be taken out for all those who were using the table.
    """

    left: tuple[Copy, ...]
    waiting: tuple[Month, ...]
    busy: tuple[Month, ...]


def archive(settings: Settings, days: int, now: datetime | None = None) -> Archived:
    """Let the months leave whose shows were all over more than `days` days ago.

    Raises CopyDiffers when a copy is not what Postgres has, or would lack a column of it; what
    left before stays in the lake.
    """
    lake, now = folder_of(settings), now or datetime.now(UTC)
    folder, passing = lake / COLD_FOLDER, lake / PASSING
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        # one at a time; each transaction begins after the wait
        connection.execute("SELECT pg_advisory_lock(hashtext('warehouse.archive'))")
        connection.commit()
        shutil.rmtree(passing, ignore_errors=True)
        passing.mkdir(parents=True)
        folder.mkdir(parents=True, exist_ok=True)
        if missing := {row[0] for row in connection.execute(_COLUMNS)} ^ set(COLUMNS):
            raise CopyDiffers(f"a copy would not have the columns of booking: {sorted(missing)}")
        _open_months(connection, now)
        before = now - timedelta(days=days)
        left, waiting, busy = [], [], []
        with connect(lake) as duck:
            for month in _past_months(connection, now):
                made = _copied(connection, duck, month, before, folder, passing)
                if made is None:
                    waiting.append(month)
                elif _take_out(connection, made):
                    left.append(made)
                else:
                    busy.append(month)
        shutil.rmtree(passing)
    return Archived(left=tuple(left), waiting=tuple(waiting), busy=tuple(busy))


def _open_months(connection: psycopg.Connection, now: datetime) -> None:
    """Months that cannot be opened for all those who use the table are tried another day."""
    try:
        with connection.transaction():
            connection.execute(_WAIT_SHORTLY)
            for table in open_tables(now):
                connection.execute("SELECT open_booking_month(%s, %s, %s)", table)
    except errors.LockNotAvailable:
        pass


def _past_months(connection: psycopg.Connection, now: datetime) -> list[Month]:
    tables = [month_in_table(row[0]) for row in connection.execute(_TABLES)]
    connection.commit()
    return sorted(month for month in tables if month is not None and month < month_of(now))


def _copied(
    connection: psycopg.Connection,
    duck: Connection,
    month: Month,
    before: datetime,
    folder: Path,
    passing: Path,
) -> Copy | None:
    """The copy of a month as it is now, made if it has to be; None while the month must wait."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        asked = sql.SQL(_STANDING).format(table=sql.Identifier(table_of(month)))
        standing = connection.execute(asked, {"before": before}).fetchone()
        if standing != (0, True):
            return None
        found = found_in(connection, month)
        if record_of(folder, month) != found:
            copy(connection, duck, found, folder, passing)
        return found


def _take_out(connection: psycopg.Connection, made: Copy) -> bool:
    """Whether the month's table is gone, and `archived_month` says so; all or nothing."""
    table = sql.Identifier(table_of(made.month))
    try:
        with connection.transaction():
            connection.execute(_WAIT_SHORTLY)
            connection.execute(
                sql.SQL("LOCK TABLE booking, {} IN ACCESS EXCLUSIVE MODE").format(table)
            )
            if (found := found_in(connection, made.month)) != made:
                raise CopyDiffers(f"the copy of {made.month} has {made}, Postgres {found}")
            connection.execute(_NOTE_MONTH, [made.month, made.bookings, made.digest])
            connection.execute(sql.SQL(_NOTE_SHOWS).format(table=table), [made.month])
            connection.execute(sql.SQL("ALTER TABLE booking DETACH PARTITION {}").format(table))
            connection.execute(sql.SQL("DROP TABLE {}").format(table))
    except errors.LockNotAvailable:
        return False
    return True
