"""A booking goes to a show of another partition; its writers die on the way, nothing is lost."""

import uuid

import pytest

from justbookit import wire
from justbookit.errands import taking_of
from justbookit.exchange_commands import ExchangeBooking, QuoteExchange
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeTaken,
)
from justbookit.refusals import Refusal
from justbookit.seat_commands import BookSeats, HoldSeats, Payment, ReleaseHold
from justbookit.seat_events import SeatsBooked, SeatsHeld
from lab.verify.audit import Audit
from lab.verify.exchanges import Bridge, judge_exchanges
from lab.verify.history import History
from lab.verify.judging import judge_show
from tests.two_shows import origin_of

DYING_SEATS = "tests/integration/streams/dying_seats.py"


class Trip:
    """Ana's two seats of one show, and the three of another that she would rather have."""

    def __init__(self, seats, old, new):
        self.seats, self.old, self.new = seats, old, new
        self.name, self.ana = f"trip-{uuid.uuid4().hex[:8]}", {"customer_id": "ana"}
        self.had = {"show_id": old, "booking_id": f"{self.name}-had", **self.ana}
        self.has = {"show_id": new, "booking_id": f"{self.name}-has", **self.ana}

    def prepare(self):
        """A paid booking, a quote, and seats held for it."""
        ask = self.seats.door.ask
        paid = Payment(reference="first", method="card", amount=40_000, currency="INR")
        book = BookSeats(
            command_id=f"{self.name}-b", **self.had, seat_ids=["A1", "A2"], payment=paid
        )
        assert isinstance(ask(book), SeatsBooked)
        there = {"to_show_id": self.new, "to_booking_id": self.has["booking_id"]}
        quoted = ask(QuoteExchange(command_id=f"{self.name}-q", **self.had, **there))
        hold = HoldSeats(
            command_id=f"{self.name}-h",
            **self.has,
            seat_ids=["B1", "B2", "B3"],
            origin=origin_of(quoted),
        )
        assert isinstance(ask(hold), SeatsHeld)

    def begin(self):
        more = Payment(reference="more", method="card", amount=20_000, currency="INR")
        self.seats.door.send(
            ExchangeBooking(
                command_id=f"{self.name}-e", **self.had, quote_id=f"{self.name}-q", payment=more
            )
        )

    def answer(self, errand):
        return self.seats.door.answers([f"{self.name}-e.{errand}"])[0]

    def status(self, booking):
        [row] = self.seats.rows(
            "SELECT status, pledge IS NULL, refund FROM booking WHERE booking_id = %s",
            booking["booking_id"],
        )
        return row

    def kinds(self, show_id):
        return [kind for kind in self.seats.log_of(show_id) if "Exchange" in kind]

    def faults(self):
        """What the second fold has to say of both shows, from the log in Postgres."""
        self.seats.until_settled()
        audit, bridge = Audit(), Bridge()
        for show_id in (self.old, self.new):
            found = self.seats.rows(
                "SELECT body::text FROM seat_event WHERE show_id = %s ORDER BY version", show_id
            )
            raws = [body.encode() for (body,) in found]
            history = History(show_id, list(map(wire.decode_seat_event, raws)), raws)
            judge_show(history, None, {}, audit, bridge)
        judge_exchanges(bridge, audit)
        return [str(fault) for fault in audit.faults]

    def assert_done(self):
        """She has the seats of the new show and nothing of the old one, and all is paid for."""
        assert isinstance(self.answer("take"), ExchangeTaken)
        assert isinstance(self.answer("finish"), BookingExchanged)
        assert self.status(self.had) == ("exchanged", True, 0)
        assert self.status(self.has) == ("confirmed", True, 0)
        assert self.seats.claims(self.old) == []
        assert [seat for seat, _, by in self.seats.claims(self.new)] == ["B1", "B2", "B3"]
        assert self.kinds(self.old) == ["ExchangeQuoted", "ExchangeBegun", "BookingExchanged"]
        assert self.kinds(self.new) == ["ExchangeTaken"]
        assert self.faults() == []


def trip(seats, *partitions):
    old, new = (seats.open_show(seats.show_in(partition)) for partition in partitions)
    made = Trip(seats, old, new)
    made.prepare()
    return made


@pytest.mark.parametrize("partitions", [(0, 1), (0, 0)], ids=["two partitions", "one"])
def test_an_exchange_goes_from_one_writer_to_the_other_and_back(seats, partitions):
    seats.ready_worker()
    ana = trip(seats, *partitions)

    ana.begin()

    ana.assert_done()


def test_two_workers_with_a_show_each_come_to_the_same(seats):
    seats.ready_worker()
    seats.ready_worker()
    ana = trip(seats, 0, seats.settings.partitions - 1)

    ana.begin()

    ana.assert_done()


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        (ExchangeBegun, "before"),
        (ExchangeBegun, "between"),
        (ExchangeTaken, "before"),
        (ExchangeTaken, "after"),
        (BookingExchanged, "before"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_writer_that_dies_on_the_way_loses_nothing(seats, kind, moment):
    dying = seats.worker(DYING_SEATS, kind.__name__, moment)
    dying.until_ready()
    ana = trip(seats, 0, 1)
    ana.begin()
    assert dying.exit_code() < 0

    seats.ready_worker()

    ana.assert_done()


def test_a_question_that_the_broker_lost_is_asked_again_by_the_next_owner(seats):
    dying = seats.worker(DYING_SEATS, "ExchangeBegun", "between")
    dying.until_ready()
    ana = trip(seats, 0, 1)
    ana.begin()
    assert dying.exit_code() < 0
    # as if it had been sent and noted as sent, and then been lost
    seats.rows("DELETE FROM seat_outbox")
    assert ana.status(ana.had) == ("confirmed", False, 0)

    seats.ready_worker()

    ana.assert_done()


def test_a_hold_that_is_gone_when_the_writer_comes_back_leaves_the_booking_as_it_was(seats):
    dying = seats.worker(DYING_SEATS, "ExchangeBegun", "before")
    dying.until_ready()
    ana = trip(seats, 0, 1)
    seats.door.ask(ReleaseHold(command_id=f"{ana.name}-r", **ana.has))
    ana.begin()
    assert dying.exit_code() < 0

    seats.ready_worker()

    refused = ana.answer("take")
    assert (refused.code, refused.command_id) == (
        Refusal.NOT_HELD,
        taking_of(f"{ana.name}-e"),
    )
    assert isinstance(ana.answer("drop"), ExchangeDropped)
    assert ana.status(ana.had) == ("confirmed", True, 0)
    assert [seat for seat, *_ in seats.claims(ana.old)] == ["A1", "A2"]
    assert seats.claims(ana.new) == []
    assert ana.faults() == []
