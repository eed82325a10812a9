"""A booking's name says its month, and the months' bounds part them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from justbookit.months import (
    booking_in,
    bounds_of,
    month_in,
    month_in_table,
    month_of,
    months_from,
    table_of,
)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        pytest.param(datetime(2026, 11, 26, tzinfo=UTC), "202611", id="as it is in UTC"),
        pytest.param(
            datetime(2026, 12, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))),
            "202611",
            id="not as it is where the cinema is",
        ),
    ],
)
def test_which_month_that_is(at, month):
    assert month_of(at) == month


@pytest.mark.parametrize(
    ("booking_id", "month"),
    [
        ("b-m202611-7f3c", "202611"),
        ("b-m202613-7f3c", None),
        ("b-m20261-7f3c", None),
        ("b-202611-7f3c", None),
        ("b-7f3c", None),
    ],
)
def test_what_a_name_says(booking_id, month):
    assert month_in(booking_id) == month


def test_months_follow_each_other_through_the_year():
    assert months_from("202611", 4) == ["202611", "202612", "202701", "202702"]


def test_names_of_a_month_lie_within_its_bounds_and_no_others_do():
    months = months_from("202610", 4)
    for month in months:
        first, following = bounds_of(month)
        within = {other for other in months if first <= booking_in(other, "7f3c") < following}
        assert within == {month}


def test_a_table_says_its_month():
    assert month_in_table(table_of("202611")) == "202611"
    assert month_in_table("booking_undated") is None
