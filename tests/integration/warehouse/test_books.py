"""The lake to raw to the books: nothing twice, nothing missing, right to the minor unit."""

import json
import os
import re
import subprocess
import sys
import threading
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import psycopg
import pytest

from justbookit import wire
from justbookit.errors import MalformedMessage, MissingOffsets
from justbookit.seat_events import (
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    CommandRefused,
    HoldReleased,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    ShowChanged,
    ShowOpened,
)
from justbookit.settings import Settings
from warehouse.ask import Desk
from warehouse.build import Step, build
from warehouse.completeness import check
from warehouse.lake import folder_of, read_manifest
from warehouse.manifest import LakeUnreadable
from warehouse.marts import export
from warehouse.metrics import METRICS, question
from warehouse.publish import TABLES, PostgresSilent, publish
from warehouse.record import Record
from warehouse.reporting import site
from warehouse.scheduling import keep_closing
from warehouse.settling import calendar

# dbt builds everything in these, several times, beside other tests
pytestmark = pytest.mark.timeout(600)

HOLIDAYS = holidays.country_holidays("IN", years=2026)
COMMISSION = 1000
"""Basis points; dbt's own unit tests have the contracts that differ."""

NOT_FOR_DBT = {("settlement", "payout_holds")}
"""Tables that nothing in the project reads."""

History = Callable[[int, int], list[Record]]
FileInLake = Callable[[Settings, list[Record]], None]


def query(settings: Settings, statement: str) -> list[Any]:
    with psycopg.connect(settings.postgres) as connection:
        return connection.execute(statement).fetchall()


def built(settings: Settings) -> list[Step]:
    steps: list[Step] = []
    code = build(settings, [], steps.append)
    assert code == 0, "\n".join(step.message for step in steps if step.failed)
    return steps


def quiet(_message: str) -> None:
    pass


def test_publishing_twice_is_publishing_once(
    books: Settings, history: History, file_in_lake: FileInLake
) -> None:
    records = history(1, 30)
    half = len(records) // 2
    file_in_lake(books, records[:half])
    first = publish(books, quiet)
    file_in_lake(books, records[half:])

    second = publish(books, quiet)
    third = publish(books, quiet)

    assert first.total == half
    assert second.total == third.total == len(records)
    assert not any(third.added.values())
    assert publish(books, quiet, from_scratch=True).total == len(records)
    kept = query(
        books,
        " UNION ALL ".join(f'SELECT topic, partition, "offset" FROM raw.{name}' for name in TABLES),
    )
    assert sorted(kept) == sorted((each.topic, each.partition, each.offset) for each in records)


def test_a_hole_in_raw_is_named_and_stops_the_books(
    books: Settings, history: History, file_in_lake: FileInLake
) -> None:
    file_in_lake(books, history(2, 20))
    publish(books, quiet)
    of_one = "FROM raw.seat_events WHERE partition = 1"
    third, fourth = [at for (at,) in query(books, f'SELECT "offset" {of_one} ORDER BY 1')][2:4]
    with psycopg.connect(books.postgres) as connection:
        connection.execute(f'DELETE {of_one} AND "offset" IN (%s, %s)', [third, fourth])

    holes = f"{third}..{fourth}" if third + 1 == fourth else f"{third}..{third}, {fourth}..{fourth}"
    with pytest.raises(MissingOffsets, match=re.escape(f"seat-events/1: missing {holes}")):
        publish(books, quiet)


def test_text_survives_the_way(books: Settings, history: History, file_in_lake: FileInLake) -> None:
    """A NUL cannot be kept in Postgres; what only looks like one can."""
    file_in_lake(books, history(3, 1))

    publish(books, quiet)

    titles = query(
        books,
        "SELECT DISTINCT body #>> '{movie,title}' FROM raw.catalogue_events WHERE type='MoviePut'",
    )
    names = query(
        books,
        "SELECT body #>> '{venue,name}' FROM raw.catalogue_events"
        " WHERE key = 'v-tokyo' AND type = 'VenuePut'",
    )
    assert titles == [('A "quoted", \\u0000 title',)]
    assert names == [("Haus “v-tokyo”, नमस्ते�",)]


def test_the_books_of_nothing_can_be_built(books: Settings, file_in_lake: FileInLake) -> None:
    file_in_lake(books, [])

    publish(books, quiet)
    steps = built(books)

    assert {step.kind for step in steps} >= {"model", "seed", "test"}
    assert query(books, "SELECT count(*) FROM finance.bookings") == [(0,)]


def test_the_books_are_right_to_the_minor_unit(
    books: Settings, history: History, file_in_lake: FileInLake
) -> None:
    records = history(4, 80)
    file_in_lake(books, records)
    publish(books, quiet)
    built(books)

    bookings, lines = recomputed(records)

    assert len(bookings) > 300
    assert {each["status"] for each in bookings.values()} == {
        "held",
        "confirmed",
        "released",
        "expired",
        "cancelled",
    }
    in_part = [each for each in bookings.values() if 0 < each["returned"] < each["tickets"]]
    assert len(in_part) > 10
    found = query(
        books,
        "SELECT booking_id, status, seat_count, ticket_count, returned_ticket_count, amount,"
        " paid_amount, refund_amount, discount_amount, currency, channel FROM finance.bookings",
    )
    assert {row[0]: row[1:] for row in found} == {
        name: (
            each["status"],
            each["seats"],
            each["tickets"],
            each["returned"],
            each["amount"],
            each["paid"],
            each["refund"],
            each["discount"],
            each["currency"],
            each["channel"],
        )
        for name, each in bookings.items()
    }
    found = query(
        books,
        "SELECT show_id, currency, gross_amount, refund_amount, net_amount, commission_amount,"
        " payable_amount, ended_on, due_on, status FROM finance.settlement_lines",
    )
    assert {row[:2]: row[2:] for row in found} == lines
    assert {row[-1] for row in found} == {"due", "accruing"}
    totals = query(
        books,
        "SELECT venue_id, currency, ended_on, sum(payable_amount) FROM finance.settlement_lines"
        " GROUP BY 1, 2, 3 EXCEPT SELECT venue_id, currency, ended_on, payable_amount"
        " FROM finance.theatre_settlements",
    )
    assert totals == []
    quarantined = query(books, "SELECT sum(quarantined_count) FROM operations.topic_freshness")
    checked = check(books)
    assert quarantined == [(checked.quarantined,)]
    assert checked.quarantined == query(books, "SELECT count(*) FROM raw.quarantine")[0][0] > 0
    assert checked.differences == ()
    assert checked.messages == len(records)
    assert sum(paid for paid, _ in checked.money.values()) == sum(
        each["paid"] for each in bookings.values()
    )
    hold_feeds(books, records)
    hold_analytics(books, bookings)
    hold_descriptions(books)
    hold_metrics(books, bookings)
    hold_notebook(books)
    told, stopped = [], threading.Event()
    stopped.set()
    keep_closing(books, "cron", stopped, told.append)
    assert [line.partition(" at ")[0] for line in told] == ["the next closing is"]
    desk = Desk(folder_of(books))
    told = desk.ask(
        "select sum(payable_amount) from theatre_settlements", rows_max=1, seconds_max=9
    )
    desk.close()
    assert told.rows[0][0] == sum(line[4] for line in lines.values())


def hold_notebook(settings: Settings) -> None:
    """An analyst's notebook runs from top to bottom, and its figures are the marts'."""
    notebook = Path(__file__).parents[3] / "docs" / "how-to" / "notebook.py"
    ran = subprocess.run(
        [sys.executable, str(notebook)],
        env={**os.environ, **settings.environment()},
        cwd=notebook.parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ran.returncode == 0, ran.stderr
    (held,) = query(settings, "SELECT sum(hold_count)::int FROM growth.show_funnel")[0]
    funnel = ran.stdout.partition("The funnel, by city")[2].partition("Occupancy")[0]
    assert sum(int(line.split()[2]) for line in funnel.strip().splitlines()[1:]) == held > 0
    assert (Path(settings.home) / "occupancy.svg").read_text().startswith("<svg")
    assert "a-a: " in ran.stdout


def hold_metrics(settings: Settings, bookings: dict[str, Any]) -> None:
    """A metric says the same of Postgres and of the lake, and what the log says."""
    desk = Desk(folder_of(settings))
    for metric in METRICS.values():
        for mart in metric.marts:
            by = ["currency"] if metric.unit == "amount" else []
            asked = desk.ask(question([metric.name], by, mart=mart), rows_max=99, seconds_max=30)
            same = query(settings, question([metric.name], by, mart=mart, with_schema=True))
            assert list(asked.rows) == same, (metric.name, mart)
    desk.close()
    (conversion,) = query(settings, question(["conversion"], mart="daily_sales", with_schema=True))[
        0
    ]
    paid = sum(1 for each in bookings.values() if each["paid"])
    assert conversion == round(10000 * paid / len(bookings))


def hold_descriptions(settings: Settings) -> None:
    """Every table and column there is says what it is, marts keep a contract, groups an owner."""
    written = Path(settings.home) / "dbt" / "target" / "manifest.json"
    manifest = json.loads(written.read_text())
    ours = [
        node
        for node in (*manifest["nodes"].values(), *manifest["sources"].values())
        if node["resource_type"] in {"model", "seed", "snapshot", "source"}
    ]
    described = {
        (node["schema"], node.get("identifier") or node["alias"]): {
            name: column["description"] for name, column in node["columns"].items()
        }
        for node in ours
    }
    there = query(
        settings,
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema NOT IN ('public', 'information_schema', 'pg_catalog')",
    )
    silent = [
        f"{schema}.{table}.{column}"
        for schema, table, column in there
        if (schema, table) not in NOT_FOR_DBT and not described.get((schema, table), {}).get(column)
    ]
    assert silent == []
    named = {(schema, table) for schema, table, _ in there}
    assert {"core", "finance", "operations", "growth", "history", "analytics"} <= {
        schema for schema, _ in named
    }
    assert [name for name in described if name not in named] == [], "what is described is built"
    assert [node["name"] for node in ours if not node["description"]] == []
    marts = [node for node in ours if "marts" in node.get("fqn", ())]
    assert marts
    for node in marts:
        assert node["contract"]["enforced"], node["name"]
        assert (node["access"], bool(node["group"])) == ("public", True), node["name"]


def hold_feeds(settings: Settings, records: list[Record]) -> None:
    """Looks, facts and conflicts are counted once each, however often they were published."""
    views, facts, sales = Counter[str](), {}, {}
    for record in records:
        try:
            if record.topic == "show-views":
                views.update(wire.decode_shows_viewed(record.value or b"").views)
                continue
            event = wire.decode_seat_event(record.value or b"")
        except MalformedMessage:
            continue
        if event.command_id and event.command_id.startswith("feed.tms."):
            facts[event.command_id] = isinstance(event, CommandRefused)
        if isinstance(event, SeatsSoldAtCounter):
            sales[event.show_id, event.version] = event
    shows = query(settings, "SELECT show_id, view_count FROM growth.show_funnel")
    assert dict(shows) == {show: count for show, count in views.items() if show != "gone"}
    assert query(
        settings,
        "SELECT sum(taken_count), sum(refused_count), min(source_id) FROM operations.feed_quality",
    ) == [(list(facts.values()).count(False), list(facts.values()).count(True), "tms")]
    assert query(
        settings,
        "SELECT sum(conflict_seat_count), sum(counter_seat_count) FROM operations.show_drift",
    ) == [
        (
            sum(len(each.conflicts) for each in sales.values()),
            sum(len(each.conflicts) + len(each.seat_ids) for each in sales.values()),
        )
    ]


def hold_analytics(settings: Settings, bookings: dict[str, Any]) -> None:
    """What analysts count is what happened, and the pages say it."""
    kept = sum(each["seats"] for each in bookings.values() if each["status"] == "confirmed")
    assert query(settings, "SELECT sum(ticket_count) FROM operations.show_occupancy") == [(kept,)]
    seats = query(settings, "SELECT DISTINCT seat_count FROM operations.show_occupancy")
    assert seats == [(24,)], "three rows of eight"
    states = Counter(each["status"] for each in bookings.values())
    assert query(
        settings,
        "SELECT sum(hold_count), sum(expired_count), sum(released_count), sum(cancelled_count)"
        " FROM growth.daily_sales",
    ) == [(len(bookings), states["expired"], states["released"], states["cancelled"])]
    finance, operations = (path.read_text() for path in site.write(settings))
    assert "org-a" in finance
    assert "gateway_clearing" in finance
    assert "seat-events" in operations
    assert "not built yet" not in f"{finance}{operations}".lower()
    for page in (finance, operations):
        assert re.findall(r'href="([^"]+)"', page) == ["./"], "nothing that its reader may not open"
        pictures = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', page)
        assert pictures
        assert all(words.startswith("Chart of ") for _, words in pictures)
        assert all(b"<path" in b64decode(drawn) for drawn, _ in pictures), (
            "there is something in it"
        )


def test_a_day_more_gives_the_same_books_as_building_them_at_once(
    books: Settings, history: History, file_in_lake: FileInLake
) -> None:
    """What comes later changes what was there before: payments, cancellations, moved shows."""
    records = history(12, 40)
    for part in (records[: len(records) * 2 // 3], records):
        there = ends(books)
        file_in_lake(books, [each for each in part if each.offset >= there.get(place(each), 0)])
        publish(books, quiet)
        built(books)
        if not there:
            come_from_before_lead_times(books)

    bookings, lines = recomputed(records)
    found = query(
        books, "SELECT booking_id, status, paid_amount, refund_amount FROM finance.bookings"
    )
    assert {row[0]: row[1:] for row in found} == {
        name: (each["status"], each["paid"], each["refund"]) for name, each in bookings.items()
    }
    payable = {name: line[4] for name, line in lines.items()}
    assert payable_by(books) == payable
    desk = Desk(folder_of(books))
    told = desk.ask("FROM bookings ORDER BY booking_id", rows_max=9_999, seconds_max=9)
    desk.close()
    names = ", ".join(told.columns)
    kept = query(books, f"SELECT {names} FROM finance.bookings ORDER BY booking_id")
    assert list(told.rows) == kept, "the lake's copy is the mart, moved shows included"
    (touched,) = query(books, "SELECT count(*) FROM analytics.int_shows_touched")[0]
    assert 0 < touched < 40, "only what is new was built"
    hold_the_way_to_a_days_shows(books)
    end_before_what_shows_earned(books)
    built(books)
    assert payable_by(books) == payable
    with psycopg.connect(books.postgres) as connection:
        connection.execute(
            "UPDATE finance.bookings SET paid_amount = paid_amount + 1 WHERE is_paid"
        )
    assert any("minor units by the log" in told for told in check(books).differences)


def payable_by(settings: Settings) -> dict[tuple[str, str], int]:
    found = query(
        settings, "SELECT show_id, currency, payable_amount FROM finance.settlement_lines"
    )
    return {row[:2]: row[2] for row in found}


def come_from_before_lead_times(settings: Settings) -> None:
    """Bookings and their copy as they were built before there was that column, then upgraded."""
    migration = files("warehouse.schema").joinpath("warehouse_0008_lead_minutes.sql")
    with psycopg.connect(settings.postgres, autocommit=True) as connection:
        connection.execute("ALTER TABLE finance.bookings DROP COLUMN lead_minutes CASCADE")
        export(settings)
        connection.execute(migration.read_text().encode())


def hold_the_way_to_a_days_shows(settings: Settings) -> None:
    """Postgres goes by show through a staged view, and does not read all there is of a kind."""
    with psycopg.connect(settings.postgres) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN SELECT * FROM analytics.stg_seat_events__holds"
            " WHERE show_id IN (SELECT show_id FROM analytics.int_shows_touched)"
        ).fetchall()
        years = connection.execute(f"EXPLAIN {calendar._YEARS}".encode()).fetchall()  # noqa: SLF001 - the plan is what is held
    told = "\n".join(row[0] for row in plan)
    assert re.search(r"Index Cond: \(+show_id = ", told), told
    told = "\n".join(row[0] for row in years)
    assert told.count("using seat_events_years") == 2, f"both ends of the index alone: {told}"


def end_before_what_shows_earned(settings: Settings) -> None:
    """As a build leaves it that ends between the bookings and what shows earned of them."""
    with psycopg.connect(settings.postgres) as connection:
        connection.execute("DELETE FROM analytics.int_shows_earned WHERE show_id > 'm'")
        connection.execute(
            "UPDATE raw.built SET loaded_until = '-infinity' WHERE model = 'int_shows_earned'"
        )


def ends(settings: Settings) -> dict[tuple[str, int], int]:
    try:
        return read_manifest(folder_of(settings)).next
    except LakeUnreadable:
        return {}


def place(record: Record) -> tuple[str, int]:
    return record.topic, record.partition


def test_a_dead_postgres_is_said_in_one_line(books: Settings, file_in_lake: FileInLake) -> None:
    file_in_lake(books, [])
    environment = {
        **os.environ,
        **books.environment(),
        "JUSTBOOKIT_POSTGRES": "postgresql://justbookit@127.0.0.1:1/none",
    }

    done = subprocess.run(
        [sys.executable, "-m", "warehouse", "publish"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "Postgres does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_tables_says_who_makes_them(
    books: Settings, file_in_lake: FileInLake
) -> None:
    file_in_lake(books, [])
    with psycopg.connect(books.postgres) as connection:
        connection.execute("DROP SCHEMA raw CASCADE")

    with pytest.raises(PostgresSilent, match="justbookit up"):
        publish(books, quiet)


def recomputed(  # noqa: C901, PLR0912, PLR0915 - one arm an event
    records: list[Record],
) -> tuple[dict[str, Any], dict[tuple[str, str], Any]]:
    """The books in plain Python, from the bytes on the log."""
    seen, terms = set(), {}
    bookings: dict[str, Any] = {}
    for record in records:
        if record.topic != "seat-events" or record.value is None:
            continue
        try:
            event = wire.decode_seat_event(record.value)
        except MalformedMessage:
            continue
        if (event.show_id, event.version) in seen:
            continue
        seen.add((event.show_id, event.version))
        match event:
            case ShowOpened() | ShowChanged():
                terms[event.show_id] = event.terms
            case SeatsHeld() | SeatsBooked():
                paid = isinstance(event, SeatsBooked)
                bookings[event.booking_id] = {
                    "show": event.show_id,
                    "status": "confirmed" if paid else "held",
                    "channel": "partner" if paid else "online",
                    "seats": len(event.lines),
                    "tickets": len(event.lines),
                    "returned": 0,
                    "amount": sum(line.price for line in event.lines),
                    "discount": sum(line.discount for line in event.lines),
                    "currency": event.currency,
                    "paid": event.payment.amount if isinstance(event, SeatsBooked) else 0,
                    "refund": 0,
                }
            case BookingConfirmed():
                bookings[event.booking_id]["status"] = "confirmed"
                bookings[event.booking_id]["paid"] = event.payment.amount
            case HoldReleased():
                ended = "expired" if event.reason == "expired" else "released"
                bookings[event.booking_id]["status"] = ended
            case BookingCancelled():
                bookings[event.booking_id]["status"] = "cancelled"
                bookings[event.booking_id]["refund"] += event.refund
                bookings[event.booking_id]["returned"] += len(event.seat_ids)
            case BookingChanged():
                bookings[event.booking_id]["seats"] = len(event.lines)
                bookings[event.booking_id]["amount"] = sum(line.price for line in event.lines)
                bookings[event.booking_id]["discount"] = sum(x.discount for x in event.lines)
                bookings[event.booking_id]["refund"] += event.refund
                bookings[event.booking_id]["returned"] += len(event.given)
                bookings[event.booking_id]["tickets"] += len(event.taken)
                if event.payment is not None:
                    bookings[event.booking_id]["paid"] += event.payment.amount
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in bookings.values():
        if each["status"] in {"confirmed", "cancelled"}:
            sums[each["show"], each["currency"]][0] += each["paid"]
            sums[each["show"], each["currency"]][1] += each["refund"]
    lines = {}
    for (show, currency), (gross, refunds) in sums.items():
        net = gross - refunds
        share = Decimal(net) * COMMISSION / 10_000
        commission = int(share.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
        zone = ZoneInfo(terms[show].timezone)
        ended: date = terms[show].ends_at.astimezone(zone).date()
        due_on = business_day_after(ended)
        due = datetime(due_on.year, due_on.month, due_on.day, 2, tzinfo=zone)
        status = "due" if due <= datetime.now(UTC) else "accruing"
        lines[show, currency] = (
            gross,
            refunds,
            net,
            commission,
            net - commission,
            ended,
            due_on,
            status,
        )
    return bookings, lines


def business_day_after(day: date) -> date:
    """All venues of these histories are in India."""
    day += timedelta(days=1)
    while day.weekday() >= 5 or (day.year == 2026 and day in HOLIDAYS):
        day += timedelta(days=1)
    return day
