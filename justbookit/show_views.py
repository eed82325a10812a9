"""How often the seats of shows were looked at, told in counts by those who show them.

Counts may be lost with the process that has them, and are never told twice: good enough to say
of how many looks a hold comes, and nothing that anybody is paid by.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from justbookit.ids import ShowId

SHOWS_MAX = 2_000
"""Of one message; more are told in several."""


class ShowsViewed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """In the minute that began at `minute_at`, one process showed so many seat maps of each show.

    A map that had not changed since the same reader had it is not counted.
    """

    at: datetime
    minute_at: datetime
    views: dict[ShowId, Annotated[int, msgspec.Meta(ge=1)]]
