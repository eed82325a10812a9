"""The seat writer on real servers: one command in, one event out, one row for each truth."""

from datetime import timedelta

import msgspec
import psycopg
import pytest

from justbookit import topics, wire
from justbookit.catalogue import Area
from justbookit.ids import BookingId, CustomerId, SaleId, SeatId
from justbookit.line_events import SeatsOffered
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import (
    AcceptSeatOffer,
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeShow,
    CloseShow,
    ConfirmBooking,
    HoldSeats,
    JoinWaitingList,
    OpenShow,
    Payment,
    SellAtCounter,
)
from justbookit.seat_events import (
    BookingCancelled,
    BookingConfirmed,
    CommandRefused,
    HoldReleased,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    ShowChanged,
    ShowClosed,
    ShowOpened,
)

ANA = CustomerId("ana")
PAID = Payment(reference="p-1", method="sandbox", amount=40_000, currency="INR")


@pytest.fixture(scope="module")
def writer(module_seats):
    """One writer for the whole module; holds last three seconds."""
    return module_seats.ready_worker(hold_seconds=3)


@pytest.fixture(autouse=True)
def _writer_is_there(writer):
    yield
    assert writer.process.poll() is None, writer.said()


def hold(seats, show_id, *seat_ids):
    return HoldSeats(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=BookingId(f"booking-{seats.command_id()}"),
        customer_id=ANA,
        seat_ids=tuple(map(SeatId, seat_ids)),
    )


def releases_of(seats, show_id):
    return [
        event
        for event, _ in seats.door.published
        if event.show_id == show_id and isinstance(event, HoldReleased)
    ]


def test_a_booking_goes_from_hold_to_ticket_and_back(seats):
    show_id = seats.open_show()
    asked = hold(seats, show_id, "A1", "A2")
    name = {"show_id": show_id, "booking_id": asked.booking_id, "customer_id": ANA}

    held = seats.door.ask(asked)
    confirmed = seats.door.ask(ConfirmBooking(command_id=seats.command_id(), payment=PAID, **name))

    assert isinstance(held, SeatsHeld)
    assert held.amount == 40_000
    assert held.held_until - held.at == timedelta(seconds=3)
    assert isinstance(confirmed, BookingConfirmed)
    assert seats.rows(
        "SELECT status, seat_ids, amount, payment, version FROM booking WHERE booking_id = %s",
        asked.booking_id,
    ) == [("confirmed", ["A1", "A2"], 40_000, msgspec.to_builtins(PAID), 3)]
    assert seats.claims(show_id) == [
        ("A1", "booking", asked.booking_id),
        ("A2", "booking", asked.booking_id),
    ]
    assert seats.inventory(show_id) == {"free": 98, "held": 0, "booked": 2, "version": 3}

    cancelled = seats.door.ask(CancelBooking(command_id=seats.command_id(), **name))

    assert isinstance(cancelled, BookingCancelled)
    assert seats.claims(show_id) == []
    assert seats.inventory(show_id) == {"free": 100, "held": 0, "booked": 0, "version": 4}
    seats.until_settled()


def test_a_command_sent_twice_is_decided_once_and_answered_twice(seats):
    show_id = seats.open_show()
    asked = hold(seats, show_id, "B1")

    seats.door.ask(asked)
    seats.door.send(asked)
    seats.door.until(lambda: len(seats.answers_to(asked)) == 2)

    first, second = seats.answers_to(asked)
    assert first == second
    assert seats.log_of(show_id) == ["ShowOpened", "SeatsHeld"]


def test_the_same_seat_freed_and_taken_again_in_one_batch(seats):
    show_id = seats.open_show()
    ana, ben = hold(seats, show_id, "C1", "C2"), hold(seats, show_id, "C2", "C3")
    let_go = CancelBooking(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=ana.booking_id,
        customer_id=ANA,
    )
    pay = ConfirmBooking(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=ana.booking_id,
        customer_id=ANA,
        payment=PAID,
    )

    answers = seats.door.answers(seats.door.send(ana, pay, let_go, ben))

    assert [type(answer) for answer in answers] == [
        SeatsHeld,
        BookingConfirmed,
        BookingCancelled,
        SeatsHeld,
    ]
    assert seats.claims(show_id) == [
        ("C2", "booking", ben.booking_id),
        ("C3", "booking", ben.booking_id),
    ]


def test_what_is_no_command_is_buried_and_the_partition_goes_on(seats):
    show_id = seats.open_show()
    partition = topics.partition_of(show_id, seats.settings.partitions)
    good = hold(seats, show_id, "D1")
    elsewhere = (partition + 1) % seats.settings.partitions
    nul = wire.encode(good).replace(b'"ana"', b'"a\\u0000a"')
    endless = wire.encode(good).replace(b'"ana"', b'"' + b"a" * 3000 + b'"')
    timeless = OpenShow(command_id=seats.command_id(), show_id=show_id, terms=seats.terms(show_id))
    nowhere = wire.encode(timeless).replace(b"Asia/Kolkata", b"Asia/Nowhere")

    for raw in (b"{", None, nul, endless, nowhere, b"\xff\xfe", wire.encode(good)[:-1]):
        seats.door.send_bytes(raw, show_id)
    seats.door.send_bytes(wire.encode(good), show_id, partition=elsewhere)
    answer = seats.door.ask(good)

    assert isinstance(answer, SeatsHeld)
    seats.door.until(lambda: len(seats.door.letters) >= 8)
    letters = [wire.decode_stream_dead_letter(raw) for raw in seats.door.letters]
    reasons = " | ".join(letter.reason for letter in letters)
    assert len(letters) == 8
    assert all(letter.topic == topics.SEAT_COMMANDS.name for letter in letters)
    for fault in ("truncated", "no bytes", "NUL", "200 characters", "Nowhere", "belongs to"):
        assert fault in reasons
    assert nul in [letter.raw for letter in letters]


def test_a_hold_is_released_when_it_runs_out_and_not_before(seats):
    show_id = seats.open_show()
    held = seats.door.ask(hold(seats, show_id, "E1"))
    assert isinstance(held, SeatsHeld)

    seats.door.until(lambda: releases_of(seats, show_id))

    [released] = releases_of(seats, show_id)
    assert released.reason is ReleaseReason.EXPIRED
    assert released.command_id is None
    assert timedelta(0) <= released.at - held.held_until < timedelta(seconds=1)
    assert seats.claims(show_id) == []
    assert seats.inventory(show_id)["free"] == 100


def test_a_counter_sale_takes_what_is_free_or_blocked_and_reports_the_rest(seats):
    show_id = seats.open_show()
    seats.door.ask(
        BlockSeats(
            command_id=seats.command_id(),
            show_id=show_id,
            seat_ids=(SeatId("A1"), SeatId("A2")),
            reason="house",
        )
    )
    seats.door.ask(
        BookSeats(
            command_id=seats.command_id(),
            show_id=show_id,
            booking_id=BookingId("booking-of-ana"),
            customer_id=ANA,
            seat_ids=(SeatId("A3"), SeatId("A4")),
            payment=PAID,
        )
    )

    sold = seats.door.ask(
        SellAtCounter(
            command_id=seats.command_id(),
            show_id=show_id,
            sale_id=SaleId("till-7"),
            seat_ids=(SeatId("A2"), SeatId("A3"), SeatId("A5")),
            happened=True,
        ),
        topic=topics.THEATRE_FACTS,
    )

    assert isinstance(sold, SeatsSoldAtCounter)
    assert sold.conflicts == ("A3",)
    assert seats.claims(show_id) == [
        ("A1", "block", "house"),
        ("A2", "counter", "till-7"),
        ("A3", "booking", "booking-of-ana"),
        ("A4", "booking", "booking-of-ana"),
        ("A5", "counter", "till-7"),
    ]


def test_the_same_booking_name_in_two_shows_stops_nobody(seats):
    first, second = seats.open_show(), seats.open_show()
    name = BookingId(f"booking-{seats.command_id()}")
    both = [
        BookSeats(
            command_id=seats.command_id(),
            show_id=show_id,
            booking_id=name,
            customer_id=ANA,
            seat_ids=(SeatId("A1"), SeatId("A2")),
            payment=PAID,
        )
        for show_id in (first, second)
    ]

    answers = seats.door.answers(seats.door.send(*both))

    assert [type(answer) for answer in answers] == [SeatsBooked, SeatsBooked]


def test_the_answers_settle_what_the_catalogue_asked_for(seats):
    """The catalogue takes a slot for each wish; the answer gives back the superfluous ones."""
    show_id, other = seats.show_in(1), seats.show_in(2)
    ids = [seats.command_id() for _ in range(6)]
    seats.schedule(show_id, ids[0], ids[1])
    seats.schedule(other, ids[2])
    later = msgspec.structs.replace(seats.terms(show_id), prices={"stalls": 30_000}, format="3D")

    opened = seats.door.ask(
        OpenShow(command_id=ids[0], show_id=show_id, terms=seats.terms(show_id))
    )
    assert isinstance(opened, ShowOpened)
    assert seats.scheduled(show_id) == ("open", 2, "2D", [ids[0], ids[1]])

    changed = seats.door.ask(ChangeShow(command_id=ids[1], show_id=show_id, terms=later))
    assert isinstance(changed, ShowChanged)
    assert seats.scheduled(show_id) == ("open", 3, "3D", [ids[1]])

    seats.take_slot(show_id, ids[3])
    refused = seats.door.ask(
        OpenShow(command_id=ids[3], show_id=show_id, terms=seats.terms(show_id))
    )
    assert isinstance(refused, CommandRefused)
    assert seats.scheduled(show_id) == ("open", 3, "3D", [ids[1]])

    closed = seats.door.ask(CloseShow(command_id=ids[4], show_id=show_id))
    assert isinstance(closed, ShowClosed)
    assert seats.scheduled(show_id) == ("closed", 4, "3D", [])

    unknown = seats.door.ask(ChangeShow(command_id=ids[2], show_id=other, terms=seats.terms(other)))
    assert isinstance(unknown, CommandRefused)
    assert unknown.code is Refusal.UNKNOWN_SHOW
    assert seats.scheduled(other) == ("opening", 1, "2D", [])


def test_an_area_is_full_for_postgres_as_well_as_for_the_writer(seats):
    show_id = seats.open_show()
    terms = seats.terms(show_id)
    floor = Area(area_id="FLR", zone="stalls", capacity=3)
    layout = msgspec.structs.replace(terms.layout, version=2, areas=(floor,))
    seats.door.ask(
        ChangeShow(
            command_id=seats.command_id(),
            show_id=show_id,
            terms=msgspec.structs.replace(terms, layout=layout),
        )
    )
    name = {"show_id": show_id, "customer_id": ANA, "seat_ids": (), "areas": {"FLR": 2}}
    asked = [
        HoldSeats(command_id=seats.command_id(), booking_id=f"b{number}", **name)
        for number in range(5)
    ]

    answers = seats.door.answers(seats.door.send(*asked))

    assert [type(answer) for answer in answers] == [SeatsHeld] + 4 * [CommandRefused]
    assert {answer.code for answer in answers[1:]} == {Refusal.AREA_FULL}
    assert [claim[0] for claim in seats.claims(show_id)] == ["FLR1", "FLR2"]
    assert seats.inventory(show_id)["free"] == 101
    with pytest.raises(psycopg.errors.UniqueViolation):
        seats.rows(
            "INSERT INTO seat_claim (show_id, seat_id, kind, claimed_by)"
            " VALUES (%s, 'FLR1', 'booking', 'another')",
            show_id,
        )


def test_who_waits_is_offered_what_runs_out(seats):
    show_id = seats.open_show()
    terms = seats.terms(show_id, rows=1, cells=2)
    seats.door.ask(ChangeShow(command_id=seats.command_id(), show_id=show_id, terms=terms))
    taken = hold(seats, show_id, "A1", "A2")
    seats.door.ask(taken)
    for name in ("one", "two"):
        wish = {"entry_id": f"{name}-{show_id}", "customer_id": CustomerId(name), "size": 2}
        seats.door.ask(JoinWaitingList(command_id=seats.command_id(), show_id=show_id, **wish))

    seats.door.until(lambda: len(offers_of(seats, show_id)) == 1)

    [offer] = offers_of(seats, show_id)
    assert offer.customer_id == "one"
    assert seats.claims(show_id) == [
        ("A1", "offer", offer.entry_id),
        ("A2", "offer", offer.entry_id),
    ]
    accepted = seats.door.ask(
        AcceptSeatOffer(
            command_id=seats.command_id(),
            show_id=show_id,
            entry_id=offer.entry_id,
            customer_id=offer.customer_id,
            booking_id=BookingId(f"b-{show_id}"),
        )
    )
    assert isinstance(accepted, SeatsHeld)
    seats.door.until(lambda: len(offers_of(seats, show_id)) == 2)
    assert offers_of(seats, show_id)[1].customer_id == "two"
    assert seats.rows(
        "SELECT customer_id, status FROM waiting_entry WHERE show_id = %s ORDER BY joined_version",
        show_id,
    ) == [("one", "accepted"), ("two", "offered")]


def offers_of(seats, show_id):
    return [
        event
        for event, _ in seats.door.published
        if event.show_id == show_id and isinstance(event, SeatsOffered)
    ]
