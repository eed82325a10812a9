"""What could not be read, with where it came from and why, for somebody to mend."""

from datetime import datetime

import msgspec

from justbookit.ids import SourceId


class FeedDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a theatre's feed that is no fact: `field` and `reason` say what to mend."""

    source: SourceId
    file: str
    line: int
    field: str
    reason: str
    raw: str
    at: datetime


class StreamDeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes on one of our topics that are no message of ours."""

    topic: str
    partition: int
    offset: int
    reason: str
    raw: bytes
    at: datetime
