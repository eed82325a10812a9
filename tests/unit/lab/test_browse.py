"""The browsing benchmark's own parts: its readers, what they ask, and how finds are judged."""

import contextlib
import socket
import threading
import time
from pathlib import Path
from random import Random

import msgspec
import pytest

from lab.bench import wrk
from lab.bench.figures import NotPlausible
from lab.bench.live import Listeners
from lab.bench.questions import SHARES, Questions, misspelt
from lab.bench.readers import Asked, Plan, read_here
from lab.bench.relevance import DEPTH, judgements, ndcg
from lab.bench.searching import FACETS, Wish, directly, popular

CATALOGUE = Path(__file__).parents[3] / "lab" / "city" / "movies.json"
MOVIES = {movie["id"] for movie in msgspec.json.decode(CATALOGUE.read_bytes())}


class Server:
    """Answers each request with the next of the answers it was given, in pieces."""

    def __init__(self, *answers, piece=7):
        self._answers = list(answers)
        self._piece = piece
        self.asked = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection, contextlib.suppress(ConnectionError):
            while asked := connection.recv(4096):
                self.asked.append(asked)
                answer = self._answers[len(self.asked) % len(self._answers)]
                for at in range(0, len(answer), self._piece):
                    connection.sendall(answer[at : at + self._piece])

    def close(self):
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def answer(status="200 OK", body=b"hello", length="Content-Length"):
    return f"HTTP/1.1 {status}\r\n{length}: {len(body)}\r\n\r\n".encode() + body


def asked_of(server, *requests, once=True):
    return Asked("127.0.0.1", server.port, requests, once=once)


@pytest.mark.parametrize("length", ["Content-Length", "content-length"])
def test_readers_read_whole_answers_and_ask_each_question_once(length):
    server = Server(answer(length=length))
    questions = [f"GET /{number}".encode() for number in range(25)]

    asked = asked_of(server, *questions)._replace(mark=b"ell")
    reading = read_here(asked, Plan(readers=3, warm_up=0, seconds=5))
    server.close()

    assert sorted(server.asked) == sorted(questions)
    assert (len(reading.took), reading.refused, reading.marked) == (25, 0, 25)
    assert reading.per_s > 0


def test_readers_go_on_until_the_time_is_over_and_count_refusals_apart():
    server = Server(answer(), answer("503 Service Unavailable"), piece=1000)

    reading = read_here(asked_of(server, b"GET /", once=False), Plan(2, 0.05, 0.2))
    server.close()

    assert len(reading.took) > 10
    assert reading.refused > 10
    assert len(server.asked) > len(reading.took) + reading.refused, "the warm-up does not count"


@pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error"])
def test_any_other_answer_is_not_plausible(status):
    server = Server(answer(status))

    with pytest.raises(NotPlausible, match=status[:3]):
        read_here(asked_of(server, b"GET /x"), Plan(1, 0, 1))
    server.close()


def test_a_question_is_asked_as_often_as_its_kind_and_rank_say():
    paths = {kind: [f"/{kind}/{number}" for number in range(3)] for kind in SHARES}

    requests, weights = Questions(paths, [], {}, []).weighted("host")

    assert sum(weights) == pytest.approx(sum(SHARES.values()))
    assert requests[0].startswith(b"GET /cities/0 HTTP/1.1\r\n")
    assert weights[0] == pytest.approx(2 * weights[1]) == pytest.approx(3 * weights[2])


def test_misspellings_are_as_many_as_asked_for_and_all_different():
    texts = misspelt([("Monsoon Khat", "मानसून"), ("Lamps",)], 200, Random(1))

    assert len(texts) == len(set(texts)) == 200


def test_there_are_not_as_many_misspellings_as_one_likes():
    with pytest.raises(NotPlausible, match="misspellings"):
        misspelt([("Up",)], 10_000, Random(1))


def test_the_same_wish_is_asked_of_both():
    wish = Wish("monsoon khat", "pune", "evening")

    ours, theirs = wish.of_us("host"), directly(wish)

    assert b"/api/v1/search?q=monsoon+khat&city=pune&band=evening&limit=20" in ours
    assert wish.of_opensearch("titled", "host").startswith(b"POST /titled/_search HTTP/1.1")
    assert {"term": {"city_id": "pune"}} in theirs["query"]["bool"]["filter"]
    assert theirs["post_filter"] == {"bool": {"filter": [{"term": {"band": "evening"}}]}}
    assert theirs["size"] == 20
    assert set(theirs["aggs"]) == {*FACETS, "price", "movie"}
    assert theirs["aggs"]["band"]["filter"] == {"bool": {"filter": []}}


def test_popular_searches_have_titles_beginnings_and_filters_alone():
    wishes = popular([("Monsoon Khat",)], ["pune"], Random(1))

    assert Wish("Monsoon Khat", "pune", None) in wishes
    assert Wish("Monsoo", None, None) in wishes
    assert Wish("", "pune", "night") in wishes


def test_the_judged_set_is_large_has_many_scripts_and_knows_the_sample():
    judged = judgements()
    texts = [each.text for each in judged]

    assert len(texts) == len(set(texts)) >= 150
    assert {name for each in judged for name in each.means} == MOVIES
    for first, last in (
        "\u0900\u097f",
        "\u0b80\u0bff",
        "\u0400\u04ff",
        "\u0600\u06ff",
        "\u3040\u9fff",
    ):
        assert sum(any(first <= each <= last for each in text) for text in texts) >= 5
    assert all(1 <= grade <= 3 for each in judged for grade in each.means.values())


@pytest.mark.parametrize(
    ("found", "score"),
    [
        pytest.param(["a", "b"], 1.0, id="the best order"),
        pytest.param(["b", "a"], 0.8340, id="the other way round"),
        pytest.param(["x", "a", "b"], 0.6653, id="something else first"),
        pytest.param([], 0.0, id="nothing"),
        pytest.param(["x"] * DEPTH + ["a", "b"], 0.0, id="too deep to be seen"),
    ],
)
def test_the_nearer_to_the_best_order_the_better(found, score):
    assert ndcg(found, {"a": 3, "b": 2}) == pytest.approx(score, abs=0.001)


def test_listeners_note_events_with_their_show_and_nothing_else():
    server = Server(b": still here\n\n", b"id: 2\nevent: seats\ndata: {}\n\n", piece=1000)

    with Listeners("127.0.0.1", server.port, ["s1", "s2", "s3"]) as listeners:
        deadline = time.monotonic() + 5
        while not listeners.told and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
    server.close()

    assert {told.show_id for told in listeners.told} <= {"s1", "s2", "s3"}
    assert all(b"event: seats" in told.said for told in listeners.told)
    assert 1 <= len(listeners.told) <= 2


@pytest.mark.skipif(wrk.version() is None, reason="wrk is not installed")
def test_wrk_asks_what_it_is_given_as_often_as_it_should():
    server = Server(answer(), piece=1000)
    requests = [
        b'GET /a?"it\'s" HTTP/1.1\r\nHost: x\r\n\r\n',
        b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
    ]

    found = wrk.read(Asked("127.0.0.1", server.port, requests, [9, 1]), Plan(2, 0, 1))

    server.close()
    assert found.granted > 100
    assert found.refused == 0
    assert found.took == sorted(found.took)
    share = sum(asked == requests[0] for asked in server.asked) / len(server.asked)
    assert set(server.asked) == set(requests)
    assert 0.8 < share < 0.98


@pytest.mark.skipif(wrk.version() is None, reason="wrk is not installed")
def test_wrk_tells_what_was_refused_and_what_was_lost():
    server = Server(answer("503 Service Unavailable"), piece=1000)
    requests = [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"]

    found = wrk.read(Asked("127.0.0.1", server.port, requests), Plan(1, 0, 1))

    server.close()
    assert found.granted == 0
    assert found.refused > 0
    with pytest.raises(NotPlausible):
        wrk.read(Asked("127.0.0.1", server.port, requests), Plan(1, 0, 1))
