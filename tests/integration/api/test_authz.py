"""Who may ask what, from a table that every route must stand in."""

import json
import re
from pathlib import Path

import pytest
import yaml

from api.app import create_app
from justbookit.settings import Settings
from tests.playhouse import ROWS, new_request

TABLE = yaml.safe_load((Path(__file__).parent / "authz.yaml").read_text())
ASKED = [row["ask"] for row in TABLE]
DENIED = {"anybody": set(), "customer": {401, 403}, "organizer": {401, 403}}


def of(**wanted):
    """The rows that are as wanted."""
    rows = [row for row in TABLE if all(row.get(key) == value for key, value in wanted.items())]
    return pytest.mark.parametrize("row", rows, ids=[row["ask"] for row in rows])


@pytest.fixture(scope="session")
def scene(house):
    """A booking of Asha's in a show of organizer one's; Ben and organizer two are the others."""
    show, asha = house.new_show(), house.customer()
    return {
        "customer": asha,
        "other_customer": house.customer("ben"),
        "organizer": house.one,
        "other_organizer": house.two,
        "names": {
            "city": house.city,
            "movie_id": house.movie_id,
            "show_id": show,
            "booking_id": house.hold(show, ["A1"], asha).json()["booking_id"],
            "entry_id": "w-nobody",
            "venue_id": f"venue-one-{house.run}",
            "theatre_id": house.theatre("one"),
            "sale_id": "s-1",
            "run_id": "S-nobody",
            "name": "INR.html",
        },
        "bodies": {
            "venue": {
                "name": "Taken over",
                "address": "1 Station Road",
                "city_id": house.city,
                "city_name": "City",
                "country": "IN",
                "timezone": "Asia/Kolkata",
                "currency": "INR",
            },
            "theatre": {
                "venue_id": f"venue-one-{house.run}",
                "name": "Taken over",
                "rows": ROWS,
            },
            "show": house.show_in("one"),
        },
    }


def ask(house, scene, row, headers):
    method, path = row["ask"].split(" ")
    body = row.get("body")
    if isinstance(body, str):
        body = scene["bodies"][body]
    elif body is not None:
        body = json.loads(
            re.sub(r"\{(\w+)\}", lambda name: scene["names"][name[1]], json.dumps(body))
        )
    # An answer that stays open is as good as any for its status.
    with house.http.stream(
        method,
        house.base + path.format(**scene["names"]),
        json=body,
        headers=headers | new_request(),
        params={"city": house.city, "date": "2026-11-23"} if method == "GET" else None,
    ) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
    return answer


def test_every_route_has_its_row():
    app = create_app(Settings())
    described = {
        f"{method.upper()} {path}"
        for path, item in app.openapi_schema.to_schema()["paths"].items()
        for method in item
    }

    assert described == set(ASKED)
    assert len(ASKED) == len(set(ASKED))


@of(who="anybody")
def test_nobody_needs_to_log_in_to(house, scene, row):
    assert ask(house, scene, row, {}).status_code not in {401, 403}


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row["who"] != "anybody"], ids=lambda r: r["ask"]
)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer jbs_guess"}, {"Authorization": "Bearer jbi_guess"}],
    ids=["without a login", "with a guessed session", "with a guessed key"],
)
def test_without_a_login_one_gets_401_or_403(house, scene, row, headers):
    answer = ask(house, scene, row, headers)

    assert answer.status_code in {401, 403}
    assert answer.json()["code"] in {"not_logged_in", "wrong_role"}


@of(who="customer")
def test_a_theatres_key_is_no_customer(house, scene, row):
    assert ask(house, scene, row, scene["organizer"]).status_code == 403


@of(who="organizer")
def test_a_customers_session_is_no_theatre(house, scene, row):
    assert ask(house, scene, row, scene["customer"]).status_code == 403


@pytest.mark.parametrize("row", [row for row in TABLE if row.get("own")], ids=lambda r: r["ask"])
def test_what_is_another_s_is_not_there(house, scene, row):
    answer = ask(house, scene, row, scene[f"other_{row['who']}"])

    assert answer.status_code == 404, answer.text


def test_after_all_that_nothing_has_changed(house, scene):
    show = scene["names"]["show_id"]

    assert house.seats(show)["A1"] == "taken"
    assert [s for s, status in house.seats(show).items() if status != "free"] == ["A1"]
    venues = house.http.get("/theatre/venues", headers=scene["organizer"]).json()["items"]
    assert [venue["name"] for venue in venues] == ["The One"]
