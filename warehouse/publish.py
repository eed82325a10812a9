"""The lake to Postgres: what schema `raw` does not have yet, in one transaction, checked.

Each table is asked how far it has come, so a run that was killed is simply repeated. Afterwards
every partition must have its offsets from 0 to where the lake ends, each once; with a hole in it
nothing of the run is kept, and the reports go on showing what was whole.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from justbookit.errors import JustBookItError, MissingOffsets
from justbookit.settings import Settings
from warehouse.batch_table import COLUMNS, SELECTED
from warehouse.duck import Connection, connect, literal, literals
from warehouse.lake import folder_of, read_manifest
from warehouse.manifest import LakeFile, Manifest, Partition

TABLES: Mapping[str, Sequence[str]] = {
    "seat_events": ("seat_events",),
    "catalogue_events": ("catalogue_events",),
    "dead_letters": ("feed_dead_letters", "stream_dead_letters"),
    "show_views": ("show_views",),
    "quarantine": ("quarantine",),
}
"""What each table of `raw` is made of."""

_FOLLOWING = """
SELECT topic, partition, (
           SELECT max("offset") + 1 FROM raw.{} AS had
            WHERE had.topic = known.topic AND had.partition = known.partition
       )
  FROM unnest(%(topics)s::text[], %(numbers)s::integer[]) AS known (topic, partition)
"""
CHUNK_ROWS = 500_000
HOLES_SHOWN = 5

Say = Callable[[str], None]
Told = tuple[str, int, str]
"""A topic, how many of its messages were copied, and when the last of them was."""


class PostgresSilent(JustBookItError):
    """Postgres does not answer, or has no schema `raw`."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What a run added to each table, and how many messages `raw` holds now."""

    added: dict[str, int]
    total: int


def publish(settings: Settings, say: Say, *, from_scratch: bool = False) -> Published:
    """Bring `raw` to where the lake is.

    Raises MissingOffsets when a message is missing, PostgresSilent when Postgres is.
    """
    folder = folder_of(settings)
    manifest = read_manifest(folder)
    try:
        with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
            return _publish(connection, folder, manifest, say, from_scratch=from_scratch)
    except psycopg.OperationalError as error:
        raise PostgresSilent(f"Postgres does not answer: {error}") from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise PostgresSilent("Postgres has no schema raw yet: `justbookit up` makes it") from error


def _publish(
    connection: psycopg.Connection,
    folder: Path,
    manifest: Manifest,
    say: Say,
    *,
    from_scratch: bool,
) -> Published:
    # one publisher at a time, and a reader of `raw` is never kept waiting
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('warehouse.publish'))")
    # one moment for the whole run, later than that of every run before: dbt goes on from it
    (now,) = connection.execute("SELECT clock_timestamp()::text").fetchone() or ("",)
    added = {}
    with connect(folder) as duck, TemporaryDirectory(prefix="publish-", dir=folder) as passing:
        for table, datasets in TABLES.items():
            if from_scratch:
                connection.execute(sql.SQL("TRUNCATE raw.{}").format(sql.Identifier(table)))
                connection.execute("DELETE FROM raw.loads WHERE table_name = %s", [table])
            files = [file for file in manifest.files.values() if file.dataset in datasets]
            following = _following(connection, table, manifest.next)
            added[table] = 0
            for chunk in _chunks(files, following):
                rows = Path(passing) / "rows.csv"
                told = _export(duck, folder, chunk, following, rows, now)
                added[table] += _load(connection, table, rows, now, told)
                say(f"raw.{table}: {added[table]} messages")
    return Published(added=added, total=_check(connection, manifest))


def _following(
    connection: psycopg.Connection, table: str, partitions: Collection[Partition]
) -> dict[Partition, int]:
    """Where each partition that the table has goes on, by the end of its index."""
    rows = connection.execute(
        sql.SQL(_FOLLOWING).format(sql.Identifier(table)),
        {"topics": [each[0] for each in partitions], "numbers": [each[1] for each in partitions]},
    ).fetchall()
    return {(topic, partition): end for topic, partition, end in rows if end is not None}


def _chunks(
    files: Sequence[LakeFile], following: Mapping[Partition, int]
) -> Iterator[list[LakeFile]]:
    chunk: list[LakeFile] = []
    for file in files:
        if file.last < following.get((file.topic, file.partition), 0):
            continue
        chunk.append(file)
        if sum(each.rows for each in chunk) >= CHUNK_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _export(
    duck: Connection,
    folder: Path,
    files: Sequence[LakeFile],
    following: Mapping[Partition, int],
    out: Path,
    now: str,
) -> list[Told]:
    """Write what `raw` lacks as CSV; what that is, by topic."""
    paths = literals(folder / file.path for file in files)
    known = " OR ".join(
        f'(topic = {literal(topic)} AND partition = {partition} AND "offset" < {offset})'
        for (topic, partition), offset in following.items()
    )
    files_and_where = f"read_parquet({paths}, union_by_name = true) WHERE NOT ({known or 'false'})"
    duck.execute(
        # jsonb has no NUL character; chr(1), which no JSON text has, keeps `\\u0000` apart
        f"COPY (SELECT {SELECTED}, {literal(now)} AS loaded_at FROM (SELECT * REPLACE ("  # noqa: S608
        "replace(replace(replace(body, '\\\\', chr(1)), '\\u0000', '\\ufffd'), chr(1), '\\\\')"
        f" AS body) FROM {files_and_where}))"
        f" TO {literal(out)} (FORMAT csv, HEADER false)"
    )
    return duck.execute(
        f'SELECT topic, count(*), max("at")::VARCHAR FROM {files_and_where} GROUP BY topic'  # noqa: S608
    ).fetchall()


def _load(
    connection: psycopg.Connection, table: str, rows: Path, loaded_at: str, told: Sequence[Told]
) -> int:
    """Copy rows into a table that has none of them: all are beyond where it ends."""
    columns = sql.SQL(", ").join(map(sql.Identifier, (*COLUMNS, "loaded_at")))
    copy = sql.SQL("COPY raw.{} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), columns
    )
    cursor = connection.cursor()
    with cursor.copy(copy) as into, rows.open("rb") as file:
        while data := file.read(1 << 20):
            into.write(data)
    cursor.executemany(
        "INSERT INTO raw.loads (loaded_at, table_name, topic, message_count, last_message_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [(loaded_at, table, topic, count, last) for topic, count, last in told],
    )
    return sum(count for _, count, _ in told)


def _check(connection: psycopg.Connection, manifest: Manifest) -> int:
    keys = [
        sql.SQL('SELECT topic, partition, "offset" FROM raw.{}').format(sql.Identifier(table))
        for table in TABLES
    ]
    every = sql.SQL(" UNION ALL ").join(keys)
    counted = connection.execute(
        sql.SQL(
            'SELECT topic, partition, count(*), min("offset"), max("offset") FROM ({}) AS every'
            " GROUP BY 1, 2"
        ).format(every)
    ).fetchall()
    found = {(topic, partition): counts for topic, partition, *counts in counted}
    wrong = [
        (topic, partition)
        for (topic, partition), end in manifest.next.items()
        if end and found.get((topic, partition)) != [end, 0, end - 1]
    ]
    wrong += [name for name in found if name not in manifest.next]
    if wrong:
        raise MissingOffsets(
            "; ".join(_say_what_is_wrong(connection, every, manifest, name) for name in wrong)
        )
    return sum(count for count, _, _ in found.values())


def _say_what_is_wrong(
    connection: psycopg.Connection, every: sql.Composed, manifest: Manifest, name: Partition
) -> str:
    topic, partition = name
    end = manifest.next.get(name, 0)
    holes = connection.execute(
        sql.SQL(
            'WITH had AS (SELECT "offset" AS at FROM ({}) AS every'
            " WHERE topic = %(topic)s AND partition = %(partition)s"
            " UNION ALL SELECT -1 UNION ALL SELECT %(end)s),"
            " steps AS (SELECT at, lead(at) OVER (ORDER BY at) AS following FROM had)"
            " SELECT at + 1, following - 1 FROM steps WHERE following > at + 1 ORDER BY at"
        ).format(every),
        {"topic": topic, "partition": partition, "end": end},
    ).fetchall()
    shown = ", ".join(f"{first}..{last}" for first, last in holes[:HOLES_SHOWN])
    where = f"raw and the lake differ on {topic}/{partition}"
    if holes:
        return f"{where}: missing {shown}{' and more' if len(holes) > HOLES_SHOWN else ''}"
    return f"{where}: raw has messages twice, or beyond the lake's end at {end}"


def connection_parameters(settings: Settings) -> dict[str, str]:
    """How Postgres is reached, part by part: host, port, user, password, dbname."""
    return {name: str(value) for name, value in conninfo_to_dict(settings.postgres).items()}
