"""The seat writer under faults: whatever happens to a writer, each command is decided once."""

import signal
from datetime import UTC, datetime, timedelta
from itertools import islice, product

import pytest
from kafka import KafkaAdminClient, TopicPartition
from kafka.structs import OffsetAndMetadata

from justbookit import topics, wire
from justbookit.ids import BookingId, CustomerId, SeatId, ShowId
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CloseShow,
    OpenShow,
    Payment,
    SetAllotment,
)
from justbookit.seat_events import (
    AllotmentGivenBack,
    BookingCancelled,
    SeatsUnblocked,
    ShowClosed,
)
from streams.exits import Exit
from streams.seats.agent import NAME

PAID = Payment(reference="p-1", method="sandbox", amount=40_000, currency="INR")
ROWS = "ABCDEFGHIJKLMNO"
FROZEN_SEATS = "tests/integration/streams/frozen_seats.py"


def bookings(seats, show_ids, count):
    """As many bookings of two seats, going round the shows; all of them can be had."""
    pairs = product(range(1, 20, 2), ROWS, show_ids)
    found = [
        BookSeats(
            command_id=seats.command_id(),
            show_id=show_id,
            booking_id=BookingId(f"booking-{seats.command_id()}"),
            customer_id=CustomerId("ana"),
            seat_ids=(SeatId(f"{row}{cell}"), SeatId(f"{row}{cell + 1}")),
            payment=PAID,
        )
        for cell, row, show_id in islice(pairs, count)
    ]
    assert len(found) == count
    return found


def assert_each_decided_once(seats, show_ids, commands):
    """Postgres, the topic and what was asked agree; nothing was sold twice, nothing left out."""
    seats.door.answers([command.command_id for command in commands])
    seats.door.until(lambda: set(show_ids) <= {event.show_id for event, _ in seats.door.published})
    seats.until_settled()
    log = seats.rows(
        "SELECT show_id, version, body::text FROM seat_event WHERE show_id = ANY(%s)"
        " ORDER BY show_id, version",
        list(show_ids),
    )
    # The outbox is clear once the broker has an event; the door may read it a moment later.
    logged = {(show_id, version) for show_id, version, _ in log}
    seats.door.until(
        lambda: logged <= {(event.show_id, event.version) for event, _ in seats.door.published}
    )
    on_topic = {}
    last = dict.fromkeys(show_ids, 0)
    for event, raw in seats.door.published:
        if event.show_id in last:
            # A repeat must be the same bytes; what is new comes in order.
            assert on_topic.setdefault((event.show_id, event.version), raw) == raw
            assert event.version <= last[event.show_id] + 1
            last[event.show_id] = max(last[event.show_id], event.version)
    assert [(show_id, version) for show_id, version, _ in log] == sorted(on_topic)
    assert [body.encode() for *_, body in log] == [on_topic[key] for key in sorted(on_topic)]
    answered = [wire.decode_seat_event(body).command_id for *_, body in log]
    assert len(answered) == len(set(answered))
    assert {command.command_id for command in commands} <= set(answered)
    assert seats.rows(
        "SELECT count(*) FROM seat_claim WHERE show_id = ANY(%s)", list(show_ids)
    ) == [(2 * len(commands),)]


@pytest.fixture
def show_ids(seats):
    """A show in each partition; whoever comes first opens it."""
    names = [seats.show_in(partition) for partition in range(seats.settings.partitions)]
    seats.door.send(
        *(
            OpenShow(
                command_id=seats.command_id(), show_id=name, terms=seats.terms(name, rows=len(ROWS))
            )
            for name in names
        )
    )
    return names


def test_a_writer_told_to_stop_ends_well_and_leaves_nothing_behind(seats, show_ids):
    worker = seats.ready_worker()
    commands = bookings(seats, show_ids, 400)
    seats.door.send(*commands)
    seats.door.answers([commands[0].command_id])

    worker.signal(signal.SIGTERM)

    assert worker.exit_code() == 0
    seats.ready_worker()
    assert_each_decided_once(seats, show_ids, commands)


def test_a_writer_killed_under_load_is_followed_by_another(seats, show_ids):
    victim = seats.ready_worker(batch_max=20)
    commands = bookings(seats, show_ids, 500)
    seats.door.send(*commands[:250])
    seats.door.answers([commands[20].command_id])

    victim.signal(signal.SIGKILL)
    seats.door.send(*commands[250:])
    seats.ready_worker()

    assert_each_decided_once(seats, show_ids, commands)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_writer_that_comes_back_from_the_dead_writes_nothing(seats, show_ids, moment):
    """Frozen before or after its commit; when it wakes up, another one has its partitions."""
    zombie = seats.worker(FROZEN_SEATS, moment, batch_max=20)
    zombie.until_ready()
    commands = bookings(seats, show_ids, 500)
    seats.door.send(*commands[:200])
    zombie.until_stopped()
    heir = seats.ready_worker()
    seats.door.send(*commands[200:400])
    seats.door.answers([command.command_id for command in commands[:400]])
    epochs = "SELECT sum(epoch) FROM writer_position"
    before = seats.rows(epochs)

    zombie.signal(signal.SIGCONT)

    # What it has still to commit is refused. If all that it had is committed, it may hear first
    # that its partitions are gone: then it is given some anew, as anybody who joins.
    seats.door.until(lambda: zombie.process.poll() is not None or seats.rows(epochs) > before)
    assert zombie.process.poll() in {Exit.FENCED, None if moment == "after" else Exit.FENCED}
    seats.door.send(*commands[400:])
    assert_each_decided_once(seats, show_ids, commands)
    assert heir.process.poll() is None


def test_two_writers_share_the_partitions_and_one_leaving_loses_nothing(seats, show_ids):
    first = seats.ready_worker()
    second = seats.ready_worker()
    commands = bookings(seats, show_ids, 400)
    seats.door.send(*commands[:200])
    epochs = seats.rows("SELECT sum(epoch) FROM writer_position")

    second.signal(signal.SIGTERM)
    seats.door.send(*commands[200:])

    assert second.exit_code() == 0
    assert_each_decided_once(seats, show_ids, commands)
    assert first.process.poll() is None
    assert seats.rows("SELECT sum(epoch) FROM writer_position") > epochs


def test_what_a_takeover_brings_is_done_though_nobody_asks_for_anything(seats):
    """A writer with nothing to do gets partitions, in the state that one left who died."""
    seats.ready_worker()
    seats.until_settled()
    left = [(partition, 1) for partition in range(seats.settings.partitions)]
    for partition, batch in left:
        seats.rows("INSERT INTO seat_outbox VALUES (%s, %s, '[]', '[]')", partition, batch)

    seats.ready_worker()

    seats.until_settled()


def test_kafkas_committed_offsets_are_only_a_hint(seats, show_ids):
    """They are moved past commands that nobody decided; all are decided all the same."""
    commands = bookings(seats, show_ids, 200)
    seats.door.send(*commands)
    admin = KafkaAdminClient(bootstrap_servers=seats.settings.kafka)
    admin.alter_group_offsets(
        NAME,
        {
            TopicPartition(topic.name, partition): OffsetAndMetadata(10_000_000, "", -1)
            for topic in (topics.SEAT_COMMANDS, topics.THEATRE_FACTS)
            for partition in range(seats.settings.partitions)
        },
    )
    admin.close()

    seats.ready_worker()

    assert_each_decided_once(seats, show_ids, commands)


def test_a_raised_epoch_stops_the_writer_at_its_next_commit(seats, show_ids):
    worker = seats.ready_worker()
    seats.door.until(lambda: len(seats.door.published) == len(show_ids))
    seats.rows("UPDATE writer_position SET epoch = epoch + 1")
    commands = bookings(seats, show_ids, 1)

    seats.door.send(*commands)

    assert worker.exit_code() == Exit.FENCED
    assert seats.log_of(commands[0].show_id) == ["ShowOpened"]
    seats.ready_worker()
    assert_each_decided_once(seats, show_ids, commands)


def test_a_seat_that_postgres_knows_as_taken_cannot_be_sold(seats, show_ids):
    """The second net: the rules think the seat is free, the primary key does not."""
    worker = seats.ready_worker()
    [command] = bookings(seats, show_ids, 1)
    seats.rows(
        "INSERT INTO seat_claim VALUES (%s, %s, 'booking', 'somebody')",
        command.show_id,
        command.seat_ids[0],
    )

    seats.door.send(command)

    assert worker.exit_code() == Exit.SECOND_NET
    assert "seat_claim_pkey" in worker.said()
    seats.rows("DELETE FROM seat_claim WHERE claimed_by = 'somebody'")
    seats.ready_worker()
    assert_each_decided_once(seats, show_ids, [command])


def test_what_ends_by_itself_does_so_under_the_next_writer(seats, show_ids):
    """Both ends are known to Postgres alone when the writer that wrote them down is killed."""
    victim = seats.ready_worker()
    ends = datetime.now(UTC) + timedelta(seconds=12)
    blocked = BlockSeats(
        command_id=seats.command_id(),
        show_id=show_ids[0],
        seat_ids=(SeatId("A1"),),
        reason="house",
        until=ends,
    )
    ours = SetAllotment(
        command_id=seats.command_id(),
        show_id=show_ids[0],
        seat_ids=(SeatId("A1"), SeatId("A2")),
        give_back_at=ends + timedelta(seconds=1),
    )
    seats.door.send(blocked, ours)
    seats.door.answers([blocked.command_id, ours.command_id])

    victim.signal(signal.SIGKILL)
    seats.ready_worker()

    seats.door.until(lambda: isinstance(seats.door.published[-1][0], AllotmentGivenBack))
    unblocked, given_back = [event for event, _ in seats.door.published[-2:]]
    assert isinstance(unblocked, SeatsUnblocked)
    assert unblocked.at >= ends
    assert given_back.at >= ends + timedelta(seconds=1)
    assert given_back.seat_ids == ("A1", "A2")
    assert seats.rows(
        "SELECT lapses_at, seats_not_allotted, seats_total FROM show_inventory WHERE show_id = %s",
        show_ids[0],
    ) == [(None, 300, 300)]


def test_a_cancelled_show_is_refunded_whole_by_whoever_comes_next(seats):
    """The writer is killed between two portions; the next one goes on where it was."""
    victim = seats.ready_worker()
    show_id = ShowId("show-to-be-cancelled")
    terms = seats.terms(show_id, rows=25, cells=40)
    booked = [
        BookSeats(
            command_id=seats.command_id(),
            show_id=show_id,
            booking_id=BookingId(f"of-{seat}"),
            customer_id=CustomerId("ana"),
            seat_ids=(seat,),
            payment=Payment(reference="p", method="sandbox", amount=20_000, currency="INR"),
        )
        for seat in terms.layout.zones()
    ]
    opening = OpenShow(command_id=seats.command_id(), show_id=show_id, terms=terms)
    closing = CloseShow(
        command_id=seats.command_id(), show_id=show_id, refund=True, reason="no projector"
    )
    seats.door.send(opening, *booked, closing)

    def cancelled():
        return {
            event.booking_id
            for event, _ in seats.door.published
            if isinstance(event, BookingCancelled)
        }

    seats.door.until(cancelled)
    victim.signal(signal.SIGKILL)
    victim.exit_code()
    left = "SELECT count(*) FROM booking WHERE show_id = %s AND status = 'confirmed'"
    assert seats.rows(left, show_id) > [(0,)]

    seats.ready_worker()

    seats.door.until(lambda: isinstance(seats.door.published[-1][0], ShowClosed))
    assert cancelled() == {command.booking_id for command in booked}
    seats.until_settled()
    assert seats.rows(
        "SELECT status, because, sum(refund), count(*) FROM booking WHERE show_id = %s"
        " GROUP BY status, because",
        show_id,
    ) == [("cancelled", "no projector", 20_000 * 1000, 1000)]
    assert seats.claims(show_id) == []
    log = seats.log_of(show_id)
    assert log.count("BookingCancelled") == 1000
    assert log[-1] == "ShowClosed"


def test_a_topic_that_ends_before_our_position_is_refused(seats, show_ids):
    move = "UPDATE writer_position SET commands_next = commands_next + %s WHERE partition = 3"
    seats.ready_worker().end()
    seats.rows(move, 10_000)

    worker = seats.worker()

    assert worker.exit_code() == Exit.CLAIM_FAILED
    assert "was made anew" in worker.said()
    seats.rows(move, -10_000)
    seats.ready_worker()
    assert_each_decided_once(seats, show_ids, [])
