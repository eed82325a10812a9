"""A chain's files in any order of arrival become shows on sale, and facts about them arrive."""

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from secrets import token_hex

import pytest

from connectors.__main__ import main
from justbookit import topics, wire

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)

VENUE = {
    "id": "v",
    "name": "Venue",
    "address": "1 Street",
    "city": "testville",
    "country": "GB",
    "timezone": "Europe/London",
    "currency": "GBP",
    "mode": "partial",
}
THEATRE = {"id": "t", "venue": "v", "name": "One", "rows": "A standard 1-4 _ 5-8 | B standard 1-8"}
MOVIE = {"id": "m", "title": "Test Card", "language": "English", "duration_minutes": 60}


def show(name, hours=0):
    return {
        "id": name,
        "theatre": "t",
        "movie": "m",
        "starts_at": (TOMORROW + timedelta(hours=hours)).isoformat(),
        "prices": {"standard": 1000},
    }


@pytest.fixture
def source():
    return f"chain{token_hex(4)}"


@pytest.fixture
def events(postgres):
    def of(show_id):
        rows = postgres.execute(
            "SELECT type, body FROM seat_event WHERE show_id = %s ORDER BY version", [show_id]
        ).fetchall()
        return [type_ for type_, _ in rows], [body for _, body in rows]

    return of


def test_files_that_arrive_last_things_first_are_taken_first_things_first(
    stack, source, store, drop, events, topic_values, capsys, eventually
):
    drop(stack, source, "counter-returns-1.csv", "show,sale\ns1,pos-1\n")
    drop(
        stack,
        source,
        "counter-sales-1.csv",
        "show,sale,seats\ns1,pos-1,B1 B2\ns1,pos-2,B3\ns9,pos-3,B3\ns1,pos-4,front row\n",
    )
    drop(stack, source, "allotments-1.csv", "show,seats\ns1,A1-A8\n")
    drop(stack, source, "shows-1.json", json.dumps([show("s1"), {"id": "s2"}, show("s3", 0.5)]))
    drop(stack, source, "movies.json", json.dumps([MOVIE]))
    drop(stack, source, "theatres.json", json.dumps([THEATRE]))
    drop(stack, source, "venues.csv", ",".join(VENUE) + "\n" + ",".join(VENUE.values()))

    eventually(
        lambda: (
            sum(file.source == source and file.finished_at is not None for file in store.files())
            == 7
        )
    )
    kinds, bodies = eventually(lambda: _whole(events(f"{source}.s1"), 5))

    assert kinds == [
        "ShowOpened",
        "AllotmentSet",
        "SeatsSoldAtCounter",
        "SeatsSoldAtCounter",
        "CounterSaleReturned",
    ]
    assert bodies[2]["seat_ids"] == ["B1", "B2"]
    letters = map(wire.decode_feed_dead_letter, topic_values(topics.FEED_DEAD_LETTERS))
    assert sorted(
        (letter.file, letter.line, letter.field, letter.reason[:13])
        for letter in letters
        if letter.source == source
    ) == [
        ("counter-sales-1.csv", 4, "show", "there is no s"),
        ("counter-sales-1.csv", 5, "seats", "'front' is no"),
        ("shows-1.json", 1, "theatre", "is missing"),
    ]
    assert main(["feeds", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (mine,) = [each for each in found["sources"] if each["source"] == source]
    assert mine == {
        "source": source,
        "files": 7,
        "open_files": 0,
        "pushes": 0,
        "taken": 9,
        "unreadable": 3,
        "refused": {"screen_taken": 1},
    }
    assert main(["feeds"]) == 0
    assert "screen_taken" in capsys.readouterr().out


def test_a_show_and_what_is_told_of_its_seats_may_come_in_one_push(pusher, events, eventually):
    facts = [
        {"kind": "counter-sale", "show": "s1", "sale": "pos-1", "seats": "B1"},
        {"kind": "block", "show": "s1", "seats": "A1", "reason": "broken"},
        {"kind": "allotment", "show": "s1", "seats": "A1-A8"},
        {"kind": "show"} | show("s1"),
        {"kind": "movie"} | MOVIE,
        {"kind": "theatre"} | THEATRE,
        {"kind": "venue"} | VENUE,
        {"kind": "block", "show": "s9", "seats": "A1"},
    ]

    def accepted():
        answer = pusher.push({"facts": facts}, webhook_id="all-at-once")
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            assert answer.json()["type"] == "/problems/show-not-on-sale-yet"
            return None
        return answer

    answer = eventually(accepted)

    assert answer.status_code == HTTPStatus.ACCEPTED
    assert answer.json()["accepted"] == 7
    assert [(each["index"], each["field"]) for each in answer.json()["refused"]] == [(7, "show")]
    kinds, _ = eventually(lambda: _whole(events(f"{pusher.source}.s1"), 4))
    assert kinds == ["ShowOpened", "AllotmentSet", "SeatsBlocked", "SeatsSoldAtCounter"]


def _whole(found, count):
    return found if len(found[0]) >= count else None
