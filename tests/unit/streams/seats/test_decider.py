"""Batches decided without servers: what is dropped, what stops us, what is buried."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import msgspec
import pytest
from faust.types import TP

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.errors import MissingOffsets
from justbookit.forgetting import ANSWERS_KEPT, ENDED_KEPT
from justbookit.line_events import SeatsOffered, WaitingListLeft
from justbookit.seat_commands import (
    BlockSeats,
    ExtendHold,
    HoldSeats,
    JoinWaitingList,
    OpenShow,
    ReleaseHold,
)
from justbookit.seat_events import (
    CommandRefused,
    HoldReleased,
    SeatsHeld,
)
from justbookit.settings import Settings
from justbookit.snapshots import snapshot_of
from streams.seats import decider as deciding
from streams.seats.batch import NO_HOLD, Batch, Position
from streams.seats.decider import Decider
from streams.seats.inbox import Slice
from streams.seats.logs import BrokenLog, Log, check_positions
from streams.seats.shows import SNAPSHOT_EVERY, Kept

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COMMANDS = TP("seat-commands", 0)
ONE_PARTITION = Settings(partitions=1, hold_seconds=60)


def open_show(show_id="s"):
    terms = ShowTerms(
        show_id=show_id,
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
    return OpenShow(command_id=f"open-{show_id}", show_id=show_id, terms=terms)


def hold(name, *seats, show_id="s"):
    return HoldSeats(
        command_id=name, show_id=show_id, booking_id=name, customer_id="ana", seat_ids=seats
    )


def delivered(*messages, start=0):
    return [
        Slice(
            COMMANDS,
            [
                SimpleNamespace(
                    topic="seat-commands",
                    partition=0,
                    offset=offset,
                    value=message if isinstance(message, bytes) else wire.encode(message),
                )
                for offset, message in enumerate(messages, start=start)
            ],
            None,
        )
    ]


class Postgres:
    """The logs of shows and the bookings that are over, as the batches so far left them."""

    def __init__(self):
        self.log = []
        self.over = {}
        self.snapshots = {}
        self.asked = []
        self.looked_up = []

    def keep(self, batch):
        """What the transaction of a batch would leave here."""
        self.log += [message.event for message in batch.messages if message.fresh]
        for seatmap in batch.shows.values():
            for booking_id in seatmap.ended:
                self.over[seatmap.show_id, booking_id] = seatmap.bookings[booking_id]
        for seatmap in batch.snapshots:
            self.snapshots[seatmap.show_id] = seatmap.version, snapshot_of(seatmap)

    async def shows(self, show_ids):
        self.asked.append(sorted(show_ids))
        kept = {}
        for each in show_ids:
            version, snapshot = self.snapshots.get(each, (0, None))
            since = [
                wire.encode(event)
                for event in self.log
                if event.show_id == each and event.version > version
            ]
            kept[each] = Kept(snapshot, since)
        return kept

    async def answers(self, asked):
        self.looked_up += asked
        return {
            (event.show_id, event.command_id): event
            for event in self.log
            if (event.show_id, event.command_id) in asked
        }

    async def bookings(self, asked):
        return [(each[0], self.over[each]) for each in asked if each in self.over]


@pytest.fixture
def postgres():
    return Postgres()


@pytest.fixture
def decider(postgres):
    made = Decider(ONE_PARTITION, postgres)
    made.positions = {0: Position(epoch=1, commands_next=0, facts_next=0)}
    return made


async def decide(decider, slices, now=NOW, due=()):
    batch = Batch(1, now)
    await decider.decide(batch, slices, due)
    return batch


def events(batch):
    return [message.event for message in batch.messages]


async def test_what_was_handled_is_dropped(decider):
    await decide(decider, delivered(open_show()))

    batch = await decide(decider, delivered(open_show(), hold("b1", "A1")))

    assert [type(event) for event in events(batch)] == [SeatsHeld]
    assert batch.before[0].commands_next == 1
    assert batch.after[0].commands_next == 2


async def test_a_hole_stops_the_writer(decider):
    with pytest.raises(MissingOffsets, match="from 0 to 3"):
        await decide(decider, delivered(open_show(), start=3))


async def test_shows_are_loaded_once_for_a_batch_and_not_again(decider, postgres):
    await decide(decider, delivered(open_show("s"), open_show("t"), hold("b1", "A1")))
    await decide(decider, delivered(hold("b2", "A2", show_id="t"), start=3))

    assert postgres.asked == [["s", "t"]]


async def test_a_show_from_postgres_goes_on_where_it_was(decider, postgres):
    first = await decide(decider, delivered(open_show(), hold("b1", "A1")))
    postgres.keep(first)
    heir = Decider(ONE_PARTITION, postgres)
    heir.positions = dict(decider.positions)

    batch = await decide(heir, delivered(hold("b2", "A1"), start=2))

    [refused] = events(batch)
    assert isinstance(refused, CommandRefused)
    assert refused.version == 3


def let_go(booking_id):
    return ReleaseHold(
        command_id=f"no-{booking_id}", show_id="s", booking_id=booking_id, customer_id="ana"
    )


async def come_and_go(decider, postgres, times):
    """So many holds that were released, and all of it in Postgres; the next offset."""
    messages = [open_show()]
    for number in range(times):
        messages += [hold(f"b{number}", "A1"), let_go(f"b{number}")]
    for first in range(0, len(messages), 100):
        batch = await decide(decider, delivered(*messages[first : first + 100], start=first))
        postgres.keep(batch)
        decider.shows.shrink(batch.shows, {}, NOW)
    return len(messages)


async def test_a_command_answered_long_ago_gets_its_old_answer_and_no_second_decision(
    decider, postgres
):
    start = await come_and_go(decider, postgres, 2 * ANSWERS_KEPT)
    assert len(decider.shows.use("s").answers) == ANSWERS_KEPT

    batch = await decide(decider, delivered(hold("b0", "A1"), hold("new", "A1"), start=start))

    again, fresh = batch.messages
    assert not again.fresh
    assert isinstance(again.event, SeatsHeld)
    assert (again.event.booking_id, again.event.version) == ("b0", 2)
    assert fresh.fresh
    assert fresh.event.booking_id == "new"


async def test_a_booking_that_was_over_long_ago_is_not_made_again(decider, postgres):
    start = await come_and_go(decider, postgres, 2 * ENDED_KEPT)
    assert "b0" not in decider.shows.use("s").bookings
    other = msgspec.structs.replace(hold("b0", "A1"), command_id="another")

    [refused] = events(await decide(decider, delivered(other, start=start)))

    assert refused.code == "booking_exists"


async def test_a_show_with_all_its_answers_in_memory_asks_nobody(decider, postgres):
    await decide(decider, delivered(open_show(), hold("b1", "A1")))
    await decide(decider, delivered(hold("b2", "A2"), start=2))

    assert postgres.looked_up == []


async def test_a_long_history_is_loaded_from_its_snapshot(decider, postgres):
    start = await come_and_go(decider, postgres, SNAPSHOT_EVERY)
    heir = Decider(ONE_PARTITION, postgres)
    heir.positions = dict(decider.positions)
    version, _ = postgres.snapshots["s"]

    batch = await decide(heir, delivered(hold("b7", "A1"), hold("last", "A1"), start=start))

    assert version > SNAPSHOT_EVERY
    assert [message.fresh for message in batch.messages] == [False, True]
    assert events(batch)[1].version == 2 * SNAPSHOT_EVERY + 2
    assert isinstance(events(batch)[1], SeatsHeld)


async def test_a_command_asked_again_is_answered_again(decider):
    batch = await decide(decider, delivered(open_show(), hold("b1", "A1"), hold("b1", "A1")))

    assert [message.fresh for message in batch.messages] == [True, True, False]
    assert batch.messages[1].body == batch.messages[2].body


async def test_what_cannot_be_read_is_buried_and_passed(decider):
    batch = await decide(decider, delivered(open_show(), b"nonsense", hold("b1", "A1")))

    assert [letter.offset for letter in batch.letters[0]] == [1]
    assert len(events(batch)) == 2
    assert batch.after[0].commands_next == 3


async def test_a_rule_that_fails_on_one_command_stops_no_other(decider, monkeypatch, caplog):
    real = deciding.decide

    def fails_on_b1(seatmap, command, *rest):
        if command.command_id == "b1":
            raise KeyError("a bug")
        return real(seatmap, command, *rest)

    monkeypatch.setattr(deciding, "decide", fails_on_b1)

    batch = await decide(decider, delivered(open_show(), hold("b1", "A1"), hold("b2", "A1")))

    assert "KeyError" in batch.letters[0][0].reason
    assert isinstance(events(batch)[-1], SeatsHeld)
    assert "a rule failed" in caplog.text


async def test_a_hold_that_ran_out_is_released_by_the_timer(decider):
    await decide(decider, delivered(open_show(), hold("b1", "A1")))
    late = NOW + timedelta(seconds=60)

    batch = await decide(decider, [], now=late, due=[(0, "s", "b1")])

    [released] = events(batch)
    assert isinstance(released, HoldReleased)
    assert batch.before[0] == batch.after[0]
    assert not await decide(decider, [], now=late, due=[(0, "s", "b1")])


async def test_an_extended_hold_outlives_its_first_time(decider):
    more = ExtendHold(command_id="more", show_id="s", booking_id="b1", customer_id="ana")
    batch = await decide(decider, delivered(open_show(), hold("b1", "A1"), more))
    first, second = [until for _, until, _, _ in batch.timers()]

    assert second == NOW + timedelta(minutes=7)
    assert not await decide(decider, [], now=first, due=[(0, "s", "b1")])
    assert events(await decide(decider, [], now=second, due=[(0, "s", "b1")]))


async def test_a_block_ends_by_the_timer_and_the_timer_is_set_for_the_next(decider):
    first, second = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    blocks = [
        BlockSeats(command_id=seat, show_id="s", seat_ids=(seat,), reason="house", until=until)
        for seat, until in (("A1", first), ("A2", second))
    ]
    batch = await decide(decider, delivered(open_show(), *blocks))
    assert batch.timers() == [(0, first, "s", NO_HOLD)]

    batch = await decide(decider, [], now=first, due=[(0, "s", NO_HOLD)])

    [unblocked] = events(batch)
    assert (unblocked.seat_ids, unblocked.command_id) == (("A1",), None)
    assert batch.timers() == [(0, second, "s", NO_HOLD)]
    assert not await decide(decider, [], now=first, due=[(0, "s", NO_HOLD)])


def wait(name):
    return JoinWaitingList(
        command_id=f"wait-{name}", show_id="s", entry_id=name, customer_id=name, size=3
    )


async def test_who_waits_is_offered_what_comes_free_before_who_comes_by_at_that_moment(decider):
    await decide(decider, delivered(open_show(), hold("b1", "A1", "A2", "A3"), wait("one")))
    late = NOW + timedelta(seconds=60)

    batch = await decide(decider, delivered(hold("b2", "A1"), start=3), now=late)

    kinds = [type(event) for event in events(batch)]
    assert kinds == [HoldReleased, SeatsOffered, CommandRefused]
    assert [each[1:] for each in batch.timers()] == [(late + timedelta(minutes=15), "s", "one")]


async def test_an_offer_that_ran_out_goes_to_the_next_by_the_timer(decider):
    await decide(
        decider,
        delivered(
            open_show(), hold("b1", "A1", "A2", "A3"), wait("one"), wait("two"), let_go("b1")
        ),
    )
    late = NOW + timedelta(minutes=15)

    batch = await decide(decider, [], now=late, due=[(0, "s", "one")])

    assert [(type(each), each.entry_id) for each in events(batch)] == [
        (WaitingListLeft, "one"),
        (SeatsOffered, "two"),
    ]


async def test_every_part_of_free_seats_is_offered_in_one_batch(decider):
    parties = [
        msgspec.structs.replace(wait(name), size=1, together=False) for name in ("one", "two")
    ]

    batch = await decide(
        decider, delivered(open_show(), hold("b1", "A1", "A2", "A3"), *parties, let_go("b1"))
    )

    assert [each.entry_id for each in events(batch)[-2:]] == ["one", "two"]


def test_positions_must_lie_within_the_logs():
    positions = {0: Position(epoch=1, commands_next=10, facts_next=5)}
    facts = TP("theatre-facts", 0)

    check_positions(positions, {COMMANDS: Log(0, 10), facts: Log(5, 7)})
    with pytest.raises(BrokenLog, match="made anew"):
        check_positions(positions, {COMMANDS: Log(0, 9), facts: Log(5, 7)})
    with pytest.raises(BrokenLog, match="retention"):
        check_positions(positions, {COMMANDS: Log(0, 10), facts: Log(6, 7)})
