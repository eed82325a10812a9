"""Bookings that left Postgres for the lake, read as the rows that they were."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from justbookit.ids import ShowId
from justbookit.months import COLD_FOLDER
from justbookit.settings import Settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ROWS = """
SELECT show_id, booking_id, customer_id, status, seat_ids, amount, currency, refund, lines,
       epoch_us(held_until), epoch_us(held_at), epoch_us(confirmed_at), epoch_us(ended_at),
       payment, because, changes, version, origin, pledge, exchanges
  FROM read_parquet($files, union_by_name = true)
 WHERE show_id IN (SELECT unnest($show_ids))
"""
_TIMES = slice(9, 13)


def cold_rows(
    settings: Settings, months: Sequence[str], show_ids: Collection[ShowId]
) -> Iterator[list[Any]]:
    """The bookings of these shows among those of months that have left, column by column."""
    if not months or not show_ids:
        return
    folder = Path(settings.home) / "lake" / COLD_FOLDER
    files = [str(folder / f"{month}.parquet") for month in months]
    with duckdb.connect(":memory:") as duck:
        found = duck.execute(_ROWS, {"files": files, "show_ids": list(show_ids)})
        while batch := found.fetchmany(10_000):
            for values in batch:
                row = list(values)
                row[_TIMES] = [
                    None if at is None else _EPOCH + timedelta(microseconds=at)
                    for at in row[_TIMES]
                ]
                yield row
