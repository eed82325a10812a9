"""Names for things. All are plain strings outside; the types keep them from being mixed up.

What a feed names keeps the feed's own name behind the feed's: `sterling.scr-1`. What people
make through the API gets a random one.
"""

import re
from typing import NewType

CityId = NewType("CityId", str)
OrganizerId = NewType("OrganizerId", str)
VenueId = NewType("VenueId", str)
TheatreId = NewType("TheatreId", str)
MovieId = NewType("MovieId", str)
ShowId = NewType("ShowId", str)
SeatId = NewType("SeatId", str)
ZoneId = NewType("ZoneId", str)
AreaId = NewType("AreaId", str)
OfferId = NewType("OfferId", str)
BookingId = NewType("BookingId", str)
EntryId = NewType("EntryId", str)
SaleId = NewType("SaleId", str)
CustomerId = NewType("CustomerId", str)
CommandId = NewType("CommandId", str)
SourceId = NewType("SourceId", str)

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,95}")


def is_id(text: str) -> bool:
    """Whether `text` may name a thing: lower case letters, digits, dot, dash, underscore."""
    return _ID.fullmatch(text) is not None


def external(source: SourceId, name: str) -> str:
    """Our id for what `source` calls `name`.

    Raises ValueError when the name has characters that no id of ours may have.
    """
    made = f"{source}.{name.strip().lower()}"
    if not is_id(made):
        raise ValueError(f"{name!r} may have letters, digits, '.', '-' and '_' only")
    return made
