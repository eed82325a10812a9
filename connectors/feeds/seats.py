"""How feeds write seats, `A1-A4 C7`, and rows of them, `1-4 _ 5-9 10* 11+`."""

import re

from connectors.feeds.line import BadField
from connectors.feeds.record import Record, slug
from justbookit.catalogue import Row
from justbookit.ids import SeatId, ZoneId

SEATS_MAX = 2000
ROWS_MAX = 100
CELLS_MAX = 200

AISLE = "_"
ACCESSIBLE = "*"
COMPANION = "+"

_SEAT = re.compile(r"([A-Z]{1,3})(\d{1,4})(?:-([A-Z]{1,3})?(\d{1,4}))?")
_CELL = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?([*+]?)")
_LABEL = re.compile(r"[A-Z]{1,3}")
_BETWEEN_SEATS = re.compile(r"[\s,;/|]+")


def seat_list(record: Record, name: str) -> tuple[SeatId, ...]:
    """The seats of a field in the order of the theatre; a seat named twice is refused."""
    seats = [seat for word in _words(record, name) for seat in _seats(name, word)]
    if not seats:
        raise BadField(name, "names no seat")
    if len(seats) > SEATS_MAX:
        raise BadField(name, f"names {len(seats)} seats, {SEATS_MAX} are allowed")
    for seat, following in zip(ordered := sorted(seats), ordered[1:], strict=False):
        if seat == following:
            raise BadField(name, f"names {seat} twice")
    return tuple(SeatId(seat) for seat in sorted(seats, key=_row_and_number))


def seats_or_all(record: Record, name: str) -> tuple[SeatId, ...] | None:
    """Seats, or the word `all` (None) or `none` (no seat)."""
    match record.value(name):
        case str(word) if word.strip().lower() == "all":
            return None
        case str(word) if word.strip().lower() == "none":
            return ()
        case []:
            return ()
        case _:
            return seat_list(record, name)


def rows(record: Record, name: str) -> tuple[Row, ...]:
    """A theatre's rows: a list of label, zone and seats, or `A standard 1-9 | B standard 1-9`."""
    value = record.value(name)
    if isinstance(value, str):
        parts: list[object] = [_spelt_out(name, part) for part in value.split("|")]
    elif isinstance(value, list):
        parts = value
    else:
        raise BadField(name, f"needs a list of rows, not {value!r:.40}")
    if not 0 < len(parts) <= ROWS_MAX:
        raise BadField(name, f"has {len(parts)} rows, 1 to {ROWS_MAX} are allowed")
    return tuple(_row(record, f"{name}[{index}]", part) for index, part in enumerate(parts))


def _spelt_out(name: str, part: str) -> dict[str, object]:
    words = part.split(maxsplit=2)
    try:
        label, zone, seats = words
    except ValueError:
        raise BadField(name, f"a row needs label, zone and seats, not {part.strip()!r}") from None
    return {"label": label, "zone": zone, "seats": seats}


def _row(record: Record, name: str, part: object) -> Row:
    if not isinstance(part, dict):
        raise BadField(name, f"needs label, zone and seats, not {part!r:.40}")
    fields = Record(record.source, part)
    try:
        fields.refuse_others_than(("label", "zone", "seats"))
        label = _label(fields.text("label"))
        zone = ZoneId(slug("zone", fields.text("zone")))
        cells, marked = _cells(fields.text("seats", longest=5000))
    except BadField as bad:
        raise BadField(f"{name}.{bad.field}", bad.reason) from None
    return Row(
        label=label,
        zone=zone,
        cells=cells,
        accessible=tuple(cell for cell, mark in marked if mark == ACCESSIBLE),
        companion=tuple(cell for cell, mark in marked if mark == COMPANION),
    )


def _label(text: str) -> str:
    if not _LABEL.fullmatch(label := text.upper()):
        raise BadField("label", f"needs one to three letters A-Z, not {text!r}")
    return label


def _cells(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The row's cells from left to right, aisles empty, and which of them are marked."""
    cells: list[str] = []
    marked: list[tuple[str, str]] = []
    for word in text.split():
        if not word.strip(AISLE):
            cells.extend("" for _ in word)
            continue
        if not (match := _CELL.fullmatch(word)):
            raise BadField("seats", f"{word!r} is no seat number, range or aisle (_)")
        first, last, mark = match.groups()
        numbers = _range(int(first), int(last or first))
        cells.extend(map(str, numbers))
        marked.extend((str(number), mark) for number in numbers)
        if len(cells) > CELLS_MAX:
            raise BadField("seats", f"has more than {CELLS_MAX} cells")
    if not any(cells):
        raise BadField("seats", "has no seat")
    return tuple(cells), tuple(marked)


def _range(first: int, last: int) -> range:
    """Both ends included; a theatre may count from either side."""
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _words(record: Record, name: str) -> list[str]:
    value = record.value(name)
    if isinstance(value, list):
        return [Record(record.source, {name: word}).text(name) for word in value]
    return [word for word in _BETWEEN_SEATS.split(record.text(name, longest=20_000)) if word]


def _seats(name: str, word: str) -> list[str]:
    if not (match := _SEAT.fullmatch(word.upper())):
        raise BadField(name, f"{word!r} is no seat such as A12 and no range such as A1-A12")
    row, first, same_row, last = match.groups()
    if same_row not in {None, row}:
        raise BadField(name, f"{word!r} goes over two rows")
    return [f"{row}{number}" for number in _range(int(first), int(last or first))]


def _row_and_number(seat: str) -> tuple[int, str, int]:
    row = seat.rstrip("0123456789")
    return len(row), row, int(seat.removeprefix(row))
