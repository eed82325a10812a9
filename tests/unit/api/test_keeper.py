"""The billboard follows what events announce, finds what was missed, and knows how old it is."""

import asyncio
import time
from types import SimpleNamespace

import msgspec
import psycopg
import pytest

from api.browse import keeper as module
from api.browse import snapshot
from api.browse.billboard import Billboard
from api.browse.freshness import Freshness
from api.browse.keeper import Keeper
from api.browse.kept import Slots
from api.browse.noticed import Noticed
from justbookit import topics, wire
from justbookit.catalogue import Movie
from justbookit.catalogue_events import CatalogueUnchanged, MoviePut
from justbookit.listing import Availability, Details
from tests.unit.api.listings import NOW, listing, with_free

SEATS, CATALOGUE = topics.SEAT_EVENTS.name, topics.CATALOGUE_EVENTS.name
MOVIE = Movie(movie_id="m1", title="Lamps", language="Hindi", duration_minutes=100)


class Postgres:
    """Shows as they are, how often whole shows were read; can be away."""

    def __init__(self, *shows):
        self.shows = {show.show_id: show for show in shows}
        self.details = Details(1, 1, 1, 1)
        self.away = False
        self.whole, self.compared = 0, 0

    def put(self, show):
        self.shows[show.show_id] = show

    def _check(self):
        if self.away:
            raise psycopg.OperationalError("the server is down")

    async def versions(self):
        self._check()
        self.compared += 1
        return {show_id: show.doc_version for show_id, show in self.shows.items()}

    async def seats(self, show_ids):
        self._check()
        return [
            (
                each,
                self.details,
                {
                    "availability": Availability(
                        version=show.seats_version,
                        seats_total=show.seats_total,
                        seats_free=show.seats_free,
                        as_of=show.as_of,
                    ),
                    "is_open": show.open,
                    "doc_version": show.doc_version,
                },
            )
            for each in show_ids
            if (show := self.shows.get(each)) is not None
        ]

    async def listings(self, show_ids):
        self._check()
        self.whole += len(show_ids)
        return [(self.details, self.shows[each]) for each in show_ids]

    async def shows_with(self, noticed):
        return [each for each, show in self.shows.items() if show.movie_id in noticed.movies]


@pytest.fixture
async def made(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(module, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "COMPARE_BLIND_SECONDS", 0.05)
    postgres = Postgres(listing())
    board, slots = Billboard(), Slots(Freshness())
    keeper = Keeper(board, slots, postgres, tmp_path / "board.json", lambda _: None)
    events = SimpleNamespace(live=True, as_of=time.time() + 3600)
    keeper.events = events
    yield SimpleNamespace(
        keeper=keeper, board=board, slots=slots, postgres=postgres, events=events, path=tmp_path
    )
    await keeper.close()


async def until(true):
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - no event tells a test of it
            await asyncio.sleep(0.005)


async def started(made):
    made.keeper.open()
    await until(lambda: not made.slots.freshness.stale)


async def test_it_begins_with_all_there_is(made):
    assert made.slots.freshness.stale

    await started(made)

    assert made.board.get("s1") == listing()


async def test_an_event_of_a_show_makes_its_seats_be_looked_up_and_no_more(made):
    await started(made)
    whole = made.postgres.whole
    made.postgres.put(with_free(listing(), 40, 2))

    made.keeper.notice(SEATS, b"s1", b"no event that this process has ever heard of")
    await until(lambda: made.board.get("s1").seats_free == 40)

    assert made.postgres.whole == whole
    assert made.postgres.compared == 1


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(made, monkeypatch):
    await started(made)
    made.postgres.put(with_free(listing(), 40, 2))
    made.keeper.notice(SEATS, b"s1", b"")
    await until(lambda: made.board.get("s1").seats_free == 40)

    an_hour_ago = time.time() - 3600
    monkeypatch.setattr(module.time, "time", lambda: an_hour_ago)
    made.postgres.put(with_free(listing(), 38, 3))
    made.keeper.notice(SEATS, b"s1", b"")

    await until(lambda: made.board.get("s1").seats_free == 38)


async def test_a_new_show_and_one_that_is_gone(made):
    await started(made)
    made.postgres.put(listing("s2"))
    del made.postgres.shows["s1"]

    made.keeper.notice(SEATS, b"s1", b"")
    made.keeper.notice(SEATS, b"s2", b"")
    await until(lambda: set(made.board.ids()) == {"s2"})


async def test_a_movie_that_changed_changes_its_shows(made):
    await started(made)
    made.postgres.details = Details(1, 2, 1, 1)
    made.postgres.put(listing(doc_version=2, title="Lanterns"))

    event = MoviePut(movie=MOVIE, version=2, command_id="c", at=NOW)
    made.keeper.notice(CATALOGUE, b"m1", wire.encode(event))

    await until(lambda: made.board.get("s1").title == "Lanterns")


async def test_an_event_that_cannot_be_read_makes_everything_be_compared(made):
    await started(made)
    made.postgres.details = Details(2, 1, 1, 1)
    made.postgres.put(listing(doc_version=2, title="Lanterns"))

    made.keeper.notice(CATALOGUE, b"x", b'{"type": "FromTheFuture"}')

    await until(lambda: made.board.get("s1").title == "Lanterns")


async def test_when_postgres_is_away_it_is_stale_and_nothing_noticed_is_lost(made, monkeypatch):
    monkeypatch.setattr(module, "STALE_SECONDS", 0.1)
    made.events.as_of = time.time()
    await started(made)
    made.postgres.away = True
    made.postgres.put(with_free(listing(), 40, 2))
    made.keeper.notice(SEATS, b"s1", b"")
    await until(lambda: made.slots.freshness.stale)
    as_of = made.slots.freshness.seconds
    await asyncio.sleep(0.05)
    assert made.slots.freshness.seconds == as_of

    made.postgres.away, made.events.as_of = False, time.time() + 3600
    await until(lambda: not made.slots.freshness.stale)

    assert made.board.get("s1").seats_free == 40


async def test_without_events_it_compares_again_and_again(made):
    await started(made)
    made.events.live = False
    made.postgres.put(with_free(listing(), 40, 2))

    await until(lambda: made.board.get("s1").seats_free == 40)

    assert not made.slots.freshness.stale


async def test_what_was_missed_while_kafka_was_away_is_found_when_it_is_back(made, monkeypatch):
    await started(made)
    monkeypatch.setattr(module, "COMPARE_BLIND_SECONDS", 3600)
    made.events.live = False
    await asyncio.sleep(0.05)
    made.postgres.put(with_free(listing(), 40, 2))

    made.events.live = True

    await until(lambda: made.board.get("s1").seats_free == 40)


async def test_a_start_without_anything_has_what_was_written_down(made, tmp_path):
    await started(made)
    await made.keeper.close()
    made.postgres.away = True
    board, slots = Billboard(), Slots(Freshness())
    keeper = Keeper(board, slots, made.postgres, tmp_path / "board.json", lambda _: None)

    keeper.open()

    assert board.get("s1") == listing()
    assert slots.freshness.stale
    await keeper.close()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"as_of": 1'], ids=["empty", "other", "torn"])
def test_a_snapshot_that_is_none_is_ignored(tmp_path, content):
    path = tmp_path / "board.json"
    path.write_bytes(content)

    assert snapshot.read(path) is None
    assert snapshot.read(tmp_path / "nowhere.json") is None


def test_a_snapshot_that_cannot_be_written_hurts_nobody(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")

    snapshot.write(blocked / "board.json", snapshot.Snapshot(as_of=NOW, listings=(listing(),)))

    assert blocked.read_text() == "no folder"


def test_what_is_noticed_is_noticed_once():
    noticed = Noticed()
    for event in (
        MoviePut(movie=MOVIE, version=2, command_id="c", at=NOW),
        CatalogueUnchanged(command_id="c", at=NOW, subject="m1"),
    ):
        noticed.add(CATALOGUE, b"m1", wire.encode(event))
    noticed.add(SEATS, b"s1", b"")
    noticed.add(SEATS, b"s1", b"")
    noticed.add(SEATS, b"\xff", b"")

    assert noticed == Noticed(shows={"s1"}, movies={"m1"}, unreadable=True)
    assert msgspec.structs.replace(noticed, unreadable=False).something
