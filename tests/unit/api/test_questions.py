"""Cities, movies and times, from the billboard."""

from datetime import timedelta

import pytest

from api.browse import questions
from api.browse.billboard import Billboard
from api.problems import ProblemRaised
from tests.unit.api.listings import LISTING, NOW, listing

LATER = {"local_date": "2026-11-24", "starts_at": LISTING.starts_at + timedelta(days=1)}


@pytest.fixture
def board():
    made = Billboard()
    for each in (
        listing("s1"),
        listing("s2", venue_id="v2", venue_name="Another", language="Tamil", price_min=9000),
        listing("s3", movie_id="m2", title="Kites", **LATER),
        listing("s4", city_id="bath", city_name="Bath", timezone="Europe/London"),
    ):
        made.put(each, NOW)
    return made


def test_cities_have_their_days_and_counts(board):
    pune = {city.city_id: city for city in questions.cities(board, NOW).value.items}["pune"]

    assert (pune.movies, pune.shows, pune.dates) == (2, 3, ("2026-11-23", "2026-11-24"))


def test_a_day_has_its_movies_with_languages_and_lowest_price(board):
    found = questions.movies(board, "pune", None, NOW).value

    assert found.date == "2026-11-23"
    (item,) = found.items
    assert (item.movie.title, item.shows, item.price_min) == ("Lamps", 2, 9000)
    assert item.languages == ("Hindi", "Tamil")


def test_times_are_grouped_by_venue_on_the_first_of_the_movies_days(board):
    found = questions.shows(board, "m2", "pune", None).value

    assert (found.date, found.dates) == ("2026-11-24", ("2026-11-24",))
    venues = questions.shows(board, "m1", "pune", "2026-11-23").value.venues
    assert [(venue.name, len(venue.timings)) for venue in venues] == [
        ("Another", 1),
        ("The One", 1),
    ]


@pytest.mark.parametrize(
    ("ask", "code", "valid"),
    [
        (lambda board: questions.city(board, "nowhere"), "unknown_city", ("bath", "pune")),
        (
            lambda board: questions.movies(board, "bath", "2026-11-24", NOW),
            "unknown_date",
            ("2026-11-23",),
        ),
        (lambda board: questions.movies(board, "bath", "soon", NOW), "validation", ("2026-11-23",)),
        (lambda board: questions.shows(board, "m2", "bath", None), "unknown_movie_here", ()),
        (
            lambda board: questions.shows(board, "m2", "pune", "2026-11-23"),
            "unknown_date",
            ("2026-11-24",),
        ),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(board, ask, code, valid):
    with pytest.raises(ProblemRaised) as raised:
        ask(board)

    assert (raised.value.problem.code, raised.value.problem.valid) == (code, valid)
