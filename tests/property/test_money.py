"""Money adds up, to the minor unit, whatever customers book, change and give back."""

from datetime import UTC, datetime, timedelta
from itertools import count

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from justbookit import wire
from justbookit.bookings import BookingStatus
from justbookit.catalogue import Layout, Mode, Offer, OfferRule, Row, ShowTerms
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.offers import price, tariff_of
from justbookit.seat_commands import (
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ChangeShow,
    OpenShow,
    Payment,
    QuoteChange,
)
from justbookit.seat_events import BookingCancelled, BookingChanged, ChangeQuoted, SeatsBooked
from justbookit.seatmap import SeatMap
from lab.verify.audit import Audit
from lab.verify.history import History
from lab.verify.judging import judge_show

NOON = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)
HOLD = timedelta(minutes=8)
LAYOUT = Layout(
    version=1,
    rows=(
        Row(label="A", zone="gold", cells=tuple("12345")),
        Row(label="B", zone="stalls", cells=tuple("12345")),
    ),
)
SEATS = tuple(LAYOUT.zones())


PLAIN = ShowTerms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=NOON + timedelta(hours=6),
    ends_at=NOON + timedelta(hours=8),
    timezone="UTC",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=LAYOUT,
    prices={"gold": 500, "stalls": 99},
)


def offer(rule, percent):
    return Offer(
        offer_id=rule.value,
        name=rule.value,
        rule=rule,
        percent=percent,
        from_time="00:00",
        until_time="23:59",
    )


@st.composite
def terms(draw):
    """What a show may be sold on: any prices, with either offer, both or none."""
    offers = [offer(rule, draw(st.integers(1, 100))) for rule in OfferRule if draw(st.booleans())]
    prices = {"gold": draw(st.integers(0, 999)), "stalls": draw(st.integers(0, 99))}
    return msgspec.structs.replace(PLAIN, prices=prices, offers=tuple(offers))


names = st.sampled_from(("x", "y"))
some_seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=9, unique=True).map(tuple)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("book"), names, some_seats),
        st.tuples(st.just("give"), names, st.tuples(st.integers(1, 2**9), st.just(()))),
        st.tuples(st.just("swap"), names, st.tuples(st.integers(0, 2**9), some_seats)),
        st.tuples(st.just("swap"), names, st.tuples(st.integers(0, 2**9), some_seats)),
        st.tuples(st.just("cancel"), names, st.none()),
        st.tuples(st.just("sell on"), st.none(), terms()),
    ),
    min_size=2,
    max_size=25,
)


def play(first, script):
    """The show after each event; who books pays what it costs."""
    seatmap, ids = SeatMap("s"), map(str, count())

    def ask(kind, **fields):
        command = kind(command_id=next(ids), show_id="s", **fields)
        for event in decide(seatmap, command, NOON, HOLD):
            evolve(seatmap, event)
            yield seatmap, event

    yield from ask(OpenShow, terms=first)
    for act, name, what in script:
        who = {"booking_id": name, "customer_id": "c"}
        match act:
            case "sell on":
                yield from ask(ChangeShow, terms=what)
            case "book":
                cost = price(seatmap.tariff, [(seat, seatmap.zones[seat]) for seat in what])
                paid = Payment(reference="r", method="m", amount=cost.amount, currency="INR")
                yield from ask(BookSeats, **who, seat_ids=what, payment=paid)
            case "give" | "swap" if name in seatmap.bookings:
                which, take = what
                has = seatmap.bookings[name].seat_ids
                give = tuple(seat for at, seat in enumerate(has) if which >> at & 1)
                for _, event in ask(QuoteChange, **who, give=give, take=take):
                    yield seatmap, event
                    more = getattr(event, "to_pay", 0)
                    gateways = f"for {event.command_id}"
                    paid = Payment(reference=gateways, method="m", amount=more, currency="INR")
                    quoted = {"quote_id": event.command_id, "payment": paid if more else None}
                    yield from ask(ChangeBooking, **who, **quoted)
            case "cancel":
                yield from ask(CancelBooking, **who)


@settings(max_examples=500, deadline=None)
@given(terms(), acts)
def test_what_was_paid_is_what_went_back_and_what_the_seats_that_stay_cost(first, script):
    paid, back = 0, 0
    for seatmap, event in play(first, script):
        if isinstance(event, SeatsBooked | BookingChanged) and event.payment is not None:
            paid += event.payment.amount
        if isinstance(event, BookingChanged | BookingCancelled):
            back += event.refund
        worth = 0
        for booking in seatmap.bookings.values():
            is_theirs = booking.status is BookingStatus.CONFIRMED
            assert booking.kept == (booking.amount if is_theirs else 0)
            assert booking.amount == sum(line.price for line in booking.lines)
            assert 0 <= booking.refund <= booking.paid
            worth += booking.kept
        assert paid - back == worth


@settings(max_examples=300, deadline=None)
@given(terms(), acts)
def test_nothing_is_kept_beyond_the_price_of_what_stays(first, script):
    sold_on = {}
    for seatmap, event in play(first, script):
        if isinstance(event, SeatsBooked):
            sold_on[event.booking_id] = seatmap.terms
        if isinstance(event, ChangeQuoted):
            seats = [(line.seat_id, LAYOUT.zones()[line.seat_id]) for line in event.lines]
            alone = price(tariff_of(sold_on[event.booking_id]), seats)
            assert (event.lines, event.amount) == (alone.lines, alone.amount)
            over = seatmap.bookings[event.booking_id].kept - alone.amount
            assert (event.to_refund, event.to_pay) == (max(over, 0), max(-over, 0))
            assert event.taken or over >= 0


@settings(max_examples=200, deadline=None)
@given(terms(), acts)
def test_verify_comes_to_the_same_sums(first, script):
    log = [event for _, event in play(first, script)]
    audit = Audit()
    judge_show(History("s", log, list(map(wire.encode, log))), None, {}, audit)
    assert [str(fault) for fault in audit.faults] == []


def test_the_stories_that_are_played_have_changes_in_them():
    script = [
        ("book", "x", SEATS[5:8]),
        ("give", "x", (4, ())),
        ("swap", "x", (1, SEATS[:2])),
        ("cancel", "x", None),
    ]

    told = [type(event).__name__ for _, event in play(PLAIN, script)]

    change = ["ChangeQuoted", "BookingChanged"]
    assert told == ["ShowOpened", "SeatsBooked", *change, *change, "BookingCancelled"]
