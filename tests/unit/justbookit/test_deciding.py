"""Who may sit where, told as a table: the ids, read down the page, are the specification."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit.catalogue import (
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
    ChangeShow,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    ExtendHold,
    HoldBest,
    HoldSeats,
    OpenShow,
    Payment,
    ReleaseHold,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seatmap import SeatMap
from tests.decided import decide

SHOW = "s"
STARTS = datetime(2027, 1, 1, 8, 30, tzinfo=UTC)
NOON = STARTS - timedelta(hours=5)
HOLD = timedelta(minutes=8)
OVER = NOON + HOLD

LAYOUT = Layout(
    version=1,
    rows=(
        Row(label="A", zone="gold", cells=("1", "2", "", "3", "4")),
        Row(label="B", zone="stalls", cells=("1", "2", "3", "4", "5"), accessible=("5",)),
    ),
)
TERMS = ShowTerms(
    show_id=SHOW,
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    timezone="Asia/Kolkata",  # 14:00 there: an afternoon show
    currency="INR",
    mode=Mode.PARTIAL,
    layout=LAYOUT,
    prices={"gold": 50000, "stalls": 30001},
    seats_per_booking_max=4,
)


def terms(**changes):
    return msgspec.structs.replace(TERMS, **changes)


def ask(kind, **fields):
    """A command; its id is made of what it says, so that two that differ are two."""
    fields = {"show_id": SHOW, **fields}
    named = fields.pop("command_id", None) or f"{kind.__name__}{sorted(map(str, fields.items()))}"
    return kind(command_id=named, **fields)


def hold(who, *seats):
    return ask(HoldSeats, booking_id=who, customer_id=f"{who}-customer", seat_ids=seats)


def pay(who, amount, currency="INR", by=None):
    payment = Payment(reference="r", method="card", amount=amount, currency=currency)
    return ask(ConfirmBooking, booking_id=who, customer_id=by or f"{who}-customer", payment=payment)


def book(who, amount, *seats):
    payment = Payment(reference="r", method="cash", amount=amount, currency="INR")
    return ask(
        BookSeats, booking_id=who, customer_id=f"{who}-customer", seat_ids=seats, payment=payment
    )


def release(who, by=None):
    return ask(ReleaseHold, booking_id=who, customer_id=by or f"{who}-customer")


def cancel(who):
    return ask(CancelBooking, booking_id=who, customer_id=f"{who}-customer")


def counter(sale, *seats, happened=False):
    return ask(SellAtCounter, sale_id=sale, seat_ids=seats, happened=happened)


def allot(*seats):
    return ask(SetAllotment, seat_ids=seats or None)


def say(event):
    """An event as a word: what it is and about which seats."""
    seats = getattr(event, "seat_ids", None)
    if seats is None:
        seats = [line.seat_id for line in getattr(event, "lines", ())]
    name = getattr(event, "code", None) or type(event).__name__
    return " ".join([str(name), *seats])


def best(who, count, **wish):
    return ask(HoldBest, booking_id=who, customer_id=f"{who}-customer", count=count, **wish)


def extend(who, by=None, command_id=None):
    return ask(
        ExtendHold, booking_id=who, customer_id=by or f"{who}-customer", command_id=command_id
    )


OPEN = ask(OpenShow, terms=TERMS)
A, B = "ana", "ben"

CASES = {
    "free seats are held": ([], hold(A, "A1", "A2"), ["SeatsHeld A1 A2"]),
    "a seat named twice is one seat": ([], hold(A, "A1", "A1"), ["SeatsHeld A1"]),
    "all or none: one taken seat refuses the whole choice": (
        [hold(A, "A1")],
        hold(B, "A1", "A2"),
        ["seat_taken A1"],
    ),
    "a seat that is not there is refused by name": ([], hold(A, "Z9"), ["unknown_seat Z9"]),
    "no seats is no booking": ([], hold(A), ["no_seats"]),
    "more seats than a booking may have": (
        [],
        hold(A, "B1", "B2", "B3", "B4", "B5"),
        ["too_many_seats"],
    ),
    "a booking's name is used once": ([hold(A, "A1")], hold(A, "A2"), ["booking_exists"]),
    "blocked seats are not sold": (
        [ask(BlockSeats, seat_ids=("A1",), reason="house")],
        hold(A, "A1"),
        ["seat_blocked A1"],
    ),
    "seats the theatre keeps are not ours to sell": (
        [allot("A1", "A2")],
        hold(A, "A3"),
        ["not_allotted A3"],
    ),
    "every seat at fault is named": (
        [hold(A, "A1"), ask(BlockSeats, seat_ids=("A2",), reason="house")],
        hold(B, "A1", "A2"),
        ["seat_taken A1 A2"],
    ),
    "payment makes a hold a booking": (
        [hold(A, "A1")],
        pay(A, 50000),
        ["BookingConfirmed A1"],
    ),
    "another amount is refused": ([hold(A, "A1")], pay(A, 49999), ["wrong_amount"]),
    "another currency is refused": ([hold(A, "A1")], pay(A, 50000, "JPY"), ["wrong_amount"]),
    "nobody pays for another's hold": ([hold(A, "A1")], pay(A, 50000, by=B), ["unknown_booking"]),
    "paying twice is refused": (
        [hold(A, "A1"), pay(A, 50000)],
        ask(
            ConfirmBooking,
            booking_id=A,
            customer_id="ana-customer",
            command_id="again",
            payment=Payment(reference="r2", method="card", amount=50000, currency="INR"),
        ),
        ["not_held"],
    ),
    "the customer lets go": ([hold(A, "A1")], release(A), ["HoldReleased A1"]),
    "nobody lets go for another": ([hold(A, "A1")], release(A, by=B), ["unknown_booking"]),
    "what was let go cannot be paid": ([hold(A, "A1"), release(A)], pay(A, 50000), ["not_held"]),
    "hold and payment in one go": ([], book(A, 50000, "A1"), ["SeatsBooked A1"]),
    "in one go the amount must be right, too": ([], book(A, 1, "A1"), ["wrong_amount"]),
    "a paid booking can be given back": (
        [hold(A, "A1"), pay(A, 50000)],
        cancel(A),
        ["BookingCancelled A1"],
    ),
    "an unpaid one cannot": ([hold(A, "A1")], cancel(A), ["not_confirmed"]),
    "nor one that was given back": (
        [book(A, 50000, "A1"), cancel(A)],
        ask(CancelBooking, booking_id=A, customer_id="ana-customer", command_id="again"),
        ["not_confirmed"],
    ),
    "what was given back is free": (
        [book(A, 50000, "A1"), cancel(A)],
        hold(B, "A1"),
        ["SeatsHeld A1"],
    ),
    "the counter sells free seats": ([], counter("c1", "A1"), ["SeatsSoldAtCounter A1"]),
    "the counter cannot sell a held seat": (
        [hold(A, "A1")],
        counter("c1", "A1", "A2"),
        ["seat_taken A1"],
    ),
    "what a theatre sold is sold: the rest is a conflict": (
        [hold(A, "A1")],
        counter("c1", "A1", "A2", happened=True),
        ["SeatsSoldAtCounter A2"],
    ),
    "a theatre may sell a seat it had blocked": (
        [ask(BlockSeats, seat_ids=("A1",), reason="house")],
        counter("c1", "A1", happened=True),
        ["SeatsSoldAtCounter A1"],
    ),
    "through us it must put it on sale first": (
        [ask(BlockSeats, seat_ids=("A1",), reason="house")],
        counter("c1", "A1"),
        ["seat_blocked A1"],
    ),
    "a counter sale is sold once": (
        [counter("c1", "A1")],
        counter("c1", "A2"),
        ["sale_exists"],
    ),
    "a customer cannot have what the counter sold": (
        [counter("c1", "A1")],
        hold(A, "A1"),
        ["seat_taken A1"],
    ),
    "a returned counter sale frees its seats": (
        [counter("c1", "A1"), ask(ReturnCounterSale, sale_id="c1")],
        hold(A, "A1"),
        ["SeatsHeld A1"],
    ),
    "an unknown counter sale": ([], ask(ReturnCounterSale, sale_id="c9"), ["unknown_sale"]),
    "a seat somebody has cannot be blocked": (
        [hold(A, "A1")],
        ask(BlockSeats, seat_ids=("A1", "A2"), reason="house"),
        ["seat_taken A1"],
    ),
    "blocking twice changes nothing": (
        [ask(BlockSeats, seat_ids=("A1",), reason="house")],
        ask(BlockSeats, seat_ids=("A1", "A2"), reason="broken"),
        ["SeatsBlocked A2"],
    ),
    "an unblocked seat is on sale": (
        [
            ask(BlockSeats, seat_ids=("A1",), reason="house"),
            ask(UnblockSeats, seat_ids=("A1", "A2")),
        ],
        hold(A, "A1"),
        ["SeatsHeld A1"],
    ),
    "unblocking gives nobody's seat away": (
        [hold(A, "A1")],
        ask(UnblockSeats, seat_ids=("A1",)),
        ["SeatsUnblocked"],
    ),
    "the allotment cannot leave out what we have sold": (
        [hold(A, "A1")],
        allot("A2"),
        ["seat_taken A1"],
    ),
    "all seats are ours again": ([allot("A1"), allot()], hold(A, "A2"), ["SeatsHeld A2"]),
    "the allotment names seats that exist": ([], allot("Z1"), ["unknown_seat Z1"]),
    "a show is opened once": ([], ask(OpenShow, terms=TERMS, command_id="2"), ["show_exists"]),
    "a show without bookings is taken off": ([], ask(CloseShow), ["ShowClosed"]),
    "a show with a hold is not": ([hold(A, "A1")], ask(CloseShow), ["show_has_bookings"]),
    "nor one with a counter sale": (
        [counter("c1", "A1")],
        ask(CloseShow),
        ["show_has_bookings"],
    ),
    "a closed show sells nothing": ([ask(CloseShow)], hold(A, "A1"), ["show_closed"]),
    "prices may change while seats are held": (
        [hold(A, "A1")],
        ask(ChangeShow, terms=terms(prices={"gold": 1, "stalls": 1})),
        ["ShowChanged"],
    ),
    "the time may not": (
        [hold(A, "A1")],
        ask(ChangeShow, terms=terms(starts_at=STARTS + timedelta(hours=1))),
        ["show_has_bookings"],
    ),
    "with nobody in it, it may": (
        [hold(A, "A1"), release(A)],
        ask(ChangeShow, terms=terms(starts_at=STARTS + timedelta(hours=1))),
        ["ShowChanged"],
    ),
    "a layout without a taken seat is refused": (
        [hold(A, "A1")],
        ask(ChangeShow, terms=terms(layout=Layout(version=2, rows=LAYOUT.rows[1:]))),
        ["show_has_bookings A1"],
    ),
    "a layout without a free row is not": (
        [hold(A, "A1")],
        ask(ChangeShow, terms=terms(layout=Layout(version=2, rows=LAYOUT.rows[:1]))),
        ["ShowChanged"],
    ),
    "a block goes with its seat": (
        [ask(BlockSeats, seat_ids=("A1", "B1"), reason="house")],
        ask(ChangeShow, terms=terms(layout=Layout(version=2, rows=LAYOUT.rows[1:]))),
        ["SeatsUnblocked A1", "ShowChanged"],
    ),
    "the best seats are held": ([], best(A, 2, zone="stalls"), ["SeatsHeld B1 B2"]),
    "in any zone": ([], best(A, 4), ["SeatsHeld B1 B2 B3 B4"]),
    "as many as are sold in one booking": ([], best(A, 5), ["too_many_seats"]),
    "at least one": ([], best(A, 0), ["no_seats"]),
    "in a zone there is": ([], best(A, 2, zone="gods"), ["unknown_zone"]),
    "in two groups if not together": ([], best(A, 4, zone="gold"), ["SeatsHeld A1 A2 A3 A4"]),
    "or not at all": (
        [hold("c", "A1", "A4"), hold("d", "B1", "B2", "B3")],
        best(A, 4),
        ["no_block"],
    ),
    "a hold is extended": ([hold(A, "A1")], extend(A), ["HoldExtended"]),
    "once": ([hold(A, "A1"), extend(A)], extend(A, command_id="2"), ["already_extended"]),
    "by its own customer": ([hold(A, "A1")], extend(A, by=B), ["unknown_booking"]),
    "while it is held": ([hold(A, "A1"), release(A)], extend(A), ["not_held"]),
    "what is paid needs no time": ([hold(A, "A1"), pay(A, 50000)], extend(A), ["not_held"]),
    "a command asked twice is answered once": ([hold(A, "A1")], hold(A, "A1"), []),
}


def replay(commands, now=NOON):
    seatmap = SeatMap(SHOW)
    for command in commands:
        for event in decide(seatmap, command, now, HOLD):
            evolve(seatmap, event)
    return seatmap


@pytest.mark.parametrize(("given", "when", "then"), CASES.values(), ids=CASES)
def test_what_happens(given, when, then):
    seatmap = replay([OPEN, *given])

    assert [say(event) for event in decide(seatmap, when, NOON, HOLD)] == then


LATE = {
    "one instant before its end a hold can be paid": (
        OVER - timedelta(microseconds=1),
        pay(A, 50000),
        ["BookingConfirmed A1"],
    ),
    "at its end it is over": (OVER, pay(A, 50000), ["HoldReleased A1", "hold_expired A1"]),
    "and its seats are free, timer or not": (
        OVER,
        hold(B, "A1"),
        ["HoldReleased A1", "SeatsHeld A1"],
    ),
    "before its end they are not": (
        OVER - timedelta(microseconds=1),
        hold(B, "A1"),
        ["seat_taken A1"],
    ),
    "the timer releases what ran out": (
        OVER,
        ExpireHolds(command_id="", show_id=SHOW),
        ["HoldReleased A1"],
    ),
    "and nothing before": (
        OVER - timedelta(microseconds=1),
        ExpireHolds(command_id="", show_id=SHOW),
        [],
    ),
    "a run-out hold does not keep a show open": (
        OVER,
        ask(CloseShow),
        ["HoldReleased A1", "ShowClosed"],
    ),
    "a run-out hold gives way to the counter": (
        OVER,
        counter("c1", "A1"),
        ["HoldReleased A1", "SeatsSoldAtCounter A1"],
    ),
    "a hold that ran out is not extended": (
        OVER,
        extend(A),
        ["HoldReleased A1", "hold_expired A1"],
    ),
    "nothing is sold once the show has begun": (STARTS, hold(B, "A2"), ["sales_over"]),
}


@pytest.mark.parametrize(("now", "when", "then"), LATE.values(), ids=LATE)
def test_what_happens_as_time_goes_by(now, when, then):
    seatmap = replay([OPEN, hold(A, "A1")])

    assert [say(event) for event in decide(seatmap, when, now, HOLD)] == then


@pytest.mark.parametrize(
    ("hold_for", "asked_after", "until"),
    [
        (8, 0, 8),  # there is more than time enough
        (8, 1, 8),
        (8, 5, 12),
        (8, 7.5, 14.5),
        (15, 12, 19),
        (15, 13, 20),
        (15, 14, 20),  # twenty minutes in all
        (30, 25, 30),  # whoever has more already keeps it
    ],
)
def test_a_hold_is_extended_to_seven_minutes_within_twenty(hold_for, asked_after, until):
    seatmap, hold_for = replay([OPEN]), timedelta(minutes=hold_for)
    for event in decide(seatmap, hold(A, "A1"), NOON, hold_for):
        evolve(seatmap, event)
    for event in decide(seatmap, extend(A), NOON + timedelta(minutes=asked_after), hold_for):
        evolve(seatmap, event)
    end = NOON + timedelta(minutes=until)

    assert seatmap.bookings[A].held_until == seatmap.holds[A] == end
    timer = ExpireHolds(command_id="", show_id=SHOW)
    assert decide(seatmap, timer, end - timedelta(microseconds=1), hold_for) == ()
    assert [say(event) for event in decide(seatmap, timer, end, hold_for)] == ["HoldReleased A1"]


def sold_by(**rules):
    """The show, opened by a theatre that sells by these rules."""
    return ask(OpenShow, terms=terms(own_rules=SellingRules(**rules)))


def hold_accessible(who, *seats):
    return ask(
        HoldSeats, booking_id=who, customer_id=f"{who}-customer", seat_ids=seats, accessible=True
    )


ONE_SECOND = timedelta(seconds=1)
RELEASED = STARTS - timedelta(minutes=30)
CUT_OFF = STARTS - timedelta(minutes=20)
SOLD_BY = {
    "sales end when the theatre says": (
        {"sales_cutoff_minutes": -20},
        [],
        (hold(A, "A1"), CUT_OFF, ["sales_over"]),
    ),
    "and not before": (
        {"sales_cutoff_minutes": -20},
        [],
        (hold(A, "A1"), CUT_OFF - ONE_SECOND, ["SeatsHeld A1"]),
    ),
    "a theatre may sell after the start": (
        {"sales_cutoff_minutes": 10},
        [],
        (hold(A, "A1"), STARTS, ["SeatsHeld A1"]),
    ),
    "but not for ever": (
        {"sales_cutoff_minutes": 10},
        [],
        (hold(A, "A1"), STARTS + timedelta(minutes=10), ["sales_over"]),
    ),
    "one person has so many seats and no more": (
        {"seats_per_person_max": 3},
        [hold(A, "A1", "A2")],
        (
            ask(HoldSeats, booking_id="2", customer_id="ana-customer", seat_ids=("A3", "A4")),
            NOON,
            ["too_many_for_person"],
        ),
    ),
    "up to that many are granted": (
        {"seats_per_person_max": 3},
        [hold(A, "A1", "A2")],
        (
            ask(HoldSeats, booking_id="2", customer_id="ana-customer", seat_ids=("A3",)),
            NOON,
            ["SeatsHeld A3"],
        ),
    ),
    "another's seats do not count": (
        {"seats_per_person_max": 2},
        [hold(A, "A1", "A2")],
        (hold(B, "A3", "A4"), NOON, ["SeatsHeld A3 A4"]),
    ),
    "nor does what was let go": (
        {"seats_per_person_max": 2},
        [hold(A, "A1", "A2"), release(A)],
        (
            ask(HoldSeats, booking_id="2", customer_id="ana-customer", seat_ids=("A3", "A4")),
            NOON,
            ["SeatsHeld A3 A4"],
        ),
    ),
    "nor what ran out, timer or not": (
        {"seats_per_person_max": 2},
        [hold(A, "A1", "A2")],
        (
            ask(HoldSeats, booking_id="2", customer_id="ana-customer", seat_ids=("A3", "A4")),
            OVER,
            ["SeatsHeld A3 A4"],
        ),
    ),
    "seats paid in one go count as well": (
        {"seats_per_person_max": 1},
        [hold(A, "A1")],
        (
            ask(
                BookSeats,
                booking_id="2",
                customer_id="ana-customer",
                seat_ids=("A2",),
                payment=Payment(reference="r", method="cash", amount=50000, currency="INR"),
            ),
            NOON,
            ["too_many_for_person"],
        ),
    ),
    "an accessible seat is kept for who needs it": (
        {"accessible_released_minutes": 30},
        [],
        (hold(A, "B4", "B5"), NOON, ["accessible_only B5"]),
    ),
    "who says so has it": (
        {"accessible_released_minutes": 30},
        [],
        (hold_accessible(A, "B4", "B5"), NOON, ["SeatsHeld B4 B5"]),
    ),
    "one second before its release it is still kept": (
        {"accessible_released_minutes": 30},
        [],
        (hold(A, "B5"), RELEASED - ONE_SECOND, ["accessible_only B5"]),
    ),
    "then it is for everybody": (
        {"accessible_released_minutes": 30},
        [],
        (hold(A, "B5"), RELEASED, ["SeatsHeld B5"]),
    ),
    "a choice that leaves a seat alone is refused": (
        {"orphan_rule": OrphanRule.BLOCK},
        [],
        (hold(A, "B1", "B2", "B4"), NOON, ["orphan_left B3 B5"]),
    ),
    "not if it cannot be helped": (
        {"orphan_rule": OrphanRule.BLOCK},
        [hold("c", "B4", "B5")],
        (hold(A, "B1", "B2"), NOON, ["SeatsHeld B1 B2"]),
    ),
    "nor within an hour of the start": (
        {"orphan_rule": OrphanRule.BLOCK},
        [],
        (hold(A, "B2"), STARTS - timedelta(minutes=60), ["SeatsHeld B2"]),
    ),
    "but one second before that": (
        {"orphan_rule": OrphanRule.BLOCK},
        [],
        (hold(A, "B2"), STARTS - timedelta(minutes=60, seconds=1), ["orphan_left B1"]),
    ),
    "a warning refuses nothing": (
        {"orphan_rule": OrphanRule.WARN},
        [],
        (hold(A, "B2"), NOON, ["SeatsHeld B2"]),
    ),
    "nor does no rule": ({}, [], (hold(A, "B2"), NOON, ["SeatsHeld B2"])),
    "without such a rule it always is": ({}, [], (hold(A, "B5"), NOON, ["SeatsHeld B5"])),
}


@pytest.mark.parametrize(("rules", "given", "then"), SOLD_BY.values(), ids=SOLD_BY)
def test_a_theatre_sells_by_its_own_rules(rules, given, then):
    seatmap = replay([sold_by(**rules), *given])
    when, now, said = then

    assert [say(event) for event in decide(seatmap, when, now, HOLD)] == said


def test_who_would_leave_a_seat_alone_is_told_what_to_take_instead():
    seatmap = replay([sold_by(orphan_rule=OrphanRule.BLOCK)])

    (refused,) = decide(seatmap, hold(A, "A1", "A2", "B2", "B3"), NOON, HOLD)

    assert refused.seat_ids == ("B1",)
    assert refused.alternatives == ("A1", "A2", "B1", "B2")


def test_a_warning_names_the_seat_left_alone():
    seatmap = replay([sold_by(orphan_rule=OrphanRule.WARN)])

    (held,) = decide(seatmap, hold(A, "B2", "B3"), NOON, HOLD)
    (silent,) = decide(replay([OPEN]), hold(A, "B2", "B3"), NOON, HOLD)

    assert (held.left_alone, silent.left_alone) == (("B1",), ())


def test_who_is_refused_an_accessible_seat_is_offered_others():
    seatmap = replay([sold_by(accessible_released_minutes=30)])

    (refused,) = decide(seatmap, hold(A, "B4", "B5"), NOON, HOLD)

    assert refused.alternatives == ("B3", "B4")


def test_a_booking_cannot_be_given_back_once_the_show_has_begun():
    seatmap = replay([OPEN, book(A, 50000, "A1")])

    assert [say(event) for event in decide(seatmap, cancel(A), STARTS, HOLD)] == ["sales_over"]


def test_a_show_nobody_has_heard_of_is_answered():
    refused = decide(SeatMap(SHOW), hold(A, "A1"), NOON, HOLD)

    assert [say(event) for event in refused] == ["unknown_show"]
    assert refused[0].command_id == hold(A, "A1").command_id


def test_a_venue_that_sells_elsewhere_sells_nothing_here():
    seatmap = replay([ask(OpenShow, terms=terms(mode=Mode.READ_ONLY))])

    assert say(decide(seatmap, hold(A, "A1"), NOON, HOLD)[0]) == Refusal.NOT_SOLD_HERE


def test_the_price_is_fixed_when_the_seats_are_held():
    seatmap = replay(
        [OPEN, hold(A, "A1"), ask(ChangeShow, terms=terms(prices={"gold": 1, "stalls": 1}))]
    )

    assert seatmap.bookings[A].amount == 50000
    assert say(decide(seatmap, pay(A, 50000), NOON, HOLD)[0]) == "BookingConfirmed A1"


def test_the_offers_of_the_terms_are_priced_with_their_reasons():
    offers = (
        Offer(offer_id="3", name="Third ticket", rule=OfferRule.THIRD_TICKET, percent=50),
        Offer(
            offer_id="pm",
            name="Afternoon",
            rule=OfferRule.TIME_OF_DAY,
            percent=20,
            from_time="12:00",
            until_time="17:00",
        ),
    )
    seatmap = replay([ask(OpenShow, terms=terms(offers=offers))])

    (held,) = decide(seatmap, hold(A, "A1", "B1", "A2"), NOON, HOLD)

    assert [(line.price, line.reason) for line in held.lines] == [
        (40000, "Afternoon: 20 % off"),
        (15001, "Third ticket: 50 % off"),  # 15,000.5 goes to the even neighbour
        (40000, "Afternoon: 20 % off"),
    ]
    assert held.amount == 95001


def test_a_refusal_names_the_nearest_free_seats():
    seatmap = replay([OPEN, hold(A, "B2", "B3")])

    (refused,) = decide(seatmap, hold(B, "B3"), NOON, HOLD)

    assert refused.alternatives == ("B4",)


def test_accessible_seats_are_not_offered_to_who_did_not_ask():
    seatmap = replay([OPEN, hold(A, "B1", "B2", "B3", "B4"), hold("c", "A1", "A2", "A3", "A4")])

    (refused,) = decide(seatmap, hold(B, "B4"), NOON, HOLD)

    assert refused.alternatives == ()


def test_seats_are_counted_once():
    seatmap = replay(
        [
            OPEN,
            allot("A1", "A2", "A3", "B1"),
            hold(A, "A1"),
            book(B, 50000, "A2"),
            counter("c1", "B2"),
            ask(BlockSeats, seat_ids=("A3",), reason="house"),
        ]
    )

    counts = msgspec.structs.asdict(seatmap.counts())

    assert counts == {
        "seats_total": 9,
        "seats_free": 1,
        "seats_held": 1,
        "seats_booked": 1,
        "seats_counter": 1,
        "seats_blocked": 1,
        "seats_not_allotted": 4,
    }


@pytest.mark.parametrize(
    ("given", "when", "told"),
    [
        pytest.param(
            [], best("cat", 2, zone="gods"),
            {"detail": "no zone gods; there are gold, stalls"},
            id="who names no zone of ours is told which there are",
        ),
        pytest.param(
            [hold(A, "A1", "A2", "A3", "A4"), hold(B, "B1", "B2", "B3")], best("cat", 4),
            {
                "detail": "not 4 seats together, nor in two groups; the largest block has 1",
                "alternatives": ("B4",), "count": 1,
            },
            id="who finds no block is told of the largest there is",
        ),
        pytest.param(
            [hold(A, "A1"), extend(A)], extend(A, command_id="again"),
            {"detail": "a hold is extended once; the seats are held until 2027-01-01T03:38:00Z"},
            id="who extends again is told how long there is",
        ),
        pytest.param(
            [hold(A, "A1"), counter("x", "B1")], ask(CloseShow),
            {"detail": "2 bookings, holds or counter sales stand; cancel them first", "count": 2},
            id="who closes a show with guests is told how many",
        ),
        pytest.param(
            [counter("x", "B1")], counter("x", "B2"),
            {"code": "sale_exists", "detail": "a counter sale of this name exists"},
            id="a counter sale's name is used once",
        ),
        pytest.param(
            [], counter("x"),
            {"code": "no_seats", "detail": "name at least one seat"},
            id="no seats is no counter sale",
        ),
        pytest.param(
            [], ask(ReturnCounterSale, sale_id="x"),
            {"code": "unknown_sale", "detail": "no such counter sale in this show"},
            id="what was not sold at the counter is not returned",
        ),
        pytest.param(
            [], ask(UnblockSeats, seat_ids=("Z9",)),
            {"code": "unknown_seat", "seat_ids": ("Z9",)},
            id="a seat that is not there is not unblocked",
        ),
        pytest.param(
            [ask(CloseShow)], ask(UnblockSeats, seat_ids=("A1",)),
            {"code": "show_closed"},
            id="nothing is unblocked in a show that was taken off",
        ),
    ],
)  # fmt: skip
def test_what_is_told(given, when, told):
    (refused,) = decide(replay([OPEN, *given]), when, NOON, HOLD)

    assert {name: getattr(refused, name) for name in told} == told


def test_who_asks_for_accessible_seats_gets_them():
    wish = best(A, 1, zone="stalls", accessible=True)
    assert [say(event) for event in decide(replay([OPEN]), wish, NOON, HOLD)] == ["SeatsHeld B5"]


def test_who_lets_go_is_said_to_have_asked():
    (released,) = decide(replay([OPEN, hold(A, "A1")]), release(A), NOON, HOLD)
    assert released.reason == "customer"
