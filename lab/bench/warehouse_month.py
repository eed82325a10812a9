"""A month of a whole country's cinemas as messages, written straight to files, day by day.

Every message is one that the topics' own types accept; what customers paid and got back is
counted on the way, so that the books can be held against it. The same seed gives the same month.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import IO
from zlib import crc32
from zoneinfo import ZoneInfo

import msgspec

from lab.bench.warehouse_files import Books, Kind, Sale

FIRST = date(2026, 10, 1)
DAYS = 31
PARTITIONS = 12
TICKETS_PER_THEATRE = 50_000
SHOWS_PER_DAY = 5
ROWS, SEATS = "ABCDEFGHIJKLMNOPQRST", 20
COUNTRIES = (
    ("IN", "Asia/Kolkata", "INR", 25_000),
    ("GB", "Europe/London", "GBP", 1_250),
    ("JP", "Asia/Tokyo", "JPY", 1_900),
)
PARTIES, WEIGHTS = (1, 2, 3, 4), (1, 5, 2, 2)
EXPIRED, CANCELLED, LATE = 0.04, 0.05, 0.005
REFUND_PERCENT = 90
_SELLING = timedelta(hours=2, minutes=30)
_LENGTH = timedelta(minutes=150)


class Totals(msgspec.Struct, kw_only=True):
    """What the month came to."""

    messages: int = 0
    bookings: int = 0
    tickets: int = 0
    paid: Counter[str] = msgspec.field(default_factory=Counter)
    refunded: Counter[str] = msgspec.field(default_factory=Counter)


class Show(msgspec.Struct, kw_only=True):
    """One show while it is being written; `version` counts its events."""

    show_id: str
    organizer_id: str
    venue: int
    currency: str
    price: int
    ends_at: datetime
    partition: int
    version: int = 0


class Month:
    """Writes the month; `books` gets each sale for the gateway and the theatres to report."""

    def __init__(self, tickets: int, seed: int, books: Books) -> None:
        self.totals = Totals()
        self._theatres = theatres(tickets)
        shows = self._theatres * DAYS * SHOWS_PER_DAY
        self._per_show = min(tickets / shows, len(ROWS) * SEATS - PARTIES[-1])
        self._dice = random.Random(seed)
        self._books = books
        self._ends: Counter[tuple[str, int]] = Counter()
        self._late: dict[int, list[tuple[Show, Sale]]] = {}
        self._out: IO[str]

    def catalogue(self, path: Path) -> None:
        """Write what the theatres and movies are."""
        at = datetime.combine(FIRST - timedelta(days=7), time(), UTC).isoformat()
        with path.open("w") as self._out:
            for number in range(self._theatres):
                country, zone, currency, _ = COUNTRIES[number // 3 % 3]
                venue = f'"venue_id":"v{number}","organizer_id":"{organizer(number)}"'
                self._send(
                    "catalogue-events",
                    0,
                    f"v{number}",
                    f'{{"type":"VenuePut","command_id":"v{number}","at":"{at}","venue":{{{venue},'
                    f'"name":"House {number}","address":"1 Road","city_id":"city{number % 40}",'
                    f'"city_name":"City {number % 40}","country":"{country}","timezone":"{zone}",'
                    f'"currency":"{currency}","mode":"all_in"}},"version":1}}',
                )
                self._send(
                    "catalogue-events",
                    0,
                    f"t{number}",
                    f'{{"type":"TheatrePut","command_id":"t{number}","at":"{at}","theatre":{{'
                    f'"theatre_id":"t{number}","venue_id":"v{number}","name":"One",'
                    f'"layout":{_LAYOUT}}},"version":1}}',
                )
            for movie in range(20):
                self._send(
                    "catalogue-events",
                    0,
                    f"m{movie}",
                    f'{{"type":"MoviePut","command_id":"m{movie}","at":"{at}","movie":{{'
                    f'"movie_id":"m{movie}","title":"Film {movie}","language":"hi",'
                    f'"duration_minutes":120}},"version":1}}',
                )

    def day(self, number: int, path: Path) -> None:
        """Write day `number` of the month, from 0: its shows, and what came late."""
        day = FIRST + timedelta(days=number)
        with path.open("w") as self._out:
            for show, sale in self._late.pop(number, ()):
                at = datetime.combine(day, time(6), UTC)
                self._cancel(show, sale, at)
            for theatre in range(self._theatres):
                for slot in range(SHOWS_PER_DAY):
                    self._show(theatre, slot, day, number)
        self._books.close_day(day)

    def _show(self, theatre: int, slot: int, day: date, number: int) -> None:
        dice = self._dice
        country = COUNTRIES[theatre // 3 % 3]
        starts = datetime.combine(day, time(12 + 2 * slot), ZoneInfo(country[1])).astimezone(UTC)
        show_id = f"v{theatre}.{day:%m%d}.{slot}"
        show = Show(
            show_id=show_id,
            organizer_id=organizer(theatre),
            venue=theatre,
            currency=country[2],
            price=country[3] + 10 * slot,
            ends_at=starts + _LENGTH,
            partition=crc32(show_id.encode()) % PARTITIONS,
        )
        began = starts - _SELLING
        self._open(show, theatre, slot, country, starts)
        seats = iter(f"{row}{seat}" for row in ROWS for seat in range(1, SEATS + 1))
        wanted = int(self._per_show * dice.uniform(0.85, 1.15)) or 1
        room = len(ROWS) * SEATS
        sold = count = 0
        step = _SELLING.total_seconds() / (wanted + 2 * PARTIES[-1])
        while sold < wanted:
            party = min(dice.choices(PARTIES, WEIGHTS)[0], room - sold)
            if party <= 0:
                break
            chosen = [next(seats) for _ in range(party)]
            sold += party
            count += 1
            self._book(show, count, chosen, began + timedelta(seconds=step * sold), number)
        self._books.close_show(show.show_id, show.organizer_id, show.currency)

    def _open(
        self, show: Show, theatre: int, slot: int, country: tuple[str, str, str, int], at: datetime
    ) -> None:
        terms = (
            f'"show_id":"{show.show_id}","movie_id":"m{(theatre + slot) % 20}","theatre_id":'
            f'"t{theatre}","venue_id":"v{theatre}","city_id":"city{theatre % 40}","organizer_id":'
            f'"{show.organizer_id}","starts_at":"{at.isoformat()}","ends_at":'
            f'"{show.ends_at.isoformat()}","timezone":"{country[1]}","currency":"{show.currency}",'
            f'"mode":"all_in","layout":{_LAYOUT},"prices":{{"z":{show.price}}},"offers":[]'
        )
        opened = (at - _SELLING - timedelta(hours=1)).isoformat()
        self._event(show, "ShowOpened", opened, f'"terms":{{{terms}}}')

    def _book(self, show: Show, count: int, seats: list[str], at: datetime, number: int) -> None:
        dice, price, totals = self._dice, show.price, self.totals
        booking = f"{show.show_id}.{count}"
        half = price // 2
        discounts = [0] * len(seats)
        if len(seats) > 2:
            discounts[2] = half
        lines = ",".join(
            f'{{"seat_id":"{seat}","zone":"z","base":{price},"price":{price - off}'
            + (f',"discount":{off},"offer_id":"third","reason":"Third ticket"}}' if off else "}")
            for seat, off in zip(seats, discounts, strict=True)
        )
        amount = price * len(seats) - sum(discounts)
        who = f'"booking_id":"{booking}","customer_id":"u{dice.getrandbits(20)}"'
        currency = show.currency
        self._event(
            show,
            "SeatsHeld",
            at.isoformat(),
            f'{who},"lines":[{lines}],"amount":{amount},"currency":"{currency}","held_until":'
            f'"{(at + timedelta(minutes=8)).isoformat()}"',
        )
        ids = '","'.join(seats)
        fate = dice.random()
        if fate < EXPIRED:
            then = (at + timedelta(minutes=8, seconds=1)).isoformat()
            self._event(
                show,
                "HoldReleased",
                then,
                f'"booking_id":"{booking}","seat_ids":["{ids}"],"reason":"expired"',
            )
            return
        paid_at = at + timedelta(seconds=90)
        sale = Sale(
            reference=f"pay.{booking}",
            booking_id=booking,
            seats=tuple(seats),
            amount=amount,
            currency=currency,
            at=paid_at,
        )
        self._event(
            show,
            "BookingConfirmed",
            paid_at.isoformat(),
            f'{who},"seat_ids":["{ids}"],"payment":{{"reference":"{sale.reference}",'
            f'"method":"card","amount":{amount},"currency":"{currency}"}}',
        )
        totals.bookings += 1
        totals.tickets += len(seats)
        totals.paid[currency] += amount
        early = fate > 1 - CANCELLED
        late = not early and fate > 1 - CANCELLED - LATE and number + 3 < DAYS
        self._books.sold(show.show_id, sale, is_steady=not early and not late)
        if early:
            self._cancel(show, sale, paid_at + timedelta(minutes=2))
            self._books.returned(show.show_id, sale)
        elif late:
            self._late.setdefault(number + 3, []).append((show, sale))

    def _cancel(self, show: Show, sale: Sale, at: datetime) -> None:
        refund = sale.amount * REFUND_PERCENT // 100
        ids = '","'.join(sale.seats)
        self._event(
            show,
            "BookingCancelled",
            at.isoformat(),
            f'"booking_id":"{sale.booking_id}","seat_ids":["{ids}"],"refund":{refund},'
            f'"currency":"{sale.currency}"',
        )
        self.totals.refunded[sale.currency] += refund
        self._books.line(Kind.REFUND, sale.reference, refund, sale.currency, at)

    def _event(self, show: Show, kind: str, at: str, rest: str) -> None:
        show.version += 1
        self._send(
            "seat-events",
            show.partition,
            show.show_id,
            f'{{"type":"{kind}","show_id":"{show.show_id}","version":{show.version},"at":"{at}",'
            f'"command_id":"{show.show_id}.{show.version}",{rest}}}',
        )

    def _send(self, topic: str, partition: int, key: str, value: str) -> None:
        offset = self._ends[topic, partition]
        self._ends[topic, partition] = offset + 1
        self.totals.messages += 1
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        self._out.write(
            f'{{"topic":"{topic}","partition":{partition},"offset":{offset},"timestamp":'
            f'1790812800000,"key":"{key}","value":"{quoted}"}}\n'
        )


def theatres(tickets: int) -> int:
    """How many theatres sell that many tickets in a month, each alone in its venue."""
    return max(9, round(tickets / TICKETS_PER_THEATRE))


def organizer(theatre: int) -> str:
    """Who runs a theatre: three of them are one house's."""
    return f"org{theatre // 3}"


def houses(halls: int) -> list[tuple[str, str]]:
    """Who runs so many theatres, and in which currency each sells."""
    return [(f"org{house}", COUNTRIES[house % 3][2]) for house in range(-(-halls // 3))]


def write(month: Month, folder: Path, say: Callable[[str], None]) -> Iterator[Path]:
    """The month's files, one after the other: the catalogue, then each day."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "catalogue.ndjson"
    month.catalogue(path)
    yield path
    for number in range(DAYS):
        say(f"making day {number + 1} of {DAYS}")
        path = folder / f"day-{number + 1:02}.ndjson"
        month.day(number, path)
        yield path


_LAYOUT = json.dumps(
    {
        "version": 1,
        "rows": [
            {"label": row, "zone": "z", "cells": [str(seat) for seat in range(1, SEATS + 1)]}
            for row in ROWS
        ],
    },
    separators=(",", ":"),
)
