"""DuckDB as the archive uses it: in memory, within bounds, fetching nothing from anywhere."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

Connection = duckdb.DuckDBPyConnection
QueryFailed = duckdb.Error
NoSuchTable = duckdb.CatalogException
DiskFailed = duckdb.IOException

PASSING = "_passing"
"""The folder beneath the lake for what is gone again in a moment."""


def connect(folder: Path, *, memory: str = "1GB", threads: int = 2) -> Connection:
    """A DuckDB of our own in memory, that fetches nothing from anywhere."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(folder / PASSING),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def literal(text: str | Path) -> str:
    """`text` as a string in SQL, where no parameter may stand."""
    return "'" + str(text).replace("'", "''") + "'"


def literals(texts: Iterable[str | Path]) -> str:
    """A list of strings in SQL."""
    return f"[{', '.join(map(literal, texts))}]"
