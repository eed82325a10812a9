"""The push door: who may come in, what is answered, and that an answer is given once."""

import signal
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from secrets import token_hex

import httpx
import msgspec
import pytest

from connectors.__main__ import main
from connectors.push.signature import new_secret
from justbookit import topics, wire
from justbookit.catalogue_commands import RemoveMovie

REMOVAL = {"kind": "movie", "id": "m1", "action": "remove"}


@pytest.fixture
def commands(topic_values, pusher):
    def found():
        values = topic_values(topics.CATALOGUE_COMMANDS)
        decoded = map(wire.decode_catalogue_command, values)
        return [each for each in decoded if each.command_id.startswith(f"feed.{pusher.source}.")]

    return found


def problem(answer, status, slug):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body = answer.json()
    assert (body["status"], body["type"]) == (status, f"/problems/{slug}")
    assert body["title"]
    assert body["detail"]
    return body


def test_one_fact_is_accepted_once_kafka_has_it(pusher, commands):
    answer = pusher.push(REMOVAL)

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json() == {"accepted": 1, "refused": []}
    (command,) = commands()
    assert isinstance(command, RemoveMovie)
    assert command.organizer_id == pusher.source


def test_of_a_batch_the_good_is_accepted_and_the_bad_is_named(pusher, commands, topic_values):
    facts = [REMOVAL, {"kind": "movie", "id": "é"}, {"kind": "film"}, 7, REMOVAL | {"id": "m2"}]

    answer = pusher.push({"facts": facts}, webhook_id="batch-1")

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json()["accepted"] == 2
    assert [(each["index"], each["field"]) for each in answer.json()["refused"]] == [
        (1, "id"),
        (2, "kind"),
        (3, ""),
    ]
    assert all(each["reason"] for each in answer.json()["refused"])
    assert len(commands()) == 2
    letters = map(wire.decode_feed_dead_letter, topic_values(topics.FEED_DEAD_LETTERS))
    mine = [letter for letter in letters if letter.source == pusher.source]
    assert sorted((letter.file, letter.line) for letter in mine) == [
        ("push/batch-1", 2),
        ("push/batch-1", 3),
        ("push/batch-1", 4),
    ]


def test_a_push_sent_again_gets_the_answer_that_was_given(pusher, commands):
    body = {"facts": [REMOVAL, {"kind": "film"}]}
    first = pusher.push(body, webhook_id="once")

    again = pusher.push(body, webhook_id="once", at=datetime.now(UTC) + timedelta(seconds=30))

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(commands()) == 1


def test_a_webhook_id_is_for_one_body(pusher, commands):
    pusher.push(REMOVAL, webhook_id="once")

    other = pusher.push(REMOVAL | {"id": "m2"}, webhook_id="once")

    problem(other, HTTPStatus.UNPROCESSABLE_ENTITY, "webhook-id-reused")
    assert len(commands()) == 1


def test_when_nothing_is_accepted_the_push_is_refused(pusher):
    answers = [pusher.push({"kind": "movie"}, webhook_id="bad") for _ in range(2)]

    for answer in answers:
        body = problem(answer, HTTPStatus.UNPROCESSABLE_ENTITY, "nothing-accepted")
        assert body["refused"] == [{"index": 0, "field": "id", "reason": "is missing"}]


def test_a_wrong_signature_is_nobodys(pusher, commands):
    now = datetime.now(UTC)
    answers = [
        pusher.push(REMOVAL, secret=new_secret()),
        pusher.push(REMOVAL, at=now - timedelta(minutes=6)),
        pusher.push(REMOVAL, at=now + timedelta(minutes=6)),
        pusher.push(REMOVAL, url=f"{pusher.url}-other"),
        pusher.push(REMOVAL, url=pusher.url.replace("/push", "/%2e%2e%2f")),
        httpx.post(pusher.url, json=REMOVAL),
    ]

    bodies = [problem(answer, HTTPStatus.UNAUTHORIZED, "not-signed") for answer in answers]

    assert all(body == bodies[0] for body in bodies)
    assert commands() == []


@pytest.mark.parametrize("body", ["", "[]", '{"facts": []}', "x"])
def test_what_is_no_push_is_a_bad_request(pusher, body):
    problem(pusher.push(body), HTTPStatus.BAD_REQUEST, "no-batch")


def test_a_body_that_is_no_text_is_a_bad_request(pusher):
    answer = httpx.post(pusher.url, content=b"\xff\xfe")

    problem(answer, HTTPStatus.BAD_REQUEST, "no-batch")


def test_a_body_may_have_a_mebibyte(pusher):
    padding = "x" * (1024 * 1024)

    answer = pusher.push({"facts": [REMOVAL | {"x-padding": padding}]})

    problem(answer, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request-entity-too-large")


def test_other_doors_are_walls(pusher, stack):
    assert httpx.get(f"http://127.0.0.1:{stack.push_port}/livez").json() == {"status": "ok"}
    problem(httpx.get(pusher.url), HTTPStatus.METHOD_NOT_ALLOWED, "method-not-allowed")
    problem(httpx.get(f"{pusher.url}/x"), HTTPStatus.NOT_FOUND, "not-found")


def test_the_secret_before_the_last_is_good_until_the_next(pusher, store):
    first = pusher.secret
    store.rotate(pusher.source, second := new_secret())

    assert pusher.push(REMOVAL, secret=first).status_code == HTTPStatus.ACCEPTED
    assert pusher.push(REMOVAL, secret=second).status_code == HTTPStatus.ACCEPTED
    store.rotate(pusher.source, new_secret())
    assert pusher.push(REMOVAL, secret=first).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.usefixtures("stack")
def test_a_source_is_added_with_a_secret_of_its_own(capsys, store):
    name = f"cli{token_hex(4)}"

    assert main(["add-source", name]) == 0
    secret = capsys.readouterr().out.strip()
    assert main(["add-source", name]) == 1
    assert main(["add-source", name, "--rotate"]) == 0
    assert main(["add-source", f"{name}-none", "--rotate"]) == 1
    assert main(["add-source", "Not.A.Source"]) == 1

    added = store.source(name)
    assert added.organizer_id == name
    assert added.previous_secret == secret
    assert added.secret != secret


def test_without_kafka_a_push_is_asked_to_come_again_and_then_taken(
    mine, pusher, commands, running, eventually
):
    away = msgspec.structs.replace(mine, kafka="127.0.0.1:1")
    port = away.push_port
    with running(away, ready=False) as process:
        eventually(lambda: _answers(f"http://127.0.0.1:{port}/livez"))
        refused = pusher.push(
            REMOVAL, webhook_id="patient", url=f"http://127.0.0.1:{port}/feeds/{pusher.source}"
        )
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    taken = pusher.push(REMOVAL, webhook_id="patient")

    problem(refused, HTTPStatus.SERVICE_UNAVAILABLE, "not-now")
    assert int(refused.headers["Retry-After"]) > 0
    assert taken.status_code == HTTPStatus.ACCEPTED
    assert len(commands()) == 1


def _answers(url):
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
