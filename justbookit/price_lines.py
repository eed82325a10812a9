"""What one seat costs and why."""

import msgspec

from justbookit.ids import OfferId, SeatId, ZoneId


class PriceLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What one seat costs and why: `price` = `base` - `discount`, in minor units."""

    seat_id: SeatId
    zone: ZoneId
    base: int
    price: int
    discount: int = 0
    offer_id: OfferId | None = None
    reason: str = ""
