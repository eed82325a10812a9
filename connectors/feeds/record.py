"""One line's fields, read one by one; each says what it takes and what is wrong.

A CSV cell and a JSON value are read alike: an empty cell, an empty text and null are a field
that is not there; a number may be written as text.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from connectors.feeds.line import BadField, is_source
from justbookit.ids import SourceId, external, is_id

THEIRS = "x-"
"""Fields that begin so are the theatre's own; we do not look at them."""

YEARS = range(2000, 2101)
TEXT_MAX = 5000

_WHOLE = re.compile(r"-?\d{1,15}")
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SEPARATORS = re.compile(r"\s*[|;]\s*")

E = TypeVar("E", bound=StrEnum)


class Record:
    """The fields of one line, and whose line it is."""

    def __init__(self, source: SourceId, fields: Mapping[str, object]) -> None:
        self.source = source
        self._fields = {name: value for name, value in fields.items() if not _absent(value)}

    def refuse_others_than(self, known: Collection[str]) -> None:
        """A misspelt field must not be silently ignored."""
        for name in self._fields:
            if name not in known and not name.startswith(THEIRS):
                raise BadField(name, f"no such field; there are {', '.join(known)}")

    def has(self, name: str) -> bool:
        return name in self._fields

    def value(self, name: str) -> object:
        """The field as it is. Raises BadField, as all of these do, when it is not there."""
        if name not in self._fields:
            raise BadField(name, "is missing")
        return self._fields[name]

    def text(self, name: str, default: str | None = None, *, longest: int = 200) -> str:
        if default is not None and not self.has(name):
            return default
        value = self.value(name)
        if not isinstance(value, str):
            raise BadField(name, f"needs a text, not {value!r:.40}")
        text = clean(name, value)
        if len(text) > longest:
            raise BadField(name, f"has {len(text)} characters, {longest} are allowed")
        return text

    def texts(self, name: str) -> tuple[str, ...]:
        """A list, or one text with `|` or `;` between its parts; empty when not there."""
        if not self.has(name):
            return ()
        value = self.value(name)
        if isinstance(value, str):
            parts: list[object] = [part for part in _SEPARATORS.split(value.strip()) if part]
        elif isinstance(value, list):
            parts = value
        else:
            raise BadField(name, f"needs a list or a text, not {value!r:.40}")
        return tuple(Record(self.source, {name: part}).text(name) for part in parts)

    def code(self, name: str, letters: int) -> str:
        """An ISO code in capitals, such as IN or INR."""
        text = self.text(name).upper()
        if not re.fullmatch(f"[A-Z]{{{letters}}}", text):
            raise BadField(name, f"needs {letters} letters, not {text!r}")
        return text

    def slug(self, name: str, default: str | None = None) -> str:
        """A name that is ours already, such as a city's or a zone's."""
        return slug(name, self.text(name, default))

    def own_id(self, name: str) -> str:
        """Our id for what the feed calls by this field; it can only ever name its own things."""
        return _external(name, self.source, self.text(name))

    def reference(self, name: str) -> str:
        """Our id for a thing of this feed, or of another: `source:name`."""
        return self._reference(name, self.text(name))

    def references(self, name: str) -> tuple[str, ...]:
        return tuple(self._reference(name, text) for text in self.texts(name))

    def _reference(self, name: str, text: str) -> str:
        source, colon, theirs = text.rpartition(":")
        if not colon:
            return _external(name, self.source, text)
        if not is_source(source):
            raise BadField(name, f"{source!r} is no source")
        return _external(name, SourceId(source), theirs)

    def whole(self, name: str, lowest: int, highest: int, default: int | None = None) -> int:
        if default is not None and not self.has(name):
            return default
        return whole(name, self.value(name), lowest, highest)

    def degrees(self, name: str, limit: int) -> float | None:
        if not self.has(name):
            return None
        value = self.value(name)
        try:
            number = float(value) if isinstance(value, str | int | float) else None
        except (ValueError, OverflowError):
            number = None
        # Written so that NaN, which compares with nothing, is refused as well.
        if number is None or isinstance(value, bool) or not -limit <= number <= limit:
            raise BadField(name, f"needs degrees from -{limit} to {limit}, not {value!r:.40}")
        return number

    def one_of(self, name: str, words: type[E], default: E | None = None) -> E:
        if default is not None and not self.has(name):
            return default
        text = self.text(name).lower()
        try:
            return words(text)
        except ValueError:
            raise BadField(name, f"needs one of {', '.join(words)}, not {text!r}") from None

    def moment(self, name: str) -> datetime:
        """A time with its UTC offset: a wall clock alone is ambiguous when clocks change."""
        text = self.text(name)
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadField(
                name, f"needs a time such as 2030-01-31T18:30+05:30, not {text!r}"
            ) from None
        if moment.tzinfo is None:
            raise BadField(name, f"{text!r} lacks its UTC offset, such as +05:30")
        if moment.year not in YEARS:
            raise BadField(name, f"the year {moment.year} is out of bounds")
        return moment.astimezone(UTC)

    def day(self, name: str) -> date | None:
        if not self.has(name):
            return None
        text = self.text(name)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BadField(name, f"needs a day such as 2030-01-31, not {text!r}") from None

    def time_of_day(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if not _TIME_OF_DAY.fullmatch(text):
            raise BadField(name, f"needs a time of day such as 17:00, not {text!r}")
        return text


def clean(name: str, text: str) -> str:
    """`text` trimmed and composed (NFC), or refused for what no database takes."""
    trimmed = unicodedata.normalize("NFC", text.strip())
    for character in trimmed:
        if (category := unicodedata.category(character)) == "Cs":
            raise BadField(name, "is not UTF-8")
        if category == "Cc" and character not in "\n\t":
            raise BadField(name, f"has the control character U+{ord(character):04X}")
    return trimmed


def slug(name: str, text: str) -> str:
    """`text` in lower case, if that may be an id of ours."""
    lowered = text.strip().lower()
    if not is_id(lowered):
        raise BadField(name, f"{text!r} may have letters a-z, digits, '.', '-' and '_' only")
    return lowered


def whole(name: str, value: object, lowest: int, highest: int) -> int:
    """A whole number within bounds, written as a number or as text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadField(name, f"needs a whole number, not {value!r:.40}")
    if not lowest <= value <= highest:
        raise BadField(name, f"needs {lowest} to {highest}, not {value}")
    return value


def _external(name: str, source: SourceId, theirs: str) -> str:
    try:
        return external(source, theirs)
    except ValueError as error:
        raise BadField(name, str(error)) from error


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
