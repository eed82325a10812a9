"""A few letters are enough for movies, venues and cities that have shows to come."""

import pytest

from api.browse.billboard import Billboard
from api.browse.suggesting import SUGGESTIONS_MAX, suggest
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
    items = suggest(board, text, city, NOW).value.items

    assert [(item.kind, item.id) for item in items] == found


def test_there_are_so_many_at_most(board):
    for number in range(30):
        board.put(listing(f"x{number}", movie_id=f"x{number}", title=f"Lamp {number}"), NOW)

    assert len(suggest(board, "la", None, NOW).value.items) == SUGGESTIONS_MAX
