"""What a catalogue command must be before any rule is asked: ids, texts and times we can keep.

Decoding sees to types and lengths. What is left are values that no store or clock here could
hold; they are no wish anybody can answer, so they go where unreadable bytes go.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from justbookit import catalogue_commands as asked
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.ids import is_id

COMMAND_ID_MAX = 100
"""With a dot and a show id behind it (`retermed`) it is still a name the seat writer takes."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def flaw_of(command: CatalogueCommand) -> str | None:
    """Why this can be no command, or None if it can."""
    return next(_flaws(command), None)


def _flaws(command: CatalogueCommand) -> Iterator[str]:
    if not 0 < len(command.command_id) <= COMMAND_ID_MAX or not command.command_id.isprintable():
        yield f"command_id has 1 to {COMMAND_ID_MAX} printable characters"
    yield from (f"{name} {text!r} is no id of ours" for name, text in _ids(command))
    match command:
        case asked.PutVenue(venue=venue):
            if not -90 <= (venue.latitude or 0) <= 90:  # noqa: PLR2004 - the poles
                yield f"venue.latitude {venue.latitude} is not on this planet"
            if not -180 <= (venue.longitude or 0) <= 180:  # noqa: PLR2004 - the date line
                yield f"venue.longitude {venue.longitude} is not on this planet"
        case asked.PutShow(show=show):
            if show.starts_at.tzinfo is None:
                yield "show.starts_at has no offset from UTC"
            elif not EARLIEST <= show.starts_at <= LATEST:
                yield f"show.starts_at {show.starts_at} is not between {EARLIEST} and {LATEST}"
        case _:
            pass
    if "\0" in _texts(command):
        yield "a text has the character NUL, which no database keeps"


def _ids(command: CatalogueCommand) -> Iterator[tuple[str, str]]:
    """The ids in a command, and in the thing it puts, that are none."""
    things = (value for value in _values(command) if isinstance(value, msgspec.Struct))
    for subject in (command, *things):
        for name in subject.__struct_fields__:
            value = getattr(subject, name)
            named = name.endswith("_id") and name != "command_id" and value is not None
            if named and not is_id(value):
                yield name, value


def _values(struct: msgspec.Struct) -> Iterator[object]:
    return (getattr(struct, name) for name in struct.__struct_fields__)


def _texts(value: object) -> str:
    """All text in a command, end to end."""
    match value:
        case str():
            return value
        case msgspec.Struct():
            return "".join(_texts(each) for each in _values(value))
        case tuple():
            return "".join(_texts(each) for each in value)
        case dict():
            return "".join(_texts(each) for pair in value.items() for each in pair)
        case _:
            return ""
