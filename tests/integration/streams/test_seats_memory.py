"""What left the writer's memory is found in Postgres: old answers, old bookings, old shows."""

from justbookit import wire
from justbookit.forgetting import ANSWERS_KEPT, ENDED_KEPT
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.refusals import Refusal
from justbookit.seat_commands import HoldSeats, OpenShow, ReleaseHold
from justbookit.seat_events import CommandRefused, SeatsHeld
from streams import postgres
from streams.arrays import Texts
from streams.seats.archive import ANSWERS
from streams.seats.shows import SNAPSHOT_EVERY

ANA = CustomerId("ana")
MANY_EVENTS_WITHOUT_STATISTICS = """
WITH forgotten AS (
    DELETE FROM pg_statistic WHERE starelid = 'seat_event'::regclass
)
INSERT INTO seat_event (show_id, version, command_id, type, at, body)
SELECT 's', n, n || repeat('-', 500), 'SeatsBooked', now(), '{}' FROM generate_series(1, 20000) AS n
"""
TIMES = max(ANSWERS_KEPT, ENDED_KEPT, SNAPSHOT_EVERY)


def hold(seats, show_id, booking_id, seat="A1"):
    return HoldSeats(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=BookingId(booking_id),
        customer_id=ANA,
        seat_ids=(SeatId(seat),),
    )


def come_and_go(seats, show_id):
    """So many holds that were let go again; the first of them."""
    holds = [hold(seats, show_id, f"b{number}") for number in range(TIMES)]
    commands = []
    for each in holds:
        name = {"show_id": show_id, "booking_id": each.booking_id, "customer_id": ANA}
        commands += [each, ReleaseHold(command_id=seats.command_id(), **name)]
    seats.door.answers(seats.door.send(*commands))
    return holds[0]


def see_it_go_on(seats, show_id, first):
    """The old answer again, byte for byte; the old booking is known; the seat is sold once."""
    seats.door.send(first)
    seats.door.until(lambda: len(seats.answers_to(first)) > 1)
    assert len(set(seats.answers_to(first))) == 1

    again = seats.door.ask(hold(seats, show_id, first.booking_id))
    assert isinstance(again, CommandRefused)
    assert again.code is Refusal.BOOKING_EXISTS

    letting = ReleaseHold(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=first.booking_id,
        customer_id=ANA,
    )
    over = seats.door.ask(letting)
    assert isinstance(over, CommandRefused)
    assert over.code is Refusal.NOT_HELD

    new = seats.door.ask(hold(seats, show_id, f"new-{seats.command_id()}", seat="C1"))
    assert isinstance(new, SeatsHeld)
    assert new.version == over.version + 1


def test_what_a_writer_has_forgotten_it_looks_up(seats):
    seats.ready_worker()
    show_id = seats.open_show()
    first = come_and_go(seats, show_id)

    see_it_go_on(seats, show_id, first)


def test_a_show_goes_on_from_its_snapshot_with_another_writer(seats):
    before = seats.ready_worker()
    show_id = seats.open_show()
    first = come_and_go(seats, show_id)
    before.end()
    [(version,)] = seats.rows("SELECT version FROM show_snapshot WHERE show_id = %s", show_id)
    assert version >= SNAPSHOT_EVERY

    seats.ready_worker()

    see_it_go_on(seats, show_id, first)


def test_a_snapshot_of_other_code_is_left_alone(seats):
    before = seats.ready_worker()
    show_id = seats.open_show()
    first = come_and_go(seats, show_id)
    before.end()
    seats.rows("UPDATE show_snapshot SET form = 0, body = '' WHERE show_id = %s", show_id)

    seats.ready_worker()

    see_it_go_on(seats, show_id, first)


def test_shows_leave_memory_and_come_back(seats):
    worker = seats.ready_worker(seat_memory_mb=1)
    show_id = seats.open_show()
    first = come_and_go(seats, show_id)
    for _ in range(400):
        seats.door.send_bytes(*opened(seats))
    seats.door.flush()
    seats.until_settled()

    see_it_go_on(seats, show_id, first)
    assert worker.process.poll() is None


def opened(seats):
    """A command that opens a show of its own, as bytes, and the show's name."""
    show_id = seats.show_in(0)
    command = OpenShow(command_id=seats.command_id(), show_id=show_id, terms=seats.terms(show_id))
    return wire.encode(command), show_id


async def test_an_old_answer_is_found_by_its_command_and_not_by_reading_its_show(seats):
    async with (
        await postgres.connect(seats.settings, "test") as connection,
        connection.transaction(force_rollback=True),
    ):
        await connection.execute(MANY_EVENTS_WITHOUT_STATISTICS)
        cursor = await connection.execute("EXPLAIN " + ANSWERS, (Texts(["s"]), Texts(["c"])))
        plan = "\n".join(line for (line,) in await cursor.fetchall())

    assert "seat_event_of_command" in plan
    assert "seat_event_pkey" not in plan
