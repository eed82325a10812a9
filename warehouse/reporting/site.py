"""The report site: pages for finance and for operations, plain files that need no server.

Every figure is a column of a mart, where it is defined and tested once; here it is only chosen,
ordered and laid out. A section whose mart was not built yet says how to build it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from jinja2 import Environment

from justbookit.settings import Settings
from warehouse.amounts import money
from warehouse.reporting.charts import AMOUNT, SHARE, Chart, Picture, draw, heading

_TEMPLATE = Path(__file__).with_name("report.html")
_NUMBERS = {20, 21, 23, 700, 701, 1700}
"""Postgres' types of numbers: bigint, smallint, integer, real, double precision, numeric."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One table, and how it is drawn as well where people would rather look than read."""

    title: str
    query: str
    made_by: str = "justbookit build"
    chart: Chart | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A section with what was found."""

    title: str
    columns: tuple[str, ...] = ()
    numbers: tuple[bool, ...] = ()
    """Which columns are numbers, to be set to the right."""
    rows: Sequence[tuple[str, ...]] = ()
    picture: Picture | None = None
    missing: str = ""


PAGES: dict[str, tuple[Section, ...]] = {
    "finance": (
        Section(
            title="Owed to organizers, by day it is due",
            query="SELECT due_on, organizer_id, currency, sum(show_count) AS shows,"
            " sum(net_amount)::bigint AS net_amount,"
            " sum(commission_amount + fee_amount)::bigint AS our_amount,"
            " sum(payable_amount)::bigint AS payable_amount,"
            " sum(settled_amount)::bigint AS settled_amount"
            " FROM finance.theatre_settlements GROUP BY 1, 2, 3"
            " ORDER BY due_on DESC, organizer_id, currency LIMIT 200",
            chart=Chart(
                mark="bar",
                along="due_on",
                measure="payable_amount",
                by="organizer_id",
                apart="currency",
            ),
        ),
        Section(
            title="Breaks, by type and age",
            query="SELECT break_type, currency, ageing AS days_old_at_least, count(*) AS breaks,"
            " sum(difference_amount)::bigint AS difference_amount"
            " FROM finance.reconciliation_breaks GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            made_by="justbookit reconcile",
            chart=Chart(mark="bar", along="break_type", measure="breaks", by="days_old_at_least"),
        ),
        Section(
            title="Accounts",
            query="SELECT account, currency, sum(debit_amount)::bigint AS debit_amount,"
            " sum(credit_amount)::bigint AS credit_amount,"
            " sum(debit_amount - credit_amount)::bigint AS balance_amount"
            " FROM finance.ledger_entries GROUP BY 1, 2 ORDER BY 1, 2",
            made_by="justbookit reconcile",
            chart=Chart(mark="bar", along="account", measure="balance_amount", apart="currency"),
        ),
        Section(
            title="Payouts",
            query="SELECT payout_id, currency, status, carried_in AS carried_in_amount,"
            " earned AS earned_amount, amount AS paid_out_amount, carried_out AS"
            " carried_out_amount, reason FROM settlement.payouts"
            " ORDER BY run_id DESC, payout_id LIMIT 200",
        ),
    ),
    "operations": (
        Section(
            title="How recent and how readable the log is",
            query="SELECT topic, message_count, quarantined_count, last_message_at,"
            " last_loaded_at FROM operations.topic_freshness ORDER BY topic",
            chart=Chart(mark="bar", along="topic", measure="message_count"),
        ),
        Section(
            title="Occupancy, by city and day",
            query="SELECT show_date, city_id, count(*) AS shows, sum(ticket_count) AS tickets,"
            " (sum(ticket_count) * 10000 / nullif(sum(seat_count), 0))::int AS occupancy_bps"
            " FROM operations.show_occupancy GROUP BY 1, 2 ORDER BY 1 DESC, 2 LIMIT 200",
            made_by="justbookit reports",
            chart=Chart(mark="line", along="show_date", measure="occupancy_bps", by="city_id"),
        ),
        Section(
            title="From hold to ticket, by city and day",
            query="SELECT show_date, city_id, currency, channel, hold_count, paid_count,"
            " conversion_bps, cancellation_bps, lead_time_hours, gross_amount, discount_amount"
            " FROM growth.daily_sales ORDER BY show_date DESC, city_id LIMIT 200",
            made_by="justbookit reports",
            chart=Chart(mark="bar", along="show_date", measure="paid_count", by="city_id"),
        ),
        Section(
            title="With an offer, and without",
            query="SELECT city_id, currency, is_with_offer, booking_count, gross_amount,"
            " discount_amount, tickets_per_hundred_bookings FROM growth.offer_results"
            " ORDER BY 1, 2, 3",
            made_by="justbookit reports",
            chart=Chart(
                mark="bar",
                along="city_id",
                measure="tickets_per_hundred_bookings",
                by="is_with_offer",
                apart="currency",
            ),
        ),
    ),
}


def write(settings: Settings) -> list[Path]:
    """Write every page anew; where they lie."""
    folder = Path(settings.home).resolve() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    template = Environment(autoescape=True).from_string(_TEMPLATE.read_text())
    written = []
    with psycopg.connect(settings.postgres, connect_timeout=5, autocommit=True) as connection:
        for name, sections in PAGES.items():
            page = template.render(
                name=name,
                pages=list(PAGES),
                tables=[_look(connection, section) for section in sections],
                made_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            )
            path = folder / f"{name}.html"
            draft = path.with_suffix(".part")
            draft.write_text(page)
            draft.replace(path)
            written.append(path)
    return written


def _look(connection: psycopg.Connection, section: Section) -> Table:
    try:
        cursor = connection.execute(section.query.encode())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return Table(title=section.title, missing=section.made_by)
    columns = tuple(column.name for column in cursor.description or ())
    rows = cursor.fetchall()
    currency_at = columns.index("currency") if "currency" in columns else None
    told = [
        tuple(
            _told(name, value, row[currency_at] if currency_at is not None else None)
            for name, value in zip(columns, row, strict=True)
        )
        for row in rows
    ]
    return Table(
        title=section.title,
        columns=tuple(heading(name) for name in columns),
        numbers=tuple(_is_number(column.type_code) for column in cursor.description or ()),
        rows=told,
        picture=draw(section.chart, columns, rows) if section.chart and rows else None,
    )


def _is_number(type_code: int) -> bool:
    return type_code in _NUMBERS


def _told(name: str, value: Any, currency: str | None) -> str:
    if value is None:
        return "·"
    if name.endswith(AMOUNT) and currency is not None:
        return money(int(value), currency)
    if name.endswith(SHARE):
        return f"{value / 100:.1f} %"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
