"""The sink as a process on a real Kafka, killed at bad moments: nothing lost, nothing twice."""

import base64
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaProducer

from justbookit import wire
from justbookit.dead_letters import StreamDeadLetter
from justbookit.settings import Settings
from justbookit.topics import STREAM_DEAD_LETTERS
from stack.environment import child_environment
from warehouse import manifest
from warehouse.ask import Desk
from warehouse.consumer import ends
from warehouse.lake import Lake, folder_of, read_manifest

TOPIC = STREAM_DEAD_LETTERS.name


@pytest.fixture
def home(bare_servers: Settings, tmp_path: Path) -> Settings:
    """A real Kafka and a lake of the test's own."""
    return msgspec.structs.replace(bare_servers, home=str(tmp_path), sink_seconds=0.2)


@contextmanager
def sink(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A sink that is ready; ended with SIGTERM unless it was killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "warehouse", "sink"],
        env=dict(child_environment(settings)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready ")
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0


def send(settings: Settings, values: list[bytes]) -> None:
    producer = KafkaProducer(bootstrap_servers=settings.kafka, acks="all")
    for value in values:
        producer.send(TOPIC, value=value, key=b"k", partition=0)
    producer.flush()
    producer.close()


def letters(count: int) -> list[bytes]:
    now = datetime.now(UTC)
    letter = StreamDeadLetter(
        topic="seat-commands", partition=0, offset=1, reason="test", raw=b"\xff", at=now
    )
    return [wire.encode(letter)] * count


def wait_for(settings: Settings, wanted: dict[tuple[str, int], int]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        following = read_manifest(folder_of(settings)).next
        if all(following.get(name, 0) >= end for name, end in wanted.items()):
            return
        time.sleep(0.1)
    raise AssertionError(f"the lake did not reach {wanted}")


def count(settings: Settings) -> tuple[int, int, int]:
    """Rows, different offsets and the end, of the topic we send to."""
    desk = Desk(folder_of(settings))
    both = " UNION ALL ".join(
        f"SELECT event_offset FROM {name} WHERE topic = '{TOPIC}'"
        for name in ("stream_dead_letters", "quarantine")
    )
    query = f"SELECT count(*), count(DISTINCT event_offset), max(event_offset) + 1 FROM ({both})"
    found = desk.ask(query, rows_max=1, seconds_max=30).rows[0]
    desk.close()
    return int(found[0]), int(found[1]), int(found[2])


def test_a_sink_that_is_killed_loses_nothing_and_repeats_nothing(home: Settings) -> None:
    dice = random.Random(7)
    for _ in range(3):
        with sink(home) as process:
            send(home, letters(2_000))
            time.sleep(dice.uniform(0.0, 0.5))
            process.kill()
            process.wait()
    with sink(home):
        wait_for(home, ends(home))

    rows, different, end = count(home)
    assert rows == different == end == ends(home)[TOPIC, 0]


def test_what_was_written_and_not_committed_is_not_written_again(home: Settings) -> None:
    """Kafka's group knows nothing here: it is the lake that says where to go on."""
    send(home, letters(50))
    with sink(home):
        wait_for(home, ends(home))
    before = count(home)
    elsewhere = msgspec.structs.replace(home, home=f"{home.home}/elsewhere")
    with sink(elsewhere):  # commits the same group's offsets for a lake of its own
        send(home, letters(50))
        wait_for(elsewhere, ends(home))

    with sink(home):
        wait_for(home, ends(home))

    after = count(home)
    assert after == count(elsewhere)
    assert after[0] == after[1] == before[0] + 50


def test_bytes_that_are_no_message_are_kept_with_the_reason(home: Settings) -> None:
    send(home, [b"\xffnonsense", *letters(1)])

    with sink(home):
        wait_for(home, ends(home))

    desk = Desk(folder_of(home))
    query = f"SELECT body->>'$.reason', body->>'$.raw' FROM quarantine WHERE topic = '{TOPIC}'"
    found = desk.ask(query, rows_max=10, seconds_max=10).rows
    desk.close()
    assert [base64.b64decode(raw) for _, raw in found][-1] == b"\xffnonsense"
    assert all(reason for reason, _ in found)


def test_a_lake_of_another_kafka_is_refused(home: Settings) -> None:
    folder = folder_of(home)
    Lake(folder).close()
    manifest.append(folder, [], {(TOPIC, 0): 10**9})

    done = subprocess.run(
        [sys.executable, "-m", "warehouse", "sink"],
        env=dict(child_environment(home)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 71
    assert "another Kafka" in done.stderr
