"""What happened on the waiting list of a show."""

from datetime import datetime

from justbookit.any_event import Event
from justbookit.entries import PassedOver, WhyLeft
from justbookit.ids import CustomerId, EntryId, SeatId, ZoneId


class WaitingListJoined(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A party waits for seats; `position` is its place in line, counted from 1."""

    entry_id: EntryId
    customer_id: CustomerId
    size: int
    position: int
    zone: ZoneId | None = None
    together: bool = True
    accessible: bool = False


class SeatsOffered(Event, frozen=True, kw_only=True, omit_defaults=True):
    """Free seats are set aside for a party that waits, until `offered_until`."""

    entry_id: EntryId
    customer_id: CustomerId
    seat_ids: tuple[SeatId, ...]
    offered_until: datetime
    passed_over: tuple[PassedOver, ...] = ()


class SeatOfferWithdrawn(Event, frozen=True, kw_only=True):
    """The theatre has sold what was offered; the party keeps its place in line."""

    entry_id: EntryId
    customer_id: CustomerId
    seat_ids: tuple[SeatId, ...]


class WaitingListLeft(Event, frozen=True, kw_only=True):
    """A party waits no longer; `seat_ids`, if it had been offered any, are free again."""

    entry_id: EntryId
    customer_id: CustomerId
    seat_ids: tuple[SeatId, ...]
    why: WhyLeft
