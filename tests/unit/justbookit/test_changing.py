"""What becomes of a paid booking, told as a table: quoted first, then done as quoted."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit.bookings import BookingStatus
from justbookit.catalogue import (
    Area,
    Layout,
    Mode,
    Offer,
    OfferRule,
    OrphanRule,
    Row,
    SellingRules,
    ShowTerms,
)
from justbookit.evolving import evolve
from justbookit.refusals import Refusal
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ChangeShow,
    HoldSeats,
    OpenShow,
    Payment,
    QuoteChange,
)
from justbookit.seat_events import ShowMoved
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored, snapshot_of
from tests.decided import decide

SHOW = "s"
STARTS = datetime(2027, 1, 1, 20, 0, tzinfo=UTC)
NOON = STARTS - timedelta(hours=8)
HOLD = timedelta(minutes=8)
BINDS = timedelta(minutes=10)
ONE_SECOND = timedelta(seconds=1)
THIRD = Offer(offer_id="third", name="Third ticket", rule=OfferRule.THIRD_TICKET, percent=50)
TERMS = ShowTerms(
    show_id=SHOW,
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    timezone="UTC",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=Layout(
        version=1,
        rows=(
            Row(label="A", zone="gold", cells=tuple("123456")),
            Row(label="B", zone="stalls", cells=tuple("123456")),
        ),
    ),
    prices={"gold": 30000, "stalls": 20000},
    offers=(THIRD,),
)
OPEN = OpenShow(command_id="open", show_id=SHOW, terms=TERMS)
ANA = {"show_id": SHOW, "booking_id": "ana", "customer_id": "ana-customer"}
BEN = {"show_id": SHOW, "booking_id": "ben", "customer_id": "ben-customer"}


def book(amount, *seats, who=ANA):
    payment = Payment(reference="r", method="card", amount=amount, currency="INR")
    name = f"book {who['booking_id']}"
    return BookSeats(command_id=name, **who, seat_ids=seats, payment=payment)


def quote(*give, take=(), name="q", who=ANA, accessible=False):
    return QuoteChange(command_id=name, **who, give=give, take=take, accessible=accessible)


def change(quote_id="q", name="change", who=ANA, pays=0, reference="more", currency="INR"):
    payment = Payment(reference=reference, method="card", amount=pays, currency=currency)
    paid = payment if pays else None
    return ChangeBooking(command_id=name, **who, quote_id=quote_id, payment=paid)


def cancel(who=ANA):
    return CancelBooking(command_id=f"cancel {who['booking_id']}", **who)


def hold(*seats, who=ANA):
    return HoldSeats(command_id=f"hold {who['booking_id']}", **who, seat_ids=seats)


def play(*steps, terms=TERMS):
    """The show after these commands, each at noon or at a time of its own."""
    seatmap = SeatMap(SHOW)
    for step in (msgspec.structs.replace(OPEN, terms=terms), *steps):
        ask(seatmap, *(step if isinstance(step, tuple) else (step, NOON)))
    return seatmap


def ask(seatmap, command, now=NOON):
    """What is answered; the show moves on."""
    events = decide(seatmap, command, now, HOLD)
    for event in events:
        evolve(seatmap, event)
    return events[-1]


def code(event):
    return getattr(event, "code", type(event).__name__)


THREE = book(75000, "A1", "A2", "A3")  # two at 300 and the third at 150

REPRICED = {
    "of three with the third at half price, two are at full price": (
        75000,
        ("A1", "A2", "A3"),
        ("A3",),
        ([30000, 30000], 15000),
    ),
    "whichever goes, it is the group that loses its offer": (
        75000,
        ("A1", "A2", "A3"),
        ("A1",),
        ([30000, 30000], 15000),
    ),
    "one of three is one at full price": (
        75000,
        ("A1", "A2", "A3"),
        ("A1", "A3"),
        ([30000], 45000),
    ),
    "of four, three keep the offer": (
        105000,
        ("A1", "A2", "A3", "A4"),
        ("A2",),
        ([30000, 30000, 15000], 30000),
    ),
    "the cheapest of the three that stay is the one at half price": (
        90000,
        ("A1", "A2", "B1", "B2"),  # 300, 300, 200 at half price, 200; one back
        ("A1",),
        ([30000, 20000, 10000], 30000),
    ),
    "of two, one": (50000, ("A1", "B1"), ("A1",), ([20000], 30000)),
    "a seat named twice is given once": (50000, ("A1", "B1"), ("A1", "A1"), ([20000], 30000)),
}


@pytest.mark.parametrize(("paid", "seats", "give", "then"), REPRICED.values(), ids=REPRICED)
def test_what_remains_is_priced_as_a_whole_and_the_rest_goes_back(paid, seats, give, then):
    prices, refund = then
    seatmap = play(book(paid, *seats))

    quoted = ask(seatmap, quote(*give))
    changed = ask(seatmap, change())

    assert [line.price for line in quoted.lines] == prices
    assert (quoted.amount, quoted.to_refund) == (sum(prices), refund)
    assert quoted.amount + quoted.to_refund == paid
    assert (changed.given, changed.lines, changed.amount, changed.refund) == (
        quoted.given,
        quoted.lines,
        quoted.amount,
        quoted.to_refund,
    )


def test_the_seats_that_went_back_are_free_and_the_others_are_not():
    seatmap = play(THREE, quote("A3"), change())

    booking = seatmap.bookings["ana"]
    assert booking.seat_ids == ("A1", "A2")
    assert (booking.amount, booking.paid, booking.refund) == (60000, 75000, 15000)
    assert booking.status is BookingStatus.CONFIRMED
    assert set(seatmap.claims) == {"A1", "A2"}
    assert seatmap.counts().seats_booked == 2
    assert code(ask(seatmap, hold("A3", who=BEN))) == "SeatsHeld"


def test_a_booking_remembers_what_it_was_before():
    seatmap = play(THREE, quote("A3"), change())

    (was,) = seatmap.bookings["ana"].changes
    assert was.given == ("A3",)
    assert [line.price for line in was.before] == [30000, 30000, 15000]
    assert was.before[2].reason == "Third ticket: 50 % off"
    assert [line.price for line in was.lines] == [30000, 30000]
    assert was.refund == 15000


def test_what_remains_is_priced_by_what_the_booking_was_priced_by():
    dearer = msgspec.structs.replace(TERMS, prices={"gold": 90000, "stalls": 90000}, offers=())
    seatmap = play(book(105000, "A1", "A2", "A3", "A4"))
    ask(seatmap, ChangeShow(command_id="dearer", show_id=SHOW, terms=dearer))

    quoted = ask(seatmap, quote("A4"))

    assert [line.price for line in quoted.lines] == [30000, 30000, 15000]
    assert quoted.to_refund == 30000


def test_a_quote_changes_nothing():
    seatmap = play(THREE)
    before = dict(seatmap.claims), seatmap.counts(), seatmap.bookings["ana"].lines

    ask(seatmap, quote("A3"))

    assert (dict(seatmap.claims), seatmap.counts(), seatmap.bookings["ana"].lines) == before


def test_cancelling_what_is_left_gives_back_what_is_left():
    seatmap = play(THREE, quote("A3"), change())

    cancelled = ask(seatmap, cancel())

    assert (cancelled.seat_ids, cancelled.refund) == (("A1", "A2"), 60000)
    assert seatmap.bookings["ana"].refund == 75000
    assert not seatmap.claims


def test_a_booking_may_shrink_more_than_once():
    seatmap = play(THREE, quote("A3"), change())

    again = ask(seatmap, quote("A1", name="q2"))
    ask(seatmap, change("q2", name="change2"))

    assert (again.amount, again.to_refund) == (30000, 30000)
    assert [each.given for each in seatmap.bookings["ana"].changes] == [("A3",), ("A1",)]
    assert seatmap.bookings["ana"].kept == seatmap.bookings["ana"].amount == 30000


REFUSED = {
    "a booking of nobody's": ([], quote("A1"), Refusal.UNKNOWN_BOOKING, ()),
    "another's booking": (
        [THREE],
        quote("A1", who=ANA | {"customer_id": "ben-customer"}),
        Refusal.UNKNOWN_BOOKING,
        (),
    ),
    "a hold is not paid": ([hold("A1", "A2")], quote("A1"), Refusal.NOT_CONFIRMED, ()),
    "nor is what was cancelled": ([THREE, cancel()], quote("A1"), Refusal.NOT_CONFIRMED, ()),
    "nothing given": ([THREE], quote(), Refusal.NO_SEATS, ()),
    "a seat of another's": (
        [THREE, book(30000, "A4", who=BEN)],
        quote("A1", "A4", "B9"),
        Refusal.NOT_IN_BOOKING,
        ("A4", "B9"),
    ),
    "all of them": (
        [THREE],
        quote("A1", "A2", "A3"),
        Refusal.NOTHING_REMAINS,
        ("A1", "A2", "A3"),
    ),
    "a quote that nobody gave": ([THREE], change("q9"), Refusal.UNKNOWN_QUOTE, ()),
    "a name that is another answer's": (
        [THREE],
        change("book ana"),
        Refusal.UNKNOWN_QUOTE,
        (),
    ),
    "another booking's quote": (
        [THREE, book(50000, "A4", "B1", who=BEN), quote("B1", who=BEN)],
        change("q"),
        Refusal.UNKNOWN_QUOTE,
        (),
    ),
    "a quote from before a change": (
        [THREE, quote("A3"), quote("A2", name="q2"), change("q")],
        change("q2", name="change2"),
        Refusal.QUOTE_OUTDATED,
        (),
    ),
    "a quote that was used": (
        [THREE, quote("A3"), change()],
        change(name="change2"),
        Refusal.QUOTE_OUTDATED,
        (),
    ),
    "a sixth quote while five stand": (
        [THREE, *(quote("A1", name=name) for name in "12345")],
        quote("A1"),
        Refusal.TOO_MANY_QUOTES,
        (),
    ),
    "a quote of what was cancelled since": (
        [THREE, quote("A3"), cancel()],
        change(),
        Refusal.NOT_CONFIRMED,
        (),
    ),
}


@pytest.mark.parametrize(("given", "when", "because", "seats"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_changes_nothing(given, when, because, seats):
    seatmap = play(*given)
    before = dict(seatmap.claims)

    refused = ask(seatmap, when)

    assert (refused.code, refused.seat_ids) == (because, seats)
    assert dict(seatmap.claims) == before


WITH_BOXES = msgspec.structs.replace(
    TERMS,
    layout=Layout(
        version=2, rows=(*TERMS.layout.rows, Row(label="C", zone="box", cells=("1", "2")))
    ),
    prices={**TERMS.prices, "box": 90000},
)
BOXES = ChangeShow(command_id="boxes", show_id=SHOW, terms=WITH_BOXES)
FIVE = [(quote("A1", name=str(at)), NOON + at * ONE_SECOND) for at in range(5)]

TOLD = {
    "which seats are theirs, who names others": (
        [THREE],
        quote("B1", "B2"),
        "B1, B2 are not in the booking, which has A1, A2, A3",
    ),
    "and who names none": (
        [THREE],
        quote(),
        "name at least one seat to give back or to take; the booking has A1, A2, A3",
    ),
    "to cancel, who gives all back": (
        [THREE],
        quote("A1", "A2", "A3"),
        "A1, A2, A3 are the whole booking; cancel it instead",
    ),
    "what there was, who wants what had no price": (
        [THREE, BOXES],
        quote("A1", take=("C1", "C2")),
        "C1, C2 had no price when the booking was bought; there are seats of gold, stalls",
    ),
    "when the first of five quotes ends": (
        [THREE, *FIVE],
        quote("A1"),
        f"5 quotes stand; take one, or wait until {NOON + BINDS:%FT%TZ}",
    ),
    "to ask for a quote first": (
        [THREE],
        change("q9"),
        "no such quote of this booking; ask for one",
    ),
    "to ask for another, who was changed since": (
        [THREE, quote("A3"), change()],
        change(name="change2"),
        "the booking was changed since it was quoted; ask for another quote",
    ),
    "what a change costs": (
        [book(20000, "B1"), quote("B1", take=("A1",))],
        change(pays=1),
        "this change costs 10000 INR in minor units",
    ),
}


@pytest.mark.parametrize(("given", "when", "words"), TOLD.values(), ids=TOLD)
def test_what_people_are_told(given, when, words):
    assert ask(play(*given), when).detail == words


def test_who_asks_for_too_many_quotes_is_told_how_many_stand():
    assert ask(play(THREE, *FIVE), quote("A1")).count == 5


IN_TIME = {
    "at once": (NOON, NOON, "BookingChanged"),
    "to the last second": (NOON, NOON + BINDS - ONE_SECOND, "BookingChanged"),
    "not after ten minutes": (NOON, NOON + BINDS, Refusal.QUOTE_EXPIRED),
    "nor once the show began": (
        STARTS - timedelta(minutes=5),
        STARTS,
        Refusal.QUOTE_EXPIRED,
    ),
    "but to the last second before it": (
        STARTS - timedelta(minutes=5),
        STARTS - ONE_SECOND,
        "BookingChanged",
    ),
}


@pytest.mark.parametrize(("quoted_at", "done_at", "then"), IN_TIME.values(), ids=IN_TIME)
def test_a_quote_binds_for_ten_minutes_and_not_beyond_the_start(quoted_at, done_at, then):
    seatmap = play(THREE, (quote("A3"), quoted_at))

    assert code(ask(seatmap, change(), done_at)) == then


def test_nothing_is_quoted_once_the_show_began():
    refused = ask(play(THREE), quote("A3"), STARTS)

    assert refused.code is Refusal.SALES_OVER


def test_there_may_be_more_quotes_once_the_first_ran_out():
    seatmap = play(THREE, *(quote("A1", name=name) for name in "12345"))

    assert code(ask(seatmap, quote("A1"), NOON + BINDS)) == "ChangeQuoted"
    assert len(seatmap.bookings["ana"].quotes) == 1


def test_a_show_that_comes_back_from_its_snapshot_has_its_quotes_and_old_prices():
    seatmap = play(THREE, quote("A3"))
    dearer = msgspec.structs.replace(TERMS, prices={"gold": 90000, "stalls": 90000}, offers=())
    ask(seatmap, ChangeShow(command_id="dearer", show_id=SHOW, terms=dearer))

    again = restored(snapshot_of(seatmap))

    assert ask(again, quote("A2", name="q2")).to_refund == 15000
    assert ask(again, change()).refund == 15000
    assert again.bookings["ana"].changes[0].before == seatmap.bookings["ana"].lines


SWAPS = {
    "a dearer seat costs the difference": (
        book(20000, "B1"),
        quote("B1", take=("A1",)),
        (30000, 10000, 0),
    ),
    "a cheaper one brings it": (book(30000, "A1"), quote("A1", take=("B1",)), (20000, 0, 10000)),
    "one as dear is for nothing": (book(30000, "A1"), quote("A1", take=("A2",)), (30000, 0, 0)),
    "one more costs what it costs": (book(30000, "A1"), quote(take=("A2",)), (60000, 30000, 0)),
    "a third one comes at half price": (
        book(60000, "A1", "A2"),
        quote(take=("A3",)),
        (75000, 15000, 0),
    ),
    "of three, a cheaper one in the place of a dear one takes the offer with it": (
        THREE,
        quote("A1", take=("B1",)),
        (70000, 0, 5000),
    ),
    "two for one": (book(30000, "A1"), quote("A1", take=("B1", "B2")), (40000, 10000, 0)),
    "one for two": (book(60000, "A1", "A2"), quote("A1", "A2", take=("B1",)), (20000, 0, 40000)),
}


@pytest.mark.parametrize(("bought", "wanted", "then"), SWAPS.values(), ids=SWAPS)
def test_other_seats_cost_or_bring_the_difference_in_one_decision(bought, wanted, then):
    seatmap = play(bought)
    amount, to_pay, to_refund = then

    quoted = ask(seatmap, wanted)
    assert (quoted.amount, quoted.to_pay, quoted.to_refund) == then
    changed = ask(seatmap, change(pays=to_pay))

    booking = seatmap.bookings["ana"]
    assert changed.refund == to_refund
    assert booking.kept == booking.amount == amount
    assert set(booking.seat_ids) == {*wanted.take, *bought.seat_ids} - {*wanted.give}
    assert {*seatmap.claims} == {*booking.seat_ids}


STRICT = msgspec.structs.replace(
    TERMS,
    layout=Layout(
        version=1,
        rows=(
            Row(label="A", zone="gold", cells=tuple("123456")),
            Row(label="B", zone="stalls", cells=tuple("123456"), accessible=("6",)),
        ),
    ),
    seats_per_booking_max=4,
    own_rules=SellingRules(
        orphan_rule=OrphanRule.BLOCK,
        seats_per_booking_max=4,
        seats_per_person_max=4,
        accessible_released_minutes=30,
        sales_cutoff_minutes=-20,
    ),
)
ONE = book(30000, "A1")
RULED = {
    "a seat that somebody has": (
        [ONE, hold("A2", who=BEN)],
        quote("A1", take=("A2",)),
        (Refusal.SEAT_TAKEN, ("A2",)),
    ),
    "a seat that is theirs already": (
        [THREE],
        quote("A1", take=("A1",)),
        (Refusal.SEAT_TAKEN, ("A1",)),
    ),
    "a seat that the theatre keeps": (
        [ONE, BlockSeats(command_id="b", show_id=SHOW, seat_ids=("A2",), reason="house")],
        quote("A1", take=("A2",)),
        (Refusal.SEAT_BLOCKED, ("A2",)),
    ),
    "a seat that is not there": (
        [ONE],
        quote("A1", take=("A9",)),
        (Refusal.UNKNOWN_SEAT, ("A9",)),
    ),
    "more seats than a booking may have": (
        [ONE],
        quote(take=("A2", "A3", "A4", "A5")),
        (Refusal.TOO_MANY_SEATS, ()),
    ),
    "more seats than a person may have": (
        [ONE, book(40000, "B1", "B2", who=ANA | {"booking_id": "another"})],
        quote(take=("A2", "A3")),
        (Refusal.TOO_MANY_FOR_PERSON, ()),
    ),
    "an accessible seat that nobody needs": (
        [ONE],
        quote("A1", take=("B6",)),
        (Refusal.ACCESSIBLE_ONLY, ("B6",)),
    ),
    "a choice that leaves a seat alone": (
        [ONE],
        quote("A1", take=("B2",)),
        (Refusal.ORPHAN_LEFT, ("B1",)),
    ),
    "a choice that leaves the very seat alone that goes back": (
        [ONE],
        quote("A1", take=("A2",)),
        (Refusal.ORPHAN_LEFT, ("A1",)),
    ),
}


@pytest.mark.parametrize(("given", "when", "then"), RULED.values(), ids=RULED)
def test_seats_are_taken_by_the_rules_of_a_hold(given, when, then):
    seatmap = play(*given, terms=STRICT)

    refused = ask(seatmap, when)

    assert (refused.code, refused.seat_ids) == then


def test_what_would_be_alone_is_told_with_what_to_take_instead():
    refused = ask(play(ONE, terms=STRICT), quote("A1", take=("A2",)))

    assert refused.alternatives == ("A3",)


def test_a_quote_says_whom_it_leaves_alone_where_the_theatre_only_warns():
    warns = SellingRules(orphan_rule=OrphanRule.WARN)
    seatmap = play(ONE, terms=msgspec.structs.replace(TERMS, own_rules=warns))

    assert ask(seatmap, quote("A1", take=("A2",))).left_alone == ("A1",)


def test_who_needs_an_accessible_seat_and_says_so_has_it():
    seatmap = play(ONE, terms=STRICT)

    quoted = ask(seatmap, quote("A1", take=("B6",), accessible=True))

    assert (quoted.accessible, ask(seatmap, change()).accessible) == (True, True)


def test_a_swap_needs_no_room_beyond_what_a_person_may_have():
    four = book(120000 - 15000, "A1", "A2", "A3", "A4")
    seatmap = play(four, terms=STRICT)

    quoted = ask(seatmap, quote("A1", "A2", take=("B1", "B2")))

    assert code(quoted) == "ChangeQuoted"


def test_a_limit_that_was_lowered_since_is_in_nobodys_way_who_takes_no_more():
    seatmap = play(THREE, terms=STRICT)
    rules = msgspec.structs.replace(STRICT.own_rules, seats_per_person_max=1)
    stricter = msgspec.structs.replace(STRICT, own_rules=rules)
    ask(seatmap, ChangeShow(command_id="stricter", show_id=SHOW, terms=stricter))

    assert code(ask(seatmap, quote("A3", take=("B1",)))) == "ChangeQuoted"
    assert code(ask(seatmap, quote(take=("B1",), name="q2"))) == Refusal.TOO_MANY_FOR_PERSON


def test_seats_are_not_taken_after_sales_ended_but_given_back_until_the_show_begins():
    seatmap = play(THREE, terms=STRICT)
    ended = STARTS - timedelta(minutes=20)
    quoted = ask(seatmap, quote("A1", take=("B1",)), ended - timedelta(minutes=5))

    assert quoted.valid_until == ended
    assert code(ask(seatmap, quote(take=("B1",), name="q2"), ended)) == Refusal.SALES_OVER
    assert code(ask(seatmap, quote("A1", name="q3"), ended)) == "ChangeQuoted"


def test_a_seat_that_somebody_took_meanwhile_is_refused_and_nothing_happens():
    seatmap = play(ONE, quote("A1", take=("A2",)), hold("A2", "A3", who=BEN))

    refused = ask(seatmap, change())

    assert (refused.code, refused.seat_ids) == (Refusal.SEAT_TAKEN, ("A2",))
    assert refused.alternatives
    assert seatmap.bookings["ana"].seat_ids == ("A1",)


def test_a_hold_that_ran_out_is_in_nobodys_way():
    seatmap = play(ONE, hold("A2", who=BEN))

    ask(seatmap, quote("A1", take=("A2",)), NOON + HOLD)
    changed = ask(seatmap, change(), NOON + HOLD)

    assert code(changed) == "BookingChanged"
    assert seatmap.bookings["ben"].status is BookingStatus.EXPIRED


def test_a_zone_that_had_no_price_when_it_was_bought_cannot_be_changed_to():
    refused = ask(play(ONE, BOXES), quote("A1", take=("C1",)))

    assert (refused.code, refused.seat_ids) == (Refusal.UNKNOWN_ZONE, ("C1",))


MONEY = {
    "nothing, where something is to be paid": (("B1", "A1"), {}, Refusal.WRONG_AMOUNT),
    "too little": (("B1", "A1"), {"pays": 9999}, Refusal.WRONG_AMOUNT),
    "too much": (("B1", "A1"), {"pays": 10001}, Refusal.WRONG_AMOUNT),
    "another currency": (("B1", "A1"), {"pays": 10000, "currency": "GBP"}, Refusal.WRONG_AMOUNT),
    "what paid for the booking": (
        ("B1", "A1"),
        {"pays": 10000, "reference": "r"},
        Refusal.PAYMENT_USED,
    ),
    "something, where nothing is to be paid": (
        ("B1", "B2"),
        {"pays": 10000},
        Refusal.WRONG_AMOUNT,
    ),
    "what was quoted": (("B1", "A1"), {"pays": 10000}, "BookingChanged"),
}


@pytest.mark.parametrize(("swap", "paid", "then"), MONEY.values(), ids=MONEY)
def test_a_change_takes_exactly_the_money_that_was_quoted(swap, paid, then):
    give, take = swap
    seatmap = play(book(20000, "B1"), quote(give, take=(take,)))

    assert code(ask(seatmap, change(**paid))) == then


def test_the_same_payment_pays_for_one_change_only():
    seatmap = play(book(40000, "B1", "B2"), quote("B1", take=("A1",)), change(pays=10000))
    ask(seatmap, quote("B2", take=("A2",), name="q2"))

    assert code(ask(seatmap, change("q2", name="2", pays=10000))) == Refusal.PAYMENT_USED


def test_only_tariffs_that_somebody_bought_by_are_kept():
    seatmap = play(THREE)
    for number in range(5):
        prices = {"gold": 90000 + number, "stalls": 90000}
        terms = msgspec.structs.replace(TERMS, prices=prices)
        ask(seatmap, ChangeShow(command_id=f"to {number}", show_id=SHOW, terms=terms))

    assert [each.prices["gold"] for each in seatmap.tariffs.values()] == [30000, 90004]


def test_what_was_quoted_is_what_goes_back_whatever_the_show_is_sold_at_by_then():
    seatmap = play(THREE, quote("A3"))
    cheaper = msgspec.structs.replace(TERMS, prices={"gold": 1, "stalls": 1})
    ask(seatmap, ChangeShow(command_id="cheaper", show_id=SHOW, terms=cheaper))

    assert ask(seatmap, change()).refund == 15000


def test_places_without_numbers_are_given_back_and_taken_like_seats():
    floor = Area(area_id="FLR", zone="stalls", capacity=3)
    layout = msgspec.structs.replace(STRICT.layout, areas=(floor,))
    terms = msgspec.structs.replace(STRICT, layout=layout)
    seatmap = play(book(50000, "A1", "FLR1"), terms=terms)

    quoted = ask(seatmap, quote("FLR1", take=("FLR2", "FLR3")))
    ask(seatmap, change(pays=quoted.to_pay))

    assert (quoted.amount, quoted.to_pay) == (60000, 10000)
    assert seatmap.bookings["ana"].seat_ids == ("A1", "FLR2", "FLR3")


def test_a_quote_of_seats_in_another_hall_is_void():
    seatmap = play(THREE, quote("A3"))
    moved = {"ana": {"A1": "B1", "A2": "B2", "A3": "B3"}}
    evolve(
        seatmap,
        ShowMoved(
            show_id=SHOW,
            version=seatmap.version + 1,
            at=NOON,
            terms=msgspec.structs.replace(TERMS, theatre_id="t2"),
            plan_id="p",
            bookings=moved,
            sales={},
            allotment=None,
        ),
    )

    assert ask(seatmap, change()).code is Refusal.QUOTE_OUTDATED
    again = ask(seatmap, quote("B3", name="q2"))
    assert (again.amount, again.to_refund) == (60000, 15000)  # priced as it was bought


def test_a_show_that_is_being_cancelled_changes_nothing_any_more():
    seatmap = play(THREE, quote("A3"))
    seatmap.open = False

    assert code(ask(seatmap, change())) == Refusal.SHOW_CLOSED
    assert code(ask(seatmap, quote("A3", name="q2"))) == Refusal.SHOW_CLOSED
