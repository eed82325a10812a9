"""How answers are printed: a table for people, CSV and JSON lines for programs.

Only the table makes amounts and times readable; programs get what is stored, whole minor units
and ISO 8601.
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from warehouse.amounts import money
from warehouse.ask import Answer

FORMATS = ("table", "csv", "json")

CELL_CHARACTERS_MAX = 120
_AMOUNTS = ("amount", "refund", "price", "discount")
_NUMBERS = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "NUMBER")


def as_table(answer: Answer) -> Table:
    """A table for a terminal."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, kind in zip(answer.columns, answer.types, strict=True):
        is_number = kind.startswith(_NUMBERS) or kind in ("HUGEINT", "BIGINT")
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    currency_at = answer.columns.index("currency") if "currency" in answer.columns else None
    for row in answer.rows:
        currency = row[currency_at] if currency_at is not None else None
        table.add_row(
            *(
                Text(_readable(name, value, currency))
                for name, value in zip(answer.columns, row, strict=True)
            )
        )
    return table


def as_csv(answer: Answer) -> str:
    """Comma-separated, with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([[_plain(value) for value in row] for row in answer.rows])
    return out.getvalue()


def as_json(answer: Answer) -> str:
    """One JSON object a line."""
    encoder = msgspec.json.Encoder(enc_hook=str)
    lines = [
        encoder.encode(dict(zip(answer.columns, map(_structured, row), strict=True)))
        for row in answer.rows
    ]
    return b"".join(line + b"\n" for line in lines).decode()


def footer(answer: Answer) -> str:
    """How much that was."""
    count = len(answer.rows)
    rows = "1 row" if count == 1 else f"{count:,} rows"
    more = ", and there are more (--limit)" if answer.cut else ""
    return f"{rows} in {answer.seconds:.2f} s{more}"


def _readable(name: str, value: Any, currency: Any) -> str:
    if value is None:
        return "·"
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, int) and isinstance(currency, str) and _is_amount(name):
        return money(value, currency)
    text = str(value)
    if len(text) > CELL_CHARACTERS_MAX:
        return f"{text[:CELL_CHARACTERS_MAX]}…"
    return text


def _is_amount(name: str) -> bool:
    return any(name == word or name.endswith(f"_{word}") for word in _AMOUNTS)


def _moment(value: datetime) -> str:
    moment = value if value.tzinfo is None else value.astimezone(UTC)
    zone = "" if value.tzinfo is None else "Z"
    return f"{moment:%Y-%m-%d %H:%M:%S}{zone}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return value


def _structured(value: Any) -> Any:
    items: Sequence[Any]
    if isinstance(value, dict):
        return {str(name): _structured(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        items = value
        return [_structured(item) for item in items]
    return value
