"""An analyst's SQL over the lake: read-only, bounded in rows and time.

Each dataset of the lake and each exported mart is a view. The connection reaches nothing but the
lake's own folder, and only statements that read are run at all.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import msgspec

from justbookit.errors import JustBookItError
from warehouse import cold
from warehouse.batch_table import COLUMNS
from warehouse.duck import Connection, NoSuchTable, QueryFailed, connect, literal, literals
from warehouse.lake import read_manifest
from warehouse.marts import files_of
from warehouse.record import DATASETS

READING = frozenset({"SELECT", "EXPLAIN"})
_ASKABLE = {"at": "event_at", "offset": "event_offset"}
"""What columns are called in the views where SQL keeps their names for itself."""

_NO_MARTS = "the lake has no marts yet: `justbookit build` makes them"

FILES = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER",
    ".json": "FORMAT json",
}
"""What can be written, and how, by the end of the file's name."""

_EXPLAIN = re.compile(r"\s*explain\b(\s+analyze\b)?(\s*\([^)]*\))?", re.IGNORECASE)


class Refused(JustBookItError):
    """The statement was not run, or not to its end; the message says why."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a query found; `cut` when there was more than was asked for."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    cut: bool
    seconds: float


class Desk:
    """Where questions are asked: the lake as it was when the desk was opened."""

    def __init__(self, folder: Path, out: Path | None = None) -> None:
        """Open it; raises LakeUnreadable when there is no lake. Only `out` can be written to."""
        self._out = out
        self._draft = None if out is None else out.with_name(f".{out.name}.draft")
        manifest = read_manifest(folder)
        self._connection = connect(folder)
        for dataset in DATASETS:
            paths = [
                folder / each.path for each in manifest.files.values() if each.dataset == dataset
            ]
            self._connection.execute(f"CREATE VIEW {dataset} AS {_dataset(paths)}")
        marts = files_of(folder)
        self._hint = "" if marts else f"\n{_NO_MARTS}"
        for name, paths in marts.items():
            files = f"read_parquet({literals(paths)}, union_by_name = true)"
            self._connection.execute(f'CREATE VIEW "{name}" AS FROM {files}')
        if copies := cold.files_of(folder):
            self._connection.execute(f"CREATE VIEW {cold.TABLE} AS {cold.view(copies)}")
        self._connection.execute(f"SET allowed_directories = {literals([folder])}")
        if self._draft is not None:
            self._connection.execute(f"SET allowed_paths = {literals([self._draft.absolute()])}")
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def ask(self, statement: str, *, rows_max: int, seconds_max: float) -> Answer:
        """Run one reading statement.

        Raises Refused when it writes, when it is no SQL, when it fails or takes too long.
        """
        refuse_writing(self._connection, statement)
        began = time.monotonic()
        with self._within(seconds_max):
            found = self._connection.execute(statement)
            rows = found.fetchmany(rows_max + 1)
        described = found.description or []
        return Answer(
            columns=tuple(column[0] for column in described),
            types=tuple(str(column[1]) for column in described),
            rows=rows[:rows_max],
            cut=len(rows) > rows_max,
            seconds=time.monotonic() - began,
        )

    def write(self, statement: str, *, seconds_max: float) -> int:
        """Write all that one reading statement finds into the file; how many rows that were.

        The file is there whole or not at all. Raises Refused as `ask` does, and for a file of
        another kind than `FILES`.
        """
        assert self._out is not None
        assert self._draft is not None
        how = FILES.get(self._out.suffix)
        if how is None:
            raise Refused(f"{self._out.name}: a file's name ends in {', '.join(FILES)}")
        refuse_writing(self._connection, statement)
        asked = statement.strip().removesuffix(";")
        draft = literal(self._draft.absolute())
        try:
            with self._within(seconds_max):
                # the bracket stands on a line of its own: the statement may end in a comment
                found = self._connection.execute(f"COPY (\n{asked}\n) TO {draft} ({how})")
                (count,) = found.fetchone() or (0,)
            self._draft.replace(self._out)
        finally:
            self._draft.unlink(missing_ok=True)
        return int(count)

    @contextmanager
    def _within(self, seconds_max: float) -> Iterator[None]:
        """Raises Refused for what fails in here, or takes longer."""
        began = time.monotonic()
        timer = Timer(seconds_max, self._connection.interrupt)
        timer.start()
        try:
            yield
        except QueryFailed as error:
            if time.monotonic() - began >= seconds_max:
                raise Refused(
                    f"stopped after {seconds_max:g} s; narrow it down, or allow more with --timeout"
                ) from error
            hint = self._hint if isinstance(error, NoSuchTable) else ""
            raise Refused(f"{error}{hint}") from error
        finally:
            timer.cancel()

    def tables(self) -> Answer:
        """What there is to ask, with how many rows and how recent."""
        began = time.monotonic()
        named = self._connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY view_oid"
        ).fetchall()
        rows: list[tuple[Any, ...]] = []
        for (name,) in named:
            if name in DATASETS:
                query = f"SELECT count(*), min(event_at), max(event_at) FROM {name}"  # noqa: S608
            else:
                query = f'SELECT count(*), NULL, NULL FROM "{name}"'  # noqa: S608
            counts = self._connection.execute(query).fetchone()
            kind = "messages" if name in DATASETS else "mart"
            rows.append((name, kind, *(counts or ())))
        return Answer(
            columns=("table", "kind", "rows", "first", "last"),
            types=("VARCHAR", "VARCHAR", "BIGINT", "TIMESTAMP", "TIMESTAMP"),
            rows=rows,
            cut=False,
            seconds=time.monotonic() - began,
        )

    def close(self) -> None:
        """Done asking."""
        self._connection.close()


def refuse_writing(connection: Connection, statement: str) -> None:
    """Raises Refused unless `statement` is one statement that only reads."""
    try:
        found = connection.extract_statements(statement)
    except QueryFailed as error:
        raise Refused(str(error)) from error
    if len(found) != 1:
        raise Refused(f"one statement at a time, please; there are {len(found)}")
    kind = found[0].type.name
    if kind not in READING:
        raise Refused(
            f"{kind.replace('_', ' ')} is not a question; only SELECT and its kin are run"
        )
    if kind == "EXPLAIN":
        # EXPLAIN ANALYZE runs what it explains
        refuse_writing(connection, _EXPLAIN.sub("", found[0].query, count=1))


def _dataset(paths: Sequence[Path]) -> str:
    if not paths:
        columns = ", ".join(
            f'NULL::{kind} AS "{_ASKABLE.get(name, name)}"' for name, kind in COLUMNS.items()
        )
        return f"SELECT {columns}, NULL::DATE AS event_date WHERE false"
    columns = ", ".join(f'"{name}" AS "{_ASKABLE.get(name, name)}"' for name in COLUMNS)
    return (
        f"SELECT {columns}, event_date FROM (SELECT * REPLACE (body::JSON AS body) FROM"  # noqa: S608
        f" read_parquet({literals(paths)}, hive_partitioning = true, union_by_name = true,"
        " hive_types = {'event_date': DATE}))"
    )
