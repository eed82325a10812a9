"""What is on: each question answered from the billboard, and kept ready until it changes."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from api.browse import finding, questions, suggesting, views
from api.browse.billboard import Billboard, Topic
from api.browse.filters import QUERY_MAX, Filters, check
from api.browse.freshness import Freshness
from api.browse.keeper import Keeper, Reading
from api.browse.kept import Kept, Made, Slots
from api.browse.rankings import NotRanked, Rankings
from api.browse.search import Search
from api.problems import invalid, problem
from justbookit.ids import ShowId

log = structlog.get_logger()

TEXTS = ("texts",)
"""The topic of every answer that depends on which movies a text means."""


class Browsing:
    """Cities, movies, shows and search."""

    def __init__(
        self,
        search: Search,
        reading: Reading,
        path: Path,
        touched: Callable[[Collection[Topic]], None],
    ) -> None:
        self.freshness = Freshness()
        self._board = Billboard()
        self._slots = Slots(self.freshness, touched)
        self.rankings = Rankings(search, lambda: self._slots.touch((TEXTS,)))
        self.keeper = Keeper(self._board, self._slots, reading, path, self.rankings.retitle)

    async def close(self) -> None:
        await self.keeper.close()
        await self.rankings.close()

    def cities(self) -> Kept[views.Cities]:
        self._must_know_something()
        return self._slots.get(("cities",), lambda: questions.cities(self._board, _now()))

    def movies(self, city_id: str, date: str | None) -> Kept[views.MoviesInCity]:
        """A city's movies on a day: today's, or the first day's with shows."""
        self._must_know_something()

        def make() -> Made[views.MoviesInCity]:
            return questions.movies(self._board, city_id, date, _now())

        return self._slots.get(("movies", city_id, date), make)

    def shows(self, movie_id: str, city_id: str, date: str | None) -> Kept[views.MovieShows]:
        """Where and when a movie is on in a city on a day; without one, its first there."""
        self._must_know_something()

        def make() -> Made[views.MovieShows]:
            return questions.shows(self._board, movie_id, city_id, date)

        return self._slots.get(("shows", movie_id, city_id, date), make)

    def show(self, show_id: ShowId) -> Kept[views.ShowPage] | None:
        """One show as browsing knows it; None when it does not (yet)."""
        try:
            return self._slots.get(("show", show_id), lambda: questions.show(self._board, show_id))
        except LookupError:
            self._must_know_something()
            return None

    def seats_versions(self) -> dict[ShowId, int]:
        """The shows that somebody may look at, each with the version of its seats that is known.

        Also those that have begun: whoever had the page open looks again.
        """
        return {each.show_id: each.seats_version for each in self._board}

    def seats_known_until(self, show_id: ShowId, version: int) -> float:
        """Up to when (seconds since the epoch) a show is known to be at `version`; 0 if not."""
        listing = self._board.get(show_id)
        return self.freshness.seconds if listing and listing.seats_version == version else 0.0

    async def suggest(self, text: str, city_id: str | None) -> Kept[views.Suggestions]:
        """What somebody may mean who has typed so much; raises problems for what cannot be."""
        self._must_know_something()
        if len(text) > QUERY_MAX:
            raise invalid("q", f"at most {QUERY_MAX} characters")
        if city_id is not None:
            questions.city(self._board, city_id)
        typed = " ".join(text.casefold().split())

        def make() -> Made[views.Suggestions]:
            ranking = self.rankings.known(typed).ranking if typed else {}
            found, topics = suggesting.suggest(self._board, typed, ranking, city_id, _now())
            return Made(found, (*topics, TEXTS))

        question = ("suggest", typed, city_id)
        try:
            return self._slots.get(question, make)
        except NotRanked:
            await self.rankings.ask(typed)
            return self._slots.get(question, make)

    async def search(self, filters: Filters) -> Kept[views.SearchAnswer]:
        """Shows by text and filters, with facets; raises problems that name what is valid."""
        self._must_know_something()
        check(filters, self._board)
        text = " ".join(filters.q.casefold().split())

        def make() -> Made[views.SearchAnswer]:
            if not text:
                return finding.find(self._board, filters, None, _now())
            ranking, from_memory = self.rankings.known(text)
            found, topics = finding.find(self._board, filters, ranking, _now())
            if from_memory:
                found = msgspec.structs.replace(found, from_memory=True)
            return Made(found, (*topics, TEXTS))

        question = ("search", filters)
        try:
            return self._slots.get(question, make)
        except NotRanked:
            await self.rankings.ask(text)
            return self._slots.get(question, make)

    def _must_know_something(self) -> None:
        """A process that has never known what is on does not say that nothing is."""
        if not len(self._board) and self.freshness.stale:
            raise problem("browsing_paused", "what is on is not known just now", retry_after=2)


def _now() -> datetime:
    return datetime.now(UTC)
