"""How long a partition has no writer when one dies, and when one is told to stop.

Two writers share the partitions of servers of our own. Every partition is asked something every
50 ms; what is measured is the longest silence between two of its answers, which is what a
customer waits for at worst.
"""

import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from secrets import token_hex

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from justbookit import wire
from justbookit.ids import BookingId, CommandId, CustomerId, ShowId
from justbookit.seat_commands import ReleaseHold
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS, partition_of
from lab.demo.door import NotAsPromised
from lab.own_stack import Say, dies_with_us, environment, fresh, own_home, running

EVERY_SECONDS = 0.05
WATCH_SECONDS = 12.0
CALM_SECONDS = 3.0
CALM_SILENCE_MAX = 0.6
CALM_WITHIN_SECONDS = 90.0
SIGNALS = {"kill -9": signal.SIGKILL, "clean stop": signal.SIGTERM}


class Takeover(msgspec.Struct, frozen=True):
    """One writer gone: the longest silence of each partition around it, in seconds."""

    how: str
    silences: tuple[float, ...]


def takeovers(rounds: int, say: Say) -> list[Takeover]:
    """Kill one of two writers so many times, and stop one as often."""
    with own_home() as home:
        settings = fresh(home, log_level="WARNING")
        with running(settings, "postgres,kafka", say):
            pair = _Pair(settings, home)
            try:
                found = []
                for number in range(rounds):
                    for how in SIGNALS:
                        say(f"{how}, {number + 1} of {rounds}")
                        found.append(pair.lose_one(how))
                return found
            finally:
                pair.close()


class _Pair:
    def __init__(self, settings: Settings, home: Path) -> None:
        self._settings = settings
        self._home = home
        self._victims = cycle((0, 1))
        brokers = settings.kafka.split(",")
        self._producer = KafkaProducer(bootstrap_servers=brokers, acks="all")
        self._consumer = KafkaConsumer(bootstrap_servers=brokers)
        partitions = range(settings.partitions)
        self._tps = [TopicPartition(SEAT_EVENTS.name, each) for each in partitions]
        self._consumer.assign(self._tps)
        self._consumer.seek_to_end(*self._tps)
        for tp in self._tps:
            self._consumer.position(tp)
        self._shows = [_show_in(each, settings.partitions) for each in partitions]
        self._next_at = 0.0
        self._heard_at = dict.fromkeys(partitions, time.monotonic())
        self._silence = dict.fromkeys(partitions, 0.0)
        self._workers = [self._start(number) for number in range(2)]

    def lose_one(self, how: str) -> Takeover:
        """Wait until both work, take one away, watch, and start it again."""
        self._until_calm()
        victim = next(self._victims)
        self._silence = dict.fromkeys(self._silence, 0.0)
        self._workers[victim].send_signal(SIGNALS[how])
        self._watch(WATCH_SECONDS)
        now = time.monotonic()
        silences = [
            max(worst, now - self._heard_at[partition])
            for partition, worst in self._silence.items()
        ]
        self._workers[victim].wait()
        self._workers[victim] = self._start(victim)
        return Takeover(how, tuple(sorted(silences)))

    def close(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._producer.close()
        self._consumer.close()

    def _until_calm(self) -> None:
        deadline = time.monotonic() + CALM_WITHIN_SECONDS
        while True:
            self._silence = dict.fromkeys(self._silence, 0.0)
            self._watch(CALM_SECONDS)
            is_calm = max(self._silence.values()) < CALM_SILENCE_MAX
            heard = time.monotonic() - min(self._heard_at.values())
            if is_calm and heard < CALM_SILENCE_MAX and all(map(self._is_ready, range(2))):
                return
            if time.monotonic() > deadline:
                raise NotAsPromised("two writers never came to work side by side")

    def _watch(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            if now >= self._next_at:
                self._next_at = now + EVERY_SECONDS
                for partition, show_id in enumerate(self._shows):
                    self._producer.send(
                        SEAT_COMMANDS.name, _ask(show_id), show_id.encode(), partition=partition
                    )
            for tp, records in self._consumer.poll(timeout_ms=10).items():
                if records:
                    now = time.monotonic()
                    silent = now - self._heard_at[tp.partition]
                    self._silence[tp.partition] = max(self._silence[tp.partition], silent)
                    self._heard_at[tp.partition] = now

    def _log(self, number: int) -> Path:
        return self._home / f"writer-{number}.log"

    def _is_ready(self, number: int) -> bool:
        return b"ready seats" in self._log(number).read_bytes()

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        with self._log(number).open("wb") as log:
            return subprocess.Popen(
                dies_with_us([sys.executable, "-m", "streams", "seats"]),
                env=environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def _show_in(partition: int, partitions: int) -> ShowId:
    while True:
        show_id = ShowId(f"takeover-{token_hex(6)}")
        if partition_of(show_id, partitions) == partition:
            return show_id


def _ask(show_id: ShowId) -> bytes:
    """Something that is refused at once, and so answered."""
    return wire.encode(
        ReleaseHold(
            command_id=CommandId(f"takeover-{token_hex(12)}"),
            show_id=show_id,
            booking_id=BookingId("nobody"),
            customer_id=CustomerId("nobody"),
        )
    )
