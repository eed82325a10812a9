"""What may be looked at lies on the shelf as it was read last, and one process puts it there."""

import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from api.browse.browsing import Browsing
from api.shelf import Shelf, Shelved
from api.shelving import MISSING_AT_ONCE, OLDER_AT_ONCE, Shelving
from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.seat_events import SeatsBlocked, ShowOpened
from justbookit.snapshots import restored
from tests.unit.api import listings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def opened(show):
    terms = ShowTerms(
        show_id=show,
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
    return ShowOpened(show_id=show, version=1, at=NOW, command_id=f"{show}-1", terms=terms)


def blocked(show, version):
    return SeatsBlocked(
        show_id=show,
        version=version,
        at=NOW + timedelta(seconds=version),
        command_id=f"{show}-{version}",
        seat_ids=(f"A{version - 1}",),
        reason="x",
    )


class Log:
    """Postgres with the logs of some shows; notes after which versions it was asked."""

    def __init__(self, *shows):
        self.events = {show: [opened(show)] for show in shows}
        self.asked = []
        self.away = False

    def versions(self):
        return {show: len(events) for show, events in self.events.items()}

    async def since(self, versions):
        if self.away:
            raise psycopg.OperationalError("the server is down")
        self.asked.append(dict(versions))
        return {
            show: [wire.encode(event) for event in self.events[show][version:]]
            for show, version in versions.items()
        }


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "browse" / "seatmaps.sqlite")


def shelving(shelf, log, tmp_path):
    made = Shelving(shelf, tmp_path / "browse" / "lock", log.versions, log.since)
    made._take_lock()  # noqa: SLF001 - as `keep` does
    return made


async def test_what_there_is_can_be_taken_from_the_shelf(shelf, tmp_path):
    log = Log("s", "t")
    log.events["s"].append(blocked("s", 2))
    await shelving(shelf, log, tmp_path).round()

    found = shelf.get("s")

    assert found.version == 2
    assert found.changed_at == (NOW + timedelta(seconds=2)).timestamp()
    assert time.time() - 10 < found.as_of <= time.time()
    assert set(restored(found.body).claims) == {"A1"}
    assert shelf.versions() == {"s": 2, "t": 1}


def test_a_show_that_has_begun_is_still_wanted_there(tmp_path):
    browsing = Browsing(None, None, tmp_path / "snapshot", lambda _: None)
    now = listings.NOW
    for name, starts_at in (
        ("next", now + timedelta(hours=1)),
        ("begun", now - timedelta(hours=1)),
    ):
        browsing._board.put(listings.listing(name, starts_at=starts_at, seats_version=7), now)  # noqa: SLF001

    assert browsing.seats_versions() == {"next": 7, "begun": 7}


async def test_only_what_happened_since_is_read(shelf, tmp_path):
    log = Log("s", "t")
    made = shelving(shelf, log, tmp_path)
    await made.round()
    log.events["s"].append(blocked("s", 2))

    await made.round()
    await made.round()

    assert log.asked == [{"s": 0, "t": 0}, {"s": 1}]
    assert set(restored(shelf.get("s").body).claims) == {"A1"}


async def test_what_is_over_is_taken_away(shelf, tmp_path):
    log = Log("s", "t")
    made = shelving(shelf, log, tmp_path)
    await made.round()
    del log.events["t"]

    await made.round()

    assert shelf.versions() == {"s": 1}
    assert shelf.get("t") is None


async def test_shows_that_were_never_there_come_first_and_all_get_their_turn(shelf, tmp_path):
    log = Log(*(f"s{number}" for number in range(MISSING_AT_ONCE)))
    made = shelving(shelf, log, tmp_path)
    await made.round()
    for show, events in log.events.items():
        events.append(blocked(show, 2))
    log.events["new"] = [opened("new")]

    for _ in range(-(-MISSING_AT_ONCE // OLDER_AT_ONCE)):
        await made.round()

    assert "new" in log.asked[1]
    assert max(map(len, log.asked)) == MISSING_AT_ONCE
    assert set(shelf.versions()) == set(log.events)
    assert shelf.versions() == log.versions()


async def test_while_postgres_is_away_the_shelf_stays_as_it_was(shelf, tmp_path):
    log = Log("s")
    made = shelving(shelf, log, tmp_path)
    await made.round()
    log.events["s"].append(blocked("s", 2))
    log.away = True

    with pytest.raises(psycopg.OperationalError):
        await made.round()
    assert shelf.versions() == {"s": 1}

    log.away = False
    await made.round()
    assert shelf.versions() == {"s": 2}


async def test_a_show_that_cannot_be_read_keeps_no_other_waiting(shelf, tmp_path):
    log = Log("s", "broken")
    log.events["broken"] = [blocked("broken", 3)]
    made = shelving(shelf, log, tmp_path)

    await made.round()
    await made.round()

    assert shelf.versions() == {"s": 1}
    assert len(log.asked) == 1


async def test_a_show_that_is_not_as_it_was_put_there_is_read_from_its_beginning(shelf, tmp_path):
    log = Log("s")
    made = shelving(shelf, log, tmp_path)
    await made.round()
    shelf.put([], ["s"])
    log.events["s"].append(blocked("s", 2))

    await made.round()
    await made.round()

    assert log.asked[1:] == [{"s": 1}, {"s": 0}]
    assert shelf.versions() == {"s": 2}


async def test_one_process_puts_it_there_and_the_next_goes_on(shelf, tmp_path):
    log = Log("s")
    first = shelving(shelf, log, tmp_path)
    await first.round()
    second = Shelving(shelf, tmp_path / "browse" / "lock", log.versions, log.since)
    assert not second._take_lock()  # noqa: SLF001 - as `keep` does

    first._let_go()  # noqa: SLF001 - as when it ends
    assert second._take_lock()  # noqa: SLF001 - as `keep` does
    await second.round()

    assert log.asked == [{"s": 0}]


def test_a_file_that_is_no_shelf_is_begun_anew(shelf):
    shelf.versions()
    shelf._path.write_bytes(b"no database at all, but long enough to be looked at" * 100)  # noqa: SLF001

    assert shelf.get("s") is None
    assert shelf.versions() == {}
    shelf.put([("s", Shelved(1, 2.0, 3.0, b"body"))], [])
    assert shelf.get("s") == (1, 2.0, 3.0, b"body")


def test_what_other_code_wrote_is_not_seen(shelf, monkeypatch):
    shelf.versions()
    shelf.put([("s", Shelved(1, 2.0, 3.0, b"body"))], [])
    monkeypatch.setattr("api.shelf.FORM", -1)

    assert shelf.get("s") is None
    assert shelf.versions() == {}


def test_nobody_else_may_read_it(shelf):
    shelf.versions()

    assert shelf._path.stat().st_mode & 0o777 == 0o600  # noqa: SLF001
