"""What a theatre may do to its shows, and what it is told when it may not."""

from datetime import timedelta

import msgspec
import pytest

from justbookit.catalogue import Area, Layout
from justbookit.seat_commands import (
    ChangeShow,
    CloseShow,
    HoldSeats,
    OpenShow,
    ReleaseHold,
    SetAllotment,
)
from tests.one_show import (
    HOLD,
    NOON,
    OPEN,
    SECOND,
    TERMS,
    allot,
    ask,
    block,
    counter,
    decided,
    hold,
    say,
)

SMALLER = msgspec.structs.replace(TERMS, layout=Layout(version=2, rows=TERMS.layout.rows[:1]))
LATER = msgspec.structs.replace(TERMS, starts_at=TERMS.starts_at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("steps", "words", "count"),
    [
        (
            [OPEN, ask(OpenShow, terms=SMALLER)],
            "a show of this name exists; change that one",
            None,
        ),
        (
            [OPEN, hold("ana", "A1"), hold("ben", "B1", "B2"), ask(ChangeShow, terms=SMALLER)],
            "seats that somebody has are not in the new layout",
            2,
        ),
        (
            [OPEN, hold("ana", "A1"), ask(ChangeShow, terms=LATER)],
            "the time or currency cannot change while somebody has seats",
            1,
        ),
    ],
    ids=["the name is used", "seats would go", "the time would be another"],
)
def test_what_a_theatre_is_told_that_may_not(steps, words, count):
    [refused] = decided(*steps)

    assert (refused.detail, refused.count) == (words, count)


def test_nothing_is_blocked_in_a_show_that_was_taken_off():
    assert [each.code for each in decided(OPEN, ask(CloseShow), block("A1"))] == ["show_closed"]


def test_the_counter_has_a_seat_of_its_own_whose_hold_ran_out():
    """It ran out, which is not giving way, and is said as it was."""
    happened = decided(
        OPEN,
        allot("A1", "A2", give_back_at=NOON + SECOND),
        hold("ana", "A1"),
        (counter("till", "A1"), NOON + HOLD),
    )

    assert [say(event) for event in happened] == [
        "AllotmentGivenBack A2",
        "HoldReleased A1",
        "SeatsSoldAtCounter A1",
    ]
    assert happened[1].reason == "expired"


def test_places_that_somebody_has_are_the_first_that_we_keep_of_an_area():
    floor = Layout(version=1, rows=(), areas=(Area(area_id="FLR", zone="gold", capacity=4),))
    standing = ask(OpenShow, terms=msgspec.structs.replace(TERMS, layout=floor))
    ana, ben = (
        ask(HoldSeats, booking_id=who, customer_id=who, seat_ids=(), areas={"FLR": 1})
        for who in ("ana", "ben")
    )
    gone = ask(ReleaseHold, booking_id="ana", customer_id="ana")

    [allotted] = decided(standing, ana, ben, gone, ask(SetAllotment, seat_ids=(), areas={"FLR": 1}))

    assert say(allotted) == "AllotmentSet FLR2"
