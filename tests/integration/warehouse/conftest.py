"""A database and a lake of our own on the run's servers, and histories that really can happen."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from justbookit import wire
from justbookit.bookings import BookingStatus
from justbookit.catalogue import (
    Layout,
    Mode,
    Movie,
    Offer,
    OfferRule,
    Row,
    ShowTerms,
    Theatre,
    Venue,
)
from justbookit.catalogue_events import MoviePut, TheatrePut, VenuePut
from justbookit.deciding import decide
from justbookit.evolving import evolve
from justbookit.ids import ShowId
from justbookit.seat_commands import (
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ChangeShow,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    OpenShow,
    Payment,
    QuoteChange,
    ReleaseHold,
    SellAtCounter,
)
from justbookit.seatmap import SeatMap
from justbookit.settings import Settings
from justbookit.show_views import ShowsViewed
from justbookit.topics import partition_of
from stack.migrate import migrate
from warehouse.lake import Lake, folder_of
from warehouse.record import Record, Stretch
from warehouse.spool import Spool, spool_of

HOLD_FOR = timedelta(minutes=8)
VENUES = (
    ("v-mumbai", "org-a", "Asia/Kolkata", "INR"),
    ("v-london", "org-b", "Europe/London", "GBP"),
    ("v-tokyo", "org-b", "Asia/Tokyo", "JPY"),
)
OFFER = Offer(offer_id="third", name="Third", rule=OfferRule.THIRD_TICKET, percent=50)


@pytest.fixture
def books(bare_servers: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Real servers with a home and a database of the test's own, tables made."""
    name = f"books_{random.getrandbits(40):x}"
    where = bare_servers.postgres.rpartition("/")[0]
    assert (
        conninfo_to_dict(bare_servers.postgres)["dbname"]
        == bare_servers.postgres.rpartition("/")[2]
    )
    with psycopg.connect(bare_servers.postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    settings = msgspec.structs.replace(bare_servers, home=str(tmp_path), postgres=f"{where}/{name}")
    migrate(settings)
    yield settings
    with psycopg.connect(bare_servers.postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def history() -> Callable[[int, int], list[Record]]:
    """Make messages of so many shows, from a seed: what the rules themselves decided."""
    return _history


@pytest.fixture
def spool() -> Callable[[list[Record]], Spool]:
    """Gather messages as the sink does."""
    return _spool


def _spool(records: list[Record]) -> Spool:
    return spool_of(
        Stretch(
            topic=each.topic,
            partition=each.partition,
            first=each.offset,
            timestamps=(int(each.timestamp.timestamp() * 1000),),
            keys=(each.key,),
            values=(each.value,),
        )
        for each in records
    )


@pytest.fixture
def file_in_lake() -> Callable[[Settings, list[Record]], None]:
    """Write messages into the lake as the sink does, in batches."""

    def file_all(settings: Settings, records: list[Record]) -> None:
        lake = Lake(folder_of(settings))
        try:
            for start in range(0, len(records), 700):
                lake.write(_spool(records[start : start + 700]))
        finally:
            lake.close()

    return file_all


def _history(seed: int, shows: int) -> list[Record]:
    dice = random.Random(seed)
    now = datetime(2026, 3, 1, 10, tzinfo=UTC)
    sent: list[tuple[str, int, str, Any]] = []
    for venue_id, organizer_id, timezone, currency in VENUES:
        layout = Layout(
            version=1,
            rows=tuple(Row(label=r, zone="z", cells=tuple("12345678")) for r in "ABC"),
        )
        venue = Venue(
            venue_id=venue_id,
            organizer_id=organizer_id,
            name=f"Haus “{venue_id}”, नमस्ते\x00",
            address="1 Road",
            city_id=venue_id.removeprefix("v-"),
            city_name=venue_id.removeprefix("v-").title(),
            country="IN",
            timezone=timezone,
            currency=currency,
        )
        theatre = Theatre(theatre_id=f"t-{venue_id}", venue_id=venue_id, name="One", layout=layout)
        put = VenuePut(command_id=f"c-{venue_id}", at=now, venue=venue, version=1)
        made = TheatrePut(command_id=f"c-t-{venue_id}", at=now, theatre=theatre, version=1)
        sent += [("catalogue-events", 0, venue_id, event) for event in (put, made)]
    movie = Movie(
        movie_id="m", title='A "quoted", \\u0000 title', language="hi", duration_minutes=9
    )
    for version in (1, 2):
        event = MoviePut(command_id=f"c-m-{version}", at=now, movie=movie, version=version)
        sent.append(("catalogue-events", 0, "m", event))
    for number in range(shows):
        show_id = ShowId(f"show-{seed}-{number}")
        viewed = ShowsViewed(at=now, minute_at=now, views={show_id: 1 + number, ShowId("gone"): 1})
        sent.append(("show-views", 0, "", viewed))
        for event in _show(dice, show_id, number, now):
            sent.append(("seat-events", partition_of(show_id, 4), show_id, event))
            if dice.random() < 0.05:  # at least once: some arrive twice
                sent.append(sent[-1])
    return _as_kept(sent, now)


def _as_kept(sent: list[tuple[str, int, str, Any]], now: datetime) -> list[Record]:
    ends: Counter[tuple[str, int]] = Counter()
    records = []
    for number, (topic, partition, key, event) in enumerate(sent):
        values = [wire.encode(event)]
        if number % 97 == 0:
            values.append(b'{"type":"SeatsHeld","show_id":3}')
        for value in values:
            records.append(
                Record(
                    topic=topic,
                    partition=partition,
                    offset=ends[topic, partition],
                    timestamp=now,
                    key=key.encode(),
                    value=value,
                )
            )
            ends[topic, partition] += 1
    return records


def _show(  # noqa: C901 - one arm a command
    dice: random.Random, show_id: ShowId, number: int, now: datetime
) -> list[Any]:
    venue_id, organizer_id, timezone, currency = VENUES[number % len(VENUES)]
    seats = [f"{row}{seat}" for row in "ABC" for seat in range(1, 9)]
    starts_at = (now + timedelta(days=1 + number % 5, hours=number % 14)).replace(
        year=2026 if number % 4 else 2098
    )
    terms = ShowTerms(
        show_id=show_id,
        movie_id="m",
        theatre_id=f"t-{venue_id}",
        venue_id=venue_id,
        city_id=venue_id.removeprefix("v-"),
        organizer_id=organizer_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=150),
        timezone=timezone,
        currency=currency,
        mode=Mode.ALL_IN,
        layout=Layout(
            version=1,
            rows=tuple(Row(label=r, zone="z", cells=tuple("12345678")) for r in "ABC"),
        ),
        prices={"z": dice.randint(1, 99_999)},
        offers=(OFFER,) if number % 2 else (),
    )
    seatmap, events, commands = SeatMap(show_id), [], 0

    def send(kind: type[Any], **fields: Any) -> None:
        nonlocal commands
        commands += 1
        source = "feed.tms." if kind is SellAtCounter else ""
        command = kind(command_id=f"{source}{show_id}-c{commands}", show_id=show_id, **fields)
        for event in decide(seatmap, command, now, HOLD_FOR):
            evolve(seatmap, event)
            events.append(event)

    send(OpenShow, terms=terms)
    for step in range(dice.randint(0, 40)):
        now += timedelta(seconds=dice.randint(1, 200))
        booking_id, customer_id = f"{show_id}-b{step}", f"customer-{dice.randint(1, 9)}"
        chosen = tuple(dice.sample(seats, dice.randint(1, 4)))
        match dice.randint(0, 9):
            case 0 | 1 | 2:
                send(HoldSeats, booking_id=booking_id, customer_id=customer_id, seat_ids=chosen)
            case 3:
                amount = _price(seatmap, chosen)
                payment = Payment(reference="r", method="card", amount=amount, currency=currency)
                send(
                    BookSeats,
                    booking_id=booking_id,
                    customer_id=customer_id,
                    seat_ids=chosen,
                    payment=payment,
                )
            case 4 | 5 | 6 if held := _any(dice, seatmap, BookingStatus.HELD):
                payment = Payment(
                    reference="r", method="upi", amount=held.amount, currency=held.currency
                )
                who = {"booking_id": held.booking_id, "customer_id": held.customer_id}
                send(ConfirmBooking, **who, payment=payment)
            case 7 if held := _any(dice, seatmap, BookingStatus.HELD):
                send(ReleaseHold, booking_id=held.booking_id, customer_id=held.customer_id)
            case 8 if paid := _any(dice, seatmap, BookingStatus.CONFIRMED):
                who = {"booking_id": paid.booking_id, "customer_id": paid.customer_id}
                if step % 2 == 0 and len(paid.lines) > 1:
                    give = tuple(dice.sample(paid.seat_ids, dice.randint(1, len(paid.lines) - 1)))
                    take = tuple(dice.sample(seats, dice.randint(0, 2)))
                    send(QuoteChange, **who, give=give, take=take)
                    more = getattr(events[-1], "to_pay", 0)
                    payment = Payment(
                        reference=f"d{step}", method="upi", amount=more, currency=currency
                    )
                    quote_id = events[-1].command_id
                    send(ChangeBooking, **who, quote_id=quote_id, payment=payment if more else None)
                else:
                    send(CancelBooking, **who)
            case 9 if step % 3 == 0:
                send(SellAtCounter, sale_id=f"{show_id}-s{step}", seat_ids=chosen)
            case 9 if step % 3 == 1:
                later = terms.starts_at + timedelta(hours=3)
                moved = msgspec.structs.replace(
                    terms, starts_at=later, ends_at=later + timedelta(minutes=150)
                )
                send(ChangeShow, terms=moved)
            case _:
                send(ExpireHolds)
    return events


def _price(seatmap: SeatMap, seats: tuple[str, ...]) -> int:
    held = decide(
        seatmap,
        HoldSeats(
            command_id="probe",
            show_id=seatmap.show_id,
            booking_id="probe",
            customer_id="probe",
            seat_ids=seats,
        ),
        datetime(2026, 3, 1, tzinfo=UTC),
        HOLD_FOR,
    )[-1]
    return getattr(held, "amount", 1)


def _any(dice: random.Random, seatmap: SeatMap, status: BookingStatus) -> Any:
    found = [each for each in seatmap.bookings.values() if each.status is status]
    return dice.choice(found) if found else None
