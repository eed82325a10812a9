"""What is decided, held to what every event owes, whatever a test asks of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from justbookit import deciding, wire
from justbookit.seat_commands import SeatCommand
from justbookit.seat_events import CommandRefused, SeatEvent
from justbookit.seatmap import SeatMap


def decide(
    seatmap: SeatMap, command: SeatCommand, now: datetime, hold_for: timedelta
) -> Sequence[SeatEvent]:
    """As the writer decides; each event is read back from its bytes, each no has its words."""
    events = deciding.decide(seatmap, command, now, hold_for)
    for event in events:
        assert wire.decode_seat_event(wire.encode(event)) == event
        if isinstance(event, CommandRefused):
            assert len(event.detail.split()) > 1
            assert event.booking_id == getattr(command, "booking_id", None)
    return events
