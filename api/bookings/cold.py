"""Bookings that have left Postgres: files of the lake, one for each month, read where they lie.

A file has a customer's bookings beside each other, so that DuckDB looks at the parts that can have
them and at no others. It is asked in a thread, one question at a time: such bookings are old, and
seldom looked for.
"""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from justbookit.ids import BookingId, CustomerId
from justbookit.months import COLD_FOLDER, month_in

_TIMES = ("held_until", "held_at", "confirmed_at", "ended_at")
_JSONS = ("lines", "changes", "payment", "origin", "pledge", "exchanges")
_AS_NUMBERS = ", ".join(f"epoch_us({name}) AS {name}" for name in _TIMES)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ROWS = f"SELECT * REPLACE ({_AS_NUMBERS}) FROM read_parquet($files, union_by_name = true)"  # noqa: S608 - our own names
_ONE = f"{_ROWS} WHERE customer_id = $customer_id AND booking_id = $booking_id"
_MINE = f"""
{_ROWS}
    WHERE customer_id = $customer_id
      AND (held_at < make_timestamptz($before) OR
           held_at = make_timestamptz($before) AND booking_id < $before_id)
 ORDER BY held_at DESC, booking_id DESC
    LIMIT $limit
"""


class ColdBookings:
    """The files of a home; which there are is looked up for each question."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "lake" / COLD_FOLDER
        self._lock = threading.Lock()
        self._duck: duckdb.DuckDBPyConnection | None = None

    async def one(self, booking_id: BookingId, customer_id: CustomerId) -> dict[str, Any] | None:
        """A customer's booking as Postgres had it."""
        month = month_in(booking_id)
        if month is None:
            return None
        asked = {"customer_id": customer_id, "booking_id": booking_id}
        found = await asyncio.to_thread(self._ask, _ONE, month, asked)
        return found[0] if found else None

    async def of(
        self, customer_id: CustomerId, before: tuple[datetime, str], limit: int
    ) -> list[dict[str, Any]]:
        """A customer's bookings older than `before`, the latest first."""
        asked = {
            "customer_id": customer_id,
            "before": (before[0] - _EPOCH) // timedelta(microseconds=1),
            "before_id": before[1],
            "limit": limit,
        }
        return await asyncio.to_thread(self._ask, _MINE, "*", asked)

    def _ask(self, query: str, months: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        # a month is whole when its record is there
        records = sorted(self._folder.glob(f"{months}.json"))
        if not records:
            return []
        with self._lock:
            if self._duck is None:
                self._duck = duckdb.connect(
                    ":memory:", config={"memory_limit": "256MB", "threads": 1}
                )
            files = [str(record.with_suffix(".parquet")) for record in records]
            cursor = self._duck.execute(query, {"files": files, **asked})
            names = [column[0] for column in cursor.description]
            return [_row(dict(zip(names, values, strict=True))) for values in cursor.fetchall()]


def _row(row: dict[str, Any]) -> dict[str, Any]:
    for name in _TIMES:
        if row[name] is not None:
            row[name] = _EPOCH + timedelta(microseconds=row[name])
    for name in _JSONS:
        if row[name] is not None:
            row[name] = msgspec.json.decode(row[name])
    return row
