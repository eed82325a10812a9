"""Which movies a text means, without OpenSearch: worse at it, and never away.

Titles and texts are folded to plain letters; a word of a text must begin a word of one title, or
be a letter or two away from it. Behind those come movies with a title in another script that
sounds like the text, as in OpenSearch.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from api.browse.finding import Ranking
from justbookit import sounds
from justbookit.ids import MovieId

Titles = Mapping[MovieId, tuple[str, ...]]
"""Each movie's titles, the one it goes by first."""

Words = tuple[str, ...]
WORDS_MAX = 20_000

APOSTROPHES = "'\u2019\u02bc"

_EXACT, _BEGINS, _NEAR = 0, 1, 2
_OTHER_TITLE = 4
_HEARD = 8
_LONG, _LONGER = 3, 6
"""From so many letters on a word may have one, and two, wrong."""


@lru_cache(maxsize=WORDS_MAX)
def words_of(text: str) -> Words:
    """Folded words: no case, no marks on letters, no apostrophes."""
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(each) and each not in APOSTROPHES
    )
    folded = "".join(each if unicodedata.category(each)[0] in "LNM" else " " for each in plain)
    return tuple(folded.split())


def begins(text: str, name: str) -> bool:
    """Whether every word of a text begins a word of a name."""
    words = words_of(name)
    asked = words_of(text)
    return bool(asked) and all(any(word.startswith(each) for word in words) for each in asked)


def rank(text: str, titles: Titles) -> Ranking:
    """The movies that a text may mean, the likeliest first."""
    asked = words_of(text)
    heard = _Heard(text)
    scored = []
    for movie_id, names in titles.items():
        scores = [
            score + (_OTHER_TITLE if number else 0)
            for number, name in enumerate(names)
            if (score := _score(asked, words_of(name))) is not None
        ]
        if scores:
            scored.append((min(scores), movie_id))
        elif any(map(heard.sounds_like, names)):
            scored.append((_HEARD, movie_id))
    return {movie_id: number for number, (_, movie_id) in enumerate(sorted(scored))}


class _Heard:
    """A text by ear."""

    def __init__(self, text: str) -> None:
        self._key = sounds.key_of(text)
        self._is_latin = sounds.is_latin(text)

    def sounds_like(self, name: str) -> bool:
        """Whether a title in another script sounds like the text."""
        keys, is_latin = _keys_of(name)
        if not self._key or (self._is_latin and is_latin):
            return False
        return any(key.startswith(self._key) for key in keys)


@lru_cache(maxsize=WORDS_MAX)
def _keys_of(name: str) -> tuple[tuple[str, ...], bool]:
    return sounds.keys_of([name]), sounds.is_latin(name)


def _score(asked: Words, words: Words) -> int | None:
    """How far the words asked for are from a title's; None when they are not of it."""
    worst = _EXACT
    for each in asked:
        best = min((_distance(each, word) for word in words), default=None)
        if best is None or best > _NEAR:
            return None
        worst = max(worst, best)
    return worst if asked else None


def _distance(asked: str, word: str) -> int:
    if asked == word:
        return _EXACT
    if word.startswith(asked):
        return _BEGINS
    allowed = 0 if len(asked) < _LONG else 1 if len(asked) < _LONGER else 2
    if allowed and asked[0] == word[0] and _edits(asked, word, allowed) <= allowed:
        return _NEAR
    return _NEAR + 1


def _edits(one: str, other: str, enough: int) -> int:
    """Letters to put in, take out, change or swap with the next; more than `enough` is as good."""
    if abs(len(one) - len(other)) > enough:
        return enough + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for number, theirs in enumerate(other, 1):
            cost = min(before[number] + 1, row[-1] + 1, before[number - 1] + (letter != theirs))
            if at > 1 and number > 1 and letter == other[number - 2] and one[at - 2] == theirs:
                cost = min(cost, earlier[number - 2] + 1)
            row.append(cost)
        if min(row) > enough:
            return enough + 1
    return row[-1]
