"""A batch on its way into the lake: plain messages as lines for DuckDB, the others as rows.

A message is read here as its topic's type, so that none gets into the lake that nobody can read,
and is then thrown away: DuckDB takes what it needs from the bytes, many at a time. That is
several times faster than a row for each message. What does not fit on a line (a line break, no
key), and what could not be read, is filed one by one as a row.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count

import msgspec

from justbookit import wire
from warehouse.manifest import Partition
from warehouse.record import QUARANTINE, TOPICS, Row, Stretch, file_away

SEPARATOR = b"\x01"
"""Between the fields of a line: topic, as its place in TOPICS; partition; offset; key; value."""
LINE_BYTES_MAX = 1_000_000

_FIELDS = 5
_NEVER_IN_A_LINE = (b"\r", b"\0")


class Refiled(msgspec.Struct, frozen=True, kw_only=True):
    """A message that DuckDB gave back, because it could not tell when it was."""

    topic: str
    partition: int
    offset: int
    key: str
    body: str


class Spool:
    """What goes into the lake in one go: `text`, whole lines in pieces, and `rows`.

    `following` is where each partition goes on after it, `messages` and `size` (in bytes of
    lines) how much it is.
    """

    def __init__(self) -> None:
        """Begin an empty one."""
        self.following: dict[Partition, int] = {}
        self.messages = 0
        self.size = 0
        self.text: list[bytes] = []
        self.rows: list[Row] = []
        self._times: list[tuple[Partition, int, Sequence[int]]] = []

    def add(self, stretch: Stretch) -> None:
        """Take messages in."""
        lines, odd = _lines(stretch)
        if lines and not _are_plain(text := b"\n".join(lines), lines):
            plain = [_are_plain(line, [line]) for line in lines]
            others = {_offset(line) for line, fits in zip(lines, plain, strict=True) if not fits}
            odd += sorted(offset - stretch.first for offset in others)
            lines = [line for line, fits in zip(lines, plain, strict=True) if fits]
            text = b"\n".join(lines)
        if lines:
            self.text += (text, b"\n")
            self.size += len(text)
        self.rows += (file_away(stretch.record(index)) for index in odd)
        name = (stretch.topic, stretch.partition)
        self._times.append((name, stretch.first, stretch.timestamps))
        self.following[name] = stretch.following
        self.messages += len(stretch.values)

    def refile(self, refiled: Refiled) -> Row:
        """The row of a message that DuckDB gave back."""
        name = (refiled.topic, refiled.partition)
        (timestamp,) = (
            times[refiled.offset - first]
            for partition, first, times in self._times
            if partition == name and first <= refiled.offset < first + len(times)
        )
        alone = Stretch(
            topic=refiled.topic,
            partition=refiled.partition,
            first=refiled.offset,
            timestamps=(timestamp,),
            keys=(refiled.key.encode(),),
            values=(refiled.body.encode(),),
        )
        return file_away(alone.record(0))

    @property
    def quarantined(self) -> Iterator[Row]:
        """What could not be read."""
        return (row for row in self.rows if row.dataset == QUARANTINE)


def spool_of(stretches: Iterable[Stretch]) -> Spool:
    """All of these in one."""
    spool = Spool()
    for stretch in stretches:
        spool.add(stretch)
    return spool


def _lines(stretch: Stretch) -> tuple[list[bytes], list[int]]:
    """A line for each message that reads well, and which of the others there are."""
    decode = wire.EVENT_DECODERS[stretch.topic].decode
    line = b"%d\x01%d\x01%%d\x01%%b\x01%%b" % (TOPICS.index(stretch.topic), stretch.partition)
    lines: list[bytes] = []
    odd: list[int] = []
    for offset, key, value in zip(count(stretch.first), stretch.keys, stretch.values, strict=False):
        try:
            if key and value and decode(value).at.tzinfo is not None:
                lines.append(line % (offset, key, value))
                continue
        except wire.UNREADABLE:
            pass  # said again, with the reason, when it is filed
        odd.append(offset - stretch.first)
    return lines, odd


def _are_plain(text: bytes, lines: Sequence[bytes]) -> bool:
    """Whether DuckDB would find `lines` in `text`, which is all of them, each with its fields."""
    return (
        text.count(b"\n") == len(lines) - 1
        and text.count(SEPARATOR) == len(lines) * (_FIELDS - 1)
        and not any(each in text for each in _NEVER_IN_A_LINE)
        and max(map(len, lines)) <= LINE_BYTES_MAX
        and _is_utf8(text)
    )


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _offset(line: bytes) -> int:
    return int(line.split(SEPARATOR, 3)[2])
