"""Search in memory counts and sorts as one would by hand; bad questions are named."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.browse.billboard import Billboard, price_step
from api.browse.filters import FACETS, SORTS, Filters, check, make_cursor, read_cursor
from api.browse.finding import find
from api.browse.places import Point, metres_between, read_point
from api.problems import ProblemRaised
from tests.unit.api.listings import LISTING, NOW, listing

CITIES, LANGUAGES, FORMATS = ("pune", "bath"), ("Hindi", "Tamil"), ("2D", "IMAX")
GENRES, MOVIES = ("Drama", "Comedy", "Crime"), ("m1", "m2", "m3")
RANKING = {"m3": 0, "m1": 1}

made = st.builds(
    dict,
    city_id=st.sampled_from(CITIES),
    language=st.sampled_from(LANGUAGES),
    format=st.sampled_from(FORMATS),
    movie_id=st.sampled_from(MOVIES),
    genres=st.lists(st.sampled_from(GENRES), max_size=3, unique=True).map(tuple),
    availability=st.sampled_from(["plenty", "few_left"]),
    price_min=st.sampled_from([9000, 15000, 26000, 50000]),
    starts_at=st.integers(0, 5).map(lambda hours: LISTING.starts_at + timedelta(hours=hours)),
    open=st.booleans(),
)
asked = st.builds(
    Filters,
    city=st.sampled_from((None, *CITIES)),
    language=st.sampled_from((None, *LANGUAGES)),
    format=st.sampled_from((None, *FORMATS)),
    genre=st.sampled_from((None, *GENRES)),
    availability=st.sampled_from((None, "plenty", "few_left")),
    price_max=st.sampled_from((None, 15000, 30000)),
    sort=st.sampled_from(("relevance", "soonest", "cheapest")),
    limit=st.integers(1, 50),
)
SORT_KEYS = {
    "soonest": lambda show: (show.starts_at, show.show_id),
    "cheapest": lambda show: (show.price_min, show.starts_at, show.show_id),
    "relevance": lambda show: (RANKING[show.movie_id], show.starts_at, show.show_id),
}


def has(show, name, value):
    if name == "price":
        return value is None or show.price_min <= value
    return value is None or value in (show.genres if name == "genre" else (getattr(show, name),))


def values_of(show, name):
    if name == "price":
        return (price_step(show.price_min),)
    return show.genres if name == "genre" else (getattr(show, name),)


@given(st.lists(made, max_size=40), asked)
def test_search_counts_and_sorts_as_one_would_by_hand(shows, filters):
    board = Billboard()
    listed = [listing(f"s{number}", **each) for number, each in enumerate(shows)]
    for each in listed:
        board.put(each, NOW)
    base = [
        show
        for show in listed
        if show.open
        and (filters.city is None or show.city_id == filters.city)
        and show.movie_id in RANKING
    ]
    wanted = {name: getattr(filters, name) for name in FACETS} | {"price": filters.price_max}
    matched = [show for show in base if all(has(show, *each) for each in wanted.items())]

    answer = find(board, filters, RANKING, NOW).value

    assert answer.total == len(matched)
    ordered = sorted(matched, key=SORT_KEYS[filters.sort])
    assert list(answer.items) == ordered[: filters.limit]
    assert (answer.next_cursor is not None) == (len(ordered) > filters.limit)
    for name in wanted:
        left = [
            show
            for show in base
            if all(has(show, *each) for each in wanted.items() if each[0] != name)
        ]
        counted = Counter(value for show in left for value in values_of(show, name))
        assert {each.value: each.count for each in answer.facets[name] if each.count} == counted, (
            name
        )


@pytest.mark.parametrize("sort", ["relevance", "soonest", "cheapest"])
def test_pages_follow_each_other_without_a_gap(sort):
    board = Billboard()
    for number in range(23):
        board.put(listing(f"s{number}", movie_id=f"m{number % 2 * 2 + 1}"), NOW)
    seen, cursor = [], None
    while True:
        filters = Filters(sort=sort, limit=5, cursor=cursor)
        page = find(board, filters, RANKING, NOW).value
        seen += [show.show_id for show in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) == 23


@pytest.mark.parametrize(
    "cursor",
    ["", "!", "e30", make_cursor((1,)), make_cursor(("a", "b")), "é"],
    ids=["empty", "no base64", "an object", "too short", "not its types", "no ascii"],
)
def test_a_cursor_of_somebody_else_is_refused(cursor):
    with pytest.raises(ProblemRaised) as raised:
        read_cursor(cursor, "soonest")

    assert raised.value.problem.code == "bad_cursor"


@pytest.mark.parametrize(
    ("filters", "code", "valid"),
    [
        (Filters(city="nowhere"), "unknown_city", ("pune",)),
        (Filters(city="pune", date="2026-01-01"), "unknown_date", ("2026-11-23",)),
        (Filters(date="soon"), "validation", ()),
        (Filters(genre="Nope"), "bad_filter", ("Drama",)),
        (Filters(sort="rudest"), "bad_filter", SORTS),
        (Filters(limit=51), "validation", ()),
        (Filters(q="x" * 101), "validation", ()),
        (Filters(price_max=-1), "validation", ()),
        (Filters(sort="nearest"), "validation", ()),
        (Filters(within_km=5), "validation", ()),
        (Filters(within_km=501, near=Point(18.5, 73.9)), "validation", ()),
    ],
)
def test_a_bad_question_is_answered_with_what_there_is(filters, code, valid):
    board = Billboard()
    board.put(LISTING, NOW)

    with pytest.raises(ProblemRaised) as raised:
        check(filters, board)

    assert (raised.value.problem.code, raised.value.problem.valid) == (code, valid)


PUNE, MUMBAI, NOWHERE = Point(18.52, 73.857), Point(19.076, 72.878), None
PLACES = {"near": PUNE, "far": MUMBAI, "unsaid": NOWHERE}


@pytest.fixture
def places():
    board = Billboard()
    for number, (name, place) in enumerate(PLACES.items()):
        location = place and {"lat": place.latitude, "lon": place.longitude}
        board.put(listing(f"s{number}", venue_id=name, location=location), NOW)
    return board


def test_the_nearest_comes_first_and_who_does_not_say_where_last(places):
    answer = find(places, Filters(near=MUMBAI, sort="nearest"), None, NOW).value

    assert [show.venue_id for show in answer.items] == ["far", "near", "unsaid"]
    assert answer.venue_distances_m["far"] == 0
    assert 115_000 < answer.venue_distances_m["near"] < 125_000
    assert "unsaid" not in answer.venue_distances_m


def test_within_leaves_out_what_is_further_and_counts_so(places):
    answer = find(places, Filters(near=MUMBAI, within_km=20), None, NOW).value

    assert [show.venue_id for show in answer.items] == ["far"]
    assert answer.facets["language"][0].count == 1


def test_movies_are_counted_in_the_order_of_what_was_meant():
    board = Billboard()
    for number, movie in enumerate(["m1", "m1", "m2", "m3"]):
        board.put(listing(f"s{number}", movie_id=movie, title=movie.upper()), NOW)

    found = find(board, Filters(q="x"), {"m3": 0, "m1": 1}, NOW).value.facets["movie"]

    assert [(each.value, each.label, each.count) for each in found] == [
        ("m3", "M3", 1),
        ("m1", "M1", 2),
    ]


def test_a_quarter_of_the_way_round_the_world():
    assert metres_between(Point(0, 0), Point(90, 0)) == pytest.approx(10_007_543, rel=0.001)
    assert metres_between(Point(0, 179.5), Point(0, -179.5)) == pytest.approx(111_195, rel=0.001)


@pytest.mark.parametrize("text", ["", "18.5", "a,b", "91,0", "0,181", "nan,0", "inf,1", "1,2,3"])
def test_what_is_no_place_is_answered_with_what_one_looks_like(text):
    with pytest.raises(ProblemRaised) as raised:
        read_point(text)

    assert "18.52,73.86" in raised.value.problem.detail


def test_neighbours_ask_the_same_question():
    assert read_point("18.52041,73.85671") == read_point(" 18.5201,73.8567") == (18.52, 73.857)
