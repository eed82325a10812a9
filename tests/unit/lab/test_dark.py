"""Onlookers count what they could not see; an outage ends what it says, and keeps it down."""

import http.server
import os
import signal
import subprocess
import threading
import time

import msgspec
import pytest
from click.testing import CliRunner

from justbookit.settings import Settings
from lab.__main__ import command
from lab.bench import outages
from lab.bench.dark import asks_of
from lab.bench.figures import NotPlausible
from lab.bench.onlookers import Ask, Onlookers
from lab.bench.questions import Questions


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/gone":
            self.close_connection = True
            return
        body = b"the lamps are lit"
        self.send_response(503 if self.path == "/away" else 200)
        if self.path != "/api/dateless":
            self.send_header("As-Of", "Mon, 23 Nov 2026 12:00:00 GMT")
        if self.path == "/old":
            self.send_header("Age", "70")
            self.send_header("Warning", '110 - "Response is Stale"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def port():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def seen(port, *asks):
    with Onlookers("127.0.0.1", port, {"all": asks}, 2, 7) as onlookers:
        time.sleep(0.3)
        return onlookers.take()


def test_what_is_answered_is_counted_with_its_age(port):
    found = seen(port, Ask("/old", b"lamps"))

    assert not found.failed
    assert len(found.took) == found.kinds["all"] == found.stale > 0
    assert found.oldest == 70


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        pytest.param(Ask("/away"), "was answered 503", id="an answer but 200"),
        pytest.param(Ask("/", b"curtains"), "does not say b'curtains'", id="something else"),
        pytest.param(Ask("/api/dateless"), "how old", id="an answer of the API without its age"),
        pytest.param(Ask("/gone"), "RemoteDisconnected", id="no answer"),
    ],
)
def test_what_could_not_be_seen_is_a_failure(port, ask, why):
    found = seen(port, ask)

    assert found.failed.total() == found.kinds["all"] > 0
    assert why in found.told[0]
    assert not found.took


def test_nobody_looks_while_they_are_elsewhere(port):
    with Onlookers("127.0.0.1", port, {"all": [Ask("/")]}, 2, 7) as onlookers:
        with onlookers.elsewhere():
            onlookers.take()
            time.sleep(0.2)
            assert not onlookers.take().took
        time.sleep(0.3)
        found = onlookers.take()

    assert found.took
    assert not found.failed


@pytest.fixture
def small_stack(tmp_path):
    """A stack of one process, whose notes a supervisor would write."""
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    settings = Settings(home=str(tmp_path))

    def note(state):
        told = {"processes": {"seats-1": {"pid": process.pid, "state": state}}}
        draft = tmp_path / "run.draft"
        draft.write_bytes(msgspec.json.encode(told))
        draft.replace(tmp_path / "run.json")

    note("ready")
    yield settings, process, note
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_what_is_taken_out_is_killed_and_stays_down_until_it_is_put_back(small_stack, tmp_path):
    settings, process, note = small_stack
    supervisor = threading.Timer(0.2, note, ["paused"])
    supervisor.start()

    outages.take_out(settings, ["seats-1"])

    assert process.wait() == -signal.SIGKILL
    assert (tmp_path / "paused" / "seats-1").exists()
    note("ready")
    outages.put_back(settings, ["seats-1"])
    assert not (tmp_path / "paused" / "seats-1").exists()


def test_what_does_not_run_here_cannot_be_taken_out(small_stack):
    with pytest.raises(NotPlausible, match="catalogue, search"):
        outages.parts(small_stack[0], "workers")
    with pytest.raises(NotPlausible, match="kafka"):
        outages.parts(small_stack[0], "kafka")


def test_there_is_something_to_ask_of_every_kind():
    questions = Questions(
        paths={"cities": ["/api/v1/cities"], "movies": ["/m"], "times": ["/t"]},
        show_ids=["s"],
        titles={"m": ("A lamp", "दीप")},
        cities=["pune"],
    )

    asks = asks_of(questions)

    assert all(asks.values())
    assert asks["search"] == [Ask("/api/v1/search?q=A%20lamp", b"m")]
    assert Ask("/api/v1/shows/s/seat-map", b"s") in asks["seat_map"]
    assert Ask("/shows/s", b"seat") in asks["pages"]


def test_an_outage_that_there_is_not_is_refused_with_those_there_are():
    told = CliRunner().invoke(command, ["bench", "dark", "--away", "the-moon"])

    assert told.exit_code == 2
    assert all(name in told.output for name in outages.OUTAGES)
