"""What somebody may mean who has typed a few letters: movies, venues and cities that begin so."""

from collections.abc import Iterator
from datetime import datetime

from api.browse import titles, views
from api.browse.billboard import Billboard, Topic
from api.browse.finding import Ranking
from api.browse.kept import Made
from justbookit.ids import MovieId

SUGGESTIONS_MAX = 10


def suggest(
    board: Billboard, text: str, ranking: Ranking, city_id: str | None, now: datetime
) -> Made[views.Suggestions]:
    """Movies first, as `ranking` has them for the text; then venues and cities that begin so.

    Only what has shows to come, there if a city is named.
    """
    found = [*_movies(board, ranking, city_id), *_places(board, text, city_id)]
    answer = views.Suggestions(items=tuple(found[:SUGGESTIONS_MAX]), as_of=now)
    topic: Topic = ("city", city_id) if city_id else ("all",)
    return Made(answer, (topic,))


def _movies(board: Billboard, ranking: Ranking, city_id: str | None) -> Iterator[views.Suggestion]:
    here = _here(board, city_id)
    shown = {MovieId(movie_id): count for movie_id, count in board.masks.counts("movie", here)}
    for movie_id in ranking:
        if movie_id in shown:
            title = board.titles_of(movie_id)[0]
            yield views.Suggestion(kind="movie", id=movie_id, text=title, shows=shown[movie_id])


def _places(board: Billboard, text: str, city_id: str | None) -> Iterator[views.Suggestion]:
    masks, here = board.masks, _here(board, city_id)
    for kind in ("venue", "city"):
        if kind == "city" and city_id:
            continue
        for name, count in masks.counts(kind, here):
            one = board.any_in(masks.having(kind, name))
            called = one.venue_name if kind == "venue" else one.city_name
            if titles.begins(text, called):
                yield views.Suggestion(kind=kind, id=name, text=called, shows=count)


def _here(board: Billboard, city_id: str | None) -> int:
    masks = board.masks
    return masks.having("city", city_id) if city_id else masks.everything
