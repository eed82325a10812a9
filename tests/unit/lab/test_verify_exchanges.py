"""What verify says of exchanges that went wrong: each fault is made on purpose, and told."""

from datetime import timedelta

import msgspec
import pytest

from justbookit.any_command import Payment
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.seat_events import BookingCancelled, CommandRefused, SeatsHeld, ShowMoved
from tests.two_shows import ANA, NEW, OLD, Town, terms

DEAR = Payment(reference="more", method="card", amount=201, currency="INR")


def exchanged(*, late=False):
    """One of two seats at 300 for one at 500; or for nothing, when it comes too late."""
    town = Town()
    town.book(600, "A1", "A2")
    town.quote("B1", give=("A2",))
    town.begin(200)
    town.now += timedelta(minutes=10 if late else 0)
    town.run_errands()
    return town


def replaced(town, kind, **fields):
    """The town where an event of that kind says something else."""
    for log in town.logs.values():
        log[:] = [
            msgspec.structs.replace(each, **fields) if type(each) is kind else each for each in log
        ]


def without(town, kind):
    """The town where an event of that kind was never written; what follows moves up."""
    for log in town.logs.values():
        kept = [each for each in log if type(each) is not kind]
        log[:] = [msgspec.structs.replace(each, version=at) for at, each in enumerate(kept, 1)]


def put_after(town, show_id, kind, event, **fields):
    """The town where another event follows one of that kind."""
    log = town.logs[show_id]
    at = next(at for at, each in enumerate(log) if type(each) is kind) + 1
    log.insert(at, event(show_id=show_id, version=0, at=log[at - 1].at, **fields))
    log[:] = [msgspec.structs.replace(each, version=n) for n, each in enumerate(log, 1)]


@pytest.mark.parametrize("late", [False, True], ids=["taken", "dropped"])
def test_a_sound_exchange_is_sound(late):
    assert exchanged(late=late).faults() == []


WRONG = {
    "more went along than was left": (ExchangeQuoted, {"credit": 301}, "should be"),
    "the quote stood too long": (ExchangeQuoted, {"valid_until": None}, "quoted until"),
    "it was quoted as paid with other money": (ExchangeQuoted, {"reference": "x"}, "paid with x"),
    "it began for another credit": (ExchangeBegun, {"credit": 299}, "does not stand"),
    "it began and nobody asked": (ExchangeBegun, {"command_id": None}, "nobody asked"),
    "it began after its quote": (ExchangeBegun, {"at": None}, "stood until"),
    "another's booking was pledged": (ExchangeBegun, {"customer_id": "ben"}, "another's"),
    "seats were held for longer": (SeatsHeld, {"held_until": None}, "held until"),
    "somebody else's hold was taken": (ExchangeTaken, {"customer_id": "ben"}, "taken at"),
    "it was paid with more": (ExchangeTaken, {"payment": DEAR}, "201 was paid"),
    "some of it came back": (ExchangeTaken, {"refund": 1}, "1 goes back"),
    "other seats were taken": (ExchangeTaken, {"seat_ids": ("B2",)}, "has ('B1',)"),
    "less left than was quoted": (BookingExchanged, {"credit": 299}, "quoted"),
    "it went to another booking": (BookingExchanged, {"to_booking_id": "x"}, "quoted"),
    "another exchange was done": (BookingExchanged, {"exchange_id": "x"}, "not pledged to x"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_an_exchange_that_is_not_right_is_told(case):
    kind, fields, told = case
    town = exchanged()
    if None in fields.values() and "command_id" not in fields:
        fields = dict.fromkeys(fields, town.now + timedelta(minutes=11))

    replaced(town, kind, **fields)

    assert any(each.startswith("EXCHANGES") and told in each for each in town.faults())


LOST = {
    "it never began": (ExchangeBegun, "ended, and never began"),
    "it was done here and not taken there": (ExchangeTaken, "['BookingExchanged']"),
    "it was taken there and not done here": (BookingExchanged, "['ExchangeTaken']"),
}


@pytest.mark.parametrize("case", LOST.values(), ids=LOST)
def test_half_an_exchange_is_told(case):
    kind, told = case
    town = exchanged()

    without(town, kind)

    assert any(told in each for each in town.faults())


def test_a_refused_exchange_that_nobody_dropped_is_told():
    town = exchanged(late=True)

    without(town, ExchangeDropped)

    assert any("there and here: ['CommandRefused']" in each for each in town.faults())


def test_an_exchange_that_was_refused_and_done_is_told():
    town = exchanged()
    begun = next(each for each in town.logs[OLD] if type(each) is ExchangeBegun)
    exchange = next(each for each in town.logs[NEW] if type(each) is ExchangeTaken).exchange
    told = {"command_id": "x", "code": "hold_expired", "detail": "late", "exchange": exchange}

    put_after(town, NEW, ExchangeTaken, CommandRefused, **told)

    assert any(each.startswith(f"EXCHANGES  {begun.command_id}") for each in town.faults())


AGAINST = {
    "cancelled": (
        BookingCancelled,
        {
            "booking_id": "ana",
            "command_id": "x",
            "seat_ids": ("A1", "A2"),
            "refund": 600,
            "currency": "INR",
        },
    ),
    "moved": (
        ShowMoved,
        {
            "command_id": "x",
            "terms": terms(OLD),
            "plan_id": "p",
            "bookings": {},
            "sales": {},
            "allotment": None,
        },
    ),
}


@pytest.mark.parametrize("case", AGAINST.values(), ids=AGAINST)
def test_what_happens_to_a_pledged_booking_is_told(case):
    kind, fields = case
    town = exchanged()

    put_after(town, OLD, ExchangeBegun, kind, **fields)

    assert any(each.startswith("EXCHANGES") and "pledged" in each for each in town.faults())


def test_seats_held_for_a_booking_of_another_organizer_are_told():
    town = Town(new=terms(NEW))
    town.book(600, "A1", "A2")
    held = town.quote("B1")
    origin = msgspec.structs.replace(held.origin, organizer_id="else")

    replaced(town, SeatsHeld, origin=origin)

    assert any("of another organizer" in each for each in town.faults())
    assert ANA["booking_id"] == town.old().booking_id
