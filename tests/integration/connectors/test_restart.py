"""Killed in the middle of a file, the feed goes on behind the last acknowledged batch."""

import re
import signal
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

import msgspec
import pytest

from justbookit import topics, wire
from justbookit.catalogue_commands import RemoveMovie

LINES = 6000
BROKEN = range(700, LINES, 900)


@pytest.fixture
def source(mine):
    """A source of this test alone: the servers are everybody's."""
    return f"restart{mine.push_port}"


@pytest.fixture
def files(store, source):
    """What the cursor says of the source's files."""
    return lambda: [file for file in store.files() if file.source == source]


@pytest.fixture
def commands(topic_values, source):
    """The source's commands as they lie on the topic, doubles included."""

    def found():
        values = topic_values(topics.CATALOGUE_COMMANDS)
        decoded = map(wire.decode_catalogue_command, values)
        return [each for each in decoded if each.command_id.startswith(f"feed.{source}.")]

    return found


def a_long_file():
    """Removals of movies nobody has: many commands that leave no trace in the catalogue."""
    rows = [f"m{number},remove" for number in range(LINES)]
    for number in BROKEN:
        rows[number] = f"m{number},no such action"
    return "\n".join(["id,action", *rows])


def test_a_feed_killed_again_and_again_loses_no_line_and_changes_none(
    mine, source, files, commands, topic_values, drop, running, eventually
):
    drop(mine, source, "movies.csv", a_long_file())
    killed_at = []
    for wanted in (1, 1500, 3500):
        with running(mine) as process:
            (file,) = eventually(lambda wanted=wanted: [f for f in files() if f.records >= wanted])
            process.send_signal(signal.SIGKILL)
            process.wait()
        killed_at.append(file.records)
    with running(mine) as process:
        (done,) = eventually(lambda: [file for file in files() if file.finished_at])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0

    assert killed_at == sorted(killed_at)
    assert killed_at[0] < LINES
    assert (done.records, done.refused, done.line) == (LINES, len(BROKEN), LINES + 1)
    sent = commands()
    assert all(isinstance(command, RemoveMovie) for command in sent)
    once = {command.command_id: command.movie_id for command in sent}
    assert list(once.values()) == [
        f"{source}.m{number}" for number in range(LINES) if number not in BROKEN
    ]
    # A complaint sent twice is the same bytes.
    complaints = dict.fromkeys(topic_values(topics.FEED_DEAD_LETTERS))
    letters = [
        each for each in map(wire.decode_feed_dead_letter, complaints) if each.source == source
    ]
    assert [(each.file, each.line, each.field, each.raw) for each in letters] == [
        ("movies.csv", number + 2, "action", f"m{number},no such action") for number in BROKEN
    ]
    feeds = Path(mine.home) / "feeds"
    assert not list((feeds / "work").rglob("*.csv"))
    (moved,) = (feeds / "done" / source).iterdir()
    assert re.fullmatch(r"\d{8}T\d+-[0-9a-f]{8}~movies\.csv", moved.name)


def test_a_file_dropped_again_is_said_again(
    mine, source, files, commands, drop, running, eventually
):
    """Something else may have been said in between, so it is no repetition."""
    with running(mine):
        for times in (1, 2):
            drop(mine, source, "movies.csv", "id,action\nm1,remove\n")
            eventually(lambda times=times: sum(f.finished_at is not None for f in files()) == times)

    assert len({command.command_id for command in commands()}) == 2


def test_a_file_that_changed_while_nobody_watched_is_taken_from_its_start(
    mine, source, files, commands, drop, running, eventually
):
    drop(mine, source, "movies.csv", a_long_file())
    with running(mine) as process:
        eventually(lambda: [file for file in files() if file.records])
        process.send_signal(signal.SIGKILL)
        process.wait()
    (claimed,) = (Path(mine.home) / "feeds" / "work").rglob("*.csv")
    claimed.write_text("id,action\nother,remove\n")

    with running(mine):
        (done,) = eventually(lambda: [file for file in files() if file.finished_at])

    assert (done.records, done.refused) == (1, 0)
    assert commands()[-1].movie_id == f"{source}.other"


def test_without_kafka_the_folder_waits_and_nothing_is_lost(
    mine, source, files, commands, drop, running, eventually
):
    away = msgspec.structs.replace(mine, kafka="127.0.0.1:1")
    drop(away, source, "movies.csv", "id,action\nm1,remove\n")
    with running(away, ready=False) as process:
        eventually(lambda: _status(f"http://127.0.0.1:{away.push_port}/livez") == HTTPStatus.OK)
        time.sleep(1)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert commands() == []

    with running(mine):
        eventually(lambda: [file for file in files() if file.finished_at])

    assert [command.movie_id for command in commands()] == [f"{source}.m1"]


def _status(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status
    except urllib.error.URLError:
        return None
