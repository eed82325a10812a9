"""Places in line as the API shows them."""

from datetime import datetime

import msgspec

from justbookit.ids import EntryId, SeatId, ShowId, ZoneId


class EntryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A party that waits: `waiting` at `position`, or `offered` seats until `offered_until`.

    Afterwards `accepted`, `expired` (the offer ran out), `customer` (they left) or `closed`.
    """

    entry_id: EntryId
    show_id: ShowId
    status: str
    size: int
    together: bool
    joined_at: datetime
    zone: ZoneId | None = None
    accessible: bool = False
    position: int | None = None
    seat_ids: tuple[SeatId, ...] = ()
    offered_until: datetime | None = None


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's places in line, the latest first."""

    items: tuple[EntryView, ...]
