"""A customer's way through the API on real servers: each answer is the writer's own."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from api.payments.tokens import Paid, Tokens
from tests.playhouse import ROWS, new_request


def test_from_hold_to_ticket_and_back(house):
    show, asha = house.new_show(), house.customer()

    held = house.ok(house.hold(show, ["B1", "B2", "B3"], asha))
    assert held["status"] == "held"
    assert [line["price"] for line in held["lines"]] == [25000, 25000, 12500]
    assert held["lines"][2]["reason"] == "Half off the third: 50 % off"
    assert held["amount"] == 62500
    for_minutes = datetime.fromisoformat(held["held_until"]) - datetime.fromisoformat(
        held["held_at"]
    )
    assert for_minutes == timedelta(minutes=8)

    confirmed = house.ok(
        house.http.post(
            f"/bookings/{held['booking_id']}/confirm",
            json={"payment_token": house.pay(held["booking_id"], asha)},
            headers=asha | new_request(),
        )
    )
    assert confirmed["status"] == "confirmed"
    assert confirmed["payment"]["amount"] == 62500
    assert house.seats(show)["B1"] == "taken"

    cancelled = house.ok(
        house.http.post(f"/bookings/{held['booking_id']}/cancel", headers=asha | new_request())
    )
    assert (cancelled["status"], cancelled["refund"]) == ("cancelled", 62500)
    assert set(house.seats(show).values()) == {"free"}

    mine = house.ok(house.http.get("/me/bookings", headers=asha))["items"]
    assert [item["booking"]["status"] for item in mine] == ["cancelled"]
    assert mine[0]["show"]["title"] == house.title


def test_of_two_who_want_a_seat_one_gets_it_and_the_other_hears_what_is_free(house):
    show, asha, ben = house.new_show(), house.customer(), house.customer("ben")
    house.ok(house.hold(show, ["A1"], asha))

    refused = house.hold(show, ["A1", "A2"], ben)

    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("application/problem+json")
    problem = refused.json()
    assert problem["code"] == "seat_taken"
    assert problem["seat_ids"] == ["A1"]
    assert problem["alternatives"]
    assert house.seats(show)["A2"] == "free"


async def test_forty_customers_reach_for_one_seat_and_one_gets_it(house):
    show = house.new_show()
    customers = [house.customer() for _ in range(4)]
    async with httpx.AsyncClient(base_url=house.http.base_url, timeout=30) as http:
        answers = await asyncio.gather(
            *(
                http.post(
                    f"/shows/{show}/holds",
                    json={"seat_ids": ["A1"]},
                    headers=customers[number % 4] | new_request(),
                )
                for number in range(40)
            )
        )

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 39


def test_a_retry_gets_the_same_answer_and_nothing_is_done_twice(house):
    show, asha, key = house.new_show(), house.customer(), new_request()

    def hold(seats):
        return house.http.post(f"/shows/{show}/holds", json={"seat_ids": seats}, headers=asha | key)

    first, again, other = hold(["A1"]), hold(["A1"]), hold(["A2"])

    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert sum(status == "taken" for status in house.seats(show).values()) == 1


async def test_the_same_request_many_times_at_once_is_one_hold(house):
    show, asha, key = house.new_show(), house.customer(), new_request()
    async with httpx.AsyncClient(base_url=house.http.base_url, timeout=30) as http:
        answers = await asyncio.gather(
            *(
                http.post(f"/shows/{show}/holds", json={"seat_ids": ["A1"]}, headers=asha | key)
                for _ in range(20)
            )
        )

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["booking_id"] for answer in answers}) == 1


def test_a_refusal_is_repeated_too(house):
    show, asha, ben = house.new_show(), house.customer(), house.customer("ben")
    house.ok(house.hold(show, ["A1"], asha))
    key = new_request()

    answers = [
        house.http.post(f"/shows/{show}/holds", json={"seat_ids": ["A1"]}, headers=ben | key)
        for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].json() == answers[1].json()


def test_a_hold_can_be_let_go_by_either_door(house):
    show, asha = house.new_show(), house.customer()
    first, second = house.hold(show, ["A1"], asha).json(), house.hold(show, ["A2"], asha).json()

    by_post = house.http.post(
        f"/bookings/{first['booking_id']}/release", headers=asha | new_request()
    )
    by_delete = house.http.delete(f"/bookings/{second['booking_id']}/hold", headers=asha)
    again = house.http.delete(f"/bookings/{second['booking_id']}/hold", headers=asha)

    assert house.ok(by_post)["status"] == house.ok(by_delete)["status"] == "released"
    assert house.ok(again) == by_delete.json()
    assert set(house.seats(show).values()) == {"free"}


def test_a_token_pays_for_its_own_booking_only(house):
    show, asha, ben = house.new_show(), house.customer(), house.customer("ben")
    cheap = house.hold(show, ["A1"], asha).json()
    dear = house.hold(show, ["B1"], asha).json()
    token = house.pay(cheap["booking_id"], asha)

    def confirm(booking, paid_with, who=asha):
        answer = house.http.post(
            f"/bookings/{booking['booking_id']}/confirm",
            json={"payment_token": paid_with},
            headers=who | new_request(),
        )
        return answer.status_code, answer.json().get("code")

    cheaper = Tokens(house.settings.secret).sign(
        Paid(
            booking_id=dear["booking_id"],
            customer_id=asha["X-Customer"],
            show_id=show,
            reference="x",
            method="card",
            amount=1,
            currency="INR",
            expires_at=int(datetime.now(UTC).timestamp()) + 60,
        )
    )
    assert confirm(dear, token) == (422, "bad_payment_token")
    assert confirm(cheap, token, ben) == (422, "bad_payment_token")
    assert confirm(dear, cheaper) == (422, "wrong_amount")
    assert confirm(cheap, token) == (201, None)
    assert confirm(cheap, token) == (409, "not_held")


def test_a_declined_card_keeps_the_seats(house):
    show, asha = house.new_show(), house.customer()
    held = house.hold(show, ["A1"], asha).json()

    declined = house.http.post(
        "/sandbox/payments",
        json={"booking_id": held["booking_id"], "card": "declined"},
        headers=asha,
    )

    assert (declined.status_code, declined.json()["code"]) == (402, "payment_declined")
    found = house.http.get(f"/bookings/{held['booking_id']}", headers=asha).json()
    assert found["booking"]["status"] == "held"


@pytest.mark.parametrize(
    ("seats", "status", "code"),
    [
        (["Z9"], 422, "unknown_seat"),
        (["A1"] * 1 + [f"B{number}" for number in range(1, 11)], 422, "too_many_seats"),
        ([], 422, "no_seats"),
        ([1], 422, "validation"),
        (["A" * 11], 422, "validation"),
    ],
    ids=["no such seat", "eleven seats", "no seats", "a number", "a long name"],
)
def test_seats_that_cannot_be_had(house, seats, status, code):
    show, asha = house.new_show(), house.customer()

    refused = house.http.post(
        f"/shows/{show}/holds", json={"seat_ids": seats}, headers=asha | new_request()
    )

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_broken_body_names_the_field(house):
    show, asha = house.new_show(), house.customer()

    refused = house.http.post(
        f"/shows/{show}/holds",
        json={"seat_ids": ["A1", 7], "held_until": "2099-01-01"},
        headers=asha | new_request(),
    )
    unread = house.http.post(
        f"/shows/{show}/holds",
        content=b"{",
        headers=asha | new_request() | {"Content-Type": "application/json"},
    )
    large = house.http.post(
        f"/shows/{show}/holds",
        content=b'{"seat_ids": ["' + b"A" * 70_000 + b'"]}',
        headers=asha | new_request() | {"Content-Type": "application/json"},
    )

    assert refused.json()["errors"][0]["pointer"] == "/seat_ids/1"
    assert (unread.status_code, unread.json()["code"]) == (400, "malformed_body")
    assert (large.status_code, large.json()["code"]) == (413, "too_large")


def test_bookings_are_listed_page_by_page(house):
    show, asha = house.new_show(), house.customer()
    made = [house.hold(show, [seat], asha).json()["booking_id"] for seat in ("A1", "A2", "A3")]

    first = house.http.get("/me/bookings", params={"limit": 2}, headers=asha).json()
    rest = house.http.get(
        "/me/bookings", params={"limit": 2, "cursor": first["next_cursor"]}, headers=asha
    ).json()

    listed = [item["booking"]["booking_id"] for item in first["items"] + rest["items"]]
    assert listed == made[::-1]
    assert rest["next_cursor"] is None


def test_more_time_is_given_once(house):
    show, asha = house.new_show(), house.customer()
    held = house.ok(house.hold(show, ["B1"], asha))
    path = f"/bookings/{held['booking_id']}/extend"
    asked = asha | new_request()

    extended = house.ok(house.http.post(path, headers=asked))
    again = house.http.post(path, headers=asked)
    more = house.http.post(path, headers=asha | new_request())

    assert extended["held_until"] == held["held_until"]  # eight minutes are more than seven
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (more.status_code, more.json()["code"]) == (409, "already_extended")
    assert house.pay(held["booking_id"], asha)


def test_the_best_seats_are_found_for_who_asks(house):
    show, asha = house.new_show(), house.customer()
    path = f"/shows/{show}/best-available-holds"

    held = house.ok(
        house.http.post(path, json={"count": 2, "zone": "gold"}, headers=asha | new_request())
    )
    refused = house.http.post(path, json={"count": 7}, headers=asha | new_request())

    assert held["seat_ids"] in (["B1", "B2"], ["B3", "B4"])
    assert refused.status_code == 409
    assert refused.json()["code"] == "no_block"
    assert len(refused.json()["alternatives"]) == refused.json()["count"] == 2


def test_a_theatre_keeps_its_accessible_seats_for_who_needs_them(house):
    asha = house.customer()
    theatre = f"/theatre/theatres/{house.theatre('two')}"
    body = {"venue_id": f"venue-two-{house.run}", "name": "Screen 1", "rows": ROWS}
    house.ok(
        house.http.put(
            theatre,
            headers=house.two,
            json=body | {"rules": {"accessible_released_minutes": 60, "seats_per_person_max": 2}},
        )
    )
    show = house.new_show("two")
    house.ok(house.http.put(theatre, headers=house.two, json=body))

    refused = house.hold(show, ["A1"], asha)
    held = house.http.post(
        f"/shows/{show}/holds",
        json={"seat_ids": ["A1", "A2"], "accessible": True},
        headers=asha | new_request(),
    )
    third = house.hold(show, ["B1"], asha)

    assert refused.json()["code"] == "accessible_only"
    assert house.ok(held)["seat_ids"] == ["A1", "A2"]
    assert (third.json()["code"], third.json()["count"]) == ("too_many_for_person", 2)


def quote(house, booking_id, give, who, take=()):
    return house.http.post(
        f"/bookings/{booking_id}/change-quotes",
        json={"give": give, "take": list(take)},
        headers=who | new_request(),
    )


def change(house, booking_id, quote_id, who, key=None, token=None):
    body = {"quote_id": quote_id} | ({"payment_token": token} if token else {})
    return house.http.post(
        f"/bookings/{booking_id}/changes", json=body, headers=who | (key or new_request())
    )


def pay_for(house, booking_id, quote_id, who):
    return house.http.post(
        "/sandbox/payments", json={"booking_id": booking_id, "quote_id": quote_id}, headers=who
    )


def test_one_of_three_tickets_goes_back_as_quoted_and_the_offer_goes_with_it(house):
    show, asha = house.new_show(), house.customer()
    booked = house.book(show, ["B1", "B2", "B3"], asha)  # 250, 250 and the third at half price
    name = booked["booking_id"]

    quoted = house.ok(quote(house, name, ["B3"], asha))
    assert [line["price"] for line in quoted["lines"]] == [25000, 25000]
    assert (quoted["amount"], quoted["to_refund"]) == (50000, 12500)
    assert house.seats(show)["B3"] == "taken"

    key = new_request()
    made = house.ok(change(house, name, quoted["quote_id"], asha, key))
    again = change(house, name, quoted["quote_id"], asha, key)
    twice = change(house, name, quoted["quote_id"], asha)

    assert (made["given"], made["amount"], made["refund"]) == (["B3"], 50000, 12500)
    assert (again.json(), again.headers["idempotent-replayed"]) == (made, "true")
    assert (twice.status_code, twice.json()["code"]) == (409, "quote_outdated")
    assert house.seats(show)["B3"] == "free"
    kept = house.http.get(f"/bookings/{name}", headers=asha).json()["booking"]
    assert (kept["status"], kept["seat_ids"]) == ("confirmed", ["B1", "B2"])
    assert (kept["amount"], kept["refund"], kept["payment"]["amount"]) == (50000, 12500, 62500)
    assert [line["price"] for line in kept["changes"][0]["before"]] == [25000, 25000, 12500]
    assert kept["changes"][0]["lines"] == kept["lines"]

    cancelled = house.ok(house.http.post(f"/bookings/{name}/cancel", headers=asha | new_request()))
    assert (cancelled["seat_ids"], cancelled["refund"]) == (["B1", "B2"], 62500)


@pytest.mark.parametrize(
    ("give", "status", "code"),
    [
        (["B1", "B2"], 409, "nothing_remains"),
        (["B1", "A1"], 422, "not_in_booking"),
        ([], 422, "no_seats"),
    ],
    ids=["all of them", "another seat", "none"],
)
def test_a_change_that_cannot_be(house, give, status, code):
    show, asha = house.new_show(), house.customer()
    name = house.book(show, ["B1", "B2"], asha)["booking_id"]

    refused = quote(house, name, give, asha)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_quote_is_for_its_booking_alone(house):
    show, asha = house.new_show(), house.customer()
    first = house.book(show, ["B1", "B2"], asha)["booking_id"]
    second = house.book(show, ["A1", "A2"], asha)["booking_id"]
    quoted = house.ok(quote(house, first, ["B1"], asha))

    refused = change(house, second, quoted["quote_id"], asha)

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_quote")


def test_a_dearer_seat_is_paid_for_and_a_cheaper_one_brings_money_back(house):
    show, asha = house.new_show(), house.customer()
    name = house.book(show, ["A1", "A2"], asha)["booking_id"]  # 180 each

    quoted = house.ok(quote(house, name, ["A2"], asha, take=["B1"]))
    assert (quoted["to_pay"], quoted["to_refund"]) == (7000, 0)
    unpaid = change(house, name, quoted["quote_id"], asha)
    token = house.ok(pay_for(house, name, quoted["quote_id"], asha))["payment_token"]
    key = new_request()
    made = house.ok(change(house, name, quoted["quote_id"], asha, key, token))
    again = change(house, name, quoted["quote_id"], asha, key, token)

    assert (unpaid.status_code, unpaid.json()["code"]) == (422, "wrong_amount")
    assert (made["given"], made["taken"], made["payment"]["amount"]) == (["A2"], ["B1"], 7000)
    assert again.json() == made
    assert (house.seats(show)["A2"], house.seats(show)["B1"]) == ("free", "taken")

    down = house.ok(quote(house, name, ["B1"], asha, take=["A3"]))
    assert (down["to_pay"], down["to_refund"]) == (0, 7000)
    nothing = pay_for(house, name, down["quote_id"], asha)
    house.ok(change(house, name, down["quote_id"], asha))

    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_pay")
    kept = house.http.get(f"/bookings/{name}", headers=asha).json()["booking"]
    assert (kept["seat_ids"], kept["amount"], kept["refund"]) == (["A1", "A3"], 36000, 7000)
    assert [each["taken"] for each in kept["changes"]] == [["B1"], ["A3"]]


def test_of_two_who_change_to_one_seat_one_gets_it_and_the_other_keeps_what_they_had(house):
    show, asha, ben = house.new_show(), house.customer(), house.customer("ben")
    hers = house.book(show, ["A1"], asha)["booking_id"]
    his = house.book(show, ["A2"], ben)["booking_id"]
    first = house.ok(quote(house, hers, ["A1"], asha, take=["A3"]))
    second = house.ok(quote(house, his, ["A2"], ben, take=["A3"]))

    house.ok(change(house, hers, first["quote_id"], asha))
    late = change(house, his, second["quote_id"], ben)

    assert (late.status_code, late.json()["code"]) == (409, "seat_taken")
    assert late.json()["seat_ids"] == ["A3"]
    assert late.json()["alternatives"]
    assert house.seats(show)["A2"] == "taken"


def test_what_paid_for_a_change_pays_for_nothing_else(house):
    show, asha = house.new_show(), house.customer()
    name = house.book(show, ["A1"], asha)["booking_id"]
    first = house.ok(quote(house, name, ["A1"], asha, take=["B1"]))["quote_id"]
    second = house.ok(quote(house, name, ["A1"], asha, take=["B2"]))["quote_id"]
    token = house.ok(pay_for(house, name, first, asha))["payment_token"]
    held = house.ok(house.hold(show, ["A3"], asha))["booking_id"]

    other = change(house, name, second, asha, token=token)
    whole = house.http.post(
        f"/bookings/{name}/confirm", json={"payment_token": token}, headers=asha | new_request()
    )
    bought = change(house, name, first, asha, token=house.pay(held, asha))
    strangers = pay_for(house, name, first, house.customer("ben"))

    assert [each.json()["code"] for each in (other, whole, bought)] == ["bad_payment_token"] * 3
    assert (strangers.status_code, strangers.json()["code"]) == (404, "unknown_quote")
