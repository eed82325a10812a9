"""What must hold for every history of a show, whatever is asked and whenever."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from justbookit import wire
from justbookit.bookings import LIVE, Booking, BookingStatus
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
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.forgetting import forget
from justbookit.offers import price
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeBooking,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    ExtendHold,
    HoldBest,
    HoldSeats,
    OpenShow,
    Payment,
    QuoteChange,
    ReleaseHold,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import (
    AllotmentGivenBack,
    CommandRefused,
    SeatsBooked,
    SeatsHeld,
    SeatsUnblocked,
)
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored, snapshot_of
from lab.verify.audit import Audit
from lab.verify.history import History
from lab.verify.judging import judge_show

START = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
HOLD = timedelta(minutes=8)
SEATS = ("A1", "A2", "A3")
TERMS = ShowTerms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=START + timedelta(hours=1),
    ends_at=START + timedelta(hours=3),
    timezone="Asia/Tokyo",
    currency="JPY",
    mode=Mode.ALL_IN,
    layout=Layout(version=1, rows=(Row(label="A", zone="z", cells=("1", "2", "3")),)),
    prices={"z": 1801},
    offers=(Offer(offer_id="3", name="Third", rule=OfferRule.THIRD_TICKET, percent=50),),
)

seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True).map(tuple)
names = st.sampled_from(("x", "y", "z"))
amounts = st.sampled_from((1801, 3602, 4502, 4503))  # one, two and three seats; and not quite


def payment(amount):
    return Payment(reference="r", method="card", amount=amount, currency="JPY")


def difference(amount):
    return Payment(reference="d", method="card", amount=amount, currency="JPY") if amount else None


def wish(kind, **fields):
    fields = {name: value for name, value in fields.items() if value is not None}
    return st.builds(kind, command_id=st.uuids().map(str), show_id=st.just("s"), **fields)


ends = st.sampled_from(range(60, 3600, 600)).map(lambda after: START + timedelta(seconds=after))
who = {"booking_id": names, "customer_id": st.just("c")}
payments = amounts.map(payment)
commands = st.one_of(
    wish(HoldSeats, **who, seat_ids=seats),
    wish(HoldSeats, **who, seat_ids=seats, accessible=st.booleans()),
    wish(BookSeats, **who, seat_ids=seats, payment=payments),
    wish(ConfirmBooking, **who, payment=payments),
    wish(ExtendHold, **who),
    wish(HoldBest, **who, count=st.integers(1, 3), accessible=st.booleans()),
    wish(ReleaseHold, **who),
    wish(CancelBooking, **who),
    wish(BlockSeats, seat_ids=seats, reason=st.just("house")),
    wish(BlockSeats, seat_ids=seats, reason=st.just("house"), until=ends),
    wish(
        BlockSeats,
        seat_ids=seats,
        reason=st.just("house"),
        until_minutes_before=st.sampled_from((30, 45)),
    ),
    wish(UnblockSeats, seat_ids=seats),
    wish(SetAllotment, seat_ids=st.one_of(st.none(), seats)),
    wish(SetAllotment, seat_ids=st.one_of(st.none(), seats), give_back_at=ends),
    wish(SellAtCounter, sale_id=names, seat_ids=seats, happened=st.booleans()),
    wish(ReturnCounterSale, sale_id=names),
    wish(CloseShow),
    wish(CloseShow, refund=st.just(value=True), reason=st.just("no lamp")),
    st.just(ExpireHolds(command_id="", show_id="s")),
)
seconds = st.sampled_from((0, 1, 479, 480, 481))
steps = st.tuples(commands, seconds).map(lambda step: [step])


quotes = wish(
    QuoteChange, **who, give=seats, take=st.one_of(st.just(()), seats), accessible=st.booleans()
)
differences = st.sampled_from((0, 0, 1801, 900, 901)).map(difference)
dones = wish(ChangeBooking, **who, quote_id=st.just(""), payment=differences)


@st.composite
def changes(draw):
    """A paid booking changed as quoted, by its customer, sooner or later."""
    quoted = draw(quotes)
    done = msgspec.structs.replace(draw(dones), quote_id=quoted.command_id)
    return [(quoted, draw(seconds)), (done, draw(seconds))]


scripts = st.lists(st.one_of(steps, steps, changes()), min_size=3, max_size=40).map(
    lambda parts: [step for part in parts for step in part]
)

ALLOWED = {
    (None, BookingStatus.HELD),
    (None, BookingStatus.CONFIRMED),
    (BookingStatus.HELD, BookingStatus.CONFIRMED),
    (BookingStatus.HELD, BookingStatus.RELEASED),
    (BookingStatus.HELD, BookingStatus.EXPIRED),
    (BookingStatus.CONFIRMED, BookingStatus.CANCELLED),
    (BookingStatus.CONFIRMED, BookingStatus.EXCHANGED),
}


def play(script, terms=TERMS):
    """The show after each event, with the event and the time."""
    seatmap, now = SeatMap("s"), START
    script = [(OpenShow(command_id="open", show_id="s", terms=terms), 0), *script]
    for command, seconds in script:
        now += timedelta(seconds=seconds)
        events = decide(seatmap, command, now, HOLD)
        for event in events:
            before = {each: booking.status for each, booking in seatmap.bookings.items()}
            evolve(seatmap, event)
            yield seatmap, event, before, now


def owners(seatmap):
    """Who has each seat according to bookings and sales, told apart from the claims."""
    had = []
    for booking in seatmap.bookings.values():
        if booking.status in LIVE:
            had += [(seat, booking.booking_id) for seat in booking.seat_ids]
    for sale, sold in seatmap.sales.items():
        had += [(seat, sale) for seat in sold]
    return had


@settings(max_examples=500, deadline=None)
@given(scripts)
def test_a_seat_has_at_most_one_owner_at_every_moment(script):
    for seatmap, *_ in play(script):
        had = owners(seatmap)
        assert len({seat for seat, _ in had}) == len(had)


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_a_booking_moves_only_along_its_way(script):
    for seatmap, _, before, _ in play(script):
        for booking_id, booking in seatmap.bookings.items():
            was = before.get(booking_id)
            assert was == booking.status or (was, booking.status) in ALLOWED


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_seats_are_conserved(script):
    for seatmap, *_ in play(script):
        counts = seatmap.counts()
        parts = (
            counts.seats_free,
            counts.seats_held,
            counts.seats_booked,
            counts.seats_counter,
            counts.seats_blocked,
            counts.seats_not_allotted,
        )
        assert min(parts) >= 0
        assert sum(parts) == counts.seats_total == len(SEATS)


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_a_price_follows_from_the_terms_alone(script):
    for seatmap, event, _, _ in play(script):
        if isinstance(event, SeatsHeld | SeatsBooked):
            again = price(seatmap.tariff, [(line.seat_id, line.zone) for line in event.lines])
            assert (again.lines, again.amount) == (event.lines, event.amount)
            assert sum(line.price for line in event.lines) == event.amount


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_the_log_replayed_from_its_bytes_gives_the_same_show(script):
    log, last = [], None
    for seatmap, event, _, _ in play(script):
        log.append(wire.encode(event))
        last = seatmap

    again = SeatMap("s")
    for raw in log:
        evolve(again, wire.decode_seat_event(raw))

    assert again.claims == last.claims
    assert again.bookings == last.bookings
    assert again.counts() == last.counts()
    assert again.version == last.version == len(log)


KEPT = {
    "allotment",
    "bookings_of",
    "claims",
    "free",
    "hall",
    "holds",
    "open",
    "sales",
    "cancelling",
    "lapses",
    "show_id",
    "tallies",
    "tariff",
    "tariff_since",
    "tariffs",
    "terms",
    "version",
    "waiting",
}
"""What a show has that comes back from a snapshot as it was, but for those who are over."""


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_a_show_from_its_snapshot_goes_on_as_if_it_had_never_left(script):
    twin = None
    for seatmap, event, _, _ in play(script):
        if twin is not None:
            evolve(twin, event)
        if twin is None or event.version % 3 == 0:
            twin = restored(snapshot_of(seatmap))
            forget(twin, answers=2, ended=1)
        for name in KEPT - {"bookings_of"}:
            assert getattr(twin, name) == getattr(seatmap, name), name
        assert list(twin.claims) == list(seatmap.claims)
        assert live_of(twin) == live_of(seatmap)


def test_a_snapshot_knows_everything_that_a_show_has():
    assert KEPT | {"answers", "bookings", "ended", "forgot"} == set(SeatMap.__slots__)


def live_of(seatmap):
    """Who has a live booking, and which."""
    return {
        customer_id: [
            seatmap.bookings[each] for each in own if seatmap.bookings[each].status in LIVE
        ]
        for customer_id, own in seatmap.bookings_of.items()
        if any(seatmap.bookings[each].status in LIVE for each in own)
    }


@settings(max_examples=200, deadline=None)
@given(scripts, st.randoms(use_true_random=False))
def test_a_command_sent_again_changes_nothing(script, random):
    sent = [(command, 0) for command, _ in script if command.command_id]
    once = [event for _, event, _, _ in play(sent)]
    doubled = []
    for at, step in enumerate(sent):
        doubled.append(step)
        doubled.extend(random.sample(sent[: at + 1], k=1))

    assert [event for _, event, _, _ in play(doubled)] == once


@settings(max_examples=200, deadline=None)
@given(scripts)
def test_every_command_is_answered_once(script):
    answered = [event.command_id for _, event, _, _ in play(script) if event.command_id]

    asked = {command.command_id for command, _ in script if command.command_id}
    assert sorted(answered) == sorted({"open", *asked})


@settings(max_examples=200, deadline=None)
@given(scripts)
def test_a_refusal_changes_nothing_but_the_version(script):
    before = None
    for seatmap, event, _, _ in play(script):
        now = (dict(seatmap.claims), seatmap.counts(), seatmap.open)
        if isinstance(event, CommandRefused) and before is not None:
            assert now == before
        before = now


FOR_EVER = START + timedelta(days=1)
RULED = msgspec.structs.replace(
    TERMS,
    own_rules=SellingRules(seats_per_person_max=2, accessible_released_minutes=30),
    layout=Layout(
        version=1, rows=(Row(label="A", zone="z", cells=("1", "2", "3"), accessible=("3",)),)
    ),
)


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_nobody_has_more_seats_than_the_theatre_allows_nor_one_kept_for_others(script):
    for seatmap, event, _, now in play(script, RULED):
        live = [
            booking
            for booking in seatmap.bookings.values()
            if booking.status in LIVE and now < seatmap.holds.get(booking.booking_id, FOR_EVER)
        ]
        assert sum(len(booking.lines) for booking in live) <= 2
        if isinstance(event, SeatsHeld | SeatsBooked) and not event.accessible:
            is_kept = now < TERMS.starts_at - timedelta(minutes=30)
            assert not (is_kept and "A3" in [line.seat_id for line in event.lines])


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_nobody_holds_seats_for_more_than_twenty_minutes(script):
    for seatmap, *_ in play(script):
        for booking_id, held_until in seatmap.holds.items():
            booking = seatmap.bookings[booking_id]
            assert booking.held_until == held_until <= booking.held_at + timedelta(minutes=20)


@settings(max_examples=200, deadline=None)
@given(scripts)
def test_verify_finds_nothing_to_say_about_what_the_rules_decide(script):
    rules = SellingRules(
        orphan_rule=OrphanRule.BLOCK, seats_per_person_max=2, accessible_released_minutes=30
    )
    row = Row(label="A", zone="z", cells=("1", "2", "3"), accessible=("3",))
    starts_at = START + timedelta(hours=2)
    terms = msgspec.structs.replace(
        TERMS, own_rules=rules, starts_at=starts_at, layout=Layout(version=1, rows=(row,))
    )
    log = [
        event if event.command_id else msgspec.structs.replace(event, command_id=None)
        for _, event, _, _ in play(script, terms)
    ]
    audit = Audit()
    judge_show(History("s", log, list(map(wire.encode, log))), None, {}, audit)
    assert [str(fault) for fault in audit.faults] == []


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_nothing_stands_beyond_its_end(script):
    for seatmap, event, _, now in play(script):
        lapsing = isinstance(event, SeatsUnblocked | AllotmentGivenBack) and not event.command_id
        if seatmap.open and not lapsing:
            assert seatmap.lapses_at is None or seatmap.lapses_at > now


def test_the_way_of_a_booking_is_written_down_whole():
    assert {status for _, status in ALLOWED} == set(BookingStatus)
    assert Booking.__struct_fields__
