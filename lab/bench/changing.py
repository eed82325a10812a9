"""Availability that changes while it is read: seats are held and let go again, at a given rate.

Through the log and not through HTTP, so that what is measured beside it is reading. A booking is
two commands, as hold and payment would be: here hold and release, so that the sample city is
afterwards as it was before. Popular shows are booked more often, as they are read more often.
"""

import threading
import time
from itertools import accumulate, count
from random import Random
from secrets import token_hex
from types import TracebackType
from typing import Self

from kafka import KafkaProducer

from justbookit import wire
from justbookit.ids import BookingId, CommandId, CustomerId, SeatId, ShowId
from justbookit.seat_commands import HoldSeats, ReleaseHold, SeatCommand
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, partition_of
from lab.bench.figures import NotPlausible

STEP_SECONDS = 0.02
HELD_SECONDS = 0.5

Pair = tuple[str, tuple[str, str]]
"""A show with two of its seats that are free."""


class Changing:
    """Holds and releases `per_second` times a second for as long as it is entered."""

    def __init__(self, settings: Settings, pairs: list[Pair], per_second: int) -> None:
        self._settings = settings
        self._pairs = pairs
        self._per_second = per_second
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._change, daemon=True)
        self._error: BaseException | None = None
        self._made = 0
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._thread.start()
        return self

    def per_s(self) -> float:
        """How many bookings a second there were so far."""
        return self._made / (time.perf_counter() - self._began)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._error is not None and error is None:
            raise NotPlausible(f"availability stopped changing: {self._error}")

    def _change(self) -> None:
        producer = KafkaProducer(
            bootstrap_servers=self._settings.kafka.split(","), acks="all", linger_ms=5
        )
        try:
            self._work(producer)
        except BaseException as error:  # noqa: BLE001 - told by who leaves
            self._error = error
        finally:
            producer.close()

    def _work(self, producer: KafkaProducer) -> None:
        dice, run, numbers = Random(11), token_hex(4), count()
        weights = list(accumulate(1 / rank for rank in range(1, len(self._pairs) + 1)))
        held: list[tuple[float, int, ReleaseHold]] = []
        everyone = range(len(self._pairs))
        busy: set[int] = set()
        due = time.perf_counter()
        while not self._over.is_set() or held:
            now = time.perf_counter()
            while held and (held[0][0] <= now or self._over.is_set()):
                _, which, release = held.pop(0)
                busy.discard(which)
                self._send(producer, release)
            while due <= now and not self._over.is_set():
                due += 1 / self._per_second
                (which,) = dice.choices(everyone, cum_weights=weights)
                if which in busy:
                    free = [other for other in everyone if other not in busy]
                    if not free:
                        raise NotPlausible(f"{self._per_second}/s hold all of {len(busy)} shows")
                    which = dice.choice(free)
                busy.add(which)
                hold, release = self._booking(which, f"bench-{run}-{next(numbers)}")
                self._send(producer, hold)
                held.append((now + HELD_SECONDS, which, release))
                self._made += 1
            time.sleep(STEP_SECONDS)
        producer.flush()

    def _booking(self, which: int, name: str) -> tuple[HoldSeats, ReleaseHold]:
        show_id, (first, second) = self._pairs[which]
        booking = BookingId(f"b-{name}")
        customer = CustomerId(f"u-{name}")
        hold = HoldSeats(
            command_id=CommandId(f"h-{name}"),
            show_id=ShowId(show_id),
            booking_id=booking,
            customer_id=customer,
            seat_ids=(SeatId(first), SeatId(second)),
        )
        release = ReleaseHold(
            command_id=CommandId(f"r-{name}"),
            show_id=ShowId(show_id),
            booking_id=booking,
            customer_id=customer,
        )
        return hold, release

    def _send(self, producer: KafkaProducer, command: SeatCommand) -> None:
        producer.send(
            SEAT_COMMANDS.name,
            value=wire.encode(command),
            key=command.show_id.encode(),
            partition=partition_of(command.show_id, self._settings.partitions),
        )
