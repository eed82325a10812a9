"""Months whose shows are long over leave Postgres, whole after every kill, and are seen still."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from api.bookings.cold import ColdBookings
from api.bookings.history import History
from api.theatres import queries as theatre_queries
from justbookit.months import COLD_FOLDER, bounds_of, month_of, months_from, table_of
from justbookit.settings import Settings
from lab.verify.stores import Postgres
from stack.environment import child_environment
from warehouse import archive
from warehouse.ask import Desk
from warehouse.cold import TABLE, Copy, CopyDiffers, files_of, record_of, told_by
from warehouse.duck import connect
from warehouse.lake import Lake, folder_of

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
MONTHS = months_from("202601", 5)
CUSTOMERS = ("ann", "नाम", "")
END_OF_TIME = (datetime.max.replace(tzinfo=UTC), "")


@pytest.fixture
def old(books: Settings) -> Settings:
    """Five months of shows, eight a month, with bookings in two currencies, and none since."""
    dice = random.Random(3)
    Lake(folder_of(books)).close()
    with psycopg.connect(books.postgres) as connection:
        connection.execute(
            "INSERT INTO venue VALUES ('v', 'o', 'c', 1, '{}');"
            "INSERT INTO theatre VALUES ('t', 'v', 1, '{}');"
            "INSERT INTO movie VALUES ('m', NULL, 1, '{\"title\": \"Film\"}')"
        )
        for month in MONTHS:
            open_ = "SELECT open_booking_month(%s, %s, %s)"
            connection.execute(open_, [table_of(month), *bounds_of(month)])
            for number in range(8):
                begins = datetime(2026, int(month[4:]), 2, 1, tzinfo=UTC)
                show_id = f"show{month}.{number}"
                add_show(connection, show_id, begins + timedelta(days=3 * number))
                for booking in range(dice.randint(1, 9)):
                    booking_id = f"b-m{month}-{number}{booking}"
                    add_booking(connection, show_id, booking_id, begins, dice)
    return books


def add_show(connection: psycopg.Connection, show_id: str, ends_at: datetime) -> None:
    terms = '{"currency": "INR", "timezone": "UTC"}'
    connection.execute(
        "INSERT INTO show VALUES (%s, 't', 'm', 'v', 'c', 'o', %s, %s, 'closed', 1, %s)",
        [show_id, ends_at - timedelta(hours=2), ends_at, terms],
    )


def add_booking(
    connection: psycopg.Connection,
    show_id: str,
    booking_id: str,
    begins: datetime,
    dice: random.Random,
) -> None:
    held_at = begins + timedelta(hours=dice.randint(0, 20), microseconds=dice.randint(0, 10**9))
    status = dice.choice(["confirmed", "confirmed", "expired", "cancelled"])
    paid = status != "expired"
    line = {"seat_id": "A1", "zone": "z", "base": 2, "price": 1, "reason": 'a,\n"b"'}
    payment = {"reference": "r", "method": "card", "amount": 1, "currency": "INR"}
    connection.execute(
        "INSERT INTO booking (booking_id, show_id, partition, customer_id, status, seat_ids,"
        " amount, currency, refund, lines, held_until, held_at, confirmed_at, ended_at, payment,"
        " version, because) VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1,"
        " %s)",
        [
            booking_id,
            show_id,
            dice.choice(CUSTOMERS),
            status,
            dice.sample(["A1", "A2", "B1", "B2"], dice.randint(1, 3)),
            dice.randint(1, 10**12),
            dice.choice(["INR", "GBP"]),
            dice.randint(0, 9),
            msgspec.json.encode([line]).decode(),
            held_at,
            held_at,
            held_at if paid else None,
            None if status == "confirmed" else held_at,
            msgspec.json.encode(payment).decode() if paid else None,
            dice.choice(["", "fire,\nalarm"]),
        ],
    )


def asked(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(settings.postgres) as connection:
        return connection.execute(query.encode()).fetchall()


def tables(settings: Settings) -> list[str]:
    found = asked(settings, "SELECT relname FROM pg_class WHERE relname ~ '^booking_m[0-9]{6}$'")
    return sorted(str(row[0]) for row in found)


def test_months_whose_shows_are_long_over_leave_and_the_others_stay(old: Settings) -> None:
    before = asked(old, "SELECT * FROM booking WHERE booking_id < 'b-m202604' ORDER BY booking_id")

    done = archive.archive(old, 60, NOW)  # what ended before 11 April

    assert [copy.month for copy in done.left] == MONTHS[:3]
    assert done.waiting == tuple(MONTHS[3:])
    gone = {table_of(month) for month in MONTHS[:3]}
    assert not gone & set(tables(old))
    assert asked(old, "SELECT 1 FROM booking WHERE booking_id < 'b-m202604'") == []
    assert sum(copy.bookings for copy in done.left) == len(before)
    desk = Desk(folder_of(old))
    (found,) = desk.ask(
        f"SELECT count(*), count(DISTINCT booking_id) FROM {TABLE}", rows_max=1, seconds_max=9
    ).rows
    desk.close()
    assert found == (len(before),) * 2
    told = "SELECT month, bookings FROM archived_month ORDER BY month"
    assert asked(old, told) == [(copy.month, copy.bookings) for copy in done.left]


def test_tables_of_the_months_that_come_are_made(old: Settings) -> None:
    archive.archive(old, 60, NOW)

    assert {table_of(month) for month in months_from(month_of(NOW), 3)} <= set(tables(old))


async def test_who_looks_for_bookings_finds_those_that_left(old: Settings) -> None:
    before = await seen(old)

    archive.archive(old, 60, NOW)

    assert await seen(old) == before
    assert before[0]["ann"], "there is something to see"


async def seen(settings: Settings) -> tuple[Any, ...]:
    """All that is shown of bookings: by customer a page at a time, one by one, and to theatres."""
    async with AsyncConnectionPool(settings.postgres, open=False, min_size=1) as pool:
        history = History(pool, ColdBookings(Path(settings.home)))
        by_customer: dict[str, list[Any]] = {}
        for customer_id in CUSTOMERS:
            before, found = END_OF_TIME, by_customer.setdefault(customer_id, [])
            while page := await history.bookings_of(customer_id, before, 7):
                found += page
                last = page[-1].booking
                before = (last.held_at, last.booking_id)
            for each in found:
                booking_id = each.booking.booking_id
                assert await history.booking(booking_id, customer_id) == each
                assert await history.booking(booking_id, "somebody") is None
        sold = await theatre_queries.sales(pool, "o")
    verified = Postgres(settings)
    show_ids = [row[0] for row in asked(settings, "SELECT show_id FROM show")]
    rows = sorted(verified.bookings(show_ids), key=lambda row: row[1].booking_id)
    rows.append(verified.show_ids()["booking"])
    verified.close()
    return by_customer, sold, rows


CHANGES = {
    "a reason": "SET because = 'x' WHERE booking_id = 'b-m202601-00'",
    "a customer": "SET customer_id = 'x' WHERE booking_id = 'b-m202601-00'",
    "a microsecond": (
        "SET held_at = held_at + interval '1 microsecond' WHERE booking_id = 'b-m202601-00'"
    ),
    "no payment": "SET payment = NULL, confirmed_at = NULL WHERE show_id = 'show202601.0'",
    "an empty text": "SET payment = '\"\"' WHERE booking_id = 'b-m202601-00'",
    "an exchange": "SET exchanges = '[1]' WHERE booking_id = 'b-m202601-00'",
    "a seat": "SET seat_ids = seat_ids || '{Z9}'::text [] WHERE booking_id = 'b-m202601-00'",
    "another show": "SET show_id = 'show202601.1' WHERE booking_id = 'b-m202601-00'",
}


def test_whatever_changed_since_it_was_copied_is_seen(
    old: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that cannot be taken out stays, and its copy is made again when it has changed."""
    monkeypatch.setattr(archive, "_take_out", lambda *_: False)
    folder = folder_of(old) / COLD_FOLDER
    busy = archive.archive(old, 120, NOW).busy
    assert busy == (MONTHS[0],)
    records = [record_of(folder, MONTHS[0])]
    for change in CHANGES.values():
        with psycopg.connect(old.postgres) as connection:
            connection.execute(f"UPDATE booking {change}".encode())
        archive.archive(old, 120, NOW)
        records.append(record_of(folder, MONTHS[0]))

    assert [one == other for one, other in pairwise(records)] == [False] * 8


def test_a_table_that_is_not_what_was_copied_is_not_taken_out(
    old: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = archive._copied  # noqa: SLF001 - a booking changes between copying and taking out

    def then_changed(*given: Any) -> Copy | None:
        made = real(*given)
        with psycopg.connect(old.postgres) as connection:
            connection.execute("UPDATE booking SET refund = refund + 1")
        return made

    monkeypatch.setattr(archive, "_copied", then_changed)

    with pytest.raises(CopyDiffers, match=MONTHS[0]):
        archive.archive(old, 60, NOW)

    assert table_of(MONTHS[0]) in tables(old)
    assert asked(old, "SELECT count(*) FROM archived_month") == [(0,)]


def test_a_copy_that_is_not_what_postgres_has_is_not_kept(
    old: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Callable[..., Copy] = told_by

    def one_less(*given: Any) -> Copy:
        told = real(*given)
        is_second = told.month == MONTHS[1]
        return msgspec.structs.replace(told, bookings=0) if is_second else told

    monkeypatch.setattr("warehouse.cold.told_by", one_less)

    with pytest.raises(CopyDiffers, match=MONTHS[1]):
        archive.archive(old, 60, NOW)

    assert [path.stem for path in files_of(folder_of(old))] == [MONTHS[0]]
    assert table_of(MONTHS[1]) in tables(old)


def test_a_month_with_what_has_not_ended_waits(old: Settings) -> None:
    with psycopg.connect(old.postgres) as connection:
        connection.execute("UPDATE booking SET status = 'held' WHERE booking_id = 'b-m202601-00'")
        connection.execute("UPDATE booking SET pledge = '{}' WHERE booking_id = 'b-m202602-00'")
        connection.execute(
            "UPDATE show SET ends_at = ends_at + interval '90 days' WHERE show_id = 'show202603.7'"
        )

    done = archive.archive(old, 60, NOW)

    assert done.left == ()
    assert done.waiting == tuple(MONTHS)


def test_a_table_in_use_stays_for_another_day(old: Settings) -> None:
    with psycopg.connect(old.postgres) as connection:
        connection.execute("SELECT count(*) FROM booking")

        done = archive.archive(old, 120, NOW)

    assert (done.left, done.busy) == ((), (MONTHS[0],))
    assert [copy.month for copy in archive.archive(old, 120, NOW).left] == [MONTHS[0]]


def test_a_column_that_would_be_left_behind_stops_everything(old: Settings) -> None:
    with psycopg.connect(old.postgres) as connection:
        connection.execute("ALTER TABLE booking ADD COLUMN colour text")

    with pytest.raises(CopyDiffers, match="colour"):
        archive.archive(old, 60, NOW)

    assert files_of(folder_of(old)) == []


def test_an_archive_that_is_killed_at_any_moment_goes_on_and_nothing_is_lost(old: Settings) -> None:
    dice = random.Random(11)
    command = [sys.executable, "-m", "warehouse", "archive", "--older-than", "1"]
    folder = folder_of(old) / COLD_FOLDER
    everything = {row[0] for row in asked(old, "SELECT booking_id FROM booking")}
    for _ in MONTHS:
        with subprocess.Popen(
            command, env=dict(child_environment(old)), stderr=subprocess.DEVNULL
        ) as process:
            deadline = time.monotonic() + 60
            had = len(list(folder.glob("*.json")))
            while process.poll() is None and len(list(folder.glob("*.json"))) == had:
                assert time.monotonic() < deadline
                time.sleep(0.001)
            time.sleep(dice.uniform(0, 0.05))
            process.kill()
        assert everywhere(old) == everything

    done = subprocess.run(
        command, env=dict(child_environment(old)), capture_output=True, text=True, check=True
    )

    assert everywhere(old) == everything
    assert [path.stem for path in files_of(folder_of(old))] == MONTHS
    assert asked(old, "SELECT count(*) FROM booking") == [(0,)]
    assert sorted(path.name for path in folder.parent.iterdir()) == ["bookings"]
    assert "left PostgreSQL" in done.stderr or "no month" in done.stderr


def everywhere(settings: Settings) -> set[str]:
    """The bookings in Postgres, and those in months that left, whose copies are what was noted."""
    found = {row[0] for row in asked(settings, "SELECT booking_id FROM booking")}
    folder = folder_of(settings) / COLD_FOLDER
    with connect(folder_of(settings)) as duck:
        for month, count, digest in asked(
            settings, "SELECT month, bookings, digest FROM archived_month"
        ):
            path = folder / f"{month}.parquet"
            told = told_by(duck, path, month)
            assert told == record_of(folder, month)
            assert (told.bookings, told.digest) == (count, digest)
            ids = duck.execute(f"SELECT booking_id FROM '{path}'").fetchall()
            found |= {row[0] for row in ids}
    return found
