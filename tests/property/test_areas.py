"""An area never has more people in it than it holds, whatever is asked and whenever."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from justbookit import wire
from justbookit.catalogue import Area, Layout, Mode, Offer, OfferRule, Row, ShowTerms
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeShow,
    ConfirmBooking,
    ExpireHolds,
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
from lab.verify.audit import Audit
from lab.verify.history import History
from lab.verify.judging import judge_show

START = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
CAPACITY = 5


def layout(version, capacity):
    return Layout(
        version=version,
        rows=(Row(label="A", zone="z", cells=("1", "2")),),
        areas=(Area(area_id="FLR", zone="f", capacity=capacity),),
    )


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
    layout=layout(1, CAPACITY),
    prices={"z": 1801, "f": 900},
    offers=(Offer(offer_id="3", name="Third", rule=OfferRule.THIRD_TICKET, percent=50),),
)


def wish(kind, **fields):
    return st.builds(kind, command_id=st.uuids().map(str), show_id=st.just("s"), **fields)


def smaller(version, capacity):
    return msgspec.structs.replace(TERMS, layout=layout(version, capacity))


names = st.sampled_from(("x", "y", "z"))
who = {"booking_id": names, "customer_id": st.just("c")}
some = {
    "seat_ids": st.sampled_from(((), ("A1",), ("FLR2",))),
    "areas": st.integers(1, CAPACITY + 1).map(lambda count: {"FLR": count}),
}
payments = st.sampled_from((900, 1800, 2250, 2701)).map(
    lambda amount: Payment(reference="r", method="card", amount=amount, currency="JPY")
)
commands = st.one_of(
    wish(HoldSeats, **who, **some),
    wish(BookSeats, **who, **some, payment=payments),
    wish(HoldBest, **who, count=st.integers(1, 4)),
    wish(ConfirmBooking, **who, payment=payments),
    wish(ReleaseHold, **who),
    wish(CancelBooking, **who),
    wish(BlockSeats, **some, reason=st.just("house")),
    wish(UnblockSeats, **some),
    wish(SetAllotment, **some),
    wish(SellAtCounter, sale_id=names, **some, happened=st.booleans()),
    wish(ReturnCounterSale, sale_id=names),
    wish(ChangeShow, terms=st.builds(smaller, st.integers(2, 9), st.integers(3, CAPACITY))),
    st.just(ExpireHolds(command_id="", show_id="s")),
)
scripts = st.lists(st.tuples(commands, st.sampled_from((0, 1, 480))), min_size=3, max_size=40)


def play(script):
    seatmap, now = SeatMap("s"), START
    for command, seconds in [(OpenShow(command_id="open", show_id="s", terms=TERMS), 0), *script]:
        now += timedelta(seconds=seconds)
        for event in decide(seatmap, command, now, timedelta(minutes=8)):
            evolve(seatmap, event)
            yield seatmap, event


@settings(max_examples=500, deadline=None)
@given(scripts)
def test_an_area_never_holds_more_than_its_capacity(script):
    for seatmap, _ in play(script):
        capacity = seatmap.terms.layout.areas[0].capacity
        inside = [place for place in seatmap.claims if place.startswith("FLR")]
        assert len(inside) <= capacity
        counts = seatmap.counts()
        parts = msgspec.structs.astuple(counts)[1:]
        assert min(parts) >= 0
        assert sum(parts) == counts.seats_total == capacity + 2


@settings(max_examples=300, deadline=None)
@given(scripts)
def test_verify_finds_nothing_to_say_about_areas(script):
    log = [
        event if event.command_id else msgspec.structs.replace(event, command_id=None)
        for _, event in play(script)
    ]
    audit = Audit()
    judge_show(History("s", log, list(map(wire.encode, log))), None, {}, audit)
    assert [str(fault) for fault in audit.faults] == []
