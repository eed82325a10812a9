"""A seat map is read once, then kept true by the events that come by."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import AsyncMock

import msgspec
import psycopg
import pytest

from api.front import Front
from api.seatmaps import SeatMaps
from api.shelf import Shelved
from api.shown_maps import ShownMap, ShownMaps
from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.evolving import evolve
from justbookit.seat_events import SeatsBlocked, ShowOpened
from justbookit.seatmap import SeatMap
from justbookit.snapshots import snapshot_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TERMS = ShowTerms(
    show_id="s",
    movie_id="m",
    theatre_id="t",
    venue_id="v",
    city_id="c",
    organizer_id="o",
    starts_at=NOW,
    ends_at=NOW,
    timezone="UTC",
    currency="INR",
    mode=Mode.ALL_IN,
    layout=Layout(version=1, rows=(Row(label="A", zone="gold", cells=("1", "2", "3")),)),
    prices={"gold": 100},
)
COMING = msgspec.structs.replace(TERMS, starts_at=datetime.now(UTC) + timedelta(hours=1))
OPENED = ShowOpened(show_id="s", version=1, at=NOW, command_id="c-0", terms=TERMS)


def unseen(_show_id):
    """Nobody counts."""


def blocked(version, seat):
    return SeatsBlocked(
        show_id="s",
        version=version,
        at=NOW,
        command_id=f"c-{version}",
        seat_ids=(seat,),
        reason="x",
    )


class Log:
    """Postgres with one show's events; `gate` lets a reader wait, `away` makes reading fail."""

    def __init__(self, *events):
        self.events = list(events)
        self.reads = 0
        self.away = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.reading = asyncio.Event()

    async def read(self, _show_id):
        self.reads += 1
        self.reading.set()
        encoded = [wire.encode(event) for event in self.events]
        await self.gate.wait()
        if self.away:
            raise ConnectionError("postgres is away")
        return encoded


def maps(log, *, live=True):
    made = SeatMaps(log.read)
    made.answers = SimpleNamespace(live=live, as_of=time.time())
    return made


async def looked_at(log):
    """Maps of which one was read, and that are followed for a minute to come."""
    made = maps(log)
    await made.look("s")
    made.answers.as_of = time.time() + 60
    return made


async def begun(log, made):
    """A look that waits for Postgres, until the gate is opened."""
    log.gate.clear()
    log.reading.clear()
    looking = asyncio.create_task(made.look("s"))
    await log.reading.wait()
    return looking


async def test_a_map_is_read_once_and_follows():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")

    made.seen(blocked(2, "A1"))
    look = await made.look("s")

    assert look.seatmap.version == 2
    assert set(look.seatmap.claims) == {"A1"}
    assert log.reads == 1


async def test_what_was_read_already_is_not_applied_again():
    log = Log(OPENED, blocked(2, "A1"))
    made = maps(log)
    await made.look("s")

    made.seen(blocked(2, "A1"))

    assert (await made.look("s")).seatmap.version == 2


async def test_what_another_process_has_found_is_read_before_anybody_publishes_it():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")
    log.events.append(blocked(2, "A1"))

    made.found("s", 2)

    assert made.glance("s") is None
    assert (await made.look("s")).seatmap.version == 2
    made.found("s", 2)
    made.found("nobody-looks", 7)
    assert made.glance("s").seatmap.version == 2
    assert log.reads == 2


async def test_a_look_that_began_before_something_was_found_does_not_count():
    log = Log(OPENED)
    made = maps(log)
    log.gate.clear()
    looking = asyncio.create_task(made.look("s"))
    await log.reading.wait()

    log.events.append(blocked(2, "A1"))
    made.found("s", 2)
    log.gate.set()
    await looking

    assert (await made.look("s")).seatmap.version == 2


async def test_whoever_missed_what_others_found_reads_all_anew():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")

    made.doubt_all(time.time())

    assert made.glance("s") is None
    assert not (await made.look("s")).stale
    assert made.glance("s") is not None
    assert log.reads == 2


async def test_a_map_is_known_to_be_true_only_as_long_as_others_are_heard():
    made = maps(Log(OPENED))
    loaded_at = (await made.look("s")).as_of.timestamp()
    made.answers.as_of = loaded_at + 60

    made.hearsay = SimpleNamespace(as_of=loaded_at + 20)
    heard = made.glance("s").as_of.timestamp()
    made.hearsay.as_of = 0.0
    unheard = made.glance("s").as_of.timestamp()

    assert (heard - loaded_at, unheard - loaded_at) == pytest.approx((20, 0), abs=0.001)


async def test_what_was_missed_is_doubted_since_others_were_last_heard():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")
    log.away = True
    last_heard = time.time() + 5
    made.answers.as_of = last_heard + 60

    made.doubt_all(last_heard)

    assert (await made.look("s")).as_of.timestamp() == pytest.approx(last_heard, abs=0.001)


async def test_what_is_doubted_while_postgres_is_away_says_since_when():
    log = Log(OPENED)
    made = await looked_at(log)
    log.away = True

    made.found("s", 2)
    look = await made.look("s")

    assert look.stale
    assert look.as_of.timestamp() <= time.time()


async def test_a_doubt_is_as_old_as_the_first_of_what_is_missing():
    log = Log(OPENED)
    made = await looked_at(log)
    log.away = True

    made.found("s", 2)
    first = await made.look("s")
    await asyncio.sleep(0.01)
    made.found("s", 3)
    second = await made.look("s")

    assert second.stale
    assert second.as_of == first.as_of


async def test_a_doubt_that_came_while_the_map_was_read_is_as_old_as_the_reading():
    log = Log(OPENED)
    made = await looked_at(log)
    made.found("s", 2)
    began = datetime.now(UTC)
    looking = await begun(log, made)

    await asyncio.sleep(0.01)
    made.found("s", 3)
    log.gate.set()

    assert began <= (await looking).as_of < began + timedelta(seconds=0.01)


async def test_what_comes_while_a_map_cannot_be_read_follows_what_was_there():
    log = Log(OPENED)
    made = maps(log, live=False)
    await made.look("s")
    made._watched["s"].loaded_at -= 60  # noqa: SLF001 - it has to have been read a while ago
    log.away = True
    looking = await begun(log, made)

    made.seen(blocked(2, "A1"))
    made.answers.live = True
    log.gate.set()
    await looking

    assert made.glance("s").seatmap.version == 2


async def test_a_gap_makes_the_map_be_read_anew():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")
    log.events += [blocked(2, "A1"), blocked(3, "A2")]

    made.seen(blocked(3, "A2"))

    assert (await made.look("s")).seatmap.version == 3
    assert log.reads == 2


async def test_what_comes_while_a_map_is_read_is_not_lost():
    log = Log(OPENED)
    log.gate.clear()
    made = maps(log)
    looking = [asyncio.create_task(made.look("s")) for _ in range(3)]
    await log.reading.wait()

    made.seen(blocked(2, "A1"))
    log.gate.set()

    assert [look.seatmap.version for look in await asyncio.gather(*looking)] == [2, 2, 2]
    assert log.reads == 1


async def test_a_show_nobody_heard_of_is_not_kept():
    made = maps(Log())

    assert await made.look("s") is None
    assert not made.is_watched("s")


async def test_without_kafka_and_postgres_the_map_is_shown_as_old():
    log = Log(OPENED)
    made = maps(log)
    await made.look("s")
    made.answers.live = False
    made.answers.as_of -= 60
    log.away = True
    watched = made._watched["s"]  # noqa: SLF001 - it has to have been read a while ago
    watched.loaded_at -= 90

    look = await made.look("s")

    assert look.stale
    # it was followed until the events ceased to come by
    assert 59 <= (datetime.now(UTC) - look.as_of).total_seconds() < 89


async def test_without_kafka_the_map_is_read_again():
    log = Log(OPENED)
    made = maps(log, live=False)
    await made.look("s")
    log.events.append(blocked(2, "A1"))
    made._watched["s"].loaded_at -= 60  # noqa: SLF001 - as above

    look = await made.look("s")

    assert (look.seatmap.version, look.stale) == (2, False)


async def test_with_nothing_to_show_the_failure_is_told():
    log = Log(OPENED)
    log.away = True

    with pytest.raises(ConnectionError):
        await maps(log).look("s")


class OnShelf:
    """A shelf with one show, as it was a minute ago."""

    def __init__(self, *events):
        seatmap = SeatMap("s")
        for event in events:
            evolve(seatmap, event)
        body = snapshot_of(seatmap)
        self.shelved = Shelved(seatmap.version, time.time() - 60, NOW.timestamp(), body)
        self.asked = 0

    def get(self, show_id):
        self.asked += 1
        return self.shelved if show_id == "s" else None


def maps_and_shelf(log, shelf, *, live=True):
    made = SeatMaps(log.read, shelf.get)
    made.answers = SimpleNamespace(live=live, as_of=time.time())
    return made


async def test_without_postgres_a_show_nobody_looked_at_is_taken_from_the_shelf():
    log, shelf = Log(OPENED, blocked(2, "A1")), OnShelf(OPENED)
    log.away = True
    made = maps_and_shelf(log, shelf)

    look = await made.look("s")

    assert (look.seatmap.version, look.stale) == (1, True)
    assert 59 <= (datetime.now(UTC) - look.as_of).total_seconds() < 70
    assert look.changed_at == NOW


async def test_the_front_leaves_a_map_from_the_shelf_to_the_route():
    log = Log(OPENED)
    log.away = True
    made = maps_and_shelf(log, OnShelf(OPENED))
    await made.look("s")

    assert made.glance("s") is None


async def test_while_postgres_is_away_nobody_waits_for_it_and_one_asks(monkeypatch):
    monkeypatch.setattr("api.seatmaps._PAUSE_SECONDS", 60.0)
    log, shelf = Log(OPENED), OnShelf(OPENED)
    log.away = True
    made = maps_and_shelf(log, shelf)
    await made.look("s")
    log.gate.clear()  # whoever asked now would wait

    looks = [await made.look("s") for _ in range(100)]
    await asyncio.sleep(0.01)  # whoever began to ask has asked

    assert all(look.stale for look in looks)
    assert log.reads == 1
    assert shelf.asked == 1


async def test_a_postgres_that_says_nothing_is_away_too(monkeypatch):
    monkeypatch.setattr("api.seatmaps._PATIENCE_SECONDS", 0.01)
    log = Log(OPENED)
    log.gate.clear()

    assert (await maps_and_shelf(log, OnShelf(OPENED)).look("s")).stale
    with pytest.raises(psycopg.OperationalError):
        await maps(log).look("s")
    log.gate.set()


async def test_when_postgres_is_back_the_map_is_true_again(monkeypatch):
    monkeypatch.setattr("api.seatmaps._PAUSE_SECONDS", 0.0)
    log = Log(OPENED, blocked(2, "A1"))
    log.away = True
    made = maps_and_shelf(log, OnShelf(OPENED))
    assert (await made.look("s")).stale

    log.away = False
    await made.look("s")  # begins to load, and does not wait
    await asyncio.sleep(0.01)
    look = await made.look("s")

    assert (look.seatmap.version, look.stale) == (2, False)
    assert made.glance("s") is not None


async def test_when_postgres_is_back_the_shelf_is_left_alone(monkeypatch):
    monkeypatch.setattr("api.seatmaps._PAUSE_SECONDS", 0.0)
    log, shelf = Log(OPENED), OnShelf(OPENED)
    log.away = True
    made = maps_and_shelf(log, shelf)
    await made.look("s")
    log.away = False
    await made.look("s")
    await asyncio.sleep(0.01)
    made._watched.clear()  # noqa: SLF001 - as if nobody had looked at it for long

    assert not (await made.look("s")).stale
    assert shelf.asked == 1


async def test_an_unreadable_map_on_the_shelf_is_none():
    log, shelf = Log(OPENED), OnShelf(OPENED)
    log.away = True
    shelf.shelved = shelf.shelved._replace(body=b"?")

    with pytest.raises(ConnectionError):
        await maps_and_shelf(log, shelf).look("s")


async def test_a_shown_map_is_put_together_once_for_each_version():
    made = maps(Log(msgspec.structs.replace(OPENED, terms=COMING)))
    shown = ShownMap(made, await made.look("s"), unseen)
    first = shown.ready_now()

    assert shown.ready_now() is first
    made.seen(blocked(2, "A1"))
    later = shown.ready_now()

    assert (first.etags[0], later.etags[0]) == (b'"v1.0"', b'"v2.0"')
    assert b'"blocked"' in later.body


async def test_a_shown_map_changes_when_a_moment_passes_though_nothing_happens(monkeypatch):
    made = maps(Log(msgspec.structs.replace(OPENED, terms=COMING)))
    shown = ShownMap(made, await made.look("s"), unseen)
    assert shown.etag == '"v1.0"'

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return COMING.starts_at.astimezone(tz)

    monkeypatch.setattr("api.shown_maps.datetime", Later)
    monkeypatch.setattr(shown, "_holds_until", 0.0)

    assert b'"open":false' in shown.ready_now().body
    assert shown.etag == '"v1.1"'


async def test_two_processes_show_the_same_bytes_under_the_same_etag():
    log = Log(msgspec.structs.replace(OPENED, terms=COMING), blocked(2, "A1"))
    one, other = maps(log), maps(log)

    first = ShownMap(one, await one.look("s"), unseen)
    await asyncio.sleep(0.01)
    second = ShownMap(other, await other.look("s"), unseen)

    assert (first.etag, first.body) == (second.etag, second.body)


async def test_a_map_that_is_sent_is_seen_and_one_that_is_known_is_not():
    seen = []
    made = maps(Log(msgspec.structs.replace(OPENED, terms=COMING)))
    shown = ShownMap(made, await made.look("s"), seen.append)
    front = Front()
    front.remember("/seats", b"", shown)
    door = front.before(None)

    for known in (b"", shown.etag.encode(), b""):
        scope = {"type": "http", "method": "GET", "path": "/seats", "query_string": b""}
        await door({**scope, "headers": [(b"if-none-match", known)]}, None, AsyncMock())

    assert seen == ["s", "s"]


async def test_a_map_that_is_not_followed_is_left_to_the_route(monkeypatch):
    made = maps(Log(msgspec.structs.replace(OPENED, terms=COMING)), live=False)
    shown = ShownMap(made, await made.look("s"), unseen)
    monkeypatch.setattr(shown, "_glance_at", 0.0)

    assert shown.ready_now() is None


async def test_the_bytes_of_maps_that_were_not_shown_for_long_are_let_go(monkeypatch):
    monkeypatch.setattr("api.shown_maps.WATCHED_MAX", 1)
    made = maps(Log(msgspec.structs.replace(OPENED, terms=COMING)))
    shown = ShownMaps(made, unseen)
    look = await made.look("s")
    first = shown.of(look)
    other = msgspec.structs.replace(look, seatmap=SeatMap("other"))
    other.seatmap.terms = COMING
    other.seatmap.tariff = look.seatmap.tariff

    shown.of(other)

    assert first.ready_now() is None
    assert first.body == b""
