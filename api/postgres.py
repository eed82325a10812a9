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
_RECONNECT_SECONDS = 3.0


def pool_of(conninfo: str, *, size: int = POOL_SIZE, options: str = "") -> Pool:
    """A closed pool of autocommit connections; `options` are the server's `-c` settings."""
    return AsyncConnectionPool(
        conninfo,
        min_size=1,
        max_size=size,
        timeout=_PATIENCE,
        open=False,
        # The pool waits twice as long from try to try, without a bound of its own: after an
        # outage of minutes it would come back minutes late. Whoever asks after it has given up
        # makes it begin again, and the billboard asks every second.
        reconnect_timeout=_RECONNECT_SECONDS,
        kwargs={
            "autocommit": True,
            "connect_timeout": 2,
            "application_name": "justbookit-api",
            "options": f"-c statement_timeout=5000 {options}".strip(),
        },
    )
