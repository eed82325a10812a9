"""A file's name and bytes → its lines, each on its own feet.

CSV has a header and one record on each line; JSON is a list of objects, or one object on each
line. What cannot be read is an Unreadable in its place; the lines after it are read.
"""

import csv
import json
import re
from collections.abc import Iterator
from typing import NoReturn

from connectors.feeds.line import Kind, Line, Unreadable, readable
from connectors.feeds.record import THEIRS
from connectors.feeds.translate import FORMS

BYTES_MAX = 64 * 1024 * 1024
WHOLE_FILE = 0
"""The line number of a complaint about a file as a whole."""

_NAME = re.compile(
    rf"({'|'.join(kind.value for kind in Kind)})s([-_.][^/]*)?\.(csv|json|jsonl)", re.IGNORECASE
)
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_WHITESPACE = " \t\r\n"


def kind_of(name: str) -> Kind | None:
    """What a file of this name has lines about; None when it is no file of ours."""
    match = _NAME.fullmatch(name)
    return Kind(match.group(1).lower()) if match else None


def read(name: str, raw: bytes) -> Iterator[Line | Unreadable]:
    """The lines of a file in order."""
    kind = kind_of(name)
    if kind is None:
        kinds = ", ".join(f"{kind}s" for kind in Kind)
        yield _refused(WHOLE_FILE, "file", f"the name must begin with one of {kinds}", name)
        return
    if len(raw) > BYTES_MAX:
        yield _refused(WHOLE_FILE, "file", f"has more than {BYTES_MAX} bytes", name)
        return
    # Bytes that are not UTF-8 become surrogates, which the reader of each field refuses: one
    # line saved in another encoding does not take the file with it.
    text = raw.decode("utf-8-sig", errors="surrogateescape")
    reader = _csv if name.lower().endswith(".csv") else _json
    yield from reader(kind, text)


def _refused(number: int, field: str, reason: str, raw: str) -> Unreadable:
    return Unreadable(line=number, field=field, reason=reason, raw=readable(raw))


def _csv(kind: Kind, text: str) -> Iterator[Line | Unreadable]:
    numbered = (
        (number, line.rstrip("\r"))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    )
    header_number, header_line = next(numbered, (1, ""))
    delimiter = ";" if header_line.count(";") > header_line.count(",") else ","
    header = [name.strip().lower() for name in _cells(header_line, delimiter) or ()]
    if complaint := _wrong_header(kind, header):
        yield _refused(header_number, *complaint, header_line)
        return
    for index, (number, line) in enumerate(numbered):
        cells = _cells(line, delimiter)
        if cells is None:
            yield _refused(number, "", "has a quote that does not end or begin with its cell", line)
        elif len(cells) != len(header):
            reason = f"has {len(cells)} cells, the header has {len(header)}"
            yield _refused(number, "", reason, line)
        elif _NO_UTF8.search(line):
            yield _refused(number, _not_utf8(header, cells), "is not UTF-8", line)
        else:
            record = dict(zip(header, cells, strict=True))
            yield Line(kind=kind, index=index, number=number, record=record, raw=readable(line))


def _cells(line: str, delimiter: str) -> list[str] | None:
    """One line at a time: a forgotten quote costs its own line and not all after it."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _wrong_header(kind: Kind, header: list[str]) -> tuple[str, str] | None:
    form = FORMS[kind]
    for name in header:
        if name not in form.fields and not name.startswith(THEIRS):
            return name, f"no such column; there are {', '.join(form.fields)}"
        if header.count(name) > 1:
            return name, "the header names the column twice"
    for name in form.required:
        if name not in header:
            return name, "the header lacks the column"
    return None


def _not_utf8(header: list[str], cells: list[str]) -> str:
    """The first field with bytes that are no text."""
    return next(name for name, cell in zip(header, cells, strict=True) if _NO_UTF8.search(cell))


def _json(kind: Kind, text: str) -> Iterator[Line | Unreadable]:
    """Each object with the line it begins at, from a list or from one object on each line.

    After an object that is broken, reading goes on at the next line that begins with `{` at
    the same indentation: that is where its neighbour begins, in every common way to write it.
    """
    decoder = json.JSONDecoder(parse_constant=_no_number)
    position, number, counted, index = 0, 1, 0, 0
    listed = text.lstrip(_WHITESPACE).startswith("[")
    if listed:
        position = text.index("[") + 1
    while (position := _skip(text, position, ", \t\r\n")) < len(text):
        number, counted = number + text.count("\n", counted, position), position
        if listed and text[position] == "]":
            position = _skip(text, position + 1, _WHITESPACE)
            if position < len(text):
                yield _refused(number, "", "goes on after its list", text[position:])
            return
        try:
            record, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            end = _next_object(text, position)
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            yield _refused(number, "", f"is no JSON: {reason}", text[position:end])
        else:
            raw = text[position:end]
            if isinstance(record, dict):
                yield Line(kind=kind, index=index, number=number, record=record, raw=readable(raw))
            else:
                yield _refused(number, "", "needs an object with fields", raw)
        position, index = end, index + 1
    if listed:
        yield _refused(number, "", "the list does not end: is the file cut off?", "")


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _skip(text: str, position: int, these: str) -> int:
    while position < len(text) and text[position] in these:
        position += 1
    return position


def _next_object(text: str, position: int) -> int:
    begins = text.rfind("\n", 0, position) + 1
    indent = text[begins:position]
    if indent.strip():
        indent = indent[: len(indent) - len(indent.lstrip())]
    found = text.find(f"\n{indent}{{", position + 1)
    return len(text) if found < 0 else found + 1
