"""A batch as a table of DuckDB: made of lines, many at a time, and of a few rows.

Columns are those of the lake's files and, before them, where a row belongs.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from justbookit import wire
from warehouse.duck import Connection, literal
from warehouse.record import DATASET_OF, TOPICS, Row
from warehouse.spool import LINE_BYTES_MAX, SEPARATOR, Refiled, Spool

COLUMNS = {
    "topic": "VARCHAR",
    "partition": "INTEGER",
    "offset": "BIGINT",
    "key": "VARCHAR",
    "type": "VARCHAR",
    "at": "TIMESTAMPTZ",
    "show_id": "VARCHAR",
    "version": "BIGINT",
    "command_id": "VARCHAR",
    "body": "VARCHAR",
}
SELECTED = ", ".join(f'"{name}"' for name in COLUMNS)

FILES = """
SELECT dataset, topic, partition, event_date, min("offset"), max("offset"), count(*)
  FROM batch GROUP BY ALL ORDER BY ALL
"""
"""What files the batch becomes, and how many rows are in each."""

_OBJECT_BYTES_MAX = 64 * 1024 * 1024
_ONLY_TYPES = ", ".join(
    literal(kind.__name__) if isinstance(kind := wire.EVENT_DECODERS[topic].type, type) else "NULL"
    for topic in TOPICS
)
"""Of each topic with messages of one type; such a message need not say which it is."""
_FIELDS = "['$.type', '$.at', '$.show_id', '$.version', '$.command_id']"
_LINES = (
    f"auto_detect = false, header = false, delim = '{SEPARATOR.decode()}', quote = '', escape = '',"
    f" new_line = '\\n', max_line_size = {2 * LINE_BYTES_MAX}, columns = {{'topic': 'INTEGER',"
    " 'partition': 'INTEGER', 'offset': 'BIGINT', 'key': 'VARCHAR', 'body': 'VARCHAR'}"
)
_BATCH = f"""
CREATE OR REPLACE TABLE batch AS
SELECT {list(DATASET_OF.values())}[topic + 1] AS dataset, "at"::DATE AS event_date,
       {list(TOPICS)}[topic + 1] AS topic, partition, "offset", key,
       coalesce([{_ONLY_TYPES}][topic + 1], field[1]) AS type, "at",
       field[3] AS show_id, field[4]::BIGINT AS version, field[5] AS command_id, body
  FROM (SELECT *, TRY_CAST(field[2] AS TIMESTAMPTZ) AS "at"
          FROM (SELECT *, json_extract_string(body, {_FIELDS}) AS field
                  FROM read_csv($path, {_LINES})))
"""  # noqa: S608 - our own names
_REFUSED = "\"at\" IS NULL OR \"at\" NOT BETWEEN '0001-01-02' AND '9999-12-30'"
"""What DuckDB and Python do not read as the same time."""


def make(connection: Connection, spool: Spool, passing: Path) -> None:
    """Make table `batch` of all that is in `spool`; `passing` is a folder for what is in between.

    Raises OSError or duck.DiskFailed when there is no room.
    """
    lines = passing / "lines.txt"
    with lines.open("wb") as file:
        file.writelines(spool.text)
    connection.execute(_BATCH, {"path": str(lines)})
    lines.unlink()
    names = ", ".join(f'"{name}"' for name in Refiled.__struct_fields__)
    refused = connection.execute(f"SELECT {names} FROM batch WHERE {_REFUSED}").fetchall()  # noqa: S608 - our own names
    connection.execute(f"DELETE FROM batch WHERE {_REFUSED}")  # noqa: S608 - our own names
    again = [Refiled(**dict(zip(Refiled.__struct_fields__, row, strict=True))) for row in refused]
    rows = [*spool.rows, *map(spool.refile, again)]
    if rows:
        _add(connection, rows, passing / "rows.ndjson")


def _add(connection: Connection, rows: Sequence[Row], path: Path) -> None:
    path.write_bytes(msgspec.json.Encoder().encode_lines(rows))
    columns = {"dataset": "VARCHAR", "event_date": "DATE", **COLUMNS}
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    connection.execute(
        f"INSERT INTO batch BY NAME FROM read_json({literal(path)},"
        f" format = 'newline_delimited', columns = {{{types}}},"
        f" maximum_object_size = {_OBJECT_BYTES_MAX})"
    )
    path.unlink()
