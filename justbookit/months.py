"""The month that a booking's name says it was made in: those of a month lie, and leave, together.

A name is `b-m`, year and month (UTC), and what nobody can guess: `b-m202611-7f3c…`. Names from
before, and of whoever makes their own, say no month.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count, islice
from typing import NewType

from justbookit.ids import BookingId

Month = NewType("Month", str)
"""Year and month in six digits."""

OPEN = 3
"""So many months have a table: the one that is, and those that begin soon."""

COLD_FOLDER = "_cold/bookings"
"""Where in the lake those of months that left Postgres lie: a file for each, and its record."""

_NAME = re.compile(r"b-m(\d{4}(?:0[1-9]|1[0-2]))-")
_TABLE = re.compile(r"booking_m(\d{4}(?:0[1-9]|1[0-2]))")


def month_of(at: datetime) -> Month:
    """The month in which that is, UTC."""
    return Month(f"{at.astimezone(UTC):%Y%m}")


def booking_in(month: Month, name: str) -> BookingId:
    """How a booking of that month is called."""
    return BookingId(f"b-m{month}-{name}")


def month_in(booking_id: BookingId) -> Month | None:
    """The month that a booking's name says."""
    found = _NAME.match(booking_id)
    return None if found is None else Month(found[1])


def months_from(month: Month, many: int) -> list[Month]:
    """So many months in a row."""
    return list(islice(_following(month), many))


def bounds_of(month: Month) -> tuple[str, str]:
    """The first name a booking of that month may have, and the first of the next.

    In any order of letters that puts digits in theirs: what is compared has the same length.
    """
    this, following = months_from(month, 2)
    return f"b-m{this}", f"b-m{following}"


def table_of(month: Month) -> str:
    """The table in which bookings of that month lie."""
    return f"booking_m{month}"


def open_tables(at: datetime) -> list[tuple[str, str, str]]:
    """The tables that there should be then, each with the bounds of the names in it."""
    return [(table_of(month), *bounds_of(month)) for month in months_from(month_of(at), OPEN)]


def month_in_table(name: str) -> Month | None:
    """The month whose bookings lie in the table of that name."""
    found = _TABLE.fullmatch(name)
    return None if found is None else Month(found[1])


def _following(month: Month) -> Iterator[Month]:
    for number in count(12 * int(month[:4]) + int(month[4:]) - 1):
        yield Month(f"{number // 12:04}{number % 12 + 1:02}")
