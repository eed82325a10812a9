"""A show as it is now: what has ended by itself is over, whether the timer has said so or not."""

from copy import copy
from datetime import datetime

from justbookit.evolving import evolve
from justbookit.line_events import SeatOfferWithdrawn
from justbookit.seat_events import AllotmentGivenBack, SeatEvent, SeatsUnblocked
from justbookit.seatmap import SeatMap


def lapsed(seatmap: SeatMap, now: datetime) -> tuple[SeatEvent, ...]:
    """What has ended by itself and was not yet said to; holds are looked at where they matter."""
    next_at = seatmap.lapses.next_at
    if next_at is None or next_at > now or not seatmap.open:
        return ()
    events: list[SeatEvent] = []
    ahead = seatmap
    if unblocked := seatmap.lapses.blocks_over(now):
        over = SeatsUnblocked(
            show_id=seatmap.show_id, version=seatmap.version + 1, at=now, seat_ids=unblocked
        )
        events.append(over)
        ahead = after(seatmap, (over,))
    if seatmap.lapses.is_given_back(now):
        offered = [entry for entry in ahead.waiting.values() if entry.seat_ids]
        for entry in offered:
            withdrawn = SeatOfferWithdrawn(
                show_id=ahead.show_id,
                version=ahead.version + 1,
                at=now,
                entry_id=entry.entry_id,
                customer_id=entry.customer_id,
                seat_ids=entry.seat_ids,
            )
            events.append(withdrawn)
            ahead = after(ahead, (withdrawn,))
        free = (seat for seat in ahead.zones if seat not in ahead.claims)
        given = tuple(seat for seat in free if ahead.is_allotted(seat))
        events.append(
            AllotmentGivenBack(
                show_id=ahead.show_id, version=ahead.version + 1, at=now, seat_ids=given
            )
        )
    return tuple(events)


def after(seatmap: SeatMap, events: tuple[SeatEvent, ...]) -> SeatMap:
    """The show as these events of `lapsed` leave it; `seatmap` stays as it is."""
    if not events:
        return seatmap
    ahead = copy(seatmap)
    ahead.claims, ahead.tallies = dict(seatmap.claims), dict(seatmap.tallies)
    ahead.lapses = seatmap.lapses.copy()
    ahead.waiting = {name: copy(entry) for name, entry in seatmap.waiting.items()}
    for event in events:
        evolve(ahead, event)
    return ahead
