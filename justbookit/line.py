"""The waiting list of a show, event by event."""

from justbookit.entries import Entry
from justbookit.ids import EntryId, SeatId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)


def line_up(
    waiting: dict[EntryId, Entry],
    event: WaitingListJoined | SeatsOffered | SeatOfferWithdrawn | WaitingListLeft,
) -> tuple[SeatId, ...]:
    """Remember the event; the seats that were offered and are so no longer."""
    match event:
        case WaitingListJoined():
            waiting[event.entry_id] = Entry(
                entry_id=event.entry_id,
                customer_id=event.customer_id,
                size=event.size,
                zone=event.zone,
                together=event.together,
                accessible=event.accessible,
                joined_at=event.at,
            )
            return ()
        case SeatsOffered():
            entry = waiting[event.entry_id]
            entry.seat_ids, entry.offered_until = event.seat_ids, event.offered_until
            return ()
        case SeatOfferWithdrawn():
            entry = waiting[event.entry_id]
            seats = entry.seat_ids
            entry.seat_ids, entry.offered_until = (), None
            return seats
        case WaitingListLeft():
            return waiting.pop(event.entry_id).seat_ids
