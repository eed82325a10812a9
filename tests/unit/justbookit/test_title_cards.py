"""A movie's card has its titles, as they are written and as they sound."""

from justbookit.catalogue import Movie
from justbookit.ids import MovieId
from justbookit.title_cards import card_of


def test_titles_in_latin_and_in_other_scripts_sound_apart():
    movie = Movie(
        movie_id=MovieId("m"),
        title="कडल",
        other_titles=("Monsoon", "Снег"),
        language="Hindi",
        duration_minutes=90,
    )

    card = card_of(movie, 7)

    assert (card.title, card.other_titles, card.doc_version) == ("कडल", ("Monsoon", "Снег"), 7)
    assert set(card.sounds) == {"ktl", "snk"}
    assert set(card.latin_sounds) == {"mnsn"}
