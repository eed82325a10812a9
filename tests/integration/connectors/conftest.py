"""A connectors process of a test's own: another folder and door, the same servers."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import httpx
import msgspec
import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from standardwebhooks import Webhook

from connectors.push.signature import new_secret
from connectors.store import Store

SECONDS_MAX = 60.0


@pytest.fixture(scope="session")
def eventually():
    """What a function finds, as soon as it finds something."""

    def wait(look, seconds=SECONDS_MAX):
        deadline = time.monotonic() + seconds
        while not (found := look()):
            assert time.monotonic() < deadline, f"still {found!r} after {seconds} s"
            time.sleep(0.02)
        return found

    return wait


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def running():
    """Start a connectors process; it is killed at the end, if nobody has done it before."""
    return _running


@contextmanager
def _running(settings, *, ready=True):
    process = subprocess.Popen(
        [sys.executable, "-m", "connectors", "run"],
        env={**os.environ, **settings.environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if ready:
            assert process.stdout.readline() == "ready connectors\n"
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


@pytest.fixture
def mine(stack, tmp_path):
    """Settings of such a process."""
    return msgspec.structs.replace(stack, home=str(tmp_path), push_port=free_port())


@pytest.fixture
def store(stack):
    opened = Store(stack.postgres)
    yield opened
    opened.close()


@pytest.fixture
def postgres(stack):
    with psycopg.connect(stack.postgres, autocommit=True) as connection:
        yield connection


@pytest.fixture
def topic_values(stack):
    """All that is on a topic now, partition by partition."""

    def values(topic):
        consumer = KafkaConsumer(bootstrap_servers=stack.kafka.split(","))
        partitions = [
            TopicPartition(topic.name, number)
            for number in range(topic.partitions or stack.partitions)
        ]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            for records in consumer.poll(timeout_ms=500).values():
                found.extend(record.value for record in records)
        consumer.close()
        return found

    return values


@pytest.fixture
def drop():
    """Put a file into a process' inbox as theatres are asked to: by renaming it in."""

    def put(settings, source, name, text):
        folder = Path(settings.home) / "feeds" / "inbox" / source
        folder.mkdir(parents=True, exist_ok=True)
        growing = folder / f"{name}.part"
        growing.write_bytes(text if isinstance(text, bytes) else text.encode())
        growing.rename(folder / name)

    return put


class Pusher:
    """A theatre's system: it signs what it pushes."""

    def __init__(self, port, source, secret):
        self.url = f"http://127.0.0.1:{port}/feeds/{source}"
        self.source, self.secret = source, secret

    def push(self, body, *, webhook_id=None, secret=None, at=None, url=None):
        webhook_id = webhook_id or token_hex(8)
        text = body if isinstance(body, str) else json.dumps(body)
        at = at or datetime.now(UTC)
        headers = {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret).sign(webhook_id, at, text),
        }
        return httpx.post(url or self.url, content=text.encode(), headers=headers, timeout=30)


@pytest.fixture
def pusher(stack, store):
    source, secret = f"push{token_hex(4)}", new_secret()
    assert store.add_source(source, source, secret)
    return Pusher(stack.push_port, source, secret)
