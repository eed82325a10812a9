"""One booking as the second fold of the log knows it."""

from datetime import datetime

import msgspec

from justbookit.bookings import BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.ids import CustomerId, SeatId
from justbookit.price_lines import PriceLine


class Life(msgspec.Struct):
    """One booking so far."""

    customer_id: CustomerId
    status: BookingStatus
    lines: tuple[PriceLine, ...]
    amount: int
    currency: str
    held_until: datetime
    held_at: datetime
    terms: ShowTerms | None
    """What it was sold on; what it is priced on again when it changes."""
    sold: tuple[PriceLine, ...]
    """What was promised when it was paid, whatever it changed to since."""
    extended: bool = False
    paid: int = 0
    refunded: int = 0
    changed_in: int = 0
    references: list[str] = []
    """What paid for it, by the gateway's names."""

    @property
    def seat_ids(self) -> tuple[SeatId, ...]:
        return tuple(line.seat_id for line in self.lines)

    def moved(self, to: dict[SeatId, SeatId], version: int) -> None:
        """Their seats have other names in another hall; what was quoted before is void."""
        self.lines = tuple(
            msgspec.structs.replace(line, seat_id=to.get(line.seat_id, line.seat_id))
            for line in self.lines
        )
        self.changed_in = version
