"""Words of pages, what a booking's page says, and where a login may lead."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from jinja2 import Environment, FileSystemLoader

from api.bookings.exchange_views import ExchangeQuote
from api.bookings.views import BookingView, CameFrom, ChangeQuote
from api.pages.page import local_path
from api.pages.words import STATUS, WORDS, duration, moment, money
from justbookit.bookings import BookingChange, BookingStatus, Exchanged
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment

TEMPLATES = Path(__file__).parents[3] / "api" / "templates"


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


AT = datetime(2026, 11, 23, 10, tzinfo=UTC)


def line(seat, price):
    return PriceLine(seat_id=seat, zone="gold", base=price, price=price)


B1, B2, A1 = line("B1", 25000), line("B2", 25000), line("A1", 18000)


def booking(*lines, **changed):
    view = BookingView(
        booking_id="b-1",
        show_id="s",
        status=BookingStatus.CONFIRMED,
        seat_ids=tuple(each.seat_id for each in lines),
        lines=lines,
        amount=sum(each.price for each in lines),
        currency="INR",
        held_at=AT,
        held_until=AT,
    )
    return msgspec.structs.replace(view, **changed)


def quote(*lines, given=(), taken=(), to_pay=0, to_refund=0):
    return ChangeQuote(
        quote_id="q",
        booking_id="b-1",
        show_id="s",
        given=given,
        taken=taken,
        lines=lines,
        amount=sum(each.price for each in lines),
        to_pay=to_pay,
        to_refund=to_refund,
        currency="INR",
        valid_until=AT,
    )


def exchange(*lines, given, credit, remaining=()):
    held = booking(*lines, status=BookingStatus.HELD)
    more = held.amount - credit
    return ExchangeQuote(
        quote_id="q",
        booking_id="b-1",
        show_id="s",
        given=given,
        remaining=remaining,
        remaining_amount=sum(each.price for each in remaining),
        credit=credit,
        booking=held,
        to_pay=max(0, more),
        to_refund=max(0, -more),
        currency="INR",
        valid_until=AT,
    )


WENT = Exchanged(at=AT, given=("B2",), credit=25000, to_show_id="new", to_booking_id="b-9")


def change(**money):
    return BookingChange(at=AT, given=("B2",), before=(B1, B2), lines=(B1,), **money)


def seen(**context):
    """The booking's page as text, blanks made even."""
    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    page = pages.get_template("booking.html")
    words = {**WORDS, "status_words": STATUS, "new_key": lambda: "key", "csrf_input": "", **context}
    return " ".join(page.render(**words).split())


PAGES = {
    "who has two tickets can give one back": (
        {"booking": booking(B1, B2)},
        ["See what comes back", "Choose other seats", "Cancel this booking"],
        ["This price holds"],
    ),
    "who has one can only change it or cancel": (
        {"booking": booking(B1)},
        ["Choose other seats", "Cancel this booking"],
        ["See what comes back"],
    ),
    "what comes back is said before it is done": (
        {"booking": booking(B1, B2), "quote": quote(B1, given=("B2",), to_refund=25000)},
        ["₹250 come back: B2 given back", "This price holds until", ">Give B2 back<"],
        ["the seats are not held", "Cancel this booking", 'name="pays"'],
    ),
    "what it costs more is said, and that the seats are not held": (
        {"booking": booking(A1), "quote": quote(B1, given=("A1",), taken=("B1",), to_pay=7000)},
        ["₹70 more: B1 for A1", "the seats are not held", "Pay ₹70 and change", 'name="pays"'],
        [],
    ),
    "a seat more": (
        {"booking": booking(B1), "quote": quote(B1, B2, taken=("B2",), to_pay=25000)},
        ["₹250 more: B2 as well"],
        [],
    ),
    "a seat as dear": (
        {"booking": booking(B1), "quote": quote(B2, given=("B1",), taken=("B2",))},
        ["It costs the same: B2 for B1", ">Change<"],
        ['name="pays"'],
    ),
    "what an exchange costs more is said, and that the seats are held": (
        {"booking": booking(A1), "exchange": exchange(B1, given=("A1",), credit=18000)},
        [
            "₹70 more: B1 for A1",
            "₹180 of what you paid go along",
            "Price and seats are kept for you until",
            "Pay ₹70 and change to this show",
        ],
        ["Cancel this booking", "stay, for"],
    ),
    "what an exchange brings, and what stays": (
        {
            "booking": booking(B1, B2),
            "exchange": exchange(A1, given=("B2",), credit=25000, remaining=(B1,)),
        },
        ["₹70 come back: A1 for B2", "B1 stay, for ₹250", ">Change to this show<"],
        ["no money moves"],
    ),
    "seats that are held for an exchange are not paid for here": (
        {
            "booking": booking(
                B1,
                status=BookingStatus.HELD,
                origin=CameFrom(show_id="old", booking_id="b-0", quote_id="q", credit=18000),
            )
        },
        ["Go on with the exchange", "/bookings/b-0/exchange?quote=q"],
        ["Try a card that is declined"],
    ),
    "while it is being exchanged nothing can be done": (
        {"booking": booking(B1, B2, exchanging=True)},
        ["This is being exchanged for another show just now"],
        ["Cancel this booking", "Choose other seats", "See what comes back"],
    ),
    "what was exchanged leads to what there is instead": (
        {"booking": booking(B1, status=BookingStatus.EXCHANGED, exchanges=(WENT,))},
        ["Exchanged for another show", "₹250 went along", 'href="/bookings/b-9"'],
        ["Cancel this booking", "come back to you"],
    ),
    "what a ticket of it went for is told": (
        {"booking": booking(B1, exchanges=(WENT,))},
        ["B2 went to", 'href="/bookings/b-9"', "with ₹250", "Choose another show"],
        [],
    ),
    "where it came from is told": (
        {
            "booking": booking(
                B1, origin=CameFrom(show_id="old", booking_id="b-0", quote_id="q", credit=18000)
            )
        },
        ["₹180 of it came along from", 'href="/bookings/b-0"'],
        [],
    ),
    "what changed is told with before and after": (
        {"booking": booking(B1, refund=25000, changes=(change(refund=25000),))},
        ["₹250 come back to you for what changed", "B2 given back, ₹250 come back", ">Before<"],
        [],
    ),
    "and what was paid for it": (
        {
            "booking": booking(
                B1,
                changes=(
                    change(
                        refund=0,
                        taken=("B1",),
                        payment=Payment(reference="r", method="m", amount=700, currency="INR"),
                    ),
                ),
            )
        },
        ["B1 for B2, ₹7 paid"],
        ["come back to you"],
    ),
}


@pytest.mark.parametrize(("context", "says", "is_silent_on"), PAGES.values(), ids=PAGES)
def test_the_page_of_a_booking(context, says, is_silent_on):
    text = seen(**context)

    assert [each for each in says if each not in text] == []
    assert [each for each in is_silent_on if each in text] == []
