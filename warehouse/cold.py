"""A month's bookings as a file of the lake, and what holds such a file against Postgres.

Count, sums and hash are reckoned by DuckDB from the file and by Postgres from the rows. The record
of a copy is written last: without it the copy never was, and is made again.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import psycopg

from justbookit.errors import JustBookItError
from justbookit.months import COLD_FOLDER, Month, table_of
from warehouse.duck import Connection, literal, literals
from warehouse.lake import sync

PASSING = "_cold/passing"
TABLE = "cold_bookings"
"""What the copies are called for analysts."""

_TEXTS = ("show_id", "booking_id", "customer_id", "status", "currency", "because")
_NUMBERS = ("partition", "amount", "refund", "version")
_TIMES = ("held_until", "held_at", "confirmed_at", "ended_at")
_JSONS = ("lines", "changes", "payment", "origin", "pledge", "exchanges")
_SEATS = "seat_ids"
COLUMNS = (*_TEXTS, *_NUMBERS, *_TIMES, *_JSONS, _SEATS)
_NULL, _BETWEEN = "chr(30)", "chr(31)"

_FOUND = """
SELECT currency, count(*), sum(amount)::bigint, sum(refund)::bigint, sum({digest})::text
  FROM {table} GROUP BY currency
"""


class CopyDiffers(JustBookItError):
    """What was copied is not what Postgres has; the copy was not kept, and nothing left."""


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """The bookings of a month, counted and added up.

    `sums`: by currency what was booked and what was refunded, in minor units. `digest`: the sum
    of a hash of each row, so the order of rows says nothing.
    """

    month: Month
    bookings: int
    sums: dict[str, tuple[int, int]]
    digest: str


def record_of(folder: Path, month: Month) -> Copy | None:
    """What the copy of a month came to; None when there is none."""
    path = folder / f"{month}.json"
    if not path.exists() or not path.with_suffix(".parquet").exists():
        return None
    return msgspec.json.decode(path.read_bytes(), type=Copy)


def files_of(lake: Path) -> list[Path]:
    """The copies that are whole."""
    folder = lake / COLD_FOLDER
    return [path.with_suffix(".parquet") for path in sorted(folder.glob("*.json"))]


def view(paths: Sequence[Path]) -> str:
    """How DuckDB reads the copies."""
    return f"FROM read_parquet({literals(paths)}, union_by_name = true)"


def told_by(duck: Connection, path: Path, month: Month) -> Copy:
    """What DuckDB finds in a copy."""
    times = (f"epoch_us({name})::VARCHAR" for name in _TIMES)
    row = _joined([*_TEXTS, *_as_texts("VARCHAR"), *times, *_JSONS, _seats_as_text()])
    found = duck.execute(
        "SELECT currency, count(*), sum(amount)::BIGINT, sum(refund)::BIGINT,"  # noqa: S608 - our own names
        f" sum(('0x' || substr(md5({row}), 1, 15))::BIGINT)::VARCHAR"
        f" FROM read_parquet({literal(path)}) GROUP BY currency"
    ).fetchall()
    return _copy_of(month, found)


def found_in(connection: psycopg.Connection, month: Month) -> Copy:
    """What Postgres finds in the table of a month."""
    times = (f"(extract(epoch FROM {name}) * 1000000)::bigint::text" for name in _TIMES)
    jsons = (f"{name}::text" for name in _JSONS)
    row = _joined([*_TEXTS, *_as_texts("text"), *times, *jsons, _seats_as_text()])
    digest = f"('x' || substr(md5({row}), 1, 15))::bit(60)::bigint"
    asked = _FOUND.format(table=table_of(month), digest=digest)
    return _copy_of(month, connection.execute(asked.encode()).fetchall())


def _copy_of(month: Month, found: Sequence[tuple[str, int, int, int, str]]) -> Copy:
    return Copy(
        month=month,
        bookings=sum(each[1] for each in found),
        sums={each[0]: (each[2], each[3]) for each in sorted(found)},
        digest=str(sum(int(each[4]) for each in found)),
    )


def _as_texts(text: str) -> list[str]:
    return [f"{name}::{text}" for name in _NUMBERS]


def _seats_as_text() -> str:
    return f"array_to_string({_SEATS}, ',')"


def _joined(fields: Sequence[str]) -> str:
    """One text of all fields, in which NULL is something else than an empty text."""
    return f" || {_BETWEEN} || ".join(f"coalesce({each}, {_NULL})" for each in fields)


def copy(
    connection: psycopg.Connection, duck: Connection, found: Copy, folder: Path, passing: Path
) -> None:
    """Copy a month as `found` counts it into `folder`, by way of `passing`.

    Raises CopyDiffers, and keeps nothing, when the file is not that.
    """
    rows, draft = passing / "rows.csv", passing / "draft.parquet"
    columns = ", ".join(_seats_as_text() if name == _SEATS else name for name in COLUMNS)
    # Who asks for a customer's bookings reads what lies beside each other.
    query = (
        f"COPY (SELECT {columns} FROM {table_of(found.month)} ORDER BY customer_id, held_at)"  # noqa: S608 - our own names
        " TO STDOUT (FORMAT csv)"
    )
    with connection.cursor().copy(query.encode()) as out, rows.open("wb") as file:
        for data in out:
            file.write(data)
    types = {
        **dict.fromkeys((*_TEXTS, *_JSONS, _SEATS), "VARCHAR"),
        **dict.fromkeys(_NUMBERS, "BIGINT"),
        **dict.fromkeys(_TIMES, "TIMESTAMPTZ"),
    }
    told = ", ".join(f"{literal(name)}: {literal(types[name])}" for name in COLUMNS)
    duck.execute(
        f"COPY (SELECT * REPLACE (string_split({_SEATS}, ',') AS {_SEATS}) FROM"  # noqa: S608 - our own names
        f" read_csv({literal(rows)}, auto_detect = false, header = false, delim = ',',"
        " quote = '\"', escape = '\"', allow_quoted_nulls = false, parallel = false,"
        f" columns = {{{told}}})) TO {literal(draft)}"
        " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20000)"
    )
    rows.unlink()
    copied = told_by(duck, draft, found.month)
    if copied != found:
        raise CopyDiffers(f"the copy of {found.month} has {copied}, Postgres {found}")
    path = folder / f"{found.month}.parquet"
    record = path.with_suffix(".json")
    record.unlink(missing_ok=True)
    sync(draft)
    draft.replace(path)
    note = passing / record.name
    note.write_bytes(msgspec.json.encode(found))
    sync(note)
    note.replace(record)
    sync(folder)
