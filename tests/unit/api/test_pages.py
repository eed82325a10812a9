"""Words of pages, and where a login may lead."""

from datetime import UTC, datetime

import pytest

from api.pages.page import local_path
from api.pages.words import duration, moment, money


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (25000, "INR", "₹250"),
        (25050, "INR", "₹250.50"),
        (123456700, "INR", "₹1,234,567"),
        (1800, "JPY", "¥1,800"),
        (1250, "KWD", "1.250 KWD"),
        (-500, "GBP", "-£5"),
        (0, "INR", "₹0"),
    ],
)
def test_money_is_shown_in_its_currency(amount, currency, shown):
    assert money(amount, currency) == shown


def test_a_time_is_shown_on_its_places_clock():
    assert moment(datetime(2026, 11, 23, 20, tzinfo=UTC), "Asia/Kolkata") == (
        "Tue 24 Nov 2026, 01:30"
    )


@pytest.mark.parametrize(("minutes", "shown"), [(45, "45 min"), (95, "1 h 35 min")])
def test_a_duration_is_shown_in_hours(minutes, shown):
    assert duration(minutes) == shown


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("/shows/s-1", "/shows/s-1"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("", "/"),
    ],
)
def test_a_login_leads_back_to_us_only(asked, led_to):
    assert local_path(asked) == led_to
