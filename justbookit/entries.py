"""A place in line: a party that waits for seats of a show, and why it waits no longer."""

from datetime import datetime
from enum import StrEnum

import msgspec

from justbookit.ids import CustomerId, EntryId, SeatId, ZoneId


class WhyLeft(StrEnum):
    """Why a party waits no longer."""

    ACCEPTED = "accepted"
    CUSTOMER = "customer"
    EXPIRED = "expired"
    CLOSED = "closed"


class WhyPassed(StrEnum):
    """Why free seats went to who came later."""

    TOO_FEW = "too_few"
    """There were not so many that the party may have, in its zone."""
    NOT_TOGETHER = "not_together"
    """There were enough, but not side by side."""


class PassedOver(msgspec.Struct, frozen=True):
    """A party that came before, and that the free seats did not fit; it keeps its place."""

    entry_id: EntryId
    why: WhyPassed


class Entry(msgspec.Struct, kw_only=True):
    """One party on a waiting list; offered seats are set aside for it until `offered_until`."""

    entry_id: EntryId
    customer_id: CustomerId
    size: int
    zone: ZoneId | None
    together: bool
    accessible: bool
    joined_at: datetime
    seat_ids: tuple[SeatId, ...] = ()
    offered_until: datetime | None = None
