"""On which days banks work."""

from datetime import date

import pytest

from warehouse.settling.calendar import days


@pytest.mark.parametrize(
    ("country", "day", "is_business"),
    [
        ("IN", date(2026, 10, 1), True),
        ("IN", date(2026, 10, 2), False),
        ("GB", date(2026, 10, 2), True),
        ("GB", date(2026, 12, 25), False),
        ("GB", date(2026, 10, 3), False),
        ("ZZ", date(2026, 12, 25), True),
        ("ZZ", date(2026, 12, 26), False),
        ("IN", date(2099, 1, 1), True),
        ("IN", date(2099, 1, 3), False),
    ],
    ids=[
        "a Thursday",
        "Gandhi Jayanti",
        "which is a day like any other in London",
        "Christmas Day",
        "a Saturday",
        "of a country nobody knows weekdays count",
        "and weekends do not",
        "far ahead weekdays count",
        "and weekends do not then either",
    ],
)
def test_a_business_day(country: str, day: date, is_business: bool) -> None:  # noqa: FBT001 - a column
    found = {each: business for each, business, _ in days(country, day.year, day.year)}

    assert found[day] is is_business


def test_the_nth_business_day_after_is_the_one_whose_number_is_greater_by_n() -> None:
    told = list(days("GB", 2026, 2027))

    assert [each[0] for each in told] == [
        date.fromordinal(date(2026, 1, 1).toordinal() + step) for step in range(730)
    ]
    numbers = [number for _, is_business, number in told if is_business]
    assert numbers == list(range(1, len(numbers) + 1))
