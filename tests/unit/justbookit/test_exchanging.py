"""A paid booking exchanged for seats of another show, told as tables: what is done, what is not."""

from datetime import timedelta

import msgspec
import pytest

from justbookit.bookings import BookingStatus
from justbookit.catalogue import Offer, OfferRule, SellingRules
from justbookit.errands import errand_of
from justbookit.exchange_commands import (
    DropExchange,
    ExchangeBooking,
    FinishExchange,
    QuoteExchange,
)
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeTaken,
)
from justbookit.moving import plan_move
from justbookit.refusals import Refusal
from justbookit.seat_commands import (
    CancelBooking,
    ChangeBooking,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    MoveShow,
    Payment,
    QuoteChange,
    ReleaseHold,
)
from justbookit.seat_events import BookingCancelled, SeatsHeld, ShowClosed
from justbookit.snapshots import restored, snapshot_of
from tests.one_show import NOON, SECOND, STARTS, ask, cancel
from tests.two_shows import ANA, BINDS, NEW, OLD, Town, origin_of, terms

THIRD = Offer(offer_id="third", name="Third ticket", rule=OfferRule.THIRD_TICKET, percent=50)
NEW_ANA = {"booking_id": "ana-q", "customer_id": "ana-customer"}


def code(event):
    return getattr(event, "code", type(event).__name__)


# Seats of row A are 300 each, seats of row B 500.
MONEY = {
    "to dearer seats: what came along, and the rest is paid": (
        (600, ("A1", "A2")),
        (),
        (("B1", "B2"), 400),
        {"paid": 400, "carried_in": 600, "refund": 0, "kept": 1000},
        (BookingStatus.EXCHANGED, 0),
    ),
    "to cheaper seats: what is over comes back": (
        (1000, ("B1", "B2")),
        (),
        (("A1", "A2"), 0),
        {"paid": 0, "carried_in": 1000, "refund": 400, "kept": 600},
        (BookingStatus.EXCHANGED, 0),
    ),
    "to seats of the same price: no money moves": (
        (300, ("A1",)),
        (),
        (("A4",), 0),
        {"paid": 0, "carried_in": 300, "refund": 0, "kept": 300},
        (BookingStatus.EXCHANGED, 0),
    ),
    "one of two, for two there: the other stays": (
        (600, ("A1", "A2")),
        ("A2",),
        (("A1", "A2"), 300),
        {"paid": 300, "carried_in": 300, "refund": 0, "kept": 600},
        (BookingStatus.CONFIRMED, 300),
    ),
    "all seats named are the whole booking": (
        (600, ("A1", "A2")),
        ("A2", "A1"),
        (("A1", "A2"), 0),
        {"paid": 0, "carried_in": 600, "refund": 0, "kept": 600},
        (BookingStatus.EXCHANGED, 0),
    ),
}


@pytest.mark.parametrize("case", MONEY.values(), ids=MONEY)
def test_all_that_was_paid_goes_along(case):
    (amount, had), give, (takes, pays), wanted, (status, left) = case
    town = Town()
    town.book(amount, *had)

    held = town.quote(*takes, give=give)
    begun = town.begin(pays)
    town.run_errands()

    old, new = town.old(), town.new()
    assert (type(held), type(begun)) == (SeatsHeld, ExchangeBegun)
    assert {name: getattr(new, name) for name in wanted} == wanted
    assert (new.status, new.seat_ids) == (BookingStatus.CONFIRMED, takes)
    assert (old.status, old.kept, old.pledge) == (status, left, None)
    assert old.carried_out == new.carried_in
    assert set(town.maps[NEW].claims) == set(takes)
    assert set(town.maps[OLD].claims) == (set(had) - set(give or had))
    assert town.faults() == []


REPRICED = {
    "one of three with the third at half price is worth half": (("A1",), 150, 600),
    "two of three leave one at full price": (("A1", "A2"), 450, 300),
    "the whole group goes with what it cost": (("A1", "A2", "A3"), 750, 0),
}


@pytest.mark.parametrize("case", REPRICED.values(), ids=REPRICED)
def test_what_stays_is_priced_as_a_whole_by_what_it_was_bought_on(case):
    give, credit, remains = case
    town = Town(old=terms(OLD, offers=(THIRD,)))
    town.book(750, "A1", "A2", "A3")

    town.quote("A1", give=give)

    quoted = town.old().exchange_quote
    assert (quoted.credit, quoted.amount) == (credit, remains)


def test_seats_there_are_held_for_as_long_as_the_quote_binds():
    town = Town()
    town.book(300, "A1")

    held = town.quote("A4")

    assert held.held_until == NOON + BINDS == town.old().exchange_quote.valid_until


def quoted(**others):
    town = Town(**others)
    town.book(300, "A1")
    town.quote("B1")
    return town


def late(town, by):
    town.now += by
    return town


CANCEL_OLD = ask(CloseShow, show_id=OLD, refund=True, reason="no lamp")
CANCEL_NEW = ask(CloseShow, show_id=NEW, refund=True, reason="no lamp")
ALL_OF_NEW = ConfirmBooking(
    command_id="pay in full",
    show_id=NEW,
    **NEW_ANA,
    payment=Payment(reference="x", method="card", amount=500, currency="INR"),
)
CUTOFF = SellingRules(exchange_cutoff_minutes=60)

NOT_BEGUN = {
    "after ten minutes": (lambda: late(quoted(), BINDS), {}, Refusal.QUOTE_EXPIRED),
    "under a quote that was never given": (quoted, {"quote_id": "x"}, Refusal.UNKNOWN_QUOTE),
    "under a quote that another has replaced": (
        lambda: [town := quoted(), town.quote("B2", name="q2")][0],
        {},
        Refusal.UNKNOWN_QUOTE,
    ),
    "with the payment that paid for the booking": (
        quoted,
        {"reference": "first"},
        Refusal.PAYMENT_USED,
    ),
    "when the show that it is of was cancelled": (
        lambda: [town := quoted(), town.tell(CANCEL_OLD)][0],
        {},
        Refusal.SHOW_CLOSED,
    ),
    "at the theatre's cut-off": (
        lambda: late(
            quoted(now=STARTS - timedelta(minutes=65), old=terms(OLD, own_rules=CUTOFF)),
            timedelta(minutes=5),
        ),
        {},
        Refusal.EXCHANGE_OVER,
    ),
    "when it was cancelled meanwhile": (
        lambda: [
            town := quoted(),
            town.tell(msgspec.structs.replace(cancel("ana"), show_id=OLD)),
        ][0],
        {},
        Refusal.NOT_CONFIRMED,
    ),
}


@pytest.mark.parametrize("case", NOT_BEGUN.values(), ids=NOT_BEGUN)
def test_no_exchange_begins(case):
    make, asked, refusal = case
    town = make()

    answer = town.begin(200, **asked)

    assert code(answer) == refusal
    assert town.errands == []
    assert town.old().pledge is None
    assert town.faults() == []


def test_a_quote_of_what_was_changed_since_is_outdated():
    town = Town()
    town.book(600, "A1", "A2")
    town.quote("B1")
    town.tell(QuoteChange(command_id="less", show_id=OLD, **ANA, give=("A2",)))
    town.tell(ChangeBooking(command_id="do", show_id=OLD, **ANA, quote_id="less"))

    assert code(town.begin()) == Refusal.QUOTE_OUTDATED


NOT_QUOTED = {
    "to the show that it is of": ({"to_show_id": OLD}, {}, Refusal.SAME_SHOW),
    "of seats that it has not": ({"give": ("A4",)}, {}, Refusal.NOT_IN_BOOKING),
    "of another's booking": ({"customer_id": "ben"}, {}, Refusal.UNKNOWN_BOOKING),
    "after the theatre's cut-off": (
        {},
        {"now": STARTS - timedelta(minutes=60), "old": terms(OLD, own_rules=CUTOFF)},
        Refusal.EXCHANGE_OVER,
    ),
}


@pytest.mark.parametrize("case", NOT_QUOTED.values(), ids=NOT_QUOTED)
def test_no_quote_is_given(case):
    asked, others, refusal = case
    town = Town(**others)
    town.book(300, "A1")
    wish = {**ANA, "give": (), "to_show_id": NEW, "to_booking_id": "b", **asked}

    answer = town.tell(QuoteExchange(command_id="q", show_id=OLD, **wish))

    assert code(answer) == refusal
    assert town.faults() == []


def test_without_a_cut_off_of_the_theatre_exchanges_end_at_the_start():
    town = Town(now=STARTS - SECOND)
    town.book(300, "A1")

    held = town.quote("A4")

    assert held.held_until == STARTS


NOT_HELD = {
    "of another organizer": ({"organizer_id": "else"}, ("A4",), Refusal.OTHER_ORGANIZER),
    "in another currency": ({"currency": "USD"}, ("A4",), Refusal.OTHER_CURRENCY),
    "that somebody has": ({}, ("B5",), Refusal.SEAT_TAKEN),
}


@pytest.mark.parametrize("case", NOT_HELD.values(), ids=NOT_HELD)
def test_no_seats_are_held(case):
    others, seats, refusal = case
    town = Town(new=terms(NEW, **others))
    town.book(300, "A1")
    town.tell(ask(HoldSeats, show_id=NEW, booking_id="ben", customer_id="ben", seat_ids=("B5",)))

    answer = town.quote(*seats)

    assert code(answer) == refusal
    assert town.faults() == []


def test_no_seats_are_held_for_a_quote_that_ran_out():
    town = Town()
    town.book(300, "A1")
    town.quote("A4")
    origin = origin_of(town.old().exchange_quote)
    town.now += BINDS

    answer = town.hold(msgspec.structs.replace(origin, quote_id="late"), "A3")

    assert code(answer) == Refusal.QUOTE_EXPIRED


NOT_TAKEN = {
    "the hold ran out on the way": (lambda town: late(town, BINDS), 200, Refusal.HOLD_EXPIRED),
    "it costs something else": (Town.faults, 199, Refusal.WRONG_AMOUNT),
    "nothing was paid": (Town.faults, 0, Refusal.WRONG_AMOUNT),
    "the customer let the seats go": (
        lambda town: town.tell(ask(ReleaseHold, show_id=NEW, **NEW_ANA)),
        200,
        Refusal.NOT_HELD,
    ),
    "the customer paid for it in full": (
        lambda town: town.tell(ALL_OF_NEW),
        200,
        Refusal.NOT_HELD,
    ),
    "the other show was cancelled": (
        lambda town: town.tell(CANCEL_NEW),
        200,
        Refusal.SHOW_CLOSED,
    ),
}


@pytest.mark.parametrize("case", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_what_the_other_show_refuses_leaves_the_booking_as_it_was(case):
    happens, pays, refusal = case
    town = quoted()
    before = msgspec.structs.replace(town.old())
    town.begin(pays)
    happens(town)

    refused = town.run_errand()
    dropped = town.run_errand()

    assert (code(refused), type(dropped), dropped.code) == (refusal, ExchangeDropped, refusal)
    assert town.old() == before
    assert town.errands == []
    assert town.faults() == []


MEANWHILE = {
    "be cancelled": lambda: ask(CancelBooking, show_id=OLD, **ANA),
    "be changed": lambda: QuoteChange(command_id="c", show_id=OLD, **ANA, give=(), take=("A2",)),
    "be quoted": lambda: QuoteExchange(
        command_id="q2", show_id=OLD, **ANA, to_show_id="third", to_booking_id="x"
    ),
    "move with its show": lambda: MoveShow(
        command_id="m", show_id=OLD, terms=terms(OLD, theatre_id="t2"), plan_id="any"
    ),
}


def test_who_asks_meanwhile_is_told_to_look_again():
    town = quoted()
    town.begin(200)

    assert town.tell(MEANWHILE["be cancelled"]()).detail == (
        "the booking is being exchanged for seats of another show; look again in a moment"
    )


@pytest.mark.parametrize("command", MEANWHILE.values(), ids=MEANWHILE)
def test_what_is_pledged_can_not(command):
    town = quoted()
    town.begin(200)

    answer = town.tell(command())

    assert code(answer) == Refusal.EXCHANGE_PENDING
    town.run_errands()
    assert town.old().status is BookingStatus.EXCHANGED
    assert town.faults() == []


def test_a_move_is_made_again_when_nothing_is_pledged_any_more():
    town = quoted()
    town.begin(200)
    town.run_errands()
    there = terms(OLD, theatre_id="t2")
    plan = plan_move(town.maps[OLD], there)

    moved = town.tell(MoveShow(command_id="m", show_id=OLD, terms=there, plan_id=plan.plan_id))

    assert code(moved) == "ShowMoved"
    assert town.faults() == []


def timer(town, show_id):
    town.tell(ExpireHolds(command_id="", show_id=show_id))


def kinds(town, show_id):
    return [type(event) for event in town.logs[show_id]]


def test_a_show_cancelled_under_a_pledge_waits_for_the_other_show_and_refunds_nothing_twice():
    town = quoted()
    town.begin(200)
    town.tell(CANCEL_OLD)
    timer(town, OLD)
    assert town.old().status is BookingStatus.CONFIRMED

    town.run_errands()
    timer(town, OLD)

    assert (town.old().status, town.old().refund) == (BookingStatus.EXCHANGED, 0)
    assert town.new().kept == 500
    assert kinds(town, OLD)[-1] is ShowClosed
    assert BookingCancelled not in kinds(town, OLD)
    assert town.faults() == []


def test_a_show_cancelled_under_a_pledge_that_comes_to_nothing_refunds_it():
    town = quoted()
    town.begin(200)
    town.tell(CANCEL_OLD)
    town.now += BINDS
    timer(town, OLD)

    town.run_errands()
    timer(town, OLD)

    assert (town.old().status, town.old().refund) == (BookingStatus.CANCELLED, 300)
    assert kinds(town, OLD)[-2:] == [BookingCancelled, ShowClosed]
    assert town.faults() == []


def test_a_show_cancelled_after_it_took_an_exchange_gives_all_of_it_back():
    town = quoted()
    town.begin(200)
    town.run_errands()

    town.tell(CANCEL_NEW)
    timer(town, NEW)

    assert (town.new().refund, town.new().kept) == (500, 0)
    assert town.faults() == []


def test_what_was_taken_is_done_however_late():
    town = quoted()
    town.begin(200)
    assert isinstance(town.run_errand(), ExchangeTaken)
    town.now = STARTS + timedelta(hours=1)

    assert isinstance(town.run_errand(), BookingExchanged)
    assert town.faults() == []


def test_errands_that_are_run_again_change_nothing():
    town = quoted()
    town.begin(200)
    errands = []
    while town.errands:
        errands.append(town.errands[0])
        town.run_errand()
    lengths = {show_id: len(log) for show_id, log in town.logs.items()}

    for errand in errands * 2:
        town.tell(errand)
    town.run_errands()

    assert {show_id: len(log) for show_id, log in town.logs.items()} == lengths


def test_an_exchange_that_was_taken_goes_on_from_any_of_its_events_again():
    town = quoted()
    begun = town.begin(200)
    town.errands.clear()  # lost by the broker

    town.tell(errand_of(begun))
    town.errands.clear()
    assert town.old().pledge is not None
    town.tell(errand_of(begun))
    town.run_errands()

    assert town.old().status is BookingStatus.EXCHANGED
    assert town.faults() == []


@pytest.mark.parametrize("kind", [FinishExchange, DropExchange])
def test_an_answer_to_another_exchange_is_no_answer(kind):
    town = quoted()
    town.begin(200)
    told = {} if kind is FinishExchange else {"code": "x", "detail": "x"}

    answer = town.tell(kind(command_id="f", show_id=OLD, **ANA, exchange_id="else", **told))

    assert code(answer) == Refusal.NO_EXCHANGE
    assert town.old().pledge is not None


def test_an_exchange_that_was_not_paid_can_be_paid_for_as_long_as_the_quote_stands():
    town = quoted()
    town.begin()
    town.run_errands()
    assert town.old().pledge is None

    town.begin(200, name="again")
    town.run_errands()

    assert (town.old().status, town.new().kept) == (BookingStatus.EXCHANGED, 500)
    assert town.faults() == []


def test_a_payment_of_nothing_is_no_payment():
    town = Town()
    town.book(300, "A1")
    town.quote("A4")
    town.tell(
        ExchangeBooking(
            command_id="e",
            show_id=OLD,
            **ANA,
            quote_id="q",
            payment=Payment(reference="none", method="card", amount=0, currency="INR"),
        )
    )

    assert code(town.run_errand()) == Refusal.WRONG_AMOUNT


def test_another_credit_than_the_hold_was_made_for_is_not_taken():
    town = quoted()
    town.begin(200)
    [errand] = town.errands

    answer = town.tell(msgspec.structs.replace(errand, credit=301))

    assert code(answer) == Refusal.NO_EXCHANGE


def test_a_hold_of_the_same_name_for_something_else_is_not_taken():
    town = Town()
    town.book(300, "A1")
    town.tell(
        QuoteExchange(command_id="q", show_id=OLD, **ANA, to_show_id=NEW, to_booking_id="ana-q")
    )
    town.tell(ask(HoldSeats, show_id=NEW, **NEW_ANA, seat_ids=("A4",)))
    town.begin()

    assert code(town.run_errand()) == Refusal.NO_EXCHANGE
    town.run_errands()
    assert town.faults() == []


def test_a_booking_that_was_exchanged_can_go_on_to_a_third_show_with_all_its_money():
    town = quoted()
    town.begin(200)
    town.run_errands()
    wish = QuoteExchange(
        command_id="on", show_id=NEW, **NEW_ANA, to_show_id="third", to_booking_id="x"
    )

    on = town.tell(wish)

    assert (on.credit, on.reference) == (500, "first")


def test_a_pledge_comes_back_from_a_snapshot():
    town = quoted()
    town.begin(200)
    again = restored(snapshot_of(town.maps[OLD]))

    assert again.bookings["ana"] == town.old()
    assert restored(snapshot_of(town.maps[NEW])).bookings["ana-q"] == town.new()
