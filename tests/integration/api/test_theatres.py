"""A theatre's side on real servers: schedule, keep, sell, count."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.playhouse import new_request


def put(house, show_id, body, key=None):
    return house.http.put(f"/theatre/shows/{show_id}", json=body, headers=key or house.one)


def test_a_show_is_scheduled_changed_and_taken_off(house):
    show_id, body = f"mine-{house.run}", house.show_in()

    created = put(house, show_id, body)
    unchanged = put(house, show_id, body)
    changed = put(house, show_id, {**body, "prices": {"silver": 20000, "gold": 30000}})

    assert [created.status_code, unchanged.status_code, changed.status_code] == [201, 200, 200]
    assert changed.json()["prices"]["gold"] == 30000
    seat_map = house.http.get(f"/shows/{show_id}/seat-map").json()
    assert seat_map["zones"] == {"silver": 20000, "gold": 30000}

    removed = house.http.delete(f"/theatre/shows/{show_id}", headers=house.one)
    assert removed.status_code == 204
    listed = house.http.get(f"/theatre/shows/{show_id}", headers=house.one).json()
    assert listed["status"] == "closed"
    assert house.hold(show_id, ["A1"], house.customer()).json()["code"] == "show_closed"


def test_a_show_with_bookings_stays_and_says_how_many(house):
    show = house.new_show()
    house.book(show, ["A1", "A2"], house.customer())
    house.ok(house.hold(show, ["B1"], house.customer()))

    refused = house.http.delete(f"/theatre/shows/{show}", headers=house.one)

    assert refused.status_code == 409
    assert refused.json()["code"] == "show_has_bookings"
    assert refused.json()["count"] == 2


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"movie_id": "nobody-made-it"}, 422, "unknown_movie"),
        ({"theatre_id": "nobody-built-it"}, 404, "unknown_theatre"),
        ({"prices": {"gold": 100}}, 422, "zone_without_price"),
        ({"starts_at": "2020-01-01T10:00:00Z"}, 422, "show_in_the_past"),
        ({"starts_at": "2030-01-01T10:00:00"}, 422, "validation"),
        ({"prices": {"gold": -1, "silver": 1}}, 422, "validation"),
        ({"organizer_id": "me"}, 422, "validation"),
    ],
    ids=[
        "an unknown movie",
        "an unknown theatre",
        "a zone without a price",
        "a time that is over",
        "a time without a zone",
        "a price below nothing",
        "a field there is not",
    ],
)
def test_a_show_is_refused_for(house, changed, status, code):
    refused = put(house, f"never-{house.run}", house.show_in(**changed))

    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


def test_two_shows_cannot_have_one_screen(house):
    body = house.show_in()
    house.ok(put(house, f"first-{house.run}", body))

    refused = put(house, f"second-{house.run}", body)

    assert (refused.status_code, refused.json()["code"]) == (409, "screen_taken")


def test_the_same_key_schedules_one_show(house):
    body, key = house.show_in(), new_request()

    made = [house.http.post("/theatre/shows", json=body, headers=house.one | key) for _ in range(2)]

    assert [each.status_code for each in made] == [201, 201]
    assert made[0].json() == made[1].json()


def test_seats_are_blocked_allotted_and_sold_at_the_counter(house):
    show = house.new_show()

    def post(what, **body):
        return house.http.post(
            f"/theatre/shows/{show}/{what}", json=body, headers=house.one | new_request()
        )

    house.ok(post("blocks", seat_ids=["A1"], reason="broken"))
    assert house.seats(show)["A1"] == "blocked"
    house.ok(post("unblock", seat_ids=["A1"]))
    assert house.seats(show)["A1"] == "free"

    sale = house.ok(post("counter-sales", seat_ids=["A1", "A2"]))
    assert house.seats(show)["A2"] == "taken"
    twice = post("counter-sales", seat_ids=["A2"])
    assert (twice.status_code, twice.json()["code"]) == (409, "seat_taken")
    house.ok(
        house.http.delete(
            f"/theatre/shows/{show}/counter-sales/{sale['sale_id']}", headers=house.one
        )
    )
    assert house.seats(show)["A2"] == "free"

    allotted = house.http.put(
        f"/theatre/shows/{show}/allotment", json={"seat_ids": ["B1", "B2"]}, headers=house.one
    )
    house.ok(allotted)
    assert house.seats(show)["A1"] == "counter_only"
    refused = house.hold(show, ["A1"], house.customer())
    assert refused.json()["code"] == "not_allotted"
    house.ok(
        house.http.put(
            f"/theatre/shows/{show}/allotment", json={"seat_ids": None}, headers=house.one
        )
    )
    assert house.seats(show)["A1"] == "free"


def test_a_block_and_an_allotment_end_when_they_were_said_to(house):
    show = house.new_show()
    url = f"/theatre/shows/{show}"
    until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()

    blocked = house.http.post(
        f"{url}/blocks",
        json={"seat_ids": ["A1"], "until": until},
        headers=house.one | new_request(),
    )
    assert house.ok(blocked)["until"][:19] == until[:19]
    assert house.seats(show)["A1"] == "blocked"
    house.eventually(lambda: house.seats(show)["A1"] == "free")
    house.eventually(
        lambda: house.ok(house.http.get(f"{url}/sales", headers=house.one))["seats_blocked"] == 0
    )

    until = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    allotted = house.http.put(
        f"{url}/allotment", json={"seat_ids": None, "give_back_at": until}, headers=house.one
    )
    house.ok(allotted)
    assert house.seats(show)["A2"] == "free"
    house.eventually(lambda: house.seats(show)["A2"] == "counter_only")
    refused = house.hold(show, ["A2"], house.customer())
    assert refused.json()["code"] == "not_allotted"

    late = house.http.post(
        f"{url}/blocks",
        json={"seat_ids": ["A1"], "until": "2001-01-01T00:00:00Z"},
        headers=house.one | new_request(),
    )
    assert (late.status_code, late.json()["code"]) == (422, "bad_until")


def test_a_cancelled_show_refunds_its_bookings_and_says_how_far_it_is(house):
    show, asha, ben = house.new_show(), house.customer(), house.customer("ben")
    booked = house.book(show, ["B1", "B2"], asha)
    held = house.ok(house.hold(show, ["A1"], ben))
    token = house.pay(held["booking_id"], ben)
    url, wish = f"/theatre/shows/{show}/cancellation", new_request()
    assert house.http.get(url, headers=house.one).json()["code"] == "not_cancelled"
    assert house.http.delete(f"/theatre/shows/{show}", headers=house.one).status_code == 409

    def cancel(headers):
        return house.http.post(url, json={"reason": "the lamp broke"}, headers=house.one | headers)

    asked = cancel(wish)
    assert asked.status_code == 202
    assert asked.json()["bookings"] == 1
    late = house.http.post(
        f"/bookings/{held['booking_id']}/confirm",
        json={"payment_token": token},
        headers=ben | new_request(),
    )
    assert late.status_code == 409
    assert late.json()["code"] in {"show_closed", "not_held"}
    assert house.hold(show, ["A2"], ben).json()["code"] == "show_closed"

    done = house.eventually(
        lambda: (
            progress
            if (progress := house.ok(house.http.get(url, headers=house.one)))["done"]
            else None
        )
    )
    assert (done["cancelled"], done["refunds"]) == (1, booked["amount"])
    found = house.ok(house.http.get(f"/bookings/{booked['booking_id']}", headers=asha))["booking"]
    assert (found["status"], found["refund"]) == ("cancelled", booked["amount"])
    assert found["because"] == "the lamp broke"
    found = house.ok(house.http.get(f"/bookings/{held['booking_id']}", headers=ben))["booking"]
    assert (found["status"], found["because"]) == ("released", "the lamp broke")
    for again in (cancel(wish), cancel(new_request())):
        assert again.status_code == 202
        assert again.json() == done


def test_a_show_moves_under_the_plan_that_was_shown(house):
    """To a smaller hall: who finds their seat stays, one moves, one loses."""
    show, asha, ben, eve = house.new_show(), *map(house.customer, ("asha", "ben", "eve"))
    stays = house.book(show, ["B1", "B2"], asha)
    moves = house.book(show, ["B3"], ben)
    loses = house.book(show, ["B4"], eve)
    theatre = f"{house.theatre('one')}-small-{show}"
    rows = [
        {"label": "B", "zone": "gold", "cells": ["1", "2"]},
        {"label": "C", "zone": "gold", "cells": ["7"]},
    ]
    house.ok(
        house.http.put(
            f"/theatre/theatres/{theatre}",
            headers=house.one,
            json={"venue_id": f"venue-one-{house.run}", "name": "Small", "rows": rows},
        )
    )
    url, to = f"/theatre/shows/{show}", {"theatre_id": theatre, "prices": {"gold": 25000}}

    def plan():
        return house.ok(house.http.post(f"{url}/move-plan", json=to, headers=house.one))

    def move(plan_id, wish):
        asked = to | {"plan_id": plan_id}
        return house.http.post(f"{url}/move", json=asked, headers=house.one | wish)

    bare = house.http.post(f"{url}/move-plan", json={"theatre_id": theatre}, headers=house.one)
    assert bare.json()["code"] == "zone_without_price"
    shown = plan()
    assert (shown["stay"], shown["refunds"]) == (1, 25000)
    assert shown["moves"] == [{"booking_id": moves["booking_id"], "seats": {"B3": "C7"}}]
    assert [each["booking_id"] for each in shown["loses"]] == [loses["booking_id"]]

    assert house.seats(show)["A2"] == "free"
    house.book(show, ["A2"], asha)
    refused = move(shown["plan_id"], new_request())
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_outdated")

    shown, wish = plan(), new_request()
    moved = house.ok(move(shown["plan_id"], wish))
    assert moved["theatre_id"] == theatre
    assert house.ok(move(shown["plan_id"], wish)) == moved
    assert house.seats(show) == {"B1": "taken", "B2": "taken", "C7": "taken"}
    for booking, who, status, seats in (
        (stays, asha, "confirmed", ["B1", "B2"]),
        (moves, ben, "confirmed", ["C7"]),
        (loses, eve, "cancelled", ["B4"]),
    ):
        found = house.ok(house.http.get(f"/bookings/{booking['booking_id']}", headers=who))
        assert (found["booking"]["status"], found["booking"]["seat_ids"]) == (status, seats)
        assert found["show"]["theatre_name"] == "Small"
    assert found["booking"]["refund"] == 25000
    assert "another hall" in found["booking"]["because"]
    house.eventually(
        lambda: house.http.get(f"/shows/{show}").json()["show"]["theatre_id"] == theatre
    )


def test_sales_count_what_was_sold(house):
    show, asha = house.new_show(), house.customer()
    house.book(show, ["B1", "B2", "B3"], asha)
    house.ok(house.hold(show, ["A1"], asha))
    house.ok(
        house.http.post(
            f"/theatre/shows/{show}/counter-sales",
            json={"seat_ids": ["A2"]},
            headers=house.one | new_request(),
        )
    )

    sold = house.ok(house.http.get(f"/theatre/shows/{show}/sales", headers=house.one))

    assert (sold["bookings"], sold["amount"], sold["currency"]) == (1, 62500, "INR")
    assert sold["seats_booked"] == 3
    assert sold["seats_held"] == 1
    assert sold["seats_counter"] == 1
    assert sold["seats_free"] == 3

    local_day = house.http.get(f"/shows/{show}/seat-map").json()["starts_at"][:10]
    days = [
        house.ok(house.http.get("/theatre/sales", params={"date": day}, headers=house.one))
        for day in (local_day, "2001-01-01")
    ]
    assert days[1]["shows"] == []
    assert days[1]["amount_by_currency"] == {}


def test_shows_are_listed_page_by_page(house):
    made = {house.new_show("two") for _ in range(3)}

    listed, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = house.http.get("/theatre/shows", params=params, headers=house.two).json()
        listed += [show["show_id"] for show in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert made <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_layout_that_is_not_sound_is_refused(house):
    refused = house.http.put(
        f"/theatre/theatres/{house.theatre('one')}-new",
        headers=house.one,
        json={
            "venue_id": f"venue-one-{house.run}",
            "name": "Screen 2",
            "rows": [{"label": "A", "zone": "gold", "cells": ["1", "1"]}],
        },
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "bad_layout")
