"""SQL of waiting lists: read only, what the seat writer wrote."""

from collections.abc import Mapping
from typing import Any, LiteralString

from psycopg.rows import dict_row

from api.postgres import Pool
from api.waiting.views import EntryView
from justbookit.ids import CustomerId, EntryId

SHOWN_MAX = 50

_ENTRIES = """
SELECT entry_id, show_id, status, size, zone, together, accessible, joined_at, seat_ids,
       offered_until,
       CASE WHEN status = 'waiting' THEN (
           SELECT count(*) + 1
             FROM waiting_entry AS before
            WHERE before.show_id = entry.show_id
              AND before.status = 'waiting'
              AND before.joined_version < entry.joined_version
       ) END AS position
  FROM waiting_entry AS entry
 WHERE customer_id = %(customer_id)s
"""

_ONE = _ENTRIES + " AND entry_id = %(entry_id)s"

_MINE = _ENTRIES + " ORDER BY joined_at DESC LIMIT %(limit)s"


async def entry(pool: Pool, customer_id: CustomerId, entry_id: EntryId) -> EntryView | None:
    """A customer's own place in line; somebody else's is none."""
    found = await _ask(pool, _ONE, {"customer_id": customer_id, "entry_id": entry_id})
    return found[0] if found else None


async def entries_of(pool: Pool, customer_id: CustomerId) -> list[EntryView]:
    """A customer's places in line, the latest first."""
    return await _ask(pool, _MINE, {"customer_id": customer_id, "limit": SHOWN_MAX})


async def _ask(pool: Pool, query: LiteralString, asked: Mapping[str, Any]) -> list[EntryView]:
    async with pool.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        await cursor.execute(query, asked)
        rows = await cursor.fetchall()
    return [EntryView(**{**row, "seat_ids": tuple(row["seat_ids"])}) for row in rows]
