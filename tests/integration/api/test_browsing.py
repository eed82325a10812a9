"""What is on, as OpenSearch knows it, within a moment of being scheduled."""

from collections.abc import Iterator

import httpx
import pytest

from justbookit.settings import Settings
from tests.playhouse import Playhouse


@pytest.fixture(scope="module")
def house(stack: Settings) -> Iterator[Playhouse]:
    """A cinema of these tests' own: what is on in it fits on a page."""
    with Playhouse(stack) as made:
        yield made


@pytest.fixture(scope="module")
def shown(house):
    """A show that browsing has heard of."""
    show = house.new_show()
    house.eventually(lambda: house.http.get(f"/shows/{show}").status_code == 200)
    house.eventually(lambda: show in house.http.get("/search", params={"city": house.city}).text)
    return show


def get(house, path, status=200, **params):
    answer = house.http.get(path, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_from_the_city_to_the_show(house, shown):
    cities = {city["city_id"]: city for city in get(house, "/cities")["items"]}
    day = cities[house.city]["dates"][-1]
    movies = get(house, f"/cities/{house.city}/movies", date=day)
    assert [item["movie"]["title"] for item in movies["items"]] == [house.title]
    assert movies["items"][0]["price_min"] == 18000

    shows = get(house, f"/movies/{house.movie_id}/shows", city=house.city, date=day)
    timing = shows["venues"][0]["timings"][0]
    assert timing["availability"] == "plenty"
    assert timing["seats_total"] == 8
    assert shows["movie"]["title"] == house.title
    assert get(house, f"/shows/{shown}")["show"]["title"] == house.title


@pytest.mark.parametrize("words", ["lamps {run}", "LAM", "lmaps {run}", "दीप {run}"])
def test_a_title_is_found_by_its_beginning_a_typo_and_another_script(house, shown, words):
    found = get(house, "/search", q=words.format(run=house.run), city=house.city)

    assert shown in {show["show_id"] for show in found["items"]}
    assert found["facets"]["movie"][0]["label"] == house.title


@pytest.mark.usefixtures("shown")
def test_facets_count_and_filters_filter(house):
    everything = get(house, "/search", city=house.city)
    dear = get(house, "/search", city=house.city, price_max=100)

    assert everything["facets"]["language"] == [
        {"value": "Hindi", "count": everything["total"], "label": ""}
    ]
    assert dear["total"] == 0
    assert get(house, "/search", city=house.city, language="Hindi")["total"] > 0


@pytest.mark.usefixtures("shown")
def test_search_goes_on_page_by_page(house):
    house.new_show()
    house.eventually(lambda: get(house, "/search", city=house.city)["total"] >= 2)

    listed, cursor = [], None
    while True:
        page = get(
            house, "/search", city=house.city, limit=1, **({"cursor": cursor} if cursor else {})
        )
        listed += [show["show_id"] for show in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(listed) == len(set(listed)) >= 2


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/cities/nowhere/movies", {}, 404, "unknown_city"),
        ("/cities/{city}/movies", {"date": "2001-01-01"}, 404, "unknown_date"),
        ("/cities/{city}/movies", {"date": "soon"}, 422, "validation"),
        ("/search", {"genre": "Nope"}, 422, "bad_filter"),
        ("/search", {"band": "midnight"}, 422, "bad_filter"),
        ("/search", {"sort": "rudest"}, 422, "bad_filter"),
    ],
)
@pytest.mark.usefixtures("shown")
def test_what_there_is_not_is_answered_with_what_there_is(house, path, params, status, code):
    problem = get(house, path.format(city=house.city), status, **params)

    assert problem["code"] == code
    assert problem["valid"]


@pytest.mark.parametrize(
    ("params", "pointer"),
    [({"limit": 0}, "limit"), ({"limit": "x"}, "limit"), ({"q": "x" * 101}, "q")],
)
def test_a_parameter_that_breaks_a_rule_is_named(house, params, pointer):
    problem = get(house, "/search", 422, **params)

    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.usefixtures("shown")
def test_a_movie_that_is_not_on_here(house):
    assert get(house, "/movies/none/shows", 404, city=house.city)["code"] == "unknown_movie_here"


def test_a_seat_map_changes_its_etag_with_its_version(house, shown):
    path = f"/shows/{shown}/seat-map"
    first = house.http.get(path)
    same = house.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    house.ok(house.hold(shown, ["B4"], house.customer()))
    later = house.http.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, same.status_code, later.status_code) == (200, 304, 200)
    assert same.content == b""
    assert house.seats(shown)["B4"] == "taken"


def test_a_quote_says_what_it_would_cost_and_what_is_gone(house):
    show = house.new_show()
    house.ok(house.hold(show, ["A1"], house.customer()))

    quote = house.http.post(f"/shows/{show}/quotes", json={"seat_ids": ["A1", "A2", "B1"]}).json()
    unknown = house.http.post(f"/shows/{show}/quotes", json={"seat_ids": ["Z1"]})

    assert quote["amount"] == 18000 // 2 + 18000 + 25000
    assert quote["unavailable"] == ["A1"]
    assert (unknown.status_code, unknown.json()["seat_ids"]) == (422, ["Z1"])


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/cities", "/api/v1/nope", "/livez", "/static/site.css", "/docs"]
)
def test_every_answer_tells_browsers_what_not_to_do(house, path):
    headers = httpx.get(house.base + path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_it_is_alive_ready_and_knows_its_version(house):
    ready = httpx.get(f"{house.base}/readyz").json()

    assert httpx.get(f"{house.base}/livez").json() == {"status": "ok"}
    assert ready == {"ready": True, "postgres": "ok", "kafka": "ok", "opensearch": "ok"}
    assert httpx.get(f"{house.base}/version").json()["name"] == "justbookit"
