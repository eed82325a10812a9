"""What texts are looked for in: each movie that is on has its card, made of its last version."""

from collections.abc import Collection, Iterable, Mapping

from justbookit.catalogue import Movie
from justbookit.catalogue_events import CatalogueEvent
from justbookit.ids import MovieId
from justbookit.title_cards import TitleCard, card_of
from lab.verify.audit import Audit, Check
from lab.verify.programme import last_told


def check_cards(
    events: Iterable[CatalogueEvent],
    cards: Mapping[MovieId, TitleCard | str],
    on: Collection[MovieId],
    audit: Audit,
) -> None:
    """Hold the index of movies against the catalogue; `on` are the movies with shows to come.

    A card may stay for a while when its movie is no longer on; nobody is told of it.
    """
    last = last_told(events)
    for movie_id in cards.keys() | set(on):
        audit.look(Check.CARDS)
        told, card = last.get(f"movie {movie_id}"), cards.get(movie_id)
        if isinstance(card, str):
            audit.fault(Check.CARDS, movie_id, f"its card is none: {card}")
        elif told is None:
            audit.fault(Check.CARDS, movie_id, "has a card or a show, and no event")
        elif card is None:
            audit.fault(Check.CARDS, movie_id, "is on, and has no card")
        elif movie_id in on and isinstance(told.thing, Movie):
            want = card_of(told.thing, told.version)
            if card != want:
                what = f"its card is {card!r:.300}, and should be {want!r:.300}"
                audit.fault(Check.CARDS, movie_id, what)
