"""Who looks at seats or times is told what changes, from what was seen on, and never too much."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest

from api.browse.billboard import Billboard
from api.browse.freshness import Freshness
from api.browse.kept import Slots
from api.browse.questions import shows
from api.live import bell
from api.live.bell import Bells
from api.live.streams import Live
from api.live.told import CHANGES_MAX, ToldMap
from api.seatmaps import Look
from justbookit.catalogue import Area
from justbookit.evolving import evolve
from justbookit.ids import ShowId
from justbookit.seat_events import SeatsBlocked, SeatsUnblocked, ShowChanged, ShowOpened
from justbookit.seatmap import SeatMap
from tests.unit.api.listings import NOW, listing, with_free
from tests.unit.api.test_seatmaps import TERMS

LATER = datetime.now(UTC) + timedelta(hours=1)
OPEN_TERMS = msgspec.structs.replace(TERMS, starts_at=LATER, ends_at=LATER)


class Hall:
    """Seat maps with one show, whose seats can be blocked; Postgres can be away."""

    def __init__(self):
        self.seatmap = SeatMap(ShowId("s"))
        self.away = False
        self._happens(ShowOpened, terms=OPEN_TERMS)

    def _happens(self, kind, **what):
        version = self.seatmap.version + 1
        command = f"c-{version}"
        event = kind(show_id="s", version=version, at=NOW, command_id=command, **what)
        evolve(self.seatmap, event)

    def block(self, seat):
        self._happens(SeatsBlocked, seat_ids=(seat,), reason="x")

    def unblock(self, seat):
        self._happens(SeatsUnblocked, seat_ids=(seat,))

    def change(self, terms):
        self._happens(ShowChanged, terms=terms)

    def now(self):
        return Look(self.seatmap, NOW, stale=False, changed_at=NOW)

    async def look(self, _show_id):
        if self.away:
            raise psycopg.OperationalError("the server is down")
        return self.now()


def told_in(chunk):
    """The events of a chunk: name, id and data."""
    events = []
    for said in chunk.decode().strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in said.split("\n"))
        events.append((fields["event"], int(fields["id"]), msgspec.json.decode(fields["data"])))
    return events


def test_who_has_seen_nothing_is_told_the_whole_map():
    hall, told = Hall(), ToldMap()

    version, chunk = told.since(None, hall.now())

    ((name, number, data),) = told_in(chunk)
    assert (name, number, version) == ("map", 1, 1)
    assert [seat["status"] for seat in data["rows"][0]["seats"]] == ["free"] * 3


def test_who_comes_back_is_told_what_changed_since():
    hall, told = Hall(), ToldMap()
    told.since(None, hall.now())
    for seat in ("A1", "A2"):
        hall.block(seat)
        told.since(None, hall.now())

    version, chunk = told.since(1, hall.now())

    assert version == 3
    assert [(name, data["seats"]) for name, _, data in told_in(chunk)] == [
        ("seats", {"A1": "blocked"}),
        ("seats", {"A2": "blocked"}),
    ]
    assert told.since(3, hall.now()) == (3, b"")


@pytest.mark.parametrize("seen", [0, 2, 999], ids=["never", "between", "from the future"])
def test_who_has_seen_something_unheard_of_is_told_the_whole_map(seen):
    hall, told = Hall(), ToldMap()
    told.since(None, hall.now())
    hall.block("A1")
    hall.block("A2")

    _, chunk = told.since(seen, hall.now())

    assert told_in(chunk)[0][0] == "map"


def test_so_many_changes_are_kept():
    hall, told = Hall(), ToldMap()
    told.since(None, hall.now())
    for _ in range(CHANGES_MAX):
        hall.block("A1")
        told.since(None, hall.now())
        hall.unblock("A1")
        told.since(None, hall.now())

    assert told_in(told.since(1, hall.now())[1])[0][0] == "map"
    assert len(told_in(told.since(hall.seatmap.version - 3, hall.now())[1])) == 3


def test_of_an_area_it_is_told_how_many_places_are_left():
    hall, told = Hall(), ToldMap()
    area = Area(area_id="floor", zone="gold", capacity=3)
    layout = msgspec.structs.replace(OPEN_TERMS.layout, areas=(area,))
    hall.change(msgspec.structs.replace(OPEN_TERMS, layout=layout))
    version, _ = told.since(None, hall.now())
    place = next(iter(hall.seatmap.hall.areas["floor"]))

    hall.block(place)
    ((_, _, data),) = told_in(told.since(version, hall.now())[1])

    assert (data["seats"], data["areas"], data["seats_free"]) == ({}, {"floor": 2}, 5)


def test_another_layout_is_told_whole():
    hall, told = Hall(), ToldMap()
    told.since(None, hall.now())
    row = msgspec.structs.replace(OPEN_TERMS.layout.rows[0], cells=("1", "2", "3", "4"))
    layout = msgspec.structs.replace(OPEN_TERMS.layout, version=2, rows=(row,))
    hall.change(msgspec.structs.replace(OPEN_TERMS, layout=layout))

    assert told_in(told.since(1, hall.now())[1])[0][0] == "map"


async def test_a_stream_tells_each_change_once_and_leaves_nothing_behind():
    hall, bells = Hall(), Bells()
    live = Live(hall, bells)
    stream = live.seats(ShowId("s"), 1)
    assert (await anext(stream)).startswith(b"retry:")
    assert (await anext(stream)).startswith(b":"), "nothing new since version 1"

    hall.block("A1")
    bells.ring("s")
    assert told_in(await anext(stream))[0][2]["seats"] == {"A1": "blocked"}
    bells.ring_all()
    assert (await anext(stream)).startswith(b":")

    await stream.aclose()
    assert bells.count == 0
    assert not bells.is_heard("s")


async def test_what_happens_between_looking_and_waiting_is_not_missed():
    hall, bells = Hall(), Bells()
    stream = Live(hall, bells).seats(ShowId("s"), 1)
    await anext(stream)
    await anext(stream)

    hall.block("A1")
    bells.ring("s")
    hall.block("A2")
    bells.ring("s")
    seats = told_in(await anext(stream))[0][2]["seats"]

    assert seats == {"A1": "blocked", "A2": "blocked"}
    await stream.aclose()


async def test_a_stream_outlives_postgres_being_away():
    hall, bells = Hall(), Bells()
    stream = Live(hall, bells).seats(ShowId("s"), 1)
    hall.away = True
    await anext(stream)
    assert (await anext(stream)).startswith(b":")

    hall.away = False
    hall.block("A1")
    bells.ring_all()

    assert told_in(await anext(stream))[0][0] == "map"
    await stream.aclose()


async def test_streams_end_when_the_process_does():
    hall, bells = Hall(), Bells()
    stream = Live(hall, bells).seats(ShowId("s"), 1)
    await anext(stream)
    await anext(stream)

    bells.end()

    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert bells.is_full


async def test_times_tell_what_is_left_and_a_change_of_seats_rings_them():
    bells, board = Bells(), Billboard()
    freshness = Freshness()
    freshness.known_until(NOW.timestamp(), stale=False)
    slots = Slots(freshness, lambda topics: [bells.ring(topic) for topic in topics])
    board.put(listing(), NOW)

    def ask():
        return slots.get(("shows",), lambda: shows(board, "m1", "pune", None))

    grid = ("grid", "m1", "pune", "2026-11-23")
    stream = Live(None, bells).times(grid, ask, None)
    await anext(stream)
    ((_, number, data),) = told_in(await anext(stream))
    assert data["shows"] == {"s1": {"seats_free": 100, "availability": "plenty"}}

    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0)
    fewer = msgspec.structs.replace(with_free(listing(), 5, 2), as_of=NOW + timedelta(seconds=1))
    slots.touch(board.put(fewer, NOW))
    ((_, later, data),) = told_in(await waiting)
    assert later > number
    assert data["shows"]["s1"] == {"seats_free": 5, "availability": "few_left"}

    slots.touch(board.pass_time(listing().starts_at + timedelta(hours=1)))
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
    assert bells.count == 0


def test_there_are_so_many_listeners_at_most(monkeypatch):
    monkeypatch.setattr(bell, "LISTENERS_MAX", 2)
    bells = Bells()
    bells.listen("a")
    assert not bells.is_full
    bells.listen("a")

    assert bells.is_full
    bells.leave("a")
    assert not bells.is_full
