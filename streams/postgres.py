"""Connections to Postgres for the writers."""

from psycopg import AsyncConnection
from psycopg.adapt import Loader
from psycopg.rows import TupleRow

from justbookit.settings import Settings
from streams import arrays

_OPTIONS = {
    # Below Kafka's session timeout: a writer that was frozen inside a transaction has lost it
    # before anybody else can have its partitions.
    "transaction_timeout": "5s",
    # Everything is found by key. While the statistics know a table as empty, a plan that reads
    # all of it looks as good, and stays as it is while the table grows.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}


class JsonAsBytes(Loader):
    """Gives JSON as it is stored: `wire` reads it, not psycopg."""

    def load(self, data: bytes | bytearray | memoryview) -> bytes:
        return bytes(data)


async def connect(settings: Settings, name: str) -> AsyncConnection[TupleRow]:
    """A connection in autocommit mode that prepares what it is asked to run."""
    options = " ".join(f"-c {option}={value}" for option, value in _OPTIONS.items())
    connection = await AsyncConnection.connect(
        settings.postgres,
        autocommit=True,
        prepare_threshold=0,
        application_name=f"justbookit {name}",
        options=options,
        connect_timeout=10,
    )
    arrays.register(connection)
    connection.adapters.register_loader("json", JsonAsBytes)
    return connection
