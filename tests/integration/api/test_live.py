"""Changes come by themselves to who looks at seats or times, also after a break."""

import contextlib
import json
import resource
import socket
import time

import httpx
import pytest

from tests.integration.api.test_serving import START_SECONDS_MAX, start

LOOKING = 1_100
"""More than granian lets in at once unless it is told to."""


@pytest.fixture
def many_files():
    """Each connection is a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * LOOKING)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(scope="module")
def show(house):
    made = house.new_show()
    house.eventually(lambda: house.http.get(f"/shows/{made}").status_code == 200)
    return made


def events(answer):
    """What a stream tells, event by event."""
    fields = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        else:
            if "data" in fields:
                yield fields["event"], int(fields["id"]), json.loads(fields["data"])
            fields = {}


def test_a_hold_comes_to_who_looks_at_the_seats(house, show):
    path = f"/shows/{show}/seat-map/live"
    with house.http.stream("GET", path) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        told = events(answer)
        name, version, whole = next(told)
        assert (name, whole["version"]) == ("map", version)

        asked_at = time.time()
        house.ok(house.hold(show, ["A2"], house.customer()))
        name, seen, changed = next(told)
        assert (name, changed["seats"]) == ("seats", {"A2": "taken"})
        assert time.time() - asked_at < 10

    house.ok(house.hold(show, ["A3"], house.customer()))
    with house.http.stream("GET", path, headers={"Last-Event-ID": str(seen)}) as answer:
        name, _, missed = next(events(answer))

    seats = missed["seats"] if name == "seats" else house.seats(show)
    assert seats["A3"] == "taken"


def test_what_is_left_comes_to_who_looks_at_the_times(house, show):
    found = house.http.get(f"/shows/{show}").json()["show"]
    asked = {"city": house.city, "date": found["local_date"]}
    with house.http.stream("GET", f"/movies/{house.movie_id}/shows/live", params=asked) as answer:
        told = events(answer)
        _, _, before = next(told)
        house.ok(house.hold(show, ["B1", "B2"], house.customer()))
        while True:
            name, _, now = next(told)
            assert name == "times"
            # What was held before this test may come by only now.
            if now["shows"][show]["seats_free"] <= before["shows"][show]["seats_free"] - 2:
                break


@pytest.mark.usefixtures("many_files")
def test_many_who_look_on_keep_nobody_else_out(house, show):
    address = house.http.base_url.host, house.http.base_url.port
    ask = f"GET /api/v1/shows/{show}/seat-map/live HTTP/1.1\r\nHost: {address[0]}\r\n\r\n"
    with contextlib.ExitStack() as looking:
        for _ in range(LOOKING):
            eye = looking.enter_context(socket.create_connection(address, timeout=30))
            eye.sendall(ask.encode())
        first_words = eye.recv(1024)
        found = httpx.get(f"http://{address[0]}:{address[1]}/livez", timeout=10)

    assert first_words.startswith(b"HTTP/1.1 200")
    assert found.status_code == 200


def test_nobody_can_follow_what_there_is_not(house):
    assert house.http.get("/shows/none/seat-map/live").status_code == 404
    assert house.http.get("/movies/none/shows/live", params={"city": house.city}).status_code == 404


@pytest.mark.timeout(120)
def test_a_process_that_is_stopped_lets_its_listeners_go(own, show):
    process = start(own)
    try:
        line = process.stdout.readline()
        assert line.startswith("ready api"), line
        url = f"http://127.0.0.1:{own.api_port}/api/v1/shows/{show}/seat-map/live"
        with httpx.stream("GET", url, timeout=START_SECONDS_MAX) as answer:
            lines = answer.iter_lines()
            next(lines)
            began = time.monotonic()
            process.terminate()
            for _ in lines:
                pass
        assert process.wait(20) == 0
        assert time.monotonic() - began < 8
    finally:
        # By itself, so that its workers go with it: they hold our end of the pipe.
        process.terminate()
        process.communicate(timeout=30)
