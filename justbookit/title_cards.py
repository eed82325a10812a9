"""What a text is looked for in: the document that search keeps of each movie that is on."""

import msgspec

from justbookit import sounds
from justbookit.catalogue import Movie
from justbookit.ids import MovieId

EDITION = 1
"""Raised when cards of the same movies are made differently: every index is made anew then."""


class TitleCard(msgspec.Struct, frozen=True, kw_only=True):
    """A movie's titles as they are written and as they sound; `doc_version` is the movie's."""

    movie_id: MovieId
    doc_version: int
    title: str
    other_titles: tuple[str, ...]
    sounds: tuple[str, ...]
    """The keys of what is not in Latin letters: what a Latin text may mean by ear."""
    latin_sounds: tuple[str, ...]
    """The keys of what is: what only a text in another script means by ear."""


def card_of(movie: Movie, version: int) -> TitleCard:
    """The card of a movie at this version of it."""
    titles = (movie.title, *movie.other_titles)
    return TitleCard(
        movie_id=movie.movie_id,
        doc_version=version,
        title=movie.title,
        other_titles=movie.other_titles,
        sounds=sounds.keys_of(title for title in titles if not sounds.is_latin(title)),
        latin_sounds=sounds.keys_of(title for title in titles if sounds.is_latin(title)),
    )
