"""A show that people have booked is cancelled: for buyers at once, for bookings in portions."""

from datetime import timedelta

import msgspec
import pytest

from justbookit.bookings import BookingStatus
from justbookit.cancelling import PORTION
from justbookit.catalogue import Layout, Row
from justbookit.seat_commands import (
    BookSeats,
    CloseShow,
    ExtendHold,
    OpenShow,
    Payment,
    ReturnCounterSale,
)
from tests.decided import decide
from tests.one_show import (
    HOLD,
    NOON,
    OPEN,
    SECOND,
    STARTS,
    TERMS,
    TIMER,
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

CANCEL = ask(CloseShow, refund=True, reason="the projector broke down")
BOUGHT = [hold("ana", "A1", "A2"), pay("ana", 600)]
DONE = (TIMER, NOON + SECOND)

CASES = {
    "without being asked to refund, a show with bookings stays": (
        BOUGHT,
        (ask(CloseShow), NOON),
        ["show_has_bookings"],
    ),
    "asked to, it is cancelled": (BOUGHT, (CANCEL, NOON), ["ShowCancelled"]),
    "and nothing is sold from then on": (
        [*BOUGHT, CANCEL],
        (hold("ben", "A3"), NOON),
        ["show_closed"],
    ),
    "nor at the counter": ([*BOUGHT, CANCEL], (counter("c", "A3"), NOON), ["show_closed"]),
    "nor is a hold paid": (
        [hold("ana", "A1"), CANCEL],
        (pay("ana", 300), NOON),
        ["show_closed"],
    ),
    "nor extended": (
        [hold("ana", "A1"), CANCEL],
        (ask(ExtendHold, booking_id="ana", customer_id="ana-customer"), NOON),
        ["show_closed"],
    ),
    "by and by bookings are cancelled, holds let go, and the show closes": (
        [*BOUGHT, hold("ben", "B1"), CANCEL],
        DONE,
        ["BookingCancelled A1 A2", "HoldReleased B1", "ShowClosed"],
    ),
    "a customer may be faster": (
        [*BOUGHT, CANCEL],
        (cancel("ana"), NOON),
        ["BookingCancelled A1 A2"],
    ),
    "and is not refunded twice": ([*BOUGHT, CANCEL, cancel("ana")], DONE, ["ShowClosed"]),
    "a hold that ran out meanwhile has expired": (
        [hold("ana", "A1"), CANCEL],
        (TIMER, NOON + HOLD),
        ["HoldReleased A1", "ShowClosed"],
    ),
    "with nobody in it the show just closes": ([CANCEL], DONE, ["ShowClosed"]),
    "what the counter sold is the counter's to take back": (
        [counter("c", "A1"), CANCEL],
        DONE,
        ["ShowClosed"],
    ),
    "even then": (
        [counter("c", "A1"), CANCEL, DONE],
        (ask(ReturnCounterSale, sale_id="c"), NOON + SECOND),
        ["CounterSaleReturned A1"],
    ),
    "it is cancelled once": (
        [*BOUGHT, CANCEL],
        (ask(CloseShow, refund=True, reason="twice"), NOON),
        ["show_closed"],
    ),
    "and asked again gives no other answer": ([*BOUGHT, CANCEL], (CANCEL, NOON), []),
    "when all is done the timer has nothing to do": (
        [*BOUGHT, CANCEL, DONE],
        (TIMER, NOON + 2 * SECOND),
        [],
    ),
    "a show that runs can be cancelled": (BOUGHT, (CANCEL, STARTS + SECOND), ["ShowCancelled"]),
    "one that is over cannot": (BOUGHT, (CANCEL, TERMS.ends_at), ["show_over"]),
    "a block that ends changes nothing any more": (
        [*BOUGHT, block("A3", until=NOON + SECOND), CANCEL],
        DONE,
        ["BookingCancelled A1 A2", "ShowClosed"],
    ),
}


def steps(given):
    return [(OPEN, NOON), *(each if isinstance(each, tuple) else (each, NOON) for each in given)]


@pytest.mark.parametrize(("given", "when", "then"), CASES.values(), ids=CASES)
def test_what_happens_when_a_show_is_cancelled(given, when, then):
    seatmap, _ = play(steps(given))

    assert [say(event) for event in decide(seatmap, *when, HOLD)] == then
    _, whole = play([*steps(given), when])
    assert faults(whole) == []


def test_everybody_gets_their_money_back_and_is_told_why():
    given = [*BOUGHT, hold("ben", "B1"), CANCEL, DONE]
    seatmap, log = play(steps(given))

    ana, ben = seatmap.bookings["ana"], seatmap.bookings["ben"]
    assert (ana.status, ana.refund, ana.because) == (
        BookingStatus.CANCELLED,
        600,
        "the projector broke down",
    )
    assert (ben.status, ben.refund, ben.because) == (BookingStatus.RELEASED, 0, ana.because)
    [cancelled] = [event for event in log if type(event).__name__ == "ShowCancelled"]
    assert (cancelled.bookings, cancelled.holds) == (1, 1)
    assert {event.command_id for event in log[-3:]} == {None}


def test_a_hold_that_ran_out_while_the_show_was_cancelled_has_expired():
    seatmap, _ = play(steps([hold("ana", "A1"), CANCEL, (TIMER, NOON + HOLD)]))

    ana = seatmap.bookings["ana"]
    assert (ana.status, ana.because) == (BookingStatus.EXPIRED, "")


def test_a_hold_that_ran_out_before_is_not_among_what_is_cancelled():
    given = [hold("ana", "A1"), (hold("ben", "A2"), NOON + SECOND)]

    _, log = play(steps([*given, (CANCEL, NOON + HOLD)]))

    assert [say(event) for event in log[-2:]] == ["HoldReleased A1", "ShowCancelled"]
    assert (log[-1].bookings, log[-1].holds) == (0, 1)


def test_who_is_not_told_why_is_told_whose_fault_it_was():
    seatmap, _ = play(steps([*BOUGHT, ask(CloseShow, refund=True), DONE]))

    assert seatmap.bookings["ana"].because == "the theatre had to cancel it"


def test_a_show_that_is_over_is_not_cancelled_and_the_refusal_says_since_when():
    seatmap, _ = play(steps(BOUGHT))

    [refused] = decide(seatmap, CANCEL, TERMS.ends_at, HOLD)

    assert refused.detail == (
        "the show was over at 2027-01-01T20:30:00Z, and its day will be settled;"
        " nothing can be cancelled any more"
    )


ROWS = tuple(
    Row(label=f"R{letter}", zone="stalls", cells=tuple(map(str, range(1, 31))))
    for letter in "ABCDEFGHIJ"
)
LARGE = msgspec.structs.replace(TERMS, layout=Layout(version=1, rows=ROWS))


def test_thousands_are_refunded_portion_by_portion_and_the_count_is_kept():
    paid = Payment(reference="r", method="card", amount=300, currency="INR")
    seats = [f"{row.label}{cell}" for row in ROWS for cell in row.cells]
    booked = [
        ask(BookSeats, booking_id=seat, customer_id=seat, seat_ids=(seat,), payment=paid)
        for seat in seats
    ]
    asked = [(each, NOON) for each in (ask(OpenShow, terms=LARGE), *booked, CANCEL)]
    seatmap, log = play(asked)
    ended = []
    while (due := seatmap.lapses_at) is not None:
        assert due == NOON
        before = len(log)
        asked.append((TIMER, NOON + SECOND))
        seatmap, log = play(asked)
        ended.append(len(log) - before)

    assert ended == [PORTION, PORTION, PORTION + 1]
    assert {booking.status for booking in seatmap.bookings.values()} == {BookingStatus.CANCELLED}
    assert sum(booking.refund for booking in seatmap.bookings.values()) == 300 * len(seats)
    assert seatmap.claims == {}
    assert not seatmap.open
    assert faults(log) == []


def less(log):
    log[-2] = msgspec.structs.replace(log[-2], refund=599)


def another_reason(log):
    log[-2] = msgspec.structs.replace(log[-2], because="nobody came")


def closed_too_early(log):
    log[-2:] = [msgspec.structs.replace(log[-1], version=log[-2].version)]


def sold_meanwhile(log):
    sale = next(event for event in play(steps([hold("ben", "A3")]))[1][1:])
    log[-1] = msgspec.structs.replace(sale, version=log[-1].version)


def wrong_count(log):
    log[3] = msgspec.structs.replace(log[3], bookings=2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (less, "599 INR back of 600 INR"),
        (another_reason, "taken away because"),
        (closed_too_early, "still booked"),
        (sold_meanwhile, "not on sale"),
        (wrong_count, "counts"),
    ],
)
def test_verify_sees_a_cancellation_that_was_not_as_it_should(change, said):
    _, log = play(steps([*BOUGHT, CANCEL, DONE]))
    assert faults(log) == []

    change(log)

    assert any(said in fault for fault in faults(log)), faults(log)


def test_a_cancelled_show_is_taken_up_again_where_it_was_left():
    """What is left follows from the log alone: a new owner replays it and goes on."""
    given = steps([*BOUGHT, hold("ben", "B1"), CANCEL])
    seatmap, _ = play(given)
    again, _ = play(given)

    assert again.lapses_at == seatmap.lapses_at == NOON
    assert decide(again, TIMER, NOON + timedelta(minutes=1), HOLD) == decide(
        seatmap, TIMER, NOON + timedelta(minutes=1), HOLD
    )
