"""What a statement on paper says of names that its fonts have no letters for."""

import re
import zlib
from datetime import UTC, date, datetime

import pytest

from justbookit.settlement import Payout, PayoutStatus
from warehouse.settling.print import as_pdf, readable
from warehouse.settling.statement import Statement


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Lumen Café, 100 %", "Lumen Café, 100 %"),
        ("दीपक", "dipk"),
        ("灯台", "DengTai"),
        ("Дом", "Dom"),
        ("₹ 250", "Rs 250"),
    ],
    ids=["latin", "devanagari", "han", "cyrillic", "a currency"],
)
def test_letters_that_are_not_there_are_spelt_as_they_sound(text, printed):
    assert readable(text) == printed


def test_a_statement_in_any_script_is_printed_and_twice_the_same():
    payout = Payout(
        organizer_id="दीप",
        currency="INR",
        earned=22_500,
        carried_in=0,
        amount=22_500,
        carried_out=0,
        status=PayoutStatus.SENT,
    )
    statement = Statement(
        run_id="S-2026-11-20",
        settle_date=date(2026, 11, 20),
        payout=payout,
        shows=[
            {
                "show_id": "s-1",
                "movie_title": "灯台",
                "theatre_name": "Screen 2",
                "venue_name": "দীপ",
                "show_starts_at": datetime(2026, 11, 20, 13, tzinfo=UTC),
                "ticket_count": 1,
                "gross_amount": 25_000,
                "refund_amount": 0,
                "commission_amount": 2_500,
                "fee_amount": 0,
                "tax_amount": 0,
                "payable_amount": 22_500,
            }
        ],
        seats=[
            {
                "show_id": "s-1",
                "booking_id": "b-1",
                "seat_id": "A1",
                "price": 25_000,
                "refund_amount": 0,
            }
        ],
    )

    printed = as_pdf(statement)

    assert printed == as_pdf(statement)
    assert "DengTai, Screen 2, dip, 2026-11-20 13:00 UTC" in text_of(printed)


def text_of(pdf):
    """What the pages say, as far as it is in one piece."""
    pages = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    return b"\n".join(zlib.decompress(page) for page in pages).decode("latin-1")
