"""The same seat for two people, again and again, straight onto the topic.

One holds it, another wants it when a short hold would have run out, then both pay. A sound
writer lets one of them have it. What each is told is what the API would tell: the first answer.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from secrets import token_hex

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from justbookit import wire
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.ids import (
    BookingId,
    CityId,
    CommandId,
    CustomerId,
    MovieId,
    OrganizerId,
    SeatId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)
from justbookit.seat_commands import ConfirmBooking, HoldSeats, OpenShow, Payment, SeatCommand
from justbookit.seat_events import BookingConfirmed, SeatEvent
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS, SEAT_EVENTS

ROWS, SEATS_IN_ROW = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", 40
PRICE = 20_000
EVERY_SECONDS = 0.1
SECOND_AFTER, PAID_AFTER = 1.6, 2.4
POLL_MS = 20


class Stories:
    """One show, and everybody in it; on a topic of one partition."""

    def __init__(self, settings: Settings) -> None:
        self.show_id = ShowId(f"nets-{token_hex(6)}")
        self._first: dict[CommandId, SeatEvent] = {}
        self._numbers = count()
        self._next_at = 0.0
        self._later: list[tuple[float, int, SeatCommand]] = []
        self._order = count()
        self._producer = KafkaProducer(bootstrap_servers=settings.kafka.split(","), acks="all")
        self._consumer = KafkaConsumer(bootstrap_servers=settings.kafka.split(","))
        where = TopicPartition(SEAT_EVENTS.name, 0)
        self._consumer.assign([where])
        self._consumer.seek_to_end(where)
        self._consumer.position(where)
        self._ask(OpenShow(command_id=_name(), show_id=self.show_id, terms=_terms(self.show_id)))

    def go_on(self) -> None:
        """Send what is due, and take in what was answered."""
        now = time.monotonic()
        if now >= self._next_at:
            self._next_at = now + EVERY_SECONDS
            self._begin(now)
        while self._later and self._later[0][0] <= now:
            self._ask(heappop(self._later)[2])
        self.listen()

    def listen_to_the_end(self) -> None:
        """Take in all that was answered so far."""
        where = TopicPartition(SEAT_EVENTS.name, 0)
        end = self._consumer.end_offsets([where])[where]
        while self._consumer.position(where) < end:
            self.listen()

    def listen(self) -> None:
        """Take in what was answered."""
        for records in self._consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                event = wire.decode_seat_event(record.value)
                if event.command_id is not None:
                    self._first.setdefault(event.command_id, event)

    def finish(self) -> int:
        """Ask for all that is left of what was begun; where the topic ends then."""
        while self._later:
            self._ask(heappop(self._later)[2])
        self._producer.flush()
        where = TopicPartition(SEAT_COMMANDS.name, 0)
        return int(self._consumer.end_offsets([where])[where])

    def told_to_two(self) -> list[SeatId]:
        """Seats that two people were told to have paid for."""
        owners: dict[SeatId, set[BookingId]] = {}
        for event in self._first.values():
            if isinstance(event, BookingConfirmed):
                for seat in event.seat_ids:
                    owners.setdefault(seat, set()).add(event.booking_id)
        return [seat for seat, bookings in owners.items() if len(bookings) > 1]

    def told_to_have(self) -> int:
        """How many bookings somebody was told to have paid for."""
        return sum(isinstance(event, BookingConfirmed) for event in self._first.values())

    def close(self) -> None:
        self._producer.close()
        self._consumer.close()

    def _begin(self, now: float) -> None:
        row, seat = divmod(next(self._numbers), SEATS_IN_ROW)
        if row == len(ROWS):
            return  # sold out
        seats = (SeatId(f"{ROWS[row]}{seat + 1}"),)
        for who, hold_at in (("ana", now), ("ben", now + SECOND_AFTER)):
            booking_id, customer_id = BookingId(f"b-{token_hex(8)}"), CustomerId(who)
            hold = HoldSeats(
                command_id=_name(),
                show_id=self.show_id,
                booking_id=booking_id,
                customer_id=customer_id,
                seat_ids=seats,
            )
            pay = ConfirmBooking(
                command_id=_name(),
                show_id=self.show_id,
                booking_id=booking_id,
                customer_id=customer_id,
                payment=Payment(reference="p", method="sandbox", amount=PRICE, currency="INR"),
            )
            heappush(self._later, (hold_at, next(self._order), hold))
            heappush(self._later, (now + PAID_AFTER, next(self._order), pay))

    def _ask(self, command: SeatCommand) -> None:
        self._producer.send(
            SEAT_COMMANDS.name, wire.encode(command), key=self.show_id.encode(), partition=0
        )


def _name() -> CommandId:
    return CommandId(f"nets-{token_hex(12)}")


def _rows() -> Sequence[Row]:
    cells = tuple(str(number) for number in range(1, SEATS_IN_ROW + 1))
    return [Row(label=label, zone=ZoneId("all"), cells=cells) for label in ROWS]


def _terms(show_id: ShowId) -> ShowTerms:
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    return ShowTerms(
        show_id=show_id,
        movie_id=MovieId("nets.movie"),
        theatre_id=TheatreId("nets.hall"),
        venue_id=VenueId("nets.venue"),
        city_id=CityId("nets"),
        organizer_id=OrganizerId("nets"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        timezone="Asia/Kolkata",
        currency="INR",
        mode=Mode.ALL_IN,
        layout=Layout(version=1, rows=tuple(_rows())),
        prices={ZoneId("all"): PRICE},
    )
