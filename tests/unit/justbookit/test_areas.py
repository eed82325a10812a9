"""Places without numbers: what is asked for, what is got, and what is said when it cannot be."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from justbookit.catalogue import Area, Layout, Mode, Offer, OfferRule, OrphanRule, Row, SellingRules
from justbookit.catalogue import ShowTerms as Terms
from justbookit.evolving import evolve
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeShow,
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
from justbookit.seat_events import CommandRefused
from justbookit.seatmap import SeatMap
from tests.decided import decide

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOLD = timedelta(minutes=8)
FLOOR = Area(area_id="FLR", zone="standing", capacity=5, name="Floor")
ROW = Row(label="A", zone="stalls", cells=("1", "2", "3"))
TERMS = Terms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=NOW + timedelta(days=1),
    ends_at=NOW + timedelta(days=1, hours=2),
    timezone="UTC",
    currency="INR",
    mode=Mode.PARTIAL,
    layout=Layout(version=1, rows=(ROW,), areas=(FLOOR,)),
    prices={"standing": 100, "stalls": 200},
    offers=(Offer(offer_id="3", name="Third", rule=OfferRule.THIRD_TICKET, percent=50),),
)
ANA = {"show_id": "s", "customer_id": "ana"}
numbers = iter(range(10_000))


def name():
    return f"c{next(numbers)}"


def show(*commands, terms=TERMS, now=NOW):
    seatmap = SeatMap("s")
    for command in (OpenShow(command_id=name(), show_id="s", terms=terms), *commands):
        told(seatmap, command, now)
    return seatmap


def told(seatmap, command, now=NOW):
    events = decide(seatmap, command, now, HOLD)
    for event in events:
        evolve(seatmap, event)
    return events[-1]


def hold(booking_id, count, *seats, area="FLR", **fields):
    return HoldSeats(
        command_id=name(),
        booking_id=booking_id,
        seat_ids=seats,
        areas={area: count},
        **{**ANA, **fields},
    )


def seats_of(event):
    return [line.seat_id for line in event.lines]


def at_counter(sale_id, count, **fields):
    return SellAtCounter(
        command_id=name(),
        show_id="s",
        sale_id=sale_id,
        seat_ids=(),
        areas={"FLR": count},
        **fields,
    )


def block(count):
    return BlockSeats(
        command_id=name(), show_id="s", seat_ids=(), areas={"FLR": count}, reason="house"
    )


def test_places_are_held_lowest_first_at_their_zones_price_with_offers():
    event = told(show(), hold("b", 3))

    assert seats_of(event) == ["FLR1", "FLR2", "FLR3"]
    assert [line.zone for line in event.lines] == ["standing"] * 3
    assert event.amount == 250


def test_seats_and_places_go_into_one_booking():
    event = told(show(), hold("b", 1, "A2"))

    assert seats_of(event) == ["A2", "FLR1"]
    assert event.amount == 300


def test_places_that_are_given_back_are_taken_again():
    seatmap = show(hold("a", 2), hold("b", 2))
    told(seatmap, ReleaseHold(command_id=name(), booking_id="a", **ANA))

    assert seats_of(told(seatmap, hold("c", 3))) == ["FLR1", "FLR2", "FLR5"]


def test_a_hold_that_ran_out_frees_its_places_at_once():
    seatmap = show(hold("a", 5))

    event = told(seatmap, hold("b", 5), NOW + HOLD)

    assert len(event.lines) == 5
    assert seatmap.counts().seats_free == 3


def test_what_is_cancelled_frees_its_places():
    paid = Payment(reference="r", method="card", amount=450, currency="INR")
    book = BookSeats(
        command_id=name(), booking_id="a", seat_ids=(), areas={"FLR": 5}, payment=paid, **ANA
    )
    seatmap = show(book)
    assert seatmap.counts().seats_booked == 5

    told(seatmap, CancelBooking(command_id=name(), booking_id="a", **ANA))

    assert seatmap.counts().seats_free == 8


@pytest.mark.parametrize(
    ("before", "command", "code", "count"),
    [
        ([hold("a", 3)], hold("b", 3), "area_full", 2),
        ([hold("a", 5)], hold("b", 1), "area_full", 0),
        ([block(4)], hold("b", 2), "area_full", 1),
        ([at_counter("x", 5)], at_counter("y", 1), "area_full", 0),
        ([], block(6), "area_full", 5),
        ([], at_counter("x", 6, happened=True), "area_full", 5),
        ([], hold("b", 1, area="BAL"), "unknown_area", None),
        ([], hold("b", 11), "too_many_seats", None),
        (
            [hold("a", 1)],
            UnblockSeats(command_id=name(), show_id="s", seat_ids=(), areas={"FLR": 1}),
            "area_full",
            0,
        ),
    ],
    ids=[
        "too few are left",
        "none is left",
        "the theatre keeps most",
        "the counter has sold all",
        "more blocked than there are",
        "more sold at the counter than there can be",
        "no such area",
        "more than one booking may have",
        "none is blocked",
    ],
)
def test_too_many_places_are_refused_with_how_many_there_are(before, command, code, count):
    event = told(show(*before), command)

    assert isinstance(event, CommandRefused)
    assert (event.code, event.count) == (code, count)
    assert event.area_id == ("FLR" if code == "area_full" else None)


def test_nothing_is_held_where_a_part_is_refused():
    seatmap = show(hold("a", 4))

    assert isinstance(told(seatmap, hold("b", 2, "A1")), CommandRefused)
    assert seatmap.counts().seats_held == 4


def test_places_may_be_asked_for_as_the_best_of_their_zone():
    wish = HoldBest(command_id=name(), booking_id="b", count=4, zone="standing", **ANA)

    assert seats_of(told(show(), wish)) == ["FLR1", "FLR2", "FLR3", "FLR4"]


def test_who_wants_any_zone_stands_only_where_no_seats_are_left():
    three = HoldBest(command_id=name(), booking_id="b", count=3, **ANA)
    two = HoldBest(command_id=name(), booking_id="c", count=2, **ANA)
    seatmap = show()

    assert seats_of(told(seatmap, three)) == ["A1", "A2", "A3"]
    assert seats_of(told(seatmap, two)) == ["FLR1", "FLR2"]


def test_a_hall_may_have_areas_alone():
    terms = msgspec.structs.replace(TERMS, layout=Layout(version=1, rows=(), areas=(FLOOR,)))
    wish = HoldBest(command_id=name(), booking_id="b", count=2, **ANA)

    assert seats_of(told(show(terms=terms), wish)) == ["FLR1", "FLR2"]


def test_nobody_stands_alone_by_the_orphan_rule():
    rules = SellingRules(orphan_rule=OrphanRule.BLOCK)
    terms = msgspec.structs.replace(TERMS, own_rules=rules)

    assert seats_of(told(show(terms=terms), hold("b", 4))) == ["FLR1", "FLR2", "FLR3", "FLR4"]
    refused = told(show(terms=terms), hold("b", 1, "A2"))
    assert refused.code == "orphan_left"


def test_the_counter_sells_its_own_places_before_ours():
    ours = SetAllotment(command_id=name(), show_id="s", seat_ids=(), areas={"FLR": 2})
    seatmap = show(ours)

    assert told(seatmap, at_counter("x", 3)).seat_ids == ("FLR3", "FLR4", "FLR5")
    assert told(seatmap, at_counter("y", 1)).seat_ids == ("FLR1",)
    assert told(seatmap, hold("b", 2)).count == 1


def test_an_allotment_of_places_keeps_those_that_we_have_sold():
    seatmap = show(hold("a", 2), block(3))
    told(seatmap, ReleaseHold(command_id=name(), booking_id="a", **ANA))
    told(seatmap, hold("b", 2))
    ours = SetAllotment(command_id=name(), show_id="s", seat_ids=("A1",), areas={"FLR": 2})

    assert told(seatmap, ours).seat_ids == ("A1", "FLR1", "FLR2")


def test_what_the_counter_has_sold_already_takes_free_places_then_blocked_then_names_conflicts():
    seatmap = show(hold("a", 2), block(1))

    event = told(seatmap, at_counter("x", 4, happened=True))

    assert event.seat_ids == ("FLR4", "FLR5", "FLR3")
    assert event.conflicts == ("FLR1",)


def test_a_counter_sale_of_places_is_returned():
    seatmap = show(at_counter("x", 5))
    told(seatmap, ReturnCounterSale(command_id=name(), show_id="s", sale_id="x"))

    assert seatmap.counts().seats_free == 8


def test_blocks_of_places_add_up_and_are_lifted_by_number():
    seatmap = show(block(2), block(2))
    assert seatmap.counts().seats_blocked == 4

    told(seatmap, UnblockSeats(command_id=name(), show_id="s", seat_ids=(), areas={"FLR": 3}))

    assert seatmap.counts().seats_blocked == 1


@pytest.mark.parametrize(
    ("capacity", "granted"), [(9, True), (2, True), (1, False)], ids=["more", "enough", "too few"]
)
def test_an_area_shrinks_to_what_is_sold_and_no_further(capacity, granted):
    layout = Layout(
        version=2, rows=(ROW,), areas=(msgspec.structs.replace(FLOOR, capacity=capacity),)
    )
    change = ChangeShow(
        command_id=name(), show_id="s", terms=msgspec.structs.replace(TERMS, layout=layout)
    )
    seatmap = show(hold("a", 2))

    assert isinstance(told(seatmap, change), CommandRefused) is not granted


def test_a_timer_frees_places():
    seatmap = show(hold("a", 5))

    told(seatmap, ExpireHolds(command_id="", show_id="s"), NOW + HOLD)

    assert seatmap.counts().seats_free == 8
