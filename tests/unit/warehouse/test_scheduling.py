"""The day is closed when the last theatres have had their cut-off."""

from datetime import UTC, date, datetime

import pytest

from warehouse.scheduling import closing_of, next_closing

INDIA, LONDON, HONOLULU = "Asia/Kolkata", "Europe/London", "Pacific/Honolulu"


def utc(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "zones", "closing"),
    [
        (date(2026, 11, 21), [INDIA], utc(20, 20, 45)),
        (date(2026, 11, 21), [INDIA, LONDON], utc(21, 2, 15)),
        (date(2026, 11, 21), [INDIA, HONOLULU], utc(21, 12, 15)),
        (date(2026, 7, 21), [LONDON], utc(21, 1, 15, month=7)),
        (date(2026, 11, 21), [], utc(21, 2, 15)),
    ],
    ids=[
        "the evening before in UTC, for India",
        "London comes after India",
        "Honolulu comes last",
        "in summer an hour earlier",
        "without a venue by UTC",
    ],
)
def test_a_day_is_closed_after_its_last_cut_off(day, zones, closing):
    assert closing_of(day, zones) == closing


@pytest.mark.parametrize(
    ("now", "closing"),
    [
        (utc(20, 20, 44), utc(20, 20, 45)),
        (utc(20, 20, 45), utc(21, 20, 45)),
        (utc(20, 23, 59), utc(21, 20, 45)),
    ],
    ids=["just before", "not the same twice", "later that day"],
)
def test_the_next_closing_is_the_first_after_now(now, closing):
    assert next_closing(now, [INDIA]) == closing
