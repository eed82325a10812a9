"""Connections through the proxy, of a process of its own, to a server that says what it heard."""

import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from justbookit.settings import Settings
from lab.chaos.cuts import Proxies, proxies
from lab.chaos.proxy import Order
from lab.own_stack import fresh

ABOVE = 50
ASKS = """
import socket, sys
def connect():
    made = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
    made.settimeout(1)
    return made
kept = connect()
for line in sys.stdin:
    try:
        used = connect() if line.startswith("new") else kept
        used.sendall(line.encode())
        heard = used.recv(100).decode().strip() or "closed"
    except (OSError, TimeoutError) as error:
        heard = type(error).__name__
    print(heard, flush=True)
"""


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


class Caller:
    """Somebody else's process with a connection that it keeps."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", ASKS, str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, line: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def settings(tmp_path) -> Settings:
    return fresh(tmp_path, listen_above=ABOVE)


@pytest.fixture
def between(settings) -> Iterator[Proxies]:
    port = int(settings.kafka.rpartition(":")[2])
    with (
        socketserver.ThreadingTCPServer(("127.0.0.1", port + ABOVE), Echo) as server,
        proxies(settings) as made,
    ):
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture
def callers(settings, between) -> Iterator[list[Caller]]:  # noqa: ARG001 - it must be there
    port = int(settings.kafka.rpartition(":")[2])
    made = [Caller(port), Caller(port)]
    assert [each("kept one") for each in made] == ["kept one", "kept one"]
    yield made
    for each in made:
        each.process.communicate()


def cut(caller: Caller, how: str) -> Order:
    return Order(name="it", server="kafka", pids=(caller.process.pid,), how=how)


def test_a_process_that_is_cut_off_loses_its_connections_and_the_others_keep_theirs(
    between, callers
):
    ours, other = callers

    told = between.tell(cut(ours, "reset"))

    assert told.cut == 1
    assert ours("kept two") in {"ConnectionResetError", "BrokenPipeError", "closed"}
    assert ours("new one") in {"ConnectionResetError", "BrokenPipeError", "closed"}
    assert other("kept two") == "kept two"
    told = between.tell(Order(name="it", mend=True))
    assert (told.cut, told.refused) == (1, 1)
    assert ours("new two") == "new two"


def test_in_silence_nothing_comes_through_and_afterwards_all_of_it_does(between, callers):
    ours, other = callers

    between.tell(cut(ours, "silence"))

    assert ours("kept two") == "TimeoutError"
    assert other("kept two") == "kept two"
    between.tell(Order(name="it", mend=True))
    assert ours("kept three").startswith("kept two")


def test_a_cut_from_one_server_leaves_the_others_alone(between, callers):
    ours, _ = callers

    told = between.tell(Order(name="it", server="postgres", pids=(ours.process.pid,)))

    assert told.cut == 0
    assert ours("kept two") == "kept two"
