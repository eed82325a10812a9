"""A paid booking goes to another show: quoted with seats held, made once, for the difference."""

import os
import subprocess
import sys
import time

import httpx
import pytest

from lab.verify.run import verify
from tests.playhouse import new_request


def quote(house, booking_id, to_show_id, seats, who, key=None, **wish):
    return house.http.post(
        f"/bookings/{booking_id}/exchange-quotes",
        json={"to_show_id": to_show_id, "seat_ids": seats, **wish},
        headers=who | (key or new_request()),
    )


def exchange(house, booking_id, quote_id, who, key=None, token=None):
    body = {"quote_id": quote_id} | ({"payment_token": token} if token else {})
    return house.http.post(
        f"/bookings/{booking_id}/exchanges", json=body, headers=who | (key or new_request())
    )


def pay(house, booking_id, quote_id, who):
    body = {"booking_id": booking_id, "quote_id": quote_id}
    return house.http.post("/sandbox/payments", json=body, headers=who)


def booking(house, name, who):
    return house.ok(house.http.get(f"/bookings/{name}", headers=who))["booking"]


def eventually_not_exchanging(house, name, who):
    """The booking, once its own show has done as the other said."""
    return house.eventually(
        lambda: (
            (found := booking(house, name, who))
            and not found.get("exchanging")
            and found.get("exchanges")
            and found
        )
    )


@pytest.fixture(scope="module")
def shows(house):
    return house.new_show(), house.new_show()


def test_a_booking_goes_to_another_show_for_the_difference(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["A1", "A2"], asha)["booking_id"]  # 180 each

    key = new_request()
    quoted = house.ok(quote(house, had, new, ["B1", "B2"], asha, key))  # 250 each
    again = quote(house, had, new, ["B1", "B2"], asha, key)
    assert (quoted["credit"], quoted["to_pay"], quoted["to_refund"]) == (36000, 14000, 0)
    assert quoted["given"] == ["A1", "A2"]
    assert quoted["booking"]["held_until"] == quoted["valid_until"]
    assert (again.json(), again.headers["idempotent-replayed"]) == (quoted, "true")
    assert house.seats(new)["B1"] == house.seats(old)["A1"] == "taken"

    unpaid = exchange(house, had, quoted["quote_id"], asha)
    # the other show has said no; this one hears of it a moment later
    house.eventually(lambda: not booking(house, had, asha).get("exchanging"))
    token = house.ok(pay(house, had, quoted["quote_id"], asha))["payment_token"]
    key = new_request()
    made = house.ok(exchange(house, had, quoted["quote_id"], asha, key, token))
    replayed = exchange(house, had, quoted["quote_id"], asha, key, token)
    twice = exchange(house, had, quoted["quote_id"], asha, token=token)

    assert (unpaid.status_code, unpaid.json()["code"]) == (422, "wrong_amount")
    assert (made["credit"], made["refund"], made["booking"]["status"]) == (36000, 0, "confirmed")
    assert made["booking"]["payment"]["amount"] == 14000
    assert (replayed.json(), replayed.headers["idempotent-replayed"]) == (made, "true")
    assert twice.status_code == 409
    gone = eventually_not_exchanging(house, had, asha)
    assert (gone["status"], gone["exchanges"][0]["to_booking_id"]) == (
        "exchanged",
        made["booking"]["booking_id"],
    )
    there = booking(house, made["booking"]["booking_id"], asha)
    assert (there["status"], there["seat_ids"]) == ("confirmed", ["B1", "B2"])
    assert there["origin"]["credit"] == 36000
    house.eventually(lambda: house.seats(old)["A1"] == "free")
    assert house.seats(new)["B1"] == "taken"

    cancelled = house.ok(
        house.http.post(f"/bookings/{there['booking_id']}/cancel", headers=asha | new_request())
    )
    assert cancelled["refund"] == 50000


def test_one_of_three_goes_and_what_stays_loses_its_offer(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["B1", "B2", "B3"], asha)["booking_id"]  # 250, 250 and 125

    quoted = house.ok(quote(house, had, new, ["A1"], asha, give=["B3"]))

    assert (quoted["credit"], quoted["remaining_amount"], quoted["to_pay"]) == (12500, 50000, 5500)
    token = house.ok(pay(house, had, quoted["quote_id"], asha))["payment_token"]
    house.ok(exchange(house, had, quoted["quote_id"], asha, token=token))
    stays = eventually_not_exchanging(house, had, asha)
    assert (stays["status"], stays["seat_ids"], stays["amount"]) == (
        "confirmed",
        ["B1", "B2"],
        50000,
    )


def test_cheaper_seats_bring_money_back_and_nothing_is_paid(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["B1"], asha)["booking_id"]
    quoted = house.ok(quote(house, had, new, ["A1"], asha))

    nothing = pay(house, had, quoted["quote_id"], asha)
    made = house.ok(exchange(house, had, quoted["quote_id"], asha))

    assert (quoted["to_refund"], made["refund"]) == (7000, 7000)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_pay")
    assert booking(house, made["booking"]["booking_id"], asha)["refund"] == 7000


def test_the_hold_for_an_exchange_that_is_let_go_ends_it(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["A1"], asha)["booking_id"]
    quoted = house.ok(quote(house, had, new, ["A2"], asha))
    name = quoted["booking"]["booking_id"]
    house.ok(house.http.post(f"/bookings/{name}/release", headers=asha | new_request()))

    refused = exchange(house, had, quoted["quote_id"], asha)

    assert (refused.status_code, refused.json()["code"]) == (409, "not_held")
    house.eventually(lambda: not booking(house, had, asha).get("exchanging"))
    assert booking(house, had, asha)["seat_ids"] == ["A1"]


@pytest.mark.parametrize(
    ("there", "seats", "wish", "status", "code"),
    [
        ("old", ["A3"], {}, 422, "same_show"),
        ("two", ["A3"], {}, 409, "other_organizer"),
        ("new", ["Z9"], {}, 422, "unknown_seat"),
        ("new", ["A4"], {}, 409, "seat_taken"),
        ("new", [], {}, 422, "no_seats"),
        ("new", ["A3"], {"give": ["B1"]}, 422, "not_in_booking"),
        ("nowhere", ["A3"], {}, 404, "unknown_show"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_exchange_that_cannot_be(house, shows, there, seats, wish, status, code):
    old, new = shows
    asha, ben = house.customer(), house.customer("ben")
    places = {"old": old, "new": new, "nowhere": "show-nowhere"}
    had = house.ok(house.hold(old, ["A1"], asha))["booking_id"]
    token = house.pay(had, asha)
    house.ok(
        house.http.post(
            f"/bookings/{had}/confirm",
            json={"payment_token": token},
            headers=asha | new_request(),
        )
    )
    taken = house.hold(new, ["A4"], ben).json().get("booking_id")
    to = house.new_show("two") if there == "two" else places[there]

    refused = quote(house, had, to, seats, asha, **wish)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.headers["content-type"] == "application/problem+json"
    assert booking(house, had, asha)["seat_ids"] == ["A1"]
    house.ok(house.http.post(f"/bookings/{had}/cancel", headers=asha | new_request()))
    house.http.post(f"/bookings/{taken}/release", headers=ben | new_request())


def test_what_pays_for_an_exchange_pays_for_nothing_else(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["A1"], asha)["booking_id"]
    other = house.book(old, ["A2"], asha)["booking_id"]
    quoted = house.ok(quote(house, had, new, ["B1"], asha))
    token = house.ok(pay(house, had, quoted["quote_id"], asha))["payment_token"]
    second = house.ok(quote(house, other, new, ["B2"], asha))

    elsewhere = exchange(house, other, second["quote_id"], asha, token=token)
    whole = house.http.post(
        f"/bookings/{quoted['booking']['booking_id']}/confirm",
        json={"payment_token": token},
        headers=asha | new_request(),
    )
    strangers = pay(house, had, quoted["quote_id"], house.customer("ben"))

    assert [each.json()["code"] for each in (elsewhere, whole)] == ["bad_payment_token"] * 2
    assert (strangers.status_code, strangers.json()["code"]) == (404, "unknown_quote")


@pytest.fixture
def another_api(own):
    """A client of another process, that remembers nothing of what was held."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve"],
        env={**os.environ, **own.environment()},
        stdout=subprocess.PIPE,
        text=True,
    )
    # its workers have the pipe as well, and outlive it if it is killed
    try:
        assert process.stdout.readline().startswith("ready api")
        with httpx.Client(base_url=f"http://127.0.0.1:{own.api_port}/api/v1", timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.communicate()


def test_what_was_answered_once_is_answered_again_whatever_came_of_it(house, another_api):
    old, new, other, asha = *(house.new_show() for _ in range(3)), house.customer()
    held = house.ok(house.hold(old, ["A1", "A2", "B1"], asha))
    path = f"/bookings/{held['booking_id']}/confirm"
    body = {"payment_token": house.pay(held["booking_id"], asha)}
    key = new_request()
    paid = house.ok(house.http.post(path, json=body, headers=asha | key))
    quoted = house.ok(quote(house, held["booking_id"], new, ["A1"], asha, give=["A2"]))
    token = house.ok(pay(house, held["booking_id"], quoted["quote_id"], asha))["payment_token"]
    made_key = new_request()
    made = house.ok(exchange(house, held["booking_id"], quoted["quote_id"], asha, made_key, token))
    onward = house.ok(quote(house, made["booking"]["booking_id"], other, ["A1"], asha))
    house.ok(exchange(house, made["booking"]["booking_id"], onward["quote_id"], asha))

    paid_again = another_api.post(path, json=body, headers=asha | key)
    made_again = another_api.post(
        f"/bookings/{held['booking_id']}/exchanges",
        json={"quote_id": quoted["quote_id"], "payment_token": token},
        headers=asha | made_key,
    )

    assert paid_again.json() == paid
    assert made_again.json() == made
    assert paid_again.headers["idempotent-replayed"] == "true"


def test_many_exchanges_at_once_leave_everybody_with_one_of_the_two(house):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    trips = []
    for seat in ("A1", "A2", "A3", "A4"):
        had = house.book(old, [seat], asha)["booking_id"]
        trips.append((had, house.ok(quote(house, had, new, [seat], asha))["quote_id"]))
    began = time.monotonic()

    made = [house.ok(exchange(house, *trip, asha)) for trip in trips]

    assert time.monotonic() - began < 8 * len(trips)
    for had, _ in trips:
        eventually_not_exchanging(house, had, asha)
    house.eventually(lambda: set(house.seats(old).values()) == {"free"})
    taken = {each["booking"]["seat_ids"][0] for each in made}
    assert {seat for seat, status in house.seats(new).items() if status == "taken"} == taken


def test_verify_follows_every_exchange_through_both_shows(house, stack):
    old, new, asha = house.new_show(), house.new_show(), house.customer()
    had = house.book(old, ["A1", "A2"], asha)["booking_id"]
    quoted = house.ok(quote(house, had, new, ["A1"], asha, give=["A2"]))
    house.ok(exchange(house, had, quoted["quote_id"], asha))

    audit = verify(stack, {}, wait_seconds=60, say=lambda _: None)

    assert [str(fault) for fault in audit.faults] == []
    assert audit.totals["exchanges"] >= 1
