"""Is everything there? The lake against its manifest, raw and the books against the lake.

Counted and added up twice, by DuckDB from the bytes that came from Kafka and by Postgres from
what the books made of them, so that neither is its own witness.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.rows import TupleRow

from justbookit.settings import Settings
from warehouse.duck import Connection, connect, literals
from warehouse.lake import folder_of, read_manifest
from warehouse.manifest import Manifest
from warehouse.publish import TABLES
from warehouse.record import DATASETS

_MEMORY = "2GB"
_MONEY = """
    SELECT currency, sum(paid)::BIGINT, sum(refunded)::BIGINT
      FROM (SELECT coalesce(body->>'$.payment.currency', body->>'$.currency') AS currency,
                   coalesce((body->>'$.payment.amount')::BIGINT, 0) AS paid,
                   coalesce((body->>'$.refund')::BIGINT, 0) AS refunded
              FROM (SELECT DISTINCT ON (show_id, version) body::JSON AS body FROM seat_events
                     WHERE type IN (SELECT type FROM kinds)))
     GROUP BY currency
"""
_KINDS_WITH_MONEY = """
    CREATE TEMP TABLE kinds AS
    SELECT type FROM seat_events
     WHERE type != 'ExchangeBegun'  -- what was paid then is taken by ExchangeTaken, or by nobody
     GROUP BY type
    HAVING bool_or(contains(body, '"payment":') OR contains(body, '"refund":'))
"""
_BOOKED = """
    SELECT currency, sum(paid_amount - carried_in_amount), sum(refund_amount - carried_out_amount)
      FROM finance.bookings
     GROUP BY 1
"""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted, and each difference in a sentence."""

    messages: int
    quarantined: int
    money: dict[str, tuple[int, int]]
    """By currency: what customers paid and were given back, in minor units."""
    differences: tuple[str, ...]


def check(settings: Settings) -> Checked:
    """Hold lake, raw and books against each other.

    Raises LakeUnreadable without a lake, psycopg's errors without the books.
    """
    folder = folder_of(settings)
    manifest = read_manifest(folder)
    with connect(folder, memory=_MEMORY) as duck:
        for dataset in DATASETS:
            duck.execute(f"CREATE VIEW {dataset} AS {_view(folder, manifest, dataset)}")
        offsets = _offsets(duck)
        counts = {dataset: _counts(duck, dataset) for dataset in DATASETS}
        duck.execute(_KINDS_WITH_MONEY)
        money = {row[0]: (row[1], row[2]) for row in duck.execute(_MONEY).fetchall() if row[0]}
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        raw = {
            table: _mapped(
                connection.execute(f"SELECT type, count(*) FROM raw.{table} GROUP BY type")  # noqa: S608 - our own names
            )
            for table in TABLES
        }
        booked = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(_BOOKED)}
    differences = [
        *_holes(manifest, offsets),
        *_miscounted(counts, raw),
        *_misadded({name: sums for name, sums in money.items() if any(sums)}, booked),
    ]
    return Checked(
        messages=sum(count for count, _, _ in offsets.values()),
        quarantined=sum(counts["quarantine"].values()),
        money=money,
        differences=tuple(differences),
    )


def _view(folder: Path, manifest: Manifest, dataset: str) -> str:
    paths = [folder / each.path for each in manifest.files.values() if each.dataset == dataset]
    if not paths:
        return (
            "SELECT NULL::VARCHAR AS topic, NULL::INTEGER AS partition, NULL::BIGINT AS offset,"
            " NULL::VARCHAR AS type, NULL::VARCHAR AS show_id, NULL::BIGINT AS version,"
            " NULL::VARCHAR AS body WHERE false"
        )
    return f"FROM read_parquet({literals(paths)}, union_by_name = true)"


def _offsets(duck: Connection) -> dict[tuple[str, int], tuple[int, int, int]]:
    columns = 'topic, partition, "offset"'
    every = " UNION ALL ".join(f"SELECT {columns} FROM {each}" for each in DATASETS)  # noqa: S608
    found = duck.execute(
        'SELECT topic, partition, count(DISTINCT "offset"), count(*), max("offset") + 1'  # noqa: S608
        f" FROM ({every}) GROUP BY 1, 2"
    ).fetchall()
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in found}


def _counts(duck: Connection, dataset: str) -> dict[str, int]:
    found = duck.execute(f"SELECT type, count(*) FROM {dataset} GROUP BY type").fetchall()  # noqa: S608 - our own names
    return {row[0]: row[1] for row in found}


def _mapped(cursor: psycopg.Cursor[TupleRow]) -> dict[str, int]:
    return {row[0]: row[1] for row in cursor}


def _holes(
    manifest: Manifest, offsets: Mapping[tuple[str, int], tuple[int, int, int]]
) -> list[str]:
    return [
        f"the lake has {offsets.get(name, (0, 0, 0))[0]:,} of the {end:,} messages of"
        f" {name[0]}/{name[1]}, in {offsets.get(name, (0, 0, 0))[1]:,} rows"
        for name, end in manifest.next.items()
        if end and offsets.get(name) != (end, end, end)
    ]


def _miscounted(
    counts: Mapping[str, Mapping[str, int]], raw: Mapping[str, Mapping[str, int]]
) -> list[str]:
    differences = []
    for table, datasets in TABLES.items():
        lake: dict[str, int] = {}
        for dataset in datasets:
            for kind, count in counts[dataset].items():
                lake[kind] = lake.get(kind, 0) + count
        differences += [
            f"raw.{table} has {raw[table].get(kind, 0):,} {kind}, the lake {lake.get(kind, 0):,}"
            for kind in sorted(lake.keys() | raw[table].keys())
            if lake.get(kind) != raw[table].get(kind)
        ]
    return differences


def _misadded(
    money: Mapping[str, tuple[int, int]], booked: Mapping[str, tuple[Any, Any]]
) -> list[str]:
    known = {name: sums for name, sums in booked.items() if any(sums)}
    return [
        f"{currency}: customers paid and got back {money.get(currency, (0, 0))} minor units by the"
        f" log, {known.get(currency, (0, 0))} by the books"
        for currency in sorted(money.keys() | known.keys())
        if money.get(currency) != known.get(currency)
    ]
