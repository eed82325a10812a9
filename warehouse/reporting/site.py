"""The report site: pages for finance and for operations, plain files that need no server.

Every figure is a column of a mart or a metric, defined and tested once; here it is
only laid out. A section whose mart was not built yet says how to build it.
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
from warehouse.metrics import METRICS, Metric
from warehouse.reporting.charts import AMOUNT, SHARE, Picture, draw, heading
from warehouse.reporting.sections import PAGES, Section

_TEMPLATE = Path(__file__).with_name("report.html")
_NUMBERS = {20, 21, 23, 700, 701, 1700}
"""Postgres' types of numbers: bigint, smallint, integer, real, double precision, numeric."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A section with what was found."""

    title: str
    columns: tuple[str, ...] = ()
    numbers: tuple[bool, ...] = ()
    """Which columns are numbers, to be set to the right."""
    rows: Sequence[tuple[str, ...]] = ()
    picture: Picture | None = None
    metrics: tuple[Metric, ...] = ()
    missing: str = ""


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
        metrics=tuple(METRICS[name] for name in section.metrics),
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
