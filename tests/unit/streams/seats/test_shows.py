"""Which shows stay in memory: bounded by what they weigh, and the weights are about right."""

import gc
import tracemalloc
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.forgetting import ANSWERS_KEPT, ENDED_KEPT, weight_of, weight_of_hall
from justbookit.seat_commands import BookSeats, HoldSeats, OpenShow, Payment, ReleaseHold
from justbookit.seatmap import SeatMap
from streams.seats.shows import CLAIMS_PER_EVENT, OVER_AFTER, Kept, Shows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
END = NOW + timedelta(hours=26)
NOBODY = {}


def hall(rows, cells):
    return Layout(
        version=1,
        rows=tuple(
            Row(label=chr(65 + at), zone="z", cells=tuple(map(str, range(1, cells + 1))))
            for at in range(rows)
        ),
    )


HALL = hall(10, 20)


def log_of(show_id, *, pairs=0, come_and_go=0, layout=HALL):
    """A show's events: so many bookings of two, so many holds that were let go."""
    terms = ShowTerms(
        show_id=show_id,
        movie_id="some-movie",
        theatre_id="some-theatre",
        venue_id="some-venue",
        city_id="mumbai",
        organizer_id="sterling",
        starts_at=NOW + timedelta(hours=24),
        ends_at=END,
        timezone="Asia/Kolkata",
        currency="INR",
        mode=Mode.ALL_IN,
        layout=layout,
        prices={"z": 100},
    )
    seatmap, bodies = SeatMap(show_id), []
    seats = list(layout.zones())
    paid = Payment(reference="pay-0123456789", method="card", amount=200, currency="INR")
    commands = [OpenShow(command_id=f"open-{show_id}", show_id=show_id, terms=terms)]
    who = {"show_id": show_id, "customer_id": "user-0123456789abcdef"}
    for number in range(pairs):
        names = {"command_id": f"book-{show_id}-{number}", "booking_id": f"b-{show_id}-{number}"}
        two = tuple(seats[2 * number : 2 * number + 2])
        commands.append(BookSeats(**names, **who, seat_ids=two, payment=paid))
    for number in range(come_and_go):
        booking_id = f"r-{show_id}-{number}"
        names = {"command_id": f"hold-{show_id}-{number}", "booking_id": booking_id}
        commands.append(HoldSeats(**names, **who, seat_ids=tuple(seats[-2:])))
        names = {"command_id": f"free-{show_id}-{number}", "booking_id": booking_id}
        commands.append(ReleaseHold(**names, **who))
    for command in commands:
        for event in decide(seatmap, command, NOW, timedelta(minutes=8)):
            evolve(seatmap, event)
            bodies.append(wire.encode(event))
    return bodies


def remember(shows, show_id, **history):
    shows.remember({show_id: Kept(None, log_of(show_id, **history))})
    return shows.use(show_id)


def replayed(bodies):
    seatmap = SeatMap("s")
    for body in bodies:
        evolve(seatmap, wire.decode_seat_event(body))
    return seatmap


@pytest.mark.parametrize(
    "history",
    [{}, {"pairs": 20}, {"pairs": 100}, {"come_and_go": 300}],
    ids=["nothing sold", "some sold", "sold out", "many came and went"],
)
def test_a_show_weighs_about_what_it_is_said_to(history):
    bodies = log_of("s", **history)
    first = replayed(bodies)  # so that the hall is there
    gc.collect()
    tracemalloc.start()
    others = [replayed(bodies) for _ in range(20)]
    gc.collect()
    measured = tracemalloc.get_traced_memory()[0] / len(others)
    tracemalloc.stop()

    assert 0.7 < weight_of(first) / measured < 1.5


def test_a_hall_weighs_about_what_it_is_said_to():
    bodies = log_of("s", layout=hall(26, 77))
    gc.collect()
    tracemalloc.start()
    shows = Shows(2**30)
    shows.remember({"s": Kept(None, bodies)})
    gc.collect()
    measured = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert 0.7 < weight_of_hall(shows.use("s").hall) / measured < 1.5


def test_shows_of_one_layout_share_one_hall():
    shows = Shows(2**30)
    one, other = remember(shows, "one"), remember(shows, "other")

    assert one.hall is other.hall
    assert one.terms.layout is other.terms.layout is one.answers["open-one"].terms.layout
    assert shows.weight == weight_of(one) + weight_of(other) + weight_of_hall(one.hall)


def test_the_shows_asked_for_longest_ago_leave_when_all_weigh_too_much():
    shows = Shows(300_000)
    for number in range(10):
        remember(shows, f"s{number}", pairs=20)
    shows.use("s0")

    shows.shrink([], NOBODY, NOW)

    assert shows.weight <= 300_000
    assert "s0" in shows
    assert "s9" in shows
    assert "s1" not in shows
    assert 0 < len(shows) < 10


def test_the_more_of_a_show_is_sold_the_rarer_it_is_written_down(monkeypatch):
    """Each time costs as much as there are claims, so all together stay a few for each event."""
    monkeypatch.setattr("streams.seats.shows.SNAPSHOT_EVERY", 4)
    opened, *sold = log_of("s", pairs=500, layout=hall(25, 40))
    shows = Shows(2**30)
    shows.remember({"s": Kept(None, [opened])})
    seatmap, written = shows.use("s"), []

    for body in sold:
        evolve(seatmap, wire.decode_seat_event(body))
        written += [(each.version, len(each.claims)) for each in shows.outgrown(["s"])]

    versions = [version for version, _ in written]
    steps = [later - earlier for earlier, later in pairwise([0, *versions])]
    assert steps[0] == 4
    assert steps == sorted(steps)
    assert len(sold) / 2 <= versions[-1], "and not so rarely that most would be replayed"
    assert sum(claims for _, claims in written) <= (CLAIMS_PER_EVENT + 1) * len(sold)


def test_what_a_batch_has_touched_stays_however_much_it_weighs():
    shows = Shows(1)
    remember(shows, "touched", pairs=50)
    remember(shows, "not", pairs=50)

    shows.shrink(["touched"], {"touched": 1}, NOW)

    assert "touched" in shows
    assert "not" not in shows


def test_a_show_that_is_over_leaves():
    shows = Shows(2**30)
    remember(shows, "s")

    shows.shrink([], NOBODY, END + OVER_AFTER - timedelta(seconds=1))
    assert "s" in shows
    shows.shrink([], NOBODY, END + OVER_AFTER + timedelta(minutes=1))
    assert "s" not in shows
    assert shows.weight == 0


def test_old_answers_and_bookings_that_are_over_leave_and_live_ones_stay():
    shows = Shows(2**30)
    seatmap = remember(shows, "s", pairs=3, come_and_go=500)

    shows.shrink(["s"], NOBODY, NOW)

    assert len(seatmap.answers) == ANSWERS_KEPT
    assert len(seatmap.bookings) == ENDED_KEPT + 3
    assert {"b-s-0", "r-s-499"} < set(seatmap.bookings)
    assert seatmap.forgot


def test_what_the_last_batch_left_is_not_forgotten_before_it_is_in_postgres():
    shows = Shows(2**30)
    seatmap = remember(shows, "s", come_and_go=500)

    shows.shrink(["s"], {"s": 1000}, NOW)

    assert len(seatmap.answers) == 1000
    assert len(seatmap.bookings) == 500
