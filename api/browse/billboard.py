"""What is on, in the memory of a process: every listing, arranged by the questions asked of it.

A change says which questions it concerns, by topics: `("show", id)`, `("grid", movie, city, day)`,
`("city", city)`, `("flags", city)` when a show became or ceased to be nearly or quite sold out,
and `("all",)` for whatever changes more than seats. Seats go a hundred times as often as anything
else happens, and concern only the show and the grid of times it stands in.

On sale is a show that is open and has not started, to the minute.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush

from api.browse.masks import Masks, Value, places_in
from justbookit.ids import CityId, MovieId, ShowId
from justbookit.listing import ShowListing

Topic = tuple[str, ...]

ALL: Topic = ("all",)
EVERYWHERE = CityId("")
PRICE_STEPS = {"-15000": 15000, "15000-25000": 25000, "25000-40000": 40000, "40000-": None}
"""Facet of prices, in minor units, with where each step ends (excluded)."""

_PASSING = frozenset(
    {"doc_version", "seats_total", "seats_free", "availability", "seats_version", "as_of"}
)
_LASTING = tuple(each for each in ShowListing.__struct_fields__ if each not in _PASSING)


class Billboard:
    """Every show there is to know of; those on sale by city, day and movie."""

    def __init__(self) -> None:
        self._shows: dict[ShowId, ShowListing] = {}
        self._places: dict[ShowId, int] = {}
        self._at: list[ShowListing | None] = []
        self._free: list[int] = []
        self._starts: list[tuple[datetime, ShowId]] = []
        self.masks = Masks()

    def __len__(self) -> int:
        return len(self._shows)

    def __iter__(self) -> Iterator[ShowListing]:
        return iter(self._shows.values())

    def get(self, show_id: ShowId) -> ShowListing | None:
        return self._shows.get(show_id)

    def ids(self) -> Collection[ShowId]:
        return self._shows.keys()

    def put(self, listing: ShowListing, now: datetime) -> set[Topic]:
        """Show it so from now on; the topics of that, none when it is older than what is shown."""
        before = self._shows.get(listing.show_id)
        if before is not None and before.doc_version >= listing.doc_version:
            return set()
        self._shows[listing.show_id] = listing
        topics: set[Topic] = {("show", listing.show_id)}
        place = self._places.get(listing.show_id)
        if before is not None and place is not None and not _is_another(before, listing):
            self._at[place] = listing
            topics.add(grid_of(listing))
            if before.availability != listing.availability:
                self.masks.take(place, _values(before))
                self.masks.add(place, _values(listing))
                topics |= {("flags", listing.city_id), ("flags", EVERYWHERE)}
            return topics
        if before is not None and self._take_down(before):
            topics |= _everything_about(before)
        if listing.open and listing.starts_at >= _minute(now):
            self._put_up(listing)
            topics |= _everything_about(listing)
        return topics

    def remove(self, show_id: ShowId) -> set[Topic]:
        """Forget a show."""
        before = self._shows.pop(show_id, None)
        if before is None:
            return set()
        topics: set[Topic] = {("show", show_id)}
        if self._take_down(before):
            topics |= _everything_about(before)
        return topics

    def pass_time(self, now: datetime) -> set[Topic]:
        """Take what has started off sale."""
        topics: set[Topic] = set()
        minute = _minute(now)
        while self._starts and self._starts[0][0] < minute:
            _, show_id = heappop(self._starts)
            listing = self._shows.get(show_id)
            # It may have been moved to a later time.
            if listing is not None and listing.starts_at < minute and self._take_down(listing):
                topics |= _everything_about(listing)
        return topics

    def shows_in(self, mask: int) -> list[ShowListing]:
        """The shows on sale whose bits are set."""
        at = self._at
        return [listing for place in places_in(mask) if (listing := at[place]) is not None]

    def any_in(self, mask: int) -> ShowListing:
        """One of them; there must be one."""
        listing = self._at[mask.bit_length() - 1]
        assert listing is not None
        return listing

    def at_most(self, mask: int, price: int) -> int:
        """Those of them whose lowest price is no higher."""
        found = 0
        for place in places_in(mask):
            listing = self._at[place]
            if listing is not None and listing.price_min <= price:
                found |= 1 << place
        return found

    def titles_of(self, movie_id: MovieId) -> tuple[str, ...]:
        """A movie's titles, the one it goes by first; it must be on."""
        one = self.any_in(self.masks.having("movie", movie_id))
        return one.title, *one.other_titles

    def days_in(self, mask: int) -> tuple[str, ...]:
        return tuple(sorted(day for day, _ in self.masks.counts("date", mask)))

    def of_movies(self, movie_ids: Iterable[MovieId]) -> int:
        """The shows on sale of any of these movies."""
        found = 0
        for movie_id in movie_ids:
            found |= self.masks.having("movie", movie_id)
        return found

    def _put_up(self, listing: ShowListing) -> None:
        if self._free:
            place = self._free.pop()
            self._at[place] = listing
        else:
            place = len(self._at)
            self._at.append(listing)
        self._places[listing.show_id] = place
        heappush(self._starts, (listing.starts_at, listing.show_id))
        if len(self._starts) > 2 * len(self._places) + 1000:
            self._forget_old_starts()
        self.masks.add(place, _values(listing))

    def _take_down(self, listing: ShowListing) -> bool:
        """Whether it was on sale."""
        place = self._places.pop(listing.show_id, None)
        if place is None:
            return False
        self.masks.take(place, _values(listing))
        self._at[place] = None
        self._free.append(place)
        return True

    def _forget_old_starts(self) -> None:
        """Each change of a show leaves a start behind."""
        self._starts = [(self._shows[show_id].starts_at, show_id) for show_id in self._places]
        heapify(self._starts)


def grid_of(listing: ShowListing) -> Topic:
    """The grid of times that a show stands in."""
    return ("grid", listing.movie_id, listing.city_id, listing.local_date)


def price_step(price: int) -> str:
    """The step a price is in; open at an end that has no bound."""
    return next(name for name, end in PRICE_STEPS.items() if end is None or price < end)


def _minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _is_another(before: ShowListing, after: ShowListing) -> bool:
    """Whether more has changed than seats."""
    return any(getattr(before, field) != getattr(after, field) for field in _LASTING)


def _everything_about(listing: ShowListing) -> set[Topic]:
    return {
        ALL,
        grid_of(listing),
        ("city", listing.city_id),
        ("flags", listing.city_id),
        ("flags", EVERYWHERE),
    }


def _values(listing: ShowListing) -> list[Value]:
    return [
        ("city", listing.city_id),
        ("date", listing.local_date),
        ("movie", listing.movie_id),
        ("venue", listing.venue_id),
        ("language", listing.language),
        ("format", listing.format),
        ("band", listing.band),
        ("availability", listing.availability),
        ("price", price_step(listing.price_min)),
        *(("genre", genre) for genre in set(listing.genres)),
    ]
