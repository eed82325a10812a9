"""A batch as rows, without a database: what is freed, what is taken, what is changed."""

from datetime import UTC, datetime, timedelta

import pytest

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.evolving import evolve
from justbookit.price_lines import PriceLine
from justbookit.refusals import ReleaseReason
from justbookit.seat_commands import Payment
from justbookit.seat_events import (
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    CounterSaleReturned,
    HoldExtended,
    HoldReleased,
    SeatsBlocked,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowMoved,
    ShowOpened,
)
from justbookit.seatmap import SeatMap
from streams.arrays import BigInts, Ints, Jsons, Texts, Times
from streams.seats import rows
from streams.seats.batch import Batch, Position
from streams.seats.claims import Claim, ClaimChanges
from tests.two_shows import Town

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAID = Payment(reference="p", method="sandbox", amount=200, currency="INR")


def held(booking_id, *seats, version=2):
    return SeatsHeld(
        show_id="s",
        version=version,
        at=NOW,
        booking_id=booking_id,
        customer_id="ana",
        lines=tuple(PriceLine(seat_id=seat, zone="z", base=100, price=100) for seat in seats),
        amount=100 * len(seats),
        currency="INR",
        held_until=NOW + timedelta(minutes=8),
    )


def booked(booking_id, *seats, version=2):
    hold = held(booking_id, *seats)
    return SeatsBooked(
        show_id="s",
        version=version,
        at=NOW,
        booking_id=booking_id,
        customer_id="ana",
        lines=hold.lines,
        amount=hold.amount,
        currency="INR",
        payment=PAID,
    )


def released(booking_id, *seats, version=3):
    return HoldReleased(
        show_id="s",
        version=version,
        at=NOW,
        booking_id=booking_id,
        seat_ids=seats,
        reason=ReleaseReason.CUSTOMER,
    )


def fact(kind, **fields):
    return kind(show_id="s", version=2, at=NOW, **fields)


def changed(booking_id, *given, remains, version=3):
    lines = booked(booking_id, *remains).lines
    return BookingChanged(
        show_id="s",
        version=version,
        at=NOW,
        booking_id=booking_id,
        customer_id="ana",
        quote_id="q",
        given=given,
        lines=lines,
        amount=100 * len(lines),
        refund=100 * len(given),
        currency="INR",
    )


def booking(seat, owner):
    return Claim("s", seat, "booking", owner)


CASES = {
    "a hold takes its seats": ([held("b1", "A1", "A2")], [], ["A1 b1", "A2 b1"]),
    "a ticket keeps what its hold took": (
        [fact(BookingConfirmed, booking_id="b1", customer_id="c", seat_ids=("A1",), payment=PAID)],
        [],
        [],
    ),
    "a hold from before that is released frees its seats": (
        [released("b1", "A1")],
        ["A1 b1"],
        [],
    ),
    "what is taken and freed in one batch was never there": (
        [held("b1", "A1"), released("b1", "A1")],
        [],
        [],
    ),
    "a seat freed and taken again is freed by one and taken by the other": (
        [released("b1", "A1"), held("b2", "A1")],
        ["A1 b1"],
        ["A1 b2"],
    ),
    "a seat given to two is taken twice, so that Postgres can refuse it": (
        [held("b1", "A1"), held("b2", "A1")],
        [],
        ["A1 b1", "A1 b2"],
    ),
    "even after the first of the two let it go": (
        [held("b1", "A1"), held("b2", "A1"), booked("b3", "A1"), released("b1", "A1")],
        [],
        ["A1 b2", "A1 b3"],
    ),
    "a cancelled ticket frees its seats": (
        [fact(BookingCancelled, booking_id="b1", seat_ids=("A1",), refund=0, currency="INR")],
        ["A1 b1"],
        [],
    ),
    "a changed booking frees what was given back, and keeps the rest": (
        [changed("b1", "A2", remains=("A1",))],
        ["A2 b1"],
        [],
    ),
    "also in the batch in which it was taken": (
        [booked("b1", "A1", "A2"), changed("b1", "A2", remains=("A1",))],
        [],
        ["A1 b1"],
    ),
    "a block says why": (
        [fact(SeatsBlocked, seat_ids=("A1",), reason="broken")],
        [],
        ["A1 broken"],
    ),
    "a block lifted has no name": ([fact(SeatsUnblocked, seat_ids=("A1",))], ["A1 "], []),
    "a counter sale lifts the block on its seats": (
        [
            fact(SeatsBlocked, seat_ids=("A1", "A2"), reason="house"),
            fact(SeatsSoldAtCounter, sale_id="till", seat_ids=("A2", "A3")),
        ],
        ["A3 "],
        ["A1 house", "A2 till", "A3 till"],
    ),
    "a counter sale returned frees its seats": (
        [fact(CounterSaleReturned, sale_id="till", seat_ids=("A1",))],
        ["A1 till"],
        [],
    ),
}


@pytest.mark.parametrize(("events", "freed", "taken"), CASES.values(), ids=CASES)
def test_claims(events, freed, taken):
    changes = ClaimChanges(events)

    assert [f"{claim.seat_id} {claim.owner}" for claim in changes.freed] == freed
    found = [f"{claim.seat_id} {said}" for claim, said in changes.taken.items()]
    assert sorted(found) == taken


def show():
    seatmap = SeatMap("s")
    terms = ShowTerms(
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
        mode=Mode.ALL_IN,
        layout=Layout(version=1, rows=(Row(label="A", zone="z", cells=("1", "2", "3")),)),
        prices={"z": 100},
    )
    evolve(seatmap, ShowOpened(show_id="s", version=1, at=NOW, terms=terms))
    return seatmap


def batch_of(seatmap, *events):
    batch = Batch(7, NOW)
    batch.before[4] = Position(epoch=3, commands_next=10, facts_next=20)
    batch.after[4] = Position(epoch=3, commands_next=12, facts_next=20)
    for event in events:
        evolve(seatmap, event)
        batch.add_events(4, seatmap, None, (event,))
    return batch


def test_a_booking_made_and_ended_in_one_batch_is_one_new_row():
    batch = batch_of(show(), held("b1", "A1"), released("b1", "A1"))

    added, changed = rows.of_bookings(batch)

    assert added[2].encoded == Texts(["released"]).encoded
    assert changed[0].count == 0


def test_a_booking_of_an_earlier_batch_is_changed():
    seatmap = show()
    evolve(seatmap, held("b1", "A1"))
    batch = batch_of(seatmap, released("b1", "A1"))

    added, changed = rows.of_bookings(batch)

    assert added[0].count == 0
    assert changed[1].encoded == Texts(["b1"]).encoded


def test_an_extension_changes_the_row_of_its_booking():
    seatmap = show()
    evolve(seatmap, held("b1", "A1"))
    later = NOW + timedelta(minutes=12)
    batch = batch_of(
        seatmap,
        HoldExtended(
            show_id="s", version=3, at=NOW, booking_id="b1", customer_id="ana", held_until=later
        ),
    )

    added, changed = rows.of_bookings(batch)

    assert added[0].count == 0
    assert changed[7].encoded == Times([later]).encoded
    assert batch.timers() == [(4, later, "s", "b1")]


def test_a_changed_booking_has_its_new_seats_beside_its_changed_row():
    seatmap = show()
    evolve(seatmap, booked("b1", "A1", "A2"))
    batch = batch_of(seatmap, changed("b1", "A2", remains=("A1",)))

    _, row = rows.of_bookings(batch)
    seats = rows.of_changed_seats(batch)

    assert row[3].encoded == BigInts([100]).encoded  # given back so far
    assert seats[2].encoded == Texts(["{A1}"]).encoded
    assert seats[3].encoded == BigInts([100]).encoded
    assert b'"given":["A2"]' in seats[5].encoded


def test_a_booking_that_did_not_change_has_no_such_row():
    assert rows.of_changed_seats(batch_of(show(), booked("b1", "A1")))[0].count == 0


def test_an_answer_given_again_is_published_and_not_stored():
    seatmap = show()
    first = held("b1", "A1")
    evolve(seatmap, first)
    batch = batch_of(seatmap)
    batch.add_answer_again(4, first)

    assert rows.of_events(batch)[0].count == 0
    assert b'[["s",2]]' in rows.of_outbox(batch)[2].encoded
    assert batch.touched() == {4}


def test_the_fence_expects_what_the_batch_began_with():
    columns = rows.of_positions(batch_of(show()))

    numbers = [column.encoded[-1] for column in columns]
    assert numbers == [4, 3, 10, 20, 12, 20]


def test_whoever_moves_has_other_rows_and_seats_may_be_swapped():
    seatmap = show()
    evolve(seatmap, held("b1", "A1"))
    evolve(seatmap, booked("b2", "A2", version=3))
    moved = ShowMoved(
        show_id="s",
        version=4,
        at=NOW,
        terms=seatmap.terms,
        plan_id="p",
        bookings={"b1": {"A1": "A2"}, "b2": {"A2": "A1"}},
        sales={},
        allotment=None,
    )
    batch = batch_of(seatmap, moved)

    show_ids, booking_ids, seat_ids, _, versions = rows.of_moved(batch)
    assert show_ids.encoded == Texts(["s", "s"]).encoded
    assert booking_ids.encoded == Texts(["b1", "b2"]).encoded
    assert seat_ids.encoded == Texts(["{A2}", "{A1}"]).encoded
    assert versions.encoded == Ints([4, 4]).encoded
    changes = ClaimChanges([moved])
    assert {(claim.seat_id, claim.owner) for claim in changes.freed} == {("A1", "b1"), ("A2", "b2")}
    assert {(claim.seat_id, claim.owner) for claim in changes.taken} == {("A2", "b1"), ("A1", "b2")}


def test_an_exchange_changes_its_own_columns_of_both_bookings():
    town = Town()
    town.book(600, "A1", "A2")
    town.quote("B1", give=("A2",))
    town.begin(200)
    town.run_errands()
    batch = Batch(1, NOW)
    for number, (show_id, log) in enumerate(town.logs.items()):
        batch.add_events(number, town.maps[show_id], None, tuple(log))

    old, new = town.old(), town.new()
    wanted = (
        Texts(["old", "new"]),
        Texts(["ana", "ana-q"]),
        Jsons([None, wire.encode(new.origin)]),
        Jsons([None, None]),
        Jsons([wire.encode(old.exchanges), b"[]"]),
    )
    found = rows.of_exchanges(batch)
    assert [each.encoded for each in found] == [each.encoded for each in wanted]
    assert rows.of_changed_seats(batch)[1].encoded == Texts(["ana"]).encoded


def test_what_an_exchange_gives_back_is_free():
    town = Town()
    town.book(300, "A1")
    town.quote("B1")
    town.begin(200)
    town.run_errands()

    changes = ClaimChanges(town.logs["old"][1:])

    assert (changes.freed, changes.taken) == ([], {})
