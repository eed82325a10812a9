"""Bookings that went from one show to another, as finance sees them: once, with all the money."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import psycopg
import pytest

from justbookit import wire
from justbookit.catalogue import Movie, Theatre, Venue
from justbookit.catalogue_events import MoviePut, TheatrePut, VenuePut
from justbookit.seat_commands import CancelBooking, ConfirmBooking, HoldSeats, Payment
from justbookit.topics import partition_of
from tests.one_show import TERMS, ask
from tests.two_shows import ANA, NEW, OLD, Town
from warehouse.build import build
from warehouse.completeness import check
from warehouse.publish import publish
from warehouse.record import Record
from warehouse.settling import intake, steps

# dbt builds everything in these, several times, beside other tests
pytestmark = pytest.mark.timeout(600)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
STARTS = NOW + timedelta(hours=6)
BEN = {"booking_id": "ben", "customer_id": "ben-customer"}
CAI = {"booking_id": "cai", "customer_id": "cai-customer"}
VENUE = Venue(
    venue_id="v",
    organizer_id="o",
    name="Haus",
    address="1 Road",
    city_id="c",
    city_name="City",
    country="IN",
    timezone="UTC",
    currency="INR",
)
CONTRACT = """\
organizer_id,currency,valid_from,commission_bps,ticket_fee,tax_bps,account_name,account,bank
o,INR,2020-01-01,0,0,0,Org,12345678,BARCGB22
"""
# what the gateway did: all of it by the payment that it was captured with
GATEWAY = """\
line_id,kind,reference,amount,currency,fee,at
1,capture,ana,600,INR,11,2026-03-02T10:00:00Z
2,capture,ana-more,200,INR,4,2026-03-02T10:00:00Z
3,capture,ben,1000,INR,19,2026-03-02T10:00:00Z
4,refund,ben,400,INR,0,2026-03-02T10:00:00Z
5,capture,cai,500,INR,10,2026-03-02T10:00:00Z
6,refund,cai,500,INR,0,2026-03-02T10:00:00Z
6,total,,1400,INR,44,
"""


def sold(show_id):
    others = {"starts_at": STARTS, "ends_at": STARTS + timedelta(hours=2), "show_id": show_id}
    return msgspec.structs.replace(TERMS, **others)


def buy(town, who, amount, *seats):
    paid = Payment(reference=who["booking_id"], method="card", amount=amount, currency="INR")
    town.tell(ask(HoldSeats, show_id=OLD, **who, seat_ids=seats))
    town.tell(ask(ConfirmBooking, show_id=OLD, **who, payment=paid))


def exchange(town, who, *seats, give=(), pays=0):
    name = who["booking_id"]
    town.quote(*seats, give=give, name=name, who=who)
    town.begin(pays, name, f"e-{name}", f"{name}-more", who)
    town.run_errands()


@pytest.fixture
def town():
    """Ana pays more for one of two, Ben gets some back, and Cai gives all back that came along."""
    made = Town(NOW, sold(OLD), sold(NEW))
    buy(made, ANA, 600, "A1", "A2")
    buy(made, BEN, 1000, "B1", "B2")
    buy(made, CAI, 500, "B3")
    exchange(made, ANA, "B1", give=("A2",), pays=200)
    exchange(made, BEN, "A1", "A2")
    exchange(made, CAI, "B3")
    whose = {"booking_id": "ana-cai", "customer_id": "cai-customer"}
    made.tell(CancelBooking(command_id="no", show_id=NEW, **whose))
    assert made.faults() == []
    return made


def records(town):
    theatre = Theatre(theatre_id="t", venue_id="v", name="One", layout=TERMS.layout)
    movie = Movie(movie_id="m", title="Up", language="en", duration_minutes=90)
    sent = [
        ("catalogue-events", 0, "v", VenuePut(command_id="1", at=NOW, venue=VENUE, version=1)),
        (
            "catalogue-events",
            0,
            "t",
            TheatrePut(command_id="2", at=NOW, theatre=theatre, version=1),
        ),
        ("catalogue-events", 0, "m", MoviePut(command_id="3", at=NOW, movie=movie, version=1)),
    ]
    for show_id, log in town.logs.items():
        # at least once: every event arrives twice
        sent += [("seat-events", partition_of(show_id, 4), show_id, each) for each in [*log, *log]]
    ends = {}
    for topic, partition, key, event in sent:
        offset = ends[topic, partition] = ends.get((topic, partition), -1) + 1
        yield Record(
            topic=topic,
            partition=partition,
            offset=offset,
            timestamp=NOW,
            key=key.encode(),
            value=wire.encode(event),
        )


def query(settings, statement):
    with psycopg.connect(settings.postgres) as connection:
        return connection.execute(statement).fetchall()


def test_what_went_to_another_show_is_settled_there_and_the_ledger_balances(
    books, town, file_in_lake, tmp_path
):
    file_in_lake(books, list(records(town)))
    agreed, gateway = tmp_path / "contracts.csv", tmp_path / "gateway-sandbox-INR-2026-03-02.csv"
    agreed.write_text(CONTRACT)
    gateway.write_text(GATEWAY)
    publish(books, lambda _: None)
    told = []
    intake.take(books, gateway)

    assert build(books, [], told.append) == 0, [each.message for each in told if each.failed]
    assert check(books).differences == ()

    assert query(
        books,
        "SELECT show_id, gross_amount, refund_amount, net_amount, ticket_count,"
        " cancelled_ticket_count FROM finance.settlement_lines ORDER BY 1",
    ) == [(NEW, 2000, 900, 1100, 4, 1), (OLD, 2100, 1800, 300, 5, 4)]
    assert query(
        books,
        "SELECT booking_id, status, paid_amount, refund_amount, carried_in_amount,"
        " carried_out_amount, first_payment_reference FROM finance.bookings ORDER BY 1",
    ) == [
        ("ana", "confirmed", 600, 300, 0, 300, "ana"),
        ("ana-ana", "confirmed", 500, 0, 300, 0, "ana"),
        ("ana-ben", "confirmed", 1000, 400, 1000, 0, "ben"),
        ("ana-cai", "cancelled", 500, 500, 500, 0, "cai"),
        ("ben", "exchanged", 1000, 1000, 0, 1000, "ben"),
        ("cai", "exchanged", 500, 500, 0, 500, "cai"),
    ]
    balances = dict(
        query(
            books,
            "SELECT account, sum(debit_amount - credit_amount) FROM finance.ledger_entries"
            " WHERE transaction_kind IN ('sale', 'refund', 'exchange') GROUP BY 1",
        )
    )
    assert balances == {"gateway_clearing": 1400, "ticket_sales": -1400, "exchange_clearing": 0}
    assert query(books, "SELECT * FROM finance.reconciliation_breaks") == []
    run = steps.settle(books, date(2026, 3, 20), "ann")
    assert run.status == "balanced"
    assert query(books, "SELECT sum(earned) FROM settlement.payouts") == [(1260,)]


def test_half_an_exchange_in_the_archive_is_told_after_an_hour(books, town, file_in_lake):
    log = town.logs[NEW]
    town.logs[NEW] = log[
        : next(n for n, e in enumerate(log) if type(e).__name__ == "ExchangeTaken")
    ]
    file_in_lake(books, list(records(town)))
    publish(books, lambda _: None)
    told = []

    build(books, [], told.append)

    failed = {each.name for each in told if each.failed}
    assert any("what_leaves_a_show_arrives_in_another" in name for name in failed), failed
