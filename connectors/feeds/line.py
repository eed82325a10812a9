"""What travels through a feed: lines, and what became of each of them."""

import re
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from justbookit.catalogue_commands import CatalogueCommand
from justbookit.ids import OrganizerId, SourceId
from justbookit.seat_commands import SeatCommand

PLATFORM = SourceId("justbookit")
"""The platform's own feed: movies and offers for everybody. It acts for no organizer."""

RAW_MAX = 4000

_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class Kind(StrEnum):
    """What a line tells of, in the order in which waiting files are taken."""

    VENUE = "venue"
    THEATRE = "theatre"
    MOVIE = "movie"
    OFFER = "offer"
    SHOW = "show"
    ALLOTMENT = "allotment"
    BLOCK = "block"
    COUNTER_SALE = "counter-sale"
    COUNTER_RETURN = "counter-return"

    @property
    def rank(self) -> int:
        """The lower is taken first: what others are about comes before them."""
        return list(Kind).index(self)


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """Where lines come from; `delivery` names one file or one push, for ever."""

    source: SourceId
    organizer_id: OrganizerId | None
    delivery: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One record of a feed: the `index`-th of its delivery, found at line `number`."""

    kind: Kind
    index: int
    number: int
    record: Mapping[str, object]
    raw: str


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is a command now."""

    line: int
    command: CatalogueCommand | SeatCommand
    raw: str


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is none: what is wrong with which field of it."""

    line: int
    field: str
    reason: str
    raw: str


class BadField(ValueError):
    """A field of a line breaks a rule; becomes an Unreadable, never stops a feed."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def is_source(name: str) -> bool:
    """Whether `name` may be a source's; no dots, so that `a.b` has one reading only."""
    return _SOURCE.fullmatch(name) is not None


def readable(raw: str) -> str:
    """What a feed wrote as it may be shown: bounded, and what is no UTF-8 as escapes."""
    shown = raw if len(raw) <= RAW_MAX else f"{raw[:RAW_MAX]}…"
    return shown.encode("utf-8", errors="backslashreplace").decode()
