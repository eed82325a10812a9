"""Money, days and times as a person reads them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_SIGNS = {"INR": "₹", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "BHD": 3, "KWD": 3, "OMR": 3}
"""Decimal places of currencies that have not two (ISO 4217)."""

AVAILABILITY = {
    "plenty": "Seats free",
    "few_left": "Few left",
    "sold_out": "Sold out",
    "elsewhere": "At the theatre only",
}
STATUS = {
    "held": "Held for you",
    "confirmed": "Booked",
    "released": "Let go",
    "expired": "Hold ran out",
    "cancelled": "Cancelled",
    "exchanged": "Exchanged for another show",
}


def money(amount: int, currency: str) -> str:
    """Minor units as a price: 25000 INR is ₹250, 25050 is ₹250.50."""
    digits = _DIGITS.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**digits)
    decimals = f".{rest:0{digits}d}" if rest else ""
    sign = _SIGNS.get(currency)
    shown = f"{sign}{whole:,}" if sign else f"{whole:,}"
    minus = "-" if amount < 0 else ""
    return f"{minus}{shown}{decimals}" + ("" if sign else f" {currency}")


def day(text: str) -> str:
    """2026-11-23 as Mon 23 Nov."""
    return f"{date.fromisoformat(text):%a %-d %b}"


def moment(at: datetime, timezone: str = "UTC") -> str:
    """A time on its place's clock, with its day."""
    return f"{at.astimezone(ZoneInfo(timezone)):%a %-d %b %Y, %H:%M}"


def clock(at: datetime, timezone: str = "UTC") -> str:
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M}"


def duration(minutes: int) -> str:
    """95 as 1 h 35 min."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def time_left(until: datetime) -> str:
    """How long until a moment, in whole minutes and seconds."""
    left = max(timedelta(), until - datetime.now(UTC))
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    return f"{minutes} min {seconds:02d} s"


WORDS = {
    "money": money,
    "day": day,
    "moment": moment,
    "clock": clock,
    "duration": duration,
    "time_left": time_left,
}
"""Filters by the name that templates use."""
