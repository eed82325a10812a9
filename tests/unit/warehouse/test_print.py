"""What a statement on paper says of names that its fonts have no letters for."""

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

    assert as_pdf(statement) == as_pdf(statement)
