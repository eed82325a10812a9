"""A show is full, a party waits, seats come free: the line through the API and its pages."""

import pytest

from tests.playhouse import new_request

ROW_A, ROW_B = ["A1", "A2", "A3", "A4"], ["B1", "B2", "B3", "B4"]


@pytest.fixture
def full(house):
    """A show without a free seat, and the holds that fill it."""
    show, ben = house.new_show(), house.customer("ben")
    holds = [house.ok(house.hold(show, seats, ben))["booking_id"] for seats in (ROW_A, ROW_B)]
    return show, ben, holds


def join(house, show, who, **wish):
    return house.http.post(
        f"/shows/{show}/waiting-list", json={"size": 2, **wish}, headers=who | new_request()
    )


def let_go(house, who, booking_id):
    house.ok(house.http.post(f"/bookings/{booking_id}/release", headers=who | new_request()))


def entry_of(house, who, entry_id):
    return house.ok(house.http.get(f"/waiting-list/{entry_id}", headers=who))


def test_who_waits_is_offered_seats_and_takes_them(house, full):
    show, ben, (a, _) = full
    asha, cem = house.customer(), house.customer("cem")
    first = house.ok(join(house, show, asha, size=4, together=False))
    second = house.ok(join(house, show, cem, zone="silver"))
    assert (first["position"], second["position"]) == (1, 2)
    assert join(house, show, asha).json()["code"] == "already_waiting"

    let_go(house, ben, a)

    offered = house.eventually(
        lambda: (seen := entry_of(house, cem, second["entry_id"]))["status"] == "offered" and seen
    )
    assert offered["seat_ids"] == ["A1", "A2"] or offered["seat_ids"] == ["A3", "A4"]
    assert entry_of(house, asha, first["entry_id"])["position"] == 1
    late = house.hold(show, offered["seat_ids"], ben)
    assert late.json()["code"] == "seat_taken"

    held = house.ok(
        house.http.post(f"/waiting-list/{second['entry_id']}/accept", headers=cem | new_request())
    )
    assert (held["status"], held["seat_ids"], held["amount"]) == (
        "held",
        offered["seat_ids"],
        36000,
    )
    assert entry_of(house, cem, second["entry_id"])["status"] == "accepted"
    paid = house.http.post(
        f"/bookings/{held['booking_id']}/confirm",
        json={"payment_token": house.pay(held["booking_id"], cem)},
        headers=cem | new_request(),
    )
    assert house.ok(paid)["status"] == "confirmed"


def test_who_leaves_makes_room_for_the_next(house, full):
    show, ben, (_, b) = full
    asha, cem = house.customer(), house.customer("cem")
    first, second = (house.ok(join(house, show, who, zone="gold")) for who in (asha, cem))
    dev = house.customer("dev")
    third = house.ok(join(house, show, dev, zone="gold"))
    assert third["position"] == 3
    let_go(house, ben, b)
    for who, entry in ((asha, first), (cem, second)):
        house.eventually(
            lambda who=who, entry=entry: entry_of(house, who, entry["entry_id"])["seat_ids"]
        )

    left = house.http.delete(f"/waiting-list/{first['entry_id']}", headers=asha)

    assert house.ok(left)["status"] == "customer"
    house.eventually(lambda: entry_of(house, dev, third["entry_id"])["status"] == "offered")
    mine = house.ok(house.http.get("/me/waiting-list", headers=dev))["items"]
    assert mine[0]["seat_ids"]
    refused = house.http.get(f"/waiting-list/{second['entry_id']}", headers=asha)
    assert refused.json()["code"] == "unknown_entry"


def test_who_need_not_wait_is_told_what_is_free(house):
    refused = join(house, house.new_show(), house.customer())

    assert refused.status_code == 409
    assert refused.json()["code"] == "seats_available"
    assert len(refused.json()["alternatives"]) == 2
