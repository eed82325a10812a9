"""A show moves to another hall: who stays, who moves where, who has no place."""

import msgspec
import pytest

from justbookit.bookings import BookingStatus
from justbookit.catalogue import Area, Layout, Row
from justbookit.moving import plan_move
from justbookit.refusals import MOVED, MOVED_WITHOUT
from justbookit.seat_commands import ChangeShow, MoveShow
from tests.decided import decide
from tests.one_show import (
    HOLD,
    NOON,
    OPEN,
    SECOND,
    STARTS,
    TERMS,
    allot,
    ask,
    block,
    counter,
    faults,
    hold,
    pay,
    play,
    say,
)


def bought(who, *seats):
    zones = TERMS.layout.zones()
    return [hold(who, *seats), pay(who, sum(TERMS.prices[zones[seat]] for seat in seats))]


def bought_at(who, amount, *seats):
    return [hold(who, *seats), pay(who, amount)]


def hall(*rows, **prices):
    """Rows as `A stalls 1 2 _ 3`; a star marks an accessible place."""
    made = []
    for row in rows:
        label, zone, *cells = row.split()
        made.append(
            Row(
                label=label,
                zone=zone,
                cells=tuple("" if cell == "_" else cell.rstrip("*") for cell in cells),
                accessible=tuple(cell.rstrip("*") for cell in cells if cell.endswith("*")),
            )
        )
    return msgspec.structs.replace(
        TERMS,
        theatre_id="other",
        layout=Layout(version=1, rows=tuple(made)),
        prices=prices or TERMS.prices,
    )


SAME = hall("A stalls 1 2 _ 3 4", "B gold 1 2 3 4 5")
# in TERMS: A stalls 1 2 _ 3 4, B gold 1 2 3 4 5

SEATED = {
    "who finds the same seats stays": (
        bought("ana", "A1", "A2"),
        SAME,
        {"ana": "A1 A2"},
    ),
    "another zone of that name is another seat": (
        bought("ana", "A1"),
        hall("A gold 1 2", "C stalls 7", gold=100, stalls=300),
        {"ana": "C7"},
    ),
    "else the nearest seats that are as good": (
        bought("ana", "A3", "A4"),
        hall("C stalls 1 2 3 4 5 6", "D stalls 1 2 3 4 5 6"),
        {"ana": "C4 C5"},
    ),
    "or better": (
        bought("ana", "A3", "A4"),
        hall("C gold 1 2"),
        {"ana": "C1 C2"},
    ),
    "never worse": (
        bought("ana", "B1"),
        hall("C stalls 1 2"),
        {},
    ),
    "another zone is as good if it costs as much": (
        bought("ana", "B1"),
        hall("C balcony 1 2", balcony=500),
        {"ana": "C1"},
    ),
    "who sat together sits together": (
        bought("ana", "B1", "B2", "B3"),
        hall("C gold 1 2 _ 3 4", "D gold 1 2 3"),
        {"ana": "D1 D2 D3"},
    ),
    "an aisle parts them": (
        bought("ana", "B1", "B2", "B3"),
        hall("C gold 1 2 _ 3 4"),
        {},
    ),
    "who sat apart may sit apart": (
        bought("ana", "A2", "A3"),
        hall("C stalls 1", "D stalls 1"),
        {"ana": "C1 D1"},
    ),
    "who cannot be seated whole is not seated": (
        bought("ana", "A2", "A3"),
        hall("C stalls 1"),
        {},
    ),
    "and keeps nobody else from a seat": (
        [*bought("ana", "A2", "A3"), *((each, NOON + SECOND) for each in bought("ben", "A1"))],
        hall("C stalls 1"),
        {"ben": "C1"},
    ),
    "the larger party is seated first": (
        [*bought("ana", "A1"), *bought("ben", "B1", "B2")],
        hall("C gold 1 2"),
        {"ben": "C1 C2"},
    ),
    "of equal parties the one that was there first": (
        [
            *((each, NOON + SECOND) for each in bought("ana", "A1")),
            *bought("ben", "A2"),
        ],
        hall("C stalls 1"),
        {"ben": "C1"},
    ),
    "who stays is not moved for anybody": (
        [*bought("ana", "B1", "B2", "B3"), *bought("ben", "A2")],
        hall("A stalls 1 2 3 4"),
        {"ben": "A2"},
    ),
    "an accessible place is for who had one": (
        bought("ana", "A1"),
        hall("C stalls 1* 2"),
        {"ana": "C2"},
    ),
    "what the counter sold comes after": (
        [counter("c", "A1"), *((each, NOON + SECOND) for each in bought("ana", "A2"))],
        hall("C stalls 1"),
        {"ana": "C1"},
    ),
    "and moves, too": (
        [counter("c", "A1", "A2")],
        hall("C stalls 1 2"),
        {"c": "C1 C2"},
    ),
}


def steps(given):
    return [(OPEN, NOON), *(each if isinstance(each, tuple) else (each, NOON) for each in given)]


def move(seatmap, terms):
    return ask(MoveShow, terms=terms, plan_id=plan_move(seatmap, terms).plan_id)


def seats_of(seatmap):
    live = {
        name: booking.seat_ids
        for name, booking in seatmap.bookings.items()
        if booking.status is BookingStatus.CONFIRMED
    }
    return {name: " ".join(seats) for name, seats in (live | seatmap.sales).items()}


@pytest.mark.parametrize(("given", "terms", "then"), SEATED.values(), ids=SEATED)
def test_who_sits_where(given, terms, then):
    seatmap, _ = play(steps(given))
    had = seats_of(seatmap)
    plan = plan_move(seatmap, terms)

    seatmap, log = play([*steps(given), (move(seatmap, terms), NOON + 2 * SECOND)])

    assert say(log[-1]) == "ShowMoved"
    assert seats_of(seatmap) == then
    assert {*plan.lost_bookings, *plan.lost_sales} == had.keys() - then.keys()
    counts = seatmap.counts()
    assert counts.seats_total == len(terms.layout.zones())
    assert counts.seats_booked + counts.seats_counter == sum(len(s.split()) for s in then.values())
    assert {seat for claim in then.values() for seat in claim.split()} == set(seatmap.claims)
    assert faults(log) == []


def test_a_place_in_an_area_may_become_a_seat_and_no_seat_a_place():
    floor = (Area(area_id="FLR", zone="stalls", capacity=2),)
    here = msgspec.structs.replace(TERMS, layout=msgspec.structs.replace(TERMS.layout, areas=floor))
    given = [ask(ChangeShow, terms=here), *bought_at("ana", 300, "FLR2"), *bought("ben", "A1")]
    seatmap, _ = play(steps(given))
    smaller = (Area(area_id="FLR", zone="stalls", capacity=1),)
    with_floor = hall("C gold 1")
    with_floor = msgspec.structs.replace(
        with_floor, layout=msgspec.structs.replace(with_floor.layout, areas=smaller)
    )

    seatmap, log = play([*steps(given), (move(seatmap, with_floor), NOON)])

    assert seats_of(seatmap) == {"ben": "C1", "ana": "FLR1"}
    assert faults(log) == []
    seated = plan_move(play(steps(given[:3]))[0], hall("D gold 5"))
    assert seated.bookings == {"ana": {"FLR2": "D5"}}


def test_an_accessible_place_is_found_for_who_had_one():
    here = hall("A stalls 1* 2", "B gold 1 2 3 4 5")
    here = msgspec.structs.replace(here, theatre_id="t")
    changed = [ask(ChangeShow, terms=here), *bought("ana", "A1")]
    seatmap, _ = play(steps(changed))

    there = hall("A stalls 1 2", "C stalls 5 6*")

    assert plan_move(seatmap, there).bookings == {"ana": {"A1": "C6"}}
    assert plan_move(seatmap, hall("A stalls 1 2")).lost_bookings == ("ana",)


def test_who_loses_is_refunded_and_told_why():
    given = [*bought("ana", "B1"), hold("ben", "A1"), counter("c", "B2"), block("A4")]
    seatmap, _ = play(steps(given))
    there = hall("C stalls 1 2")
    plan = plan_move(seatmap, there)
    assert (plan.lost_bookings, plan.lost_sales) == (("ana",), ("c",))
    assert (plan.holds, plan.blocked, plan.stay) == (("ben",), ("A4",), 0)

    events = decide(seatmap, move(seatmap, there), NOON, HOLD)

    assert [say(event) for event in events] == [
        "HoldReleased A1",
        "BookingCancelled B1",
        "CounterSaleReturned B2",
        "SeatsUnblocked A4",
        "ShowMoved",
    ]
    seatmap, log = play([*steps(given), (move(seatmap, there), NOON)])
    ana, ben = seatmap.bookings["ana"], seatmap.bookings["ben"]
    assert (ana.status, ana.refund, ana.because) == ("cancelled", 500, MOVED_WITHOUT)
    assert (ben.status, ben.because) == ("released", MOVED)
    assert seatmap.claims == {}
    assert faults(log) == []


def test_a_price_that_was_paid_stays_paid():
    given = bought("ana", "A1", "A2")
    seatmap, _ = play(steps(given))
    there = hall("C gold 1 2 3")

    seatmap, _ = play([*steps(given), (move(seatmap, there), NOON)])

    lines = seatmap.bookings["ana"].lines
    assert [(line.seat_id, line.zone, line.price) for line in lines] == [
        ("C1", "stalls", 300),
        ("C2", "stalls", 300),
    ]
    assert seatmap.bookings["ana"].amount == 600


OUTDATES = {
    "who has booked since and would have to move": (bought("ben", "B1", "B2"), True),
    "who has booked since and would have no place": (bought("ben", "A1", "A2", "A3", "A4"), True),
    "a hold is not planned for": ([hold("ben", "A3")], False),
    "nor a block": ([block("A3")], False),
}


@pytest.mark.parametrize(("since", "outdated"), OUTDATES.values(), ids=OUTDATES)
def test_a_plan_is_good_for_as_long_as_it_is_the_plan(since, outdated):
    given = bought("ana", "B5")
    there = hall("C stalls 1 2 3 4", "D gold 1 2 3 4 5")
    shown, _ = play(steps(given))
    plan = move(shown, there)

    seatmap, _ = play(steps([*given, *since]))

    last = decide(seatmap, plan, NOON, HOLD)[-1]
    assert (say(last) == "plan_outdated") is outdated


def test_who_stays_does_not_outdate_a_plan_and_other_prices_do():
    given, there = bought("ana", "B5"), SAME
    shown, _ = play(steps(given))
    plan = move(shown, there)
    seatmap, _ = play(steps([*given, *bought("ben", "A1")]))

    assert say(decide(seatmap, plan, NOON, HOLD)[-1]) == "ShowMoved"
    dearer = msgspec.structs.replace(there, prices={"gold": 501, "stalls": 300})
    assert plan_move(seatmap, dearer).plan_id != plan.plan_id
    turned = msgspec.structs.replace(there, prices=dict(reversed(there.prices.items())))
    assert plan_move(seatmap, turned).plan_id == plan.plan_id


def test_a_show_that_runs_does_not_move():
    seatmap, _ = play(steps([]))

    assert say(decide(seatmap, move(seatmap, SAME), STARTS, HOLD)[-1]) == "sales_over"


def test_never_more_is_ours_to_sell_than_was_before():
    given = [allot("A1", "B1", "B2", give_back_minutes_before=60), *bought("ana", "B1", "B2")]
    seatmap, _ = play(steps(given))
    there = hall("A stalls 1 2", "C gold 1 2 3")

    seatmap, log = play([*steps(given), (move(seatmap, there), NOON)])

    assert seatmap.allotment == {"A1", "C1", "C2"}
    assert seatmap.counts().seats_free == 1
    assert seatmap.lapses_at is not None
    assert faults(log) == []


def test_where_the_counters_customers_sit_is_not_ours_to_sell():
    given = [allot("A1", "A2"), *bought("ana", "A1"), counter("c", "A3")]
    seatmap, _ = play(steps(given))
    there = hall("A stalls 1 2")

    seatmap, log = play([*steps(given), (move(seatmap, there), NOON)])

    assert seats_of(seatmap) == {"ana": "A1", "c": "A2"}
    assert seatmap.allotment == {"A1"}
    assert faults(log) == []


def worse_seat(log):
    log[-1] = msgspec.structs.replace(log[-1], bookings={"ana": {"B1": "A1"}})


def same_seat_twice(log):
    log[-1] = msgspec.structs.replace(log[-1], bookings={"ana": {"B1": "B5"}})


def seat_that_is_not_there(log):
    log[-1] = msgspec.structs.replace(log[-1], bookings={"ana": {"B1": "Z1"}})


def lost_for_nothing(log):
    """Whoever could have stayed was refunded all the same."""
    _, other = play(steps([*bought("ana", "B1"), *bought("ben", "B5")]))
    seatmap, _ = play(steps([*bought("ana", "B1"), *bought("ben", "B5")]))
    without = hall("A stalls 1 2 _ 3 4", "B gold 5")
    events = decide(seatmap, move(seatmap, without), NOON, HOLD)
    log[:] = [*other, *events]
    log[-1] = msgspec.structs.replace(log[-1], terms=SAME)


def never_moved(log):
    lost_for_nothing(log)
    log.pop()
    _, more = play(steps([hold("eve", "A1")]))
    log.append(msgspec.structs.replace(more[-1], version=len(log) + 1))


def another_time(log):
    later = msgspec.structs.replace(log[-1].terms, starts_at=STARTS + SECOND)
    log[-1] = msgspec.structs.replace(log[-1], terms=later)


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (worse_seat, "not there, or less"),
        (same_seat_twice, "B5 goes to ana"),
        (seat_that_is_not_there, "not there, or less"),
        (lost_for_nothing, "and were lost"),
        (never_moved, "lost to a move, and there was none"),
        (another_time, "another time, place"),
    ],
)
def test_verify_sees_a_move_that_was_not_as_it_should(plant, said):
    given = [*bought("ana", "B1"), *bought("ben", "B5")]
    seatmap, _ = play(steps(given))
    _, log = play([*steps(given), (move(seatmap, SAME), NOON)])
    assert faults(log) == []

    plant(log)

    assert any(said in fault for fault in faults(log)), faults(log)
