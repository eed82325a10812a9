"""Browsing goes on while what it reads from is killed, with people looking on all the time.

One stack of its own, taken apart part by part. Each part is put back while the next one goes, so
that what comes back late is seen as well.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from api.shelf import Shelf
from lab.__main__ import command
from lab.bench import outages
from lab.bench.onlookers import Ask, Onlookers
from tests.conftest import running
from tests.playhouse import Playhouse

ONLY = "postgres,kafka,opensearch,catalogue,seats,search,api"
READERS = 6
LOOK_SECONDS = 3.0
SHOWS = 4
KINDS = 9
PATIENCE_SECONDS = 60.0

pytestmark = pytest.mark.timeout(560)


@pytest.fixture(scope="module")
def house() -> Iterator[Playhouse]:
    """A cinema on a stack of its own, with two API workers."""
    with (
        running(ONLY, {"JUSTBOOKIT_API_WORKERS": "2"}) as settings,
        Playhouse(settings) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def shows(house):
    """Shows that browsing knows of, with their seats on the shelf; nobody has looked at them."""
    made = [house.new_show() for _ in range(SHOWS)]
    house.eventually(lambda: all(house.http.get(f"/shows/{show}").is_success for show in made))
    house.eventually(lambda: not search(house, f"lmaps {house.run}").get("from_memory"))
    house.eventually(lambda: made[0] in str(search(house, f"lmaps {house.run}")))
    shelf = Shelf(Path(house.settings.home) / "browse" / "seatmaps.sqlite")
    house.eventually(lambda: set(made) <= set(shelf.versions()))
    return made


def search(house, text):
    return house.http.get("/search", params={"q": text, "city": house.city}).json()


def day_of(house):
    cities = house.http.get("/cities").json()["items"]
    return next(each["dates"][0] for each in cities if each["city_id"] == house.city)


@pytest.fixture(scope="module")
def onlookers(house, shows):
    """People who ask all there is to ask, from before anything is away until after."""
    day, api = day_of(house), "/api/v1"
    show = shows[0].encode()
    asks = {
        "cities": [Ask(f"{api}/cities", house.city.encode())],
        "movies": [Ask(f"{api}/cities/{house.city}/movies?date={day}", house.movie_id.encode())],
        "times": [Ask(f"{api}/movies/{house.movie_id}/shows?city={house.city}&date={day}", show)],
        "show": [Ask(f"{api}/shows/{each}", each.encode()) for each in shows],
        "seat_map": [Ask(f"{api}/shows/{each}/seat-map", b'"A1"') for each in shows[:2]],
        "search": [
            Ask(f"{api}/search?city={house.city}&q={text}", show)
            for text in (f"lamps {house.run}", f"lmaps {house.run}", f"दीप {house.run}")
        ],
        "filters": [Ask(f"{api}/search?city={house.city}&language=Hindi", show)],
        "suggestions": [Ask(f"{api}/suggestions?q=lamps&city={house.city}", b"Lamps")],
        "pages": [
            Ask("/", b"As of"),
            Ask(f"/cities/{house.city}", b"As of"),
            Ask(f"/cities/{house.city}/movies/{house.movie_id}", b"As of"),
            Ask(f"/search?q=lamps+{house.run}", b"As of"),
            *(Ask(f"/shows/{each}", b"Choose seats") for each in shows[:2]),
        ],
    }
    asks["search"] = [
        ask._replace(path=httpx.URL(ask.path).raw_path.decode()) for ask in asks["search"]
    ]
    with Onlookers("127.0.0.1", house.settings.api_port, asks, READERS, 7) as made:
        all_is_seen(made, 0)
        yield made


def all_is_seen(onlookers, seconds=LOOK_SECONDS):
    """Nothing fails for so long, nor until every kind of question was asked and answered."""
    begins = time.monotonic()
    kinds = Counter()
    while time.monotonic() < begins + seconds or len(kinds) < KINDS:
        assert time.monotonic() < begins + PATIENCE_SECONDS, kinds
        time.sleep(0.1)
        seen = onlookers.take()
        assert not seen.failed, seen.told
        kinds += seen.kinds


@contextmanager
def without(house, onlookers, outage):
    """A part of the stack is away; nothing fails then, and nothing while it comes back."""
    parts = outages.parts(house.settings, outage)
    outages.take_out(house.settings, parts)
    try:
        all_is_seen(onlookers)
        yield
        all_is_seen(onlookers, 0)
    finally:
        outages.put_back(house.settings, parts)
    house.eventually(lambda: "warning" not in house.http.get("/cities").headers)
    all_is_seen(onlookers, 0)


def start_the_api_again(house, onlookers):
    """Kill it and let it start again; nobody looks until it answers."""
    with onlookers.elsewhere():
        outages.take_out(house.settings, [outages.API])
        outages.let_go(house.settings, [outages.API])
        house.eventually(lambda: answers(house))


def answers(house):
    try:
        return house.http.get("/cities").is_success
    except httpx.TransportError:
        return False


def test_without_the_stream_workers(house, onlookers):
    with without(house, onlookers, "workers"):
        assert "warning" not in house.http.get("/cities").headers  # nothing can have changed


def test_without_postgres_seats_nobody_had_looked_at_are_told_from_the_shelf(
    house, shows, onlookers
):
    with without(house, onlookers, "postgres"):
        seats = house.http.get(f"/shows/{shows[2]}/seat-map")
        page = httpx.get(f"{house.base}/shows/{shows[2]}")

        assert seats.json()["stale"]
        assert seats.headers["warning"] == '110 - "Response is Stale"'
        assert "These seats are as they were at" in page.text
    house.eventually(lambda: not house.http.get(f"/shows/{shows[2]}/seat-map").json()["stale"])


def test_without_kafka_what_is_on_is_looked_up_and_seats_are_true(house, shows, onlookers):
    with without(house, onlookers, "kafka"):
        assert not house.http.get(f"/shows/{shows[0]}/seat-map").json()["stale"]


def test_without_opensearch_texts_are_matched_in_memory(house, onlookers):
    with without(house, onlookers, "opensearch"):
        assert search(house, f"lmaps lmaps {house.run}")["from_memory"]


def test_without_all_of_them_an_api_that_starts_knows_what_was_on(house, shows, onlookers):
    with without(house, onlookers, "all"):
        house.eventually(lambda: "warning" in house.http.get("/cities").headers)
        start_the_api_again(house, onlookers)
        all_is_seen(onlookers)
        told = house.http.get("/cities")
        seats = house.http.get(f"/shows/{shows[3]}/seat-map")
        page = httpx.get(f"{house.base}/cities/{house.city}")

        assert told.headers["warning"] == '110 - "Response is Stale"'
        assert int(told.headers["age"]) >= LOOK_SECONDS
        assert told.json()["stale"]
        assert seats.json()["stale"]
        assert seats.headers["as-of"]
        assert "this is from memory" in page.text


def test_the_command_says_how_many_reads_failed(house, shows, tmp_path, monkeypatch):
    assert shows
    for name, value in house.settings.environment().items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "dark.json"

    with pytest.raises(SystemExit) as ended:
        command(["bench", "dark", "--minutes", "0.04", "--away", "postgres", "--json", str(file)])

    found = msgspec.json.decode(file.read_bytes())["figures"]
    assert ended.value.code == 0
    assert found["failed_reads"] == found["postgres.failed"] == 0
    assert found["postgres.reads"] > 0
    assert found["postgres.api_start_s"] > 0
