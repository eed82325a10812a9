"""Columns for Postgres: a list becomes one binary array parameter, to be unnested there.

A batch writes thousands of rows; one parameter for each column is a tenth of the work of one
for each value. psycopg's own arrays are text and are made in Python, element by element; these
are joined from bytes, which most of ours are already.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from struct import pack

from psycopg import AsyncConnection
from psycopg.adapt import Dumper
from psycopg.pq import Format

_NULL = b"\xff\xff\xff\xff"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Array:
    """The binary form of a one-dimensional array of one type."""

    __slots__ = ("count", "encoded")

    oid: int
    element_oid: int

    def __init__(self, count: int, elements: bytes) -> None:
        self.count = count
        # dimensions, whether there may be NULLs, type; then length and lower bound
        self.encoded = pack(">iiIii", 1, 1, self.element_oid, count, 1) + elements


class Texts(Array):
    """Texts without NUL characters, which Postgres has no place for."""

    oid, element_oid = 1009, 25

    def __init__(self, values: Sequence[str | None]) -> None:
        super().__init__(len(values), _sized(_encode(values)))


class Jsons(Array):
    oid, element_oid = 199, 114

    def __init__(self, values: Sequence[bytes | None]) -> None:
        super().__init__(len(values), _sized(values))


class Bytes(Array):
    oid, element_oid = 1001, 17

    def __init__(self, values: Sequence[bytes]) -> None:
        super().__init__(len(values), _sized(values))


class SmallInts(Array):
    oid, element_oid = 1005, 21

    def __init__(self, values: Sequence[int]) -> None:
        super().__init__(len(values), _fixed("ih", 2, values))


class Ints(Array):
    oid, element_oid = 1007, 23

    def __init__(self, values: Sequence[int]) -> None:
        super().__init__(len(values), _fixed("ii", 4, values))


class BigInts(Array):
    oid, element_oid = 1016, 20

    def __init__(self, values: Sequence[int]) -> None:
        super().__init__(len(values), _fixed("iq", 8, values))


class Times(Array):
    oid, element_oid = 1185, 1184

    def __init__(self, values: Sequence[datetime | None]) -> None:
        super().__init__(len(values), b"".join(map(_time, values)))


def register(connection: AsyncConnection[object]) -> None:
    """Let `connection` take these as parameters."""
    for kind in (Texts, Jsons, Bytes, SmallInts, Ints, BigInts, Times):
        connection.adapters.register_dumper(kind, _dumper_of(kind))


def _dumper_of(kind: type[Array]) -> type[Dumper]:
    class ArrayDumper(Dumper):
        format = Format.BINARY
        oid = kind.oid

        def dump(self, obj: Array) -> bytes:
            return obj.encoded

    return ArrayDumper


def _encode(values: Sequence[str | None]) -> Sequence[bytes | None]:
    if None in values or not values:
        return [None if value is None else value.encode() for value in values]
    # One long text is encoded five times as fast as a thousand short ones.
    return "\0".join(values).encode().split(b"\0")  # type: ignore[arg-type]  # None is not in


def _sized(values: Sequence[bytes | None]) -> bytes:
    parts: list[bytes] = []
    add: Callable[[bytes], None] = parts.append
    for value in values:
        if value is None:
            add(_NULL)
        else:
            add(len(value).to_bytes(4, "big"))
            add(value)
    return b"".join(parts)


def _fixed(form: str, size: int, values: Sequence[int]) -> bytes:
    pairs = [0] * (2 * len(values))
    pairs[::2] = [size] * len(values)
    pairs[1::2] = values
    return pack(">" + form * len(values), *pairs)


@lru_cache(maxsize=4096)
def _time(value: datetime | None) -> bytes:
    """One element; what one batch decides happens at one time, so most are asked for again."""
    if value is None:
        return _NULL
    gone = value - _EPOCH
    microseconds = (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds
    return pack(">iq", 8, microseconds)
