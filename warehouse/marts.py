"""The marts copied back into the lake as Parquet, for analysts, who then ask DuckDB alone.

A mart is one file, but for `bookings`: there a day's shows are one, and only the days of shows
about which something was loaded since are copied again. A copy that did not come to its end, and
one with other columns, is made whole the next time.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql

from justbookit.settings import Settings
from warehouse.duck import Connection, connect, literal, literals
from warehouse.lake import folder_of

SCHEMAS = ("core", "finance", "operations", "growth")
"""The schemas whose tables are for people."""
FOLDER = "_marts"
BY_DAY = "bookings"

_SINCE = "_loaded_until"
"""Says what the copy by day has: all that was loaded up to then. Not there while it is made."""
_MEMORY = "2GB"
_TYPES = {
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp with time zone": "TIMESTAMPTZ",
}
"""Postgres' names of types to DuckDB's; every other one is text."""

_COLUMNS = """
SELECT table_schema, table_name, column_name, data_type
  FROM information_schema.columns
 WHERE table_schema = ANY(%(schemas)s)
 ORDER BY table_schema, table_name, ordinal_position
"""
_UNTIL = (
    "SELECT coalesce(max(loaded_until), '-infinity')::text FROM raw.built WHERE model = 'bookings'"
)
_TOUCHED = "SELECT DISTINCT show_id FROM raw.seat_events WHERE loaded_at > %(since)s::timestamptz"
_DAYS = """
SELECT DISTINCT show_date
  FROM finance.bookings
 WHERE %(whole)s OR show_id = ANY(%(touched)s)
"""

Columns = dict[str, str]


def files_of(lake: Path) -> dict[str, list[Path]]:
    """The marts that were exported, each with its files."""
    folder = lake / FOLDER
    marts = {path.stem: [path] for path in sorted(folder.glob("*.parquet"))}
    if days := sorted((folder / BY_DAY).glob("*.parquet")):
        marts[BY_DAY] = days
    return marts


def export(settings: Settings) -> None:
    """Bring the lake's copy of the marts up to date."""
    lake = folder_of(settings)
    folder = lake / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory(prefix="export-", dir=lake) as passing,
        connect(lake, memory=_MEMORY) as duck,
        psycopg.connect(settings.postgres, connect_timeout=5) as connection,
    ):
        for (schema, table), columns in _tables(connection).items():
            name = sql.Identifier(schema, table)
            if table == BY_DAY:
                _export_days(connection, duck, folder, Path(passing), columns)
            else:
                query = sql.SQL("SELECT * FROM {}").format(name)
                rows = _copy(connection, query, Path(passing) / f"{table}.csv")
                draft = rows.with_suffix(".parquet")
                _write(duck, f"FROM {_csv(rows, columns)}", draft)
                rows.unlink()
                draft.replace(folder / draft.name)


def _tables(connection: psycopg.Connection) -> dict[tuple[str, str], Columns]:
    tables: dict[tuple[str, str], Columns] = {}
    for schema, table, column, kind in connection.execute(_COLUMNS, {"schemas": list(SCHEMAS)}):
        tables.setdefault((schema, table), {})[column] = kind
    return tables


def _export_days(
    connection: psycopg.Connection, duck: Connection, folder: Path, passing: Path, columns: Columns
) -> None:
    days = folder / BY_DAY
    days.mkdir(exist_ok=True)
    marker = days / _SINCE
    known = sorted(days.glob("*.parquet")) if marker.exists() else []
    if known and _columns_of(duck, known[0]) != list(columns):
        known = []
    (until,) = connection.execute(_UNTIL).fetchone() or ("-infinity",)
    touched: list[str] = []
    if known:
        since = {"since": marker.read_text()}
        touched = [row[0] for row in connection.execute(_TOUCHED, since)]
    values = {"whole": not known, "touched": touched}
    wanted = {row[0] for row in connection.execute(_DAYS, values)} | _had(duck, known, touched)
    marker.unlink(missing_ok=True)
    if not known:
        for path in days.glob("*.parquet"):
            path.unlink()
    query = sql.SQL("SELECT * FROM finance.bookings WHERE show_date = ANY({})")
    rows = _copy(connection, query.format(sql.Literal(sorted(wanted))), passing / "days.csv")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE days AS FROM {_csv(rows, columns)}")
    rows.unlink()
    for day in sorted(wanted):
        draft = passing / f"{day}.parquet"
        _write(duck, f"FROM days WHERE show_date = DATE '{day}'", draft)
        draft.replace(days / draft.name)
    duck.execute("DROP TABLE days")
    (folder / f"{BY_DAY}.parquet").unlink(missing_ok=True)
    marker.write_text(until)


def _columns_of(duck: Connection, file: Path) -> list[str]:
    described = duck.execute(f"DESCRIBE FROM read_parquet({literal(file)})").fetchall()
    return [row[0] for row in described]


def _had(duck: Connection, files: Sequence[Path], touched: Sequence[str]) -> set[date]:
    """The days that the copy has the touched shows on; a show that moved leaves one."""
    if not files or not touched:
        return set()
    found = duck.execute(
        f"SELECT DISTINCT show_date FROM read_parquet({literals(files)}, union_by_name = true)"  # noqa: S608
        f" WHERE show_id IN (SELECT unnest({literals(touched)}))"
    ).fetchall()
    return {row[0] for row in found}


def _copy(connection: psycopg.Connection, query: sql.Composable, to: Path) -> Path:
    statement = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)
    with connection.cursor().copy(statement) as out, to.open("wb") as file:
        for data in out:
            file.write(data)
    return to


def _csv(rows: Path, columns: Columns) -> str:
    types = ", ".join(
        f"{literal(name)}: {literal(_TYPES.get(kind, 'VARCHAR'))}" for name, kind in columns.items()
    )
    return (
        f"read_csv({literal(rows)}, header = false, auto_detect = false, delim = ',',"
        f" quote = '\"', escape = '\"', columns = {{{types}}})"
    )


def _write(duck: Connection, query: str, to: Path) -> None:
    duck.execute(f"COPY ({query}) TO {literal(to)} (FORMAT parquet, COMPRESSION zstd)")
