"""What a text means, matched in memory while OpenSearch is away."""

import pytest

from api.browse.titles import rank

TITLES = {
    "lamps": ("Lamps of the Town", "दीप"),
    "lamplight": ("Lamplight",),
    "swallows": ("L'Été des hirondelles", "Summer of Swallows"),
    "monsoon": ("मानसून के ख़त", "Monsoon Khat"),
    "tram": ("Последний трамвай", "The Last Tram"),
}


@pytest.mark.parametrize(
    ("text", "movies"),
    [
        pytest.param("lamplight", ["lamplight"], id="a whole word"),
        pytest.param("lam", ["lamplight", "lamps"], id="a beginning"),
        pytest.param("lmaps", ["lamps"], id="two letters swapped"),
        pytest.param("town LAMPS", ["lamps"], id="words in any order and case"),
        pytest.param("lete des", ["swallows"], id="no marks, no apostrophe"),
        pytest.param("मानसून", ["monsoon"], id="Devanagari"),
        pytest.param("दी", ["lamps"], id="a beginning in Devanagari"),
        pytest.param("трамв", ["tram"], id="Cyrillic"),
        pytest.param("swalows", ["swallows"], id="another title, a letter missing"),
        pytest.param("lamps zebra", [], id="every word must be in the title"),
        pytest.param("!?", [], id="no words"),
        pytest.param("xy", [], id="short words have no typos"),
        pytest.param("mansoon ke", ["monsoon"], id="Latin letters, by ear"),
        pytest.param("лемпс", ["lamps"], id="Cyrillic letters for a Latin title"),
        pytest.param("lompass", [], id="Latin for Latin goes by letters, not by ear"),
    ],
)
def test_a_text_means_movies(text, movies):
    assert sorted(rank(text, TITLES)) == sorted(movies)


def test_a_whole_word_is_better_than_a_beginning_and_that_than_another_title():
    titles = {"a": ("Lampion",), "b": ("Lamp",), "c": ("Other", "Lamp")}

    assert list(rank("lamp", titles)) == ["b", "a", "c"]


def test_what_only_sounds_like_the_text_comes_last():
    titles = {"a": ("मानसून",), "b": ("Other", "Monsoons")}

    assert list(rank("monsoon", titles)) == ["b", "a"]
