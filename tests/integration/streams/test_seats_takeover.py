"""What a writer finds at a takeover that is not what it left: it stops and says so.

These tests destroy topics and databases, so they have servers of their own.
"""

import time
from datetime import UTC, datetime

import psycopg
import pytest
from kafka import KafkaAdminClient, TopicPartition
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from justbookit import topics
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.seat_commands import BookSeats, HoldSeats, Payment
from justbookit.seat_events import SeatsBooked, SeatsHeld
from stack import topics as made_topics
from streams.exits import Exit

HOUR = 3600


@pytest.fixture(scope="module")
def bare_servers(own_servers):
    """Instead of those that the other tests of this folder share."""
    return own_servers


@pytest.fixture
def admin(seats):
    client = KafkaAdminClient(bootstrap_servers=seats.settings.kafka)
    yield client
    client.close()


@pytest.fixture(scope="module")
def show_id(module_seats):
    """A show on sale in partition 0, and nobody who decides about it."""
    worker = module_seats.ready_worker()
    show_id = module_seats.open_show(module_seats.show_in(0))
    module_seats.until_settled()
    worker.end()
    return show_id


def booking(seats, show_id, seat):
    return BookSeats(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=BookingId(f"booking-{seats.command_id()}"),
        customer_id=CustomerId("ana"),
        seat_ids=(SeatId(seat),),
        payment=Payment(reference="p-1", method="sandbox", amount=20_000, currency="INR"),
    )


def hold(seats, show_id, seat):
    return HoldSeats(
        command_id=seats.command_id(),
        show_id=show_id,
        booking_id=BookingId(f"booking-{seats.command_id()}"),
        customer_id=CustomerId("ana"),
        seat_ids=(SeatId(seat),),
    )


def position(seats):
    [(at,)] = seats.rows("SELECT commands_next FROM writer_position WHERE partition = 0")
    return at


def assert_refused(worker, *words):
    assert worker.exit_code() == Exit.CLAIM_FAILED
    for word in words:
        assert word in worker.said()


def assert_works(seats, show_id, seat):
    seats.ready_worker()
    assert isinstance(seats.door.ask(booking(seats, show_id, seat)), SeatsBooked)


def test_a_topic_made_anew_that_has_grown_again_is_refused(seats, show_id, admin):
    """Its offsets have passed our position: all would look as if they had been decided."""
    before = position(seats)
    admin.delete_topics([topics.SEAT_COMMANDS.name])
    until(lambda: topics.SEAT_COMMANDS.name not in admin.list_topics())
    made_topics.ensure(seats.settings)
    lost = [booking(seats, show_id, f"A{n % 10 + 11}") for n in range(before + 5)]
    seats.door.send(*lost)

    worker = seats.worker()

    assert_refused(worker, "seat-commands/0", "was made anew and has grown again")
    assert position(seats) == before
    seats.rows("UPDATE writer_position SET commands_next = 0")
    seats.ready_worker()
    assert len(seats.door.answers([command.command_id for command in lost])) == len(lost)


def test_commands_that_retention_removed_before_anybody_decided_them_are_missed(
    seats, show_id, admin
):
    seats.door.send(*(booking(seats, show_id, f"B{n}") for n in range(1, 6)))
    before = position(seats)
    admin.delete_records({TopicPartition(topics.SEAT_COMMANDS.name, 0): before + 3})

    worker = seats.worker()

    assert_refused(worker, f"but {before} comes next", "retention removed messages")
    assert position(seats) == before
    seats.rows("UPDATE writer_position SET commands_next = commands_next + 3 WHERE partition = 0")
    assert_works(seats, show_id, "C1")


def test_a_postgres_that_was_put_back_to_an_older_state_is_refused(seats, show_id):
    """It does not know of a seat that was given away, and that a customer was told to have."""
    copy_database(seats.settings, "older")
    worker = seats.ready_worker()
    sold = seats.door.ask(booking(seats, show_id, "D1"))
    seats.until_settled()
    worker.end()
    swap_database(seats.settings, "older")

    worker = seats.worker()

    assert_refused(worker, show_id, f"version {sold.version}", "put back to an older state")
    assert "D1" not in {seat for seat, *_ in seats.claims(show_id)}
    swap_database(seats.settings, "older")
    assert_works(seats, show_id, "D2")


def test_another_postgres_than_the_one_that_was_written_is_refused(seats, show_id):
    """It is ahead of the topic in nothing, and has other events under the same versions."""
    seats.rows(
        "UPDATE seat_event SET body = replace(body::text, 'Z', ' ')::json WHERE show_id = %s",
        show_id,
    )

    worker = seats.worker()

    assert_refused(worker, show_id, "Postgres has another such event")
    seats.rows(
        "UPDATE seat_event SET body = replace(body::text, ' ', 'Z')::json WHERE show_id = %s",
        show_id,
    )
    assert_works(seats, show_id, "E1")


def test_a_clock_that_jumps_while_a_writer_runs_is_not_obeyed(seats, show_id, tmp_path):
    """Holds of four seconds end after four seconds, and time goes on."""
    worker = seats.ready_worker(rehearsal=tmp_path, hold_seconds=4)
    moments = []
    for seat, off in (("A1", 0), ("A2", HOUR), ("A3", -HOUR), ("A4", 0)):
        (tmp_path / "clock-seconds").write_text(str(off))
        held = seats.door.ask(hold(seats, show_id, seat))
        assert isinstance(held, SeatsHeld)
        assert abs((datetime.now(UTC) - held.at).total_seconds()) < 5
        moments.append(held.at)

    assert moments == sorted(moments)
    assert "the clock jumped by +3600" in worker.said()
    assert "the clock is right again" in worker.said()
    seats.door.until(lambda: seats.log_of(show_id).count("HoldReleased") == len(moments))
    assert (
        seats.rows(
            "SELECT ended_at - held_until FROM booking WHERE show_id = %s AND status = 'expired'"
            " AND ended_at - held_until NOT BETWEEN interval '0' AND interval '1 second'",
            show_id,
        )
        == []
    )


def test_a_writer_with_a_wrong_clock_takes_nothing_over(seats, show_id, tmp_path):
    (tmp_path / "clock-seconds").write_text(str(HOUR))

    worker = seats.worker(rehearsal=tmp_path)

    assert_refused(worker, "by Postgres' clock", "set the clocks")
    (tmp_path / "clock-seconds").write_text("0")
    assert_works(seats, show_id, "E2")


def until(happened):
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def copy_database(settings, name):
    """Keep the database as it is now under another name."""
    mine = conninfo_to_dict(settings.postgres)["dbname"]
    with server(settings) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {mine}")


def swap_database(settings, name):
    """Put the kept one in its place, and keep the other."""
    mine = conninfo_to_dict(settings.postgres)["dbname"]
    with server(settings) as connection:
        for old, new in ((mine, "aside"), (name, mine), ("aside", name)):
            connection.execute(f"ALTER DATABASE {old} RENAME TO {new}")


def server(settings):
    return psycopg.connect(make_conninfo(settings.postgres, dbname="postgres"), autocommit=True)
