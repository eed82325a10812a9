"""The benchmarks' own arithmetic, their HTTP client, and what they sign and write."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from api.payments.tokens import Tokens
from api.problems import ProblemRaised
from justbookit.catalogue import Layout, Mode, Row, ShowTerms
from justbookit.ids import BookingId, CustomerId
from lab.bench.figures import (
    NotPlausible,
    latencies,
    leaves,
    percentile,
    result,
    write,
)
from lab.bench.gateway import Gateway, Held
from lab.bench.ground import Ground
from lab.bench.http import Connection, Gone, request
from lab.bench.seats import HOT_ROWS, HOT_SEATS_IN_ROW, _stadium


@pytest.mark.parametrize(
    ("values", "percent", "found"),
    [
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([4.0, 3.0, 1.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 99, 99.0),
        ([float(n) for n in range(1, 1001)], 99, 990.0),
        ([1.0, 2.0], 100, 2.0),
        ([1.0, 2.0], 0, 1.0),
    ],
)
def test_a_percentile_is_the_nearest_rank(
    values: list[float], percent: float, found: float
) -> None:
    assert percentile(values, percent) == found


def test_of_nothing_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 50)


def test_latencies_are_milliseconds() -> None:
    assert latencies("hold_", [0.001, 0.002, 0.25]) == {
        "hold_p50_ms": 2.0,
        "hold_p99_ms": 250.0,
        "hold_max_ms": 250.0,
    }


def test_a_result_is_kept_as_a_file_with_flat_keys(tmp_path) -> None:
    made = result("lag", {"searchable_p99_ms": 1234.56789}, {"samples": 5})
    write(made, tmp_path / "results" / "lag.json")
    kept = msgspec.json.decode((tmp_path / "results" / "lag.json").read_bytes())
    assert kept["figures"] == {"searchable_p99_ms": 1234.568}
    assert {"baselines", "machine", "versions", "parameters", "at"} <= kept.keys()


def test_what_many_clients_found_wrong_is_told_and_the_rest_is_raised() -> None:
    wrong = NotPlausible("no")
    assert list(leaves(ExceptionGroup("all", [ExceptionGroup("some", [wrong])]))) == [wrong]
    with pytest.raises(OSError, match="other"):
        list(leaves(ExceptionGroup("all", [wrong, OSError("other")])))


def test_seats_are_paired_through_all_shows_in_turn() -> None:
    pairs = Ground("r", ("s1", "s2")).pairs()
    assert pairs[:3] == [("s1", ("A1", "A2")), ("s2", ("A1", "A2")), ("s1", ("A3", "A4"))]
    seats = [(show, seat) for show, pair in pairs for seat in pair]
    assert len(seats) == len(set(seats)) == 400


def test_a_stadium_has_all_the_hall_had_and_much_more() -> None:
    hall = (Row(label="A", zone="all", cells=("1", "2")),)
    now = datetime(2030, 1, 1, tzinfo=UTC)
    terms = ShowTerms(
        show_id="s",
        movie_id="m",
        theatre_id="t",
        venue_id="v",
        city_id="c",
        organizer_id="o",
        starts_at=now,
        ends_at=now + timedelta(hours=2),
        timezone="UTC",
        currency="INR",
        mode=Mode.ALL_IN,
        layout=Layout(version=1, rows=hall),
        prices={"all": 100},
    )
    zones = _stadium(terms).layout.zones()
    assert len(zones) == 2 + HOT_ROWS * HOT_SEATS_IN_ROW
    assert {"A1", "A2", "AA1", "PJ100"} <= zones.keys()


HELD = Held("b-1", "s-1", ("A1", "A2"), 40000, "INR")


def test_the_gateway_signs_what_the_api_reads() -> None:
    token = Gateway("secret").token(HELD, "u-1", time.time())
    read = Tokens("secret").read(token, BookingId("b-1"), CustomerId("u-1"), datetime.now(UTC))
    assert (read.show_id, read.amount, read.currency) == ("s-1", 40000, "INR")


def test_the_gateway_signs_with_the_secret_of_the_stack() -> None:
    token = Gateway("another").token(HELD, "u-1", time.time())
    with pytest.raises(ProblemRaised):
        Tokens("secret").read(token, BookingId("b-1"), CustomerId("u-1"), datetime.now(UTC))


class Wire(asyncio.Transport):
    """Where a connection writes to; answers are put in by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""

    def write(self, data) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False


async def test_an_answer_may_come_in_any_pieces() -> None:
    answer = b'HTTP/1.1 201 Created\r\nContent-Length: 9\r\nX-A: b\r\n\r\n{"a": 12}'
    for size in (1, 7, 1000):
        connection, wire = Connection(), Wire()
        connection.connection_made(wire)
        asked = asyncio.create_task(connection.ask(b"GET / HTTP/1.1\r\n\r\n"))
        await asyncio.sleep(0)
        for at in range(0, len(answer), size):
            connection.data_received(answer[at : at + size])
        assert await asked == (201, b'{"a": 12}')
        assert wire.written == b"GET / HTTP/1.1\r\n\r\n"


async def test_a_connection_that_breaks_says_so() -> None:
    connection = Connection()
    with pytest.raises(Gone):
        await connection.ask(b"GET / HTTP/1.1\r\n\r\n")
    connection.connection_made(Wire())
    asked = asyncio.create_task(connection.ask(b"GET / HTTP/1.1\r\n\r\n"))
    await asyncio.sleep(0)
    connection.connection_lost(None)
    with pytest.raises(Gone):
        await asked


def test_a_request_says_how_long_its_body_is() -> None:
    raw = request("POST", "/x", "h", body=b"{}", secret="jbs_1", key="k")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert body == b"{}"
    assert head.splitlines()[0] == b"POST /x HTTP/1.1"
    assert {b"Content-Length: 2", b"Authorization: Bearer jbs_1", b"Idempotency-Key: k"} <= set(
        head.splitlines()
    )
    assert b"Content-Length" not in request("GET", "/x", "h")
