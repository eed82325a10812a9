"""Browsing goes on while servers and workers are killed, and when there is nothing but itself."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from justbookit.settings import Settings
from stack import pausing, run_state
from tests.conftest import running
from tests.playhouse import Playhouse

ONLY = "postgres,kafka,opensearch,catalogue,seats,search,api"
LOOK_SECONDS = 4.0
BACK_SECONDS = 120.0


@pytest.fixture(scope="module")
def house() -> Iterator[Playhouse]:
    """A cinema on a stack of its own, because it is taken apart here."""
    with running(ONLY, {}) as settings, Playhouse(settings) as made:
        yield made


@pytest.fixture(scope="module")
def show(house):
    """A show that is found in every way there is, also by OpenSearch."""
    made = house.new_show()
    house.eventually(lambda: house.http.get(f"/shows/{made}").status_code == 200)
    house.eventually(lambda: all(answer.status_code == 200 for answer in browse(house, made)))
    house.eventually(lambda: made in search(house, f"lmaps {house.run}").text)
    return made


def search(house, text):
    return house.http.get("/search", params={"q": text, "city": house.city})


def browse(house, show):
    """Every question that browsing answers, as the API and as a page."""
    movie = f"/movies/{house.movie_id}/shows"
    city = house.http.get("/cities").json()["items"]
    day = next(each["dates"][0] for each in city if each["city_id"] == house.city)
    return [
        house.http.get(f"/cities/{house.city}/movies", params={"date": day}),
        house.http.get(movie, params={"city": house.city, "date": day}),
        house.http.get(f"/shows/{show}"),
        # hardly ever asked before: what is remembered of it cannot be the answer
        search(house, " ".join([*random.choices(["lmaps", "lamps"], k=10), house.run])),
        search(house, f"दीप {house.run}"),
        house.http.get("/search", params={"city": house.city, "language": "Hindi"}),
        httpx.get(f"{house.base}/", timeout=30),
        httpx.get(f"{house.base}/cities/{house.city}", timeout=30),
        httpx.get(f"{house.base}/search", params={"q": house.title}, timeout=30),
    ]


def goes_on(house, show, seconds=LOOK_SECONDS):
    """Nothing fails for so long, and the show is told of each time; the last answers."""
    ends = time.monotonic() + seconds
    while True:
        answers = browse(house, show)
        for answer in answers:
            assert answer.status_code == 200, (answer.request.url, answer.text)
        for answer in answers[1:5]:
            assert show in answer.text, answer.request.url
        if time.monotonic() > ends:
            return answers
        time.sleep(0.1)


def process(settings: Settings, name: str) -> run_state.ProcessState:
    run = run_state.read(Path(settings.home))
    assert run is not None
    return run.processes[name]


def kill(settings: Settings, name: str) -> None:
    """End it at once; its supervisor leaves it down until it is resumed."""
    mark = pausing.mark(Path(settings.home), name)
    mark.parent.mkdir(exist_ok=True)
    mark.touch()
    os.killpg(process(settings, name).pid, signal.SIGKILL)


def bring_back(settings: Settings, names: list[str]) -> None:
    """Start them again, all at once; back when all are ready."""
    for name in names:
        pausing.mark(Path(settings.home), name).unlink(missing_ok=True)
    deadline = time.monotonic() + BACK_SECONDS
    while any(process(settings, name).state != "ready" for name in names):
        assert time.monotonic() < deadline, [(name, process(settings, name)) for name in names]
        time.sleep(0.2)


def holds(house, show):
    """Whether a seat can be held, and is free again afterwards."""
    try:
        customer = house.customer()
    except AssertionError:
        return False  # who books cannot be written down yet
    held = house.hold(show, ["B1"], customer)
    if held.status_code != 201:
        return False
    booking = held.json()["booking_id"]
    return house.http.delete(f"/bookings/{booking}/hold", headers=customer).status_code == 200


def fresh(house):
    return "warning" not in house.http.get("/cities").headers


@pytest.mark.parametrize(
    "names",
    [["opensearch"], ["kafka"], ["postgres"], ["seats", "catalogue", "search"]],
    ids=["OpenSearch", "Kafka", "Postgres", "the stream workers"],
)
@pytest.mark.timeout(240)
def test_browsing_goes_on_without(house, show, names):
    for name in names:
        kill(house.settings, name)

    goes_on(house, show)

    bring_back(house.settings, names)
    house.eventually(lambda: fresh(house))
    goes_on(house, show, 0)


@pytest.mark.timeout(300)
def test_browsing_goes_on_alone_and_across_a_start_and_says_how_old_it_is(house, show):
    settings = house.settings
    time.sleep(11)  # until the billboard has been written down
    down = ["seats", "catalogue", "search", "opensearch", "kafka", "postgres"]
    for name in down:
        kill(settings, name)
    answers = goes_on(house, show)
    assert answers[0].headers["warning"].startswith("110")
    assert answers[0].json()["stale"] is True
    as_of = answers[0].headers["as-of"]

    before = process(settings, "api").pid
    os.killpg(before, signal.SIGKILL)
    deadline = time.monotonic() + BACK_SECONDS
    while True:
        try:
            if process(settings, "api").pid != before and house.http.get("/cities").is_success:
                break
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "the API did not come back"
        time.sleep(0.2)
    answers = goes_on(house, show)
    assert answers[0].json()["stale"] is True
    assert answers[0].headers["as-of"] <= as_of or int(answers[0].headers["age"]) > 0
    assert "from memory" in answers[7].text

    bring_back(settings, ["postgres", "kafka", "opensearch"])
    bring_back(settings, ["seats", "catalogue", "search"])
    house.eventually(lambda: fresh(house))
    house.eventually(lambda: holds(house, show))
    goes_on(house, show, 0)
