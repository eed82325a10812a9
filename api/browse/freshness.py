"""Up to when what is shown is known to be true, said the same way in headers, bodies and pages."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from api.headers import Header


class Freshness:
    """`as_of`: every change up to then is told; `stale` when that is longer ago than it should be.

    The headers are made when it moves on, not for each answer.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.stale = True
        self.headers: tuple[Header, ...] = ()
        self.known_until(0.0, stale=True)

    @property
    def as_of(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def known_until(self, seconds: float, *, stale: bool) -> None:
        """Every change up to this moment (seconds since the epoch) is told; never goes back."""
        self.seconds = max(self.seconds, seconds)
        self.stale = stale
        self.headers = headers_of(self.seconds, stale=stale)


def headers_of(seconds: float, *, stale: bool) -> tuple[Header, ...]:
    """What an answer says of its age: it is known to be true up to this moment."""
    return _headers(int(seconds), max(0, int(time.time() - seconds)), stale)


@lru_cache(maxsize=1024)
def _headers(second: int, age: int, stale: bool) -> tuple[Header, ...]:  # noqa: FBT001 - a key
    """Thousands of seat maps say the same within a second."""
    as_of = datetime.fromtimestamp(second, UTC)
    made = [
        (b"as-of", format_datetime(as_of, usegmt=True).encode()),
        (b"age", str(age).encode()),
    ]
    if stale:
        made.append((b"warning", b'110 - "Response is Stale"'))
    return tuple(made)
