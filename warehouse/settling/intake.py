"""What others say of our money: gateway files and theatres' reports, as `contracts/` has them.

A file is taken whole or not at all, and once: the same bytes again change nothing. A second,
different file for a day of a gateway is kept beside the first, where it stops approvals until
one of them is discarded; reports go on with the first.
"""

import csv
import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import psycopg

from justbookit.errors import JustBookItError
from justbookit.settings import Settings

T = TypeVar("T", bound=msgspec.Struct)

GATEWAY_NAME = re.compile(
    r"gateway-(?P<gateway>[a-z0-9_]+)-(?P<currency>[A-Z]{3})-(?P<day>\d{4}-\d\d-\d\d)\S*\.csv"
)
THEATRE_NAME = re.compile(r"theatre-(?P<organizer_id>\S+?)-(?P<day>\d{4}-\d\d-\d\d)\S*\.csv")


class Code(StrEnum):
    """Why a file was refused; stable."""

    BAD_NAME = "bad_name"
    BAD_LINE = "bad_line"
    NO_TOTAL = "no_total"
    WRONG_TOTAL = "wrong_total"


class FileRefused(JustBookItError):
    """Nothing of the file was taken."""

    def __init__(self, name: str, code: Code, detail: str) -> None:
        super().__init__(f"{name}: {code}: {detail}")
        self.code = code


class GatewayLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One capture or refund; amounts in minor units, `fee` is what the gateway kept."""

    line_id: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Literal["capture", "refund"]
    reference: Annotated[str, msgspec.Meta(min_length=1)]
    amount: Annotated[int, msgspec.Meta(ge=0)]
    currency: str
    fee: int
    at: datetime


class GatewayTotal(msgspec.Struct, frozen=True, kw_only=True):
    """The last line: how many there are, captures less refunds, and the fees."""

    line_id: int
    kind: Literal["total"]
    amount: int
    currency: str
    fee: int


class TheatreLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a theatre let in on our tickets of one show."""

    show_id: Annotated[str, msgspec.Meta(min_length=1)]
    ticket_count: Annotated[int, msgspec.Meta(ge=0)]
    amount: Annotated[int, msgspec.Meta(ge=0)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file."""

    lines: int
    is_new: bool
    is_doubled: bool = False


_FILE = """
INSERT INTO settlement.gateway_files
       (gateway, currency, day, name, sha256, line_count, amount, fee)
VALUES (%(gateway)s, %(currency)s, %(day)s, %(name)s, %(sha256)s, %(lines)s, %(amount)s, %(fee)s)
ON CONFLICT (sha256) DO NOTHING
RETURNING file_id
"""
_DOUBLED = """
SELECT count(*) > 1
  FROM settlement.gateway_files
 WHERE gateway = %(gateway)s AND currency = %(currency)s AND day = %(day)s AND discarded_at IS NULL
"""
_REPORT = """
INSERT INTO settlement.theatre_reports (organizer_id, day, name, sha256, line_count)
VALUES (%(organizer_id)s, %(day)s, %(name)s, %(sha256)s, %(lines)s)
ON CONFLICT (sha256) DO NOTHING
RETURNING report_id
"""
_DISCARD = """
UPDATE settlement.gateway_files
   SET discarded_at = now(), discarded_by = %(by)s
 WHERE file_id = %(file_id)s AND discarded_at IS NULL
"""


def take(settings: Settings, path: Path) -> Taken:
    """Take one file in. Raises FileRefused when it is none of the two kinds, or not whole."""
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        return take_with(connection, path)


def take_with(connection: psycopg.Connection, path: Path) -> Taken:
    """The same, in the transaction of `connection`."""
    if named := GATEWAY_NAME.fullmatch(path.name):
        return _take_gateway(connection, path, named)
    if named := THEATRE_NAME.fullmatch(path.name):
        return _take_theatre(connection, path, named)
    raise FileRefused(
        path.name,
        Code.BAD_NAME,
        "call it gateway-GATEWAY-CURRENCY-YYYY-MM-DD.csv or theatre-ORGANIZER-YYYY-MM-DD.csv",
    )


def discard(settings: Settings, file_id: int, by: str) -> bool:
    """Count a gateway file no longer; False when there is none of that number that counts."""
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        return connection.execute(_DISCARD, {"file_id": file_id, "by": by}).rowcount == 1


def _take_gateway(connection: psycopg.Connection, path: Path, named: re.Match[str]) -> Taken:
    *rows, last = [*_rows(path)] or [(1, {})]
    lines = [_line(path, number, row, GatewayLine) for number, row in rows]
    if last[1].get("kind") != "total":
        raise FileRefused(path.name, Code.NO_TOTAL, "the last line must be its total")
    total = _line(path, *last, GatewayTotal)
    net = sum(each.amount if each.kind == "capture" else -each.amount for each in lines)
    fee = sum(each.fee for each in lines)
    if (total.line_id, total.amount, total.fee) != (len(lines), net, fee):
        raise FileRefused(
            path.name,
            Code.WRONG_TOTAL,
            f"it says {total.line_id} lines, {total.amount} and {total.fee} in fees; there are"
            f" {len(lines)}, {net} and {fee}",
        )
    if any(each.currency != named["currency"] for each in lines):
        raise FileRefused(path.name, Code.BAD_LINE, f"not every line is in {named['currency']}")
    values = {**_head(path, named), "lines": len(lines), "amount": net, "fee": fee}
    found = connection.execute(_FILE, values).fetchone()
    if found is None:
        return Taken(lines=len(lines), is_new=False)
    with connection.cursor().copy(
        "COPY settlement.gateway_lines (file_id, line_id, kind, reference, amount, fee, at)"
        " FROM STDIN"
    ) as copy:
        for each in lines:
            copy.write_row(
                (found[0], each.line_id, each.kind, each.reference, each.amount, each.fee, each.at)
            )
    (doubled,) = connection.execute(_DOUBLED, values).fetchone() or (False,)
    return Taken(lines=len(lines), is_new=True, is_doubled=doubled)


def _take_theatre(connection: psycopg.Connection, path: Path, named: re.Match[str]) -> Taken:
    lines = [_line(path, number, row, TheatreLine) for number, row in _rows(path)]
    values = {**_head(path, named), "lines": len(lines)}
    found = connection.execute(_REPORT, values).fetchone()
    if found is None:
        return Taken(lines=len(lines), is_new=False)
    with connection.cursor().copy(
        "COPY settlement.theatre_lines (report_id, show_id, ticket_count, amount, currency)"
        " FROM STDIN"
    ) as copy:
        for each in lines:
            copy.write_row((found[0], each.show_id, each.ticket_count, each.amount, each.currency))
    return Taken(lines=len(lines), is_new=True)


def _head(path: Path, named: re.Match[str]) -> dict[str, object]:
    try:
        day = date.fromisoformat(named["day"])
    except ValueError as error:
        raise FileRefused(path.name, Code.BAD_NAME, f"{named['day']} is no day") from error
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {**named.groupdict(), "day": day, "name": path.name, "sha256": sha256}


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            yield number, {str(name): value for name, value in row.items() if value}


def _line(path: Path, number: int, row: dict[str, str], kind: type[T]) -> T:
    try:
        return msgspec.convert(row, kind, strict=False)
    except msgspec.ValidationError as error:
        raise FileRefused(path.name, Code.BAD_LINE, f"line {number}: {error}") from error
