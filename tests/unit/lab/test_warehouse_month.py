"""The month that the warehouse is measured with is one that could have happened."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest

from justbookit import wire
from justbookit.seat_events import BookingCancelled, BookingConfirmed, HoldReleased, SeatsHeld
from lab.bench.warehouse_files import OF_PAYMENTS, Books, Break
from lab.bench.warehouse_month import DAYS, PARTITIONS, Month, write

TICKETS, EACH = 3_000, 4


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("month")
    books = Books(folder / "files", each=EACH, bookings=1_400, shows=9 * 5 * DAYS)
    month = Month(TICKETS, 7, books)
    paths = list(write(month, folder / "topics", lambda _: None))
    return month, books, paths, folder


def messages(paths: list[Path]):
    for path in paths:
        for line in path.read_bytes().splitlines():
            yield msgspec.json.decode(line)


def test_every_message_is_one_that_its_topic_accepts_and_offsets_have_no_hole(made):
    month, _, paths, _ = made
    ends: Counter[tuple[str, int]] = Counter()
    decode = {
        "seat-events": wire.decode_seat_event,
        "catalogue-events": wire.decode_catalogue_event,
    }
    for each in messages(paths):
        decode[each["topic"]](each["value"].encode())
        name = each["topic"], each["partition"]
        assert each["offset"] == ends[name]
        ends[name] += 1

    assert ends.total() == month.totals.messages
    assert {part for topic, part in ends if topic == "seat-events"} == set(range(PARTITIONS))


def test_seats_are_sold_once_versions_count_and_the_money_is_what_was_said(made):
    month, _, paths, _ = made
    taken: defaultdict[str, set[str]] = defaultdict(set)
    versions: Counter[str] = Counter()
    paid, back = Counter(), Counter()
    for each in messages(paths[1:]):
        event = wire.decode_seat_event(each["value"].encode())
        versions[event.show_id] += 1
        assert event.version == versions[event.show_id]
        match event:
            case SeatsHeld(lines=lines):
                seats = {line.seat_id for line in lines}
                assert not seats & taken[event.show_id]
                taken[event.show_id] |= seats
                assert event.amount == sum(line.price for line in lines)
            case BookingConfirmed(payment=payment):
                paid[payment.currency] += payment.amount
            case BookingCancelled():
                back[event.currency] += event.refund
            case HoldReleased():
                assert event.reason == "expired"

    assert paid == month.totals.paid
    assert back == month.totals.refunded
    assert all(back.values())


def test_so_many_breaks_of_each_kind_are_planted_and_files_add_up(made):
    _, books, _, folder = made

    assert Counter(kind for kind, _ in books.planted) == dict.fromkeys(Break, EACH)
    assert len(OF_PAYMENTS) == len(Break) - 1
    for path in (folder / "files").glob("gateway-*.csv"):
        *rows, total = csv.DictReader(path.read_text().splitlines())
        signed = [int(row["amount"]) * (1 if row["kind"] == "capture" else -1) for row in rows]
        assert (int(total["line_id"]), int(total["amount"])) == (len(rows), sum(signed))
        assert {row["at"][:10] for row in rows} == {path.stem[-10:]}, "a file is of one UTC day"


def test_the_same_seed_is_the_same_month(made, tmp_path):
    _, _, paths, _ = made
    books = Books(tmp_path / "files", each=EACH, bookings=1_400, shows=9 * 5 * DAYS)

    again = list(write(Month(TICKETS, 7, books), tmp_path / "topics", lambda _: None))

    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
