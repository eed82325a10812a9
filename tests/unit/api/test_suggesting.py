"""A few letters are enough for movies, venues and cities that have shows to come."""

import pytest

from api.browse.billboard import Billboard
from api.browse.suggesting import SUGGESTIONS_MAX, suggest
from api.browse.titles import rank
from tests.unit.api.listings import NOW, listing


@pytest.fixture
def board():
    made = Billboard()
    made.put(listing("s1"), NOW)
    rest = {"other_titles": ()}
    made.put(
        listing("s2", **rest, movie_id="m2", title="Lanterns", venue_id="v2", venue_name="Lal"), NOW
    )
    made.put(
        listing("s3", **rest, movie_id="m3", title="Kites", city_id="latur", city_name="Latur"), NOW
    )
    return made


def items(board, text, city):
    """What is suggested when titles are matched in memory."""
    titles = {movie_id: board.titles_of(movie_id) for movie_id in board.masks.values("movie")}
    return suggest(board, text, rank(text, titles), city, NOW).value.items


@pytest.mark.parametrize(
    ("text", "city", "found"),
    [
        pytest.param(
            "la",
            None,
            [("movie", "m1"), ("movie", "m2"), ("venue", "v2"), ("city", "latur")],
            id="movies first, then venues, then cities",
        ),
        pytest.param(
            "la",
            "pune",
            [("movie", "m1"), ("movie", "m2"), ("venue", "v2")],
            id="in a city only what is there",
        ),
        pytest.param("दी", None, [("movie", "m1")], id="in another script"),
        pytest.param("lmaps", None, [("movie", "m1")], id="misspelt"),
        pytest.param("", None, [], id="nothing typed, nothing meant"),
    ],
)
def test_a_few_letters_are_enough(board, text, city, found):
    assert [(item.kind, item.id) for item in items(board, text, city)] == found


def test_movies_come_as_they_are_ranked_and_only_those_that_are_on(board):
    made = suggest(board, "l", {"m2": 0, "gone": 1, "m1": 2}, None, NOW).value.items

    assert [item.id for item in made if item.kind == "movie"] == ["m2", "m1"]


def test_there_are_so_many_at_most(board):
    for number in range(30):
        board.put(listing(f"x{number}", movie_id=f"x{number}", title=f"Lamp {number}"), NOW)

    assert len(items(board, "la", None)) == SUGGESTIONS_MAX
