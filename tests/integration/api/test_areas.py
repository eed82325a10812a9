"""Places without numbers through the API: a theatre has them, customers get so many of them."""

import pytest

from tests.playhouse import ROWS, new_request

FLOOR = {"area_id": "FLR", "zone": "standing", "capacity": 12, "name": "Floor"}
PRICES = {"silver": 18000, "gold": 25000, "standing": 9000}


@pytest.fixture(scope="module")
def show(house):
    """A show of a hall with rows and a floor."""
    theatre = f"floor-{house.run}"
    house.ok(
        house.http.put(
            f"/theatre/theatres/{theatre}",
            headers=house.one,
            json={
                "venue_id": f"venue-one-{house.run}",
                "name": "Floor",
                "rows": ROWS,
                "areas": [FLOOR],
            },
        )
    )
    return house.new_show(theatre_id=theatre, prices=PRICES)


def ask(house, show, what, who, **body):
    return house.http.post(f"/shows/{show}/{what}", json=body, headers=who | new_request())


def at_theatre(house, show, what, **body):
    return house.http.post(
        f"/theatre/shows/{show}/{what}", json=body, headers=house.one | new_request()
    )


def area_of(house, show):
    return house.ok(house.http.get(f"/shows/{show}/seat-map"))["areas"][0]


def test_places_are_quoted_held_and_let_go(house, show):
    asha = house.customer()
    quote = house.ok(ask(house, show, "quotes", {}, areas={"FLR": 3}))
    assert quote["amount"] == 22500

    held = house.ok(ask(house, show, "holds", asha, seat_ids=["B1"], areas={"FLR": 2}))

    assert [line["seat_id"] for line in held["lines"]] == ["B1", "FLR1", "FLR2"]
    assert held["lines"][2]["price"] == 4500
    assert area_of(house, show) == {**FLOOR, "price": 9000, "free": 10}
    house.ok(
        house.http.post(f"/bookings/{held['booking_id']}/release", headers=asha | new_request())
    )
    assert area_of(house, show)["free"] == 12


def test_more_than_there_are_is_refused_with_how_many_there_are(house, show):
    asha = house.customer()
    house.ok(at_theatre(house, show, "blocks", areas={"FLR": 3}))
    sold = house.ok(at_theatre(house, show, "counter-sales", areas={"FLR": 4}))
    assert len(sold["seat_ids"]) == 4

    refused = ask(house, show, "holds", asha, areas={"FLR": 6})

    assert refused.status_code == 409
    assert (refused.json()["code"], refused.json()["count"]) == ("area_full", 5)
    house.ok(ask(house, show, "holds", asha, areas={"FLR": 5}))
    house.ok(at_theatre(house, show, "unblock", areas={"FLR": 3}))
    assert area_of(house, show)["free"] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"areas": {"BAL": 1}}, "unknown_area"),
        ({}, "no_seats"),
        ({"areas": {"FLR": 0}}, "validation"),
        ({"areas": {"FLR": 11}}, "too_many_seats"),
    ],
    ids=["no such area", "nothing", "none", "more than a booking may have"],
)
def test_what_cannot_be_meant_says_why(house, show, body, code):
    refused = ask(house, show, "holds", house.customer(), **body)

    assert refused.json()["code"] == code


def test_an_area_shares_its_letters_with_no_row(house):
    refused = house.http.put(
        f"/theatre/theatres/bad-{house.run}",
        headers=house.one,
        json={
            "venue_id": f"venue-one-{house.run}",
            "name": "Bad",
            "rows": ROWS,
            "areas": [FLOOR | {"area_id": "A"}],
        },
    )

    assert refused.status_code == 422
    assert refused.json()["code"] == "bad_layout"
