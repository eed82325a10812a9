"""Whatever is asked and whenever: the line is fair, and what is offered is nobody else's."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from justbookit import wire
from justbookit.catalogue import Area, Layout, Mode, Row, ShowTerms
from justbookit.claims import ClaimKind
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.seat_commands import (
    AcceptSeatOffer,
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeShow,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    JoinWaitingList,
    LeaveWaitingList,
    OpenShow,
    Payment,
    ReleaseHold,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored, snapshot_of
from justbookit.waiting import may_free, next_offer
from lab.verify.audit import Audit
from lab.verify.history import History
from lab.verify.judging import judge_show

START = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
LAYOUT = Layout(
    version=1,
    rows=(
        Row(label="A", zone="z", cells=("1", "2", "", "3"), accessible=("3",)),
        Row(label="B", zone="y", cells=("1", "2", "3")),
    ),
    areas=(Area(area_id="F", zone="y", capacity=2),),
)
SEATS = ("A1", "A2", "A3", "B1", "B2", "B3", "F1", "F2")
TERMS = ShowTerms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=START + timedelta(hours=2),
    ends_at=START + timedelta(hours=4),
    timezone="Asia/Tokyo",
    currency="JPY",
    mode=Mode.PARTIAL,
    layout=LAYOUT,
    prices={"z": 100, "y": 100},
)
SMALLER = msgspec.structs.replace(
    TERMS, layout=msgspec.structs.replace(LAYOUT, version=2, rows=LAYOUT.rows[:1])
)


def wish(kind, **fields):
    return st.builds(kind, command_id=st.uuids().map(str), show_id=st.just("s"), **fields)


names = st.sampled_from(("x", "y", "z"))
seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=5, unique=True).map(tuple)
who = {"booking_id": names, "customer_id": st.just("c")}
waiter = st.sampled_from(("p", "q", "r"))
payments = st.integers(1, 5).map(
    lambda count: Payment(reference="r", method="card", amount=100 * count, currency="JPY")
)


def about_line(kind, **fields):
    return waiter.flatmap(
        lambda name: wish(kind, entry_id=st.just(name), customer_id=st.just(name), **fields)
    )


commands = st.one_of(
    about_line(
        JoinWaitingList,
        size=st.integers(1, 4),
        zone=st.sampled_from((None, "z", "y")),
        together=st.booleans(),
        accessible=st.booleans(),
    ),
    about_line(LeaveWaitingList),
    about_line(AcceptSeatOffer, booking_id=st.uuids().map(str)),
    wish(HoldSeats, **who, seat_ids=seats),
    wish(BookSeats, **who, seat_ids=seats, payment=payments),
    wish(ConfirmBooking, **who, payment=payments),
    wish(ReleaseHold, **who),
    wish(CancelBooking, **who),
    wish(BlockSeats, seat_ids=seats, reason=st.just("house")),
    wish(UnblockSeats, seat_ids=seats),
    wish(SetAllotment, seat_ids=st.one_of(st.none(), seats)),
    wish(SellAtCounter, sale_id=names, seat_ids=seats, happened=st.booleans()),
    wish(ReturnCounterSale, sale_id=names),
    wish(ChangeShow, terms=st.sampled_from((TERMS, SMALLER))),
    wish(CloseShow),
    st.just(ExpireHolds(command_id="", show_id="s")),
)
steps = st.tuples(commands, st.sampled_from((0, 0, 1, 299, 300, 480)))
scripts = st.lists(steps, min_size=3, max_size=40)

FULL = [
    (HoldSeats(command_id=f"full-{at}", show_id="s", booking_id=f"f{at}", customer_id="f",
               seat_ids=SEATS[at : at + 2], accessible=True), 0)
    for at in range(0, 8, 2)
]  # fmt: skip


def play(script):
    """The show after each event, as the writer would have it: with what it offers besides."""
    seatmap, now = SeatMap("s"), START
    opened = OpenShow(command_id="open", show_id="s", terms=TERMS)
    timer = ExpireHolds(command_id="", show_id="s")
    for command, seconds in [(opened, 0), *FULL, *script]:
        now += timedelta(seconds=seconds)
        for each in (timer, command) if seatmap.waiting else (command,):
            events = decide(seatmap, each, now, timedelta(minutes=8))
            for event in events:
                evolve(seatmap, event)
                yield seatmap, event
            if any(map(may_free, events)):
                while (offer := next_offer(seatmap, now)) is not None:
                    evolve(seatmap, offer)
                    yield seatmap, offer


A_SALE_OF_NOTHING_IS_RETURNED = [
    (
        SellAtCounter(command_id="sold", show_id="s", sale_id="x", seat_ids=("A1",), happened=True),
        0,
    ),
    (CloseShow(command_id="closed", show_id="s"), 480),
    (ReturnCounterSale(command_id="returned", show_id="s", sale_id="x"), 300),
]


def _join(name):
    return JoinWaitingList(
        command_id=name, show_id="s", entry_id="p", customer_id="p", size=1, together=False
    )


A_BLOCK_AND_AN_OFFER_GO_WITH_THEIR_ROW = [
    (_join("j1"), 299),
    (ExpireHolds(command_id="", show_id="s"), 299),
    (BlockSeats(command_id="b", show_id="s", seat_ids=("B1",), reason="house"), 0),
    (_join("j2"), 0),
    (_join("j3"), 0),
    (ChangeShow(command_id="c", show_id="s", terms=SMALLER), 0),
]


@settings(max_examples=400, deadline=None)
@example(A_SALE_OF_NOTHING_IS_RETURNED)
@example(A_BLOCK_AND_AN_OFFER_GO_WITH_THEIR_ROW)
@given(scripts)
def test_verify_finds_the_line_fair(script):
    log = [
        event if event.command_id else msgspec.structs.replace(event, command_id=None)
        for _, event in play(script)
    ]
    audit = Audit()
    judge_show(History("s", log, list(map(wire.encode, log))), None, {}, audit)
    assert [str(fault) for fault in audit.faults] == []


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_what_is_offered_is_claimed_for_that_party_and_no_other(script):
    for seatmap, _ in play(script):
        offered = [
            (seat, entry.entry_id) for entry in seatmap.waiting.values() for seat in entry.seat_ids
        ]
        claimed = [
            (seat, claim.by)
            for seat, claim in seatmap.claims.items()
            if claim.kind is ClaimKind.OFFER
        ]
        assert sorted(offered) == sorted(claimed)
        counts = msgspec.structs.astuple(seatmap.counts())
        assert min(counts) >= 0
        assert sum(counts[1:]) == counts[0]


@settings(max_examples=200, deadline=None)
@given(scripts)
def test_the_line_comes_back_from_a_snapshot_as_it_was(script):
    for seatmap, _ in play(script):
        again = restored(snapshot_of(seatmap))
        assert list(again.waiting.values()) == list(seatmap.waiting.values())
        assert again.claims == seatmap.claims
