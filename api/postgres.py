"""The pools: one for reading and for people's records, one line for idempotency keys.

A pool that cannot give a connection within a second raises, so that a dead Postgres makes
requests fail clearly instead of piling up.
"""

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

POOL_SIZE = 6
_PATIENCE = 1.0


def pool_of(conninfo: str, *, size: int = POOL_SIZE, options: str = "") -> Pool:
    """A closed pool of autocommit connections; `options` are the server's `-c` settings."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=_PATIENCE,
        open=False,
        # Give up on an unreachable server soon: the pool tries again by itself, for ever.
        reconnect_timeout=float("inf"),
        kwargs={
            "autocommit": True,
            "connect_timeout": 2,
            "application_name": "justbookit-api",
            "options": f"-c statement_timeout=5000 {options}".strip(),
        },
    )
