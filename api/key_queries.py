"""SQL of idempotency keys: many noted in one statement, the old ones forgotten."""

from collections.abc import Sequence

from api.keys import Ask
from api.postgres import Pool

_NOTE = """
   INSERT INTO idempotency_key (scope, fingerprint)
   SELECT scope, fingerprint
     FROM unnest(%(scopes)s::bytea[], %(fingerprints)s::bytea[]) AS asked (scope, fingerprint)
       ON CONFLICT (scope) DO NOTHING
RETURNING scope
"""

_SEEN = """
SELECT scope, fingerprint
  FROM idempotency_key
 WHERE scope = ANY(%(scopes)s)
"""

_FORGET = """
DELETE FROM idempotency_key
 WHERE created_at < now() - interval '72 hours'
"""


async def note(pool: Pool, asks: Sequence[Ask]) -> list[bytes | None]:
    """For each request: None when it is new, the fingerprint it had when it came before."""
    first: dict[bytes, Ask] = {}
    for ask in asks:
        first.setdefault(ask.scope, ask)
    async with pool.connection() as connection:
        cursor = await connection.execute(
            _NOTE,
            {
                "scopes": list(first),
                "fingerprints": [ask.fingerprint for ask in first.values()],
            },
        )
        new = {row[0] for row in await cursor.fetchall()}
        seen: dict[bytes, bytes] = {}
        if missing := [scope for scope in first if scope not in new]:
            cursor = await connection.execute(_SEEN, {"scopes": missing})
            seen = {scope: fingerprint for scope, fingerprint in await cursor.fetchall()}  # noqa: C416
    before: list[bytes | None] = []
    for ask in asks:
        if ask.scope in new and first[ask.scope] is ask:
            before.append(None)
        else:
            before.append(seen.get(ask.scope, first[ask.scope].fingerprint))
    return before


async def forget_old(pool: Pool) -> None:
    """Forget keys that are older than any retry."""
    async with pool.connection() as connection:
        await connection.execute(_FORGET)
