"""Blocks and allotments that end by themselves, told as a table."""

from datetime import timedelta

import msgspec
import pytest

from justbookit.lapsing import after, lapsed
from justbookit.seat_commands import ChangeShow, CloseShow, SetAllotment, UnblockSeats
from tests.decided import decide
from tests.one_show import (
    HOLD,
    NOON,
    OPEN,
    SECOND,
    STARTS,
    TERMS,
    TIMER,
    allot,
    ask,
    block,
    cancel,
    counter,
    faults,
    hold,
    pay,
    play,
    say,
)

HOUR = timedelta(hours=1)
LET_GO = STARTS - HOUR
JUST_BEFORE = timedelta(microseconds=1)
HOUSE = block("A1", "A2", until=LET_GO)
MOVED = STARTS + timedelta(hours=2)
LATER = ask(ChangeShow, terms=msgspec.structs.replace(TERMS, starts_at=MOVED))
GIVEN_BACK = allot("A1", "A2", "B1", give_back_minutes_before=60)
BOUGHT = [hold("ana", "A1"), pay("ana", 300)]

CASES = {
    "until its end a block stands": (
        [HOUSE],
        (hold("ana", "A1"), LET_GO - JUST_BEFORE),
        ["seat_blocked A1"],
    ),
    "at its end the seats are free for whoever asks next, timer or not": (
        [HOUSE],
        (hold("ana", "A1"), LET_GO),
        ["SeatsUnblocked A1 A2", "SeatsHeld A1"],
    ),
    "the timer puts them back": ([HOUSE], (TIMER, LET_GO), ["SeatsUnblocked A1 A2"]),
    "and not before": ([HOUSE], (TIMER, LET_GO - JUST_BEFORE), []),
    "a kill never ends by itself": (
        [block("A1")],
        (hold("ana", "A1"), STARTS - SECOND),
        ["seat_blocked A1"],
    ),
    "each seat ends with its own block": (
        [HOUSE, block("A3", until=LET_GO + SECOND)],
        (TIMER, LET_GO),
        ["SeatsUnblocked A1 A2"],
    ),
    "the first block of a seat is the one that counts": (
        [block("A1"), block("A1", "A2", until=LET_GO)],
        (TIMER, LET_GO),
        ["SeatsUnblocked A2"],
    ),
    "what was put back by hand is not put back again": (
        [HOUSE, ask(UnblockSeats, seat_ids=("A1",))],
        (TIMER, LET_GO),
        ["SeatsUnblocked A2"],
    ),
    "nor what the counter sold of it": (
        [HOUSE, counter("c1", "A1", happened=True)],
        (TIMER, LET_GO),
        ["SeatsUnblocked A2"],
    ),
    "a block ends so many minutes before the start": (
        [block("A1", until_minutes_before=60)],
        (TIMER, LET_GO),
        ["SeatsUnblocked A1"],
    ),
    "wherever that moves": (
        [block("A1", until_minutes_before=60), LATER],
        (TIMER, MOVED - HOUR - JUST_BEFORE),
        [],
    ),
    "and then it ends": (
        [block("A1", until_minutes_before=60), LATER],
        (TIMER, MOVED - HOUR),
        ["SeatsUnblocked A1"],
    ),
    "a moment stays where it is": ([HOUSE, LATER], (TIMER, LET_GO), ["SeatsUnblocked A1 A2"]),
    "a block cannot end before it begins": (
        [],
        (block("A1", until=NOON), NOON),
        ["bad_until A1"],
    ),
    "nor when the show runs": (
        [],
        (block("A1", until=STARTS + SECOND), NOON),
        ["bad_until A1"],
    ),
    "nor so long before the start that it is over": (
        [],
        (block("A1", until_minutes_before=600), NOON),
        ["bad_until A1"],
    ),
    "it ends at one time, not two": (
        [],
        (block("A1", until=LET_GO, until_minutes_before=60), NOON),
        ["bad_until A1"],
    ),
    "it may end with the start": (
        [],
        (block("A1", until_minutes_before=0), NOON),
        ["SeatsBlocked A1"],
    ),
    "nothing lapses in a closed show": ([HOUSE, ask(CloseShow)], (TIMER, LET_GO), []),
    "until the give-back our seats are ours": (
        [GIVEN_BACK],
        (hold("ana", "A1"), LET_GO - JUST_BEFORE),
        ["SeatsHeld A1"],
    ),
    "at the give-back they are the theatre's, timer or not": (
        [GIVEN_BACK],
        (hold("ana", "A1"), LET_GO),
        ["AllotmentGivenBack A1 A2 B1", "not_allotted A1"],
    ),
    "the timer gives back what was not sold": (
        [GIVEN_BACK, *BOUGHT],
        (TIMER, LET_GO),
        ["AllotmentGivenBack A2 B1"],
    ),
    "the give-back is once": (
        [GIVEN_BACK, (TIMER, LET_GO)],
        (TIMER, LET_GO + SECOND),
        [],
    ),
    "all seats may be ours until the give-back": (
        [allot(give_back_at=LET_GO)],
        (hold("ana", "B5"), LET_GO),
        ["AllotmentGivenBack A1 A2 A3 A4 B1 B2 B3 B4 B5", "not_allotted B5"],
    ),
    "a block that ends with the give-back goes to the theatre": (
        [GIVEN_BACK, HOUSE],
        (TIMER, LET_GO),
        ["SeatsUnblocked A1 A2", "AllotmentGivenBack A1 A2 B1"],
    ),
    "what is blocked is not given back, nor sold here when the block ends": (
        [GIVEN_BACK, block("A1", until=LET_GO + SECOND), (TIMER, LET_GO)],
        (hold("ana", "A1"), LET_GO + SECOND),
        ["SeatsUnblocked A1", "not_allotted A1"],
    ),
    "a cancelled seat is the theatre's after the give-back": (
        [GIVEN_BACK, *BOUGHT, (cancel("ana"), LET_GO)],
        (hold("ben", "A1"), LET_GO),
        ["not_allotted A1"],
    ),
    "whoever held before the give-back may pay after it": (
        [GIVEN_BACK, (hold("ana", "A1"), LET_GO - SECOND)],
        (pay("ana", 300), LET_GO + SECOND),
        ["AllotmentGivenBack A2 B1", "BookingConfirmed A1"],
    ),
    "on its own seats the counter comes before a hold": (
        [GIVEN_BACK, (hold("ana", "A1", "A2"), LET_GO - SECOND)],
        (counter("c1", "A1"), LET_GO),
        ["AllotmentGivenBack B1", "HoldReleased A1 A2", "SeatsSoldAtCounter A1"],
    ),
    "also when it has sold them already": (
        [GIVEN_BACK, (hold("ana", "A1"), LET_GO - SECOND)],
        (counter("c1", "A1", happened=True), LET_GO),
        ["AllotmentGivenBack A2 B1", "HoldReleased A1", "SeatsSoldAtCounter A1"],
    ),
    "but not before what was paid": (
        [GIVEN_BACK, *BOUGHT],
        (counter("c1", "A1"), LET_GO),
        ["AllotmentGivenBack A2 B1", "seat_taken A1"],
    ),
    "on our own seats a hold stands": (
        [GIVEN_BACK, (hold("ana", "A1"), LET_GO - 2 * SECOND)],
        (counter("c1", "A1"), LET_GO - SECOND),
        ["seat_taken A1"],
    ),
    "another allotment has its own give-back": (
        [GIVEN_BACK, allot("A1")],
        (hold("ana", "A1"), LET_GO),
        ["SeatsHeld A1"],
    ),
    "a give-back must lie ahead": ([], (allot("A1", give_back_at=NOON), NOON), ["bad_until"]),
    "and is one time, not two": (
        [],
        (allot(give_back_at=LET_GO, give_back_minutes_before=60), NOON),
        ["bad_until"],
    ),
}


def steps(given):
    return [(OPEN, NOON), *(each if isinstance(each, tuple) else (each, NOON) for each in given)]


@pytest.mark.parametrize(("given", "when", "then"), CASES.values(), ids=CASES)
def test_what_ends_by_itself(given, when, then):
    seatmap, log = play(steps(given))
    command, now = when

    events = decide(seatmap, command, now, HOLD)

    assert [say(event) for event in events] == then
    _, whole = play([*steps(given), when])
    assert faults(whole) == []
    assert len(whole) == len(log) + len(then)


def test_looking_ahead_changes_nothing():
    seatmap, _ = play(steps([HOUSE, GIVEN_BACK]))
    before = (dict(seatmap.claims), seatmap.counts(), seatmap.lapses_at, seatmap.version)

    ahead = after(seatmap, lapsed(seatmap, LET_GO))

    assert ahead.counts().seats_blocked == 0
    assert ahead.counts().seats_not_allotted == ahead.counts().seats_total
    assert ahead.lapses_at is None
    assert (dict(seatmap.claims), seatmap.counts(), seatmap.lapses_at, seatmap.version) == before


def planted(given, when, change):
    """A log that is sound, after somebody tampered with it."""
    _, log = play([*steps(given), when])
    assert faults(log) == []
    change(log)
    return faults(log)


def earlier(log):
    log[-1] = msgspec.structs.replace(log[-1], at=LET_GO - SECOND)


def without_lapse(log):
    """The block still stood when something else was decided after its end."""
    held = msgspec.structs.replace(log[-1], version=log[-2].version)
    log[-2:] = [held]


def other_seats(log):
    log[-1] = msgspec.structs.replace(log[-1], seat_ids=("A3",))


@pytest.mark.parametrize(
    ("given", "when", "change", "said"),
    [
        ([HOUSE], (hold("ana", "A3"), LET_GO), without_lapse, "still stood"),
        ([GIVEN_BACK], (TIMER, LET_GO), earlier, "given back, and that was due"),
        ([GIVEN_BACK], (TIMER, LET_GO), other_seats, "gave back"),
        ([GIVEN_BACK], (hold("ana", "B5"), LET_GO), without_lapse, "still stood"),
    ],
)
def test_verify_sees_what_ended_too_early_or_too_late(given, when, change, said):
    found = planted(given, when, change)

    assert any(said in fault for fault in found), found


def test_verify_sees_a_block_that_was_lifted_before_its_time():
    _, log = play([*steps([HOUSE]), (TIMER, LET_GO), (hold("ana", "A1"), LET_GO)])
    log[-2] = msgspec.structs.replace(log[-2], at=LET_GO - SECOND)

    assert any("before its time" in fault for fault in faults(log))


def test_verify_sees_a_hold_that_gave_way_on_seats_of_ours():
    _, log = play(steps([hold("ana", "A1"), ask(SetAllotment, seat_ids=("A1", "A2"))]))
    _, gone = play(
        [
            *steps([GIVEN_BACK]),
            (hold("ana", "A1"), LET_GO - SECOND),
            (counter("c1", "A1"), LET_GO),
        ]
    )
    released = next(event for event in gone if type(event).__name__ == "HoldReleased")
    log.append(msgspec.structs.replace(released, version=len(log) + 1, at=NOON + SECOND))

    assert any("seats of ours" in fault for fault in faults(log))
