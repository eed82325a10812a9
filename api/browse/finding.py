"""Search in memory: the shows of some movies that pass the filters, counted and in order.

Which movies a text means, and how well, is said by whoever ranks titles (`ranking`).
"""

from collections.abc import Iterable
from datetime import datetime
from heapq import nsmallest
from operator import itemgetter

from api.browse import views
from api.browse.billboard import EVERYWHERE, PRICE_STEPS, Billboard
from api.browse.filters import FACETS, Filters, SortKey, make_cursor, read_cursor
from api.browse.kept import Made
from api.browse.places import ROUND_THE_WORLD_M, Point, metres_between
from justbookit.ids import MovieId, VenueId
from justbookit.listing import ShowListing

FACET_SIZE = 50
MOVIE_FACET_SIZE = 20

Ranking = dict[MovieId, int]
"""Movies with their rank for a text, the best 0."""


def find(
    board: Billboard, filters: Filters, ranking: Ranking | None, now: datetime
) -> Made[views.SearchAnswer]:
    """The answer to a search; `ranking` is None when there is no text to rank by.

    A facet counts what the other facets leave, so that its values can be changed. Movies are
    counted last, the likeliest first when a text was asked for.
    """
    base = _base(board, filters, ranking)
    chosen = _chosen(board, filters, base)
    matched = _all_of(base, chosen.values())
    order = _Order(filters, ranking, _distances(board, filters))
    page, more = _page(board.shows_in(matched), filters, order)
    items = tuple(listing for _, listing in page)
    answer = views.SearchAnswer(
        items=items,
        total=matched.bit_count(),
        facets=_facets(board, base, chosen, matched, ranking),
        venue_distances_m={
            item.venue_id: order.distances[item.venue_id]
            for item in items
            if item.venue_id in order.distances
        },
        next_cursor=make_cursor(page[-1][0]) if more else None,
        as_of=now,
    )
    flags = ("flags", filters.city or EVERYWHERE)
    return Made(answer, (flags, *(("show", item.show_id) for item in items)))


def _base(board: Billboard, filters: Filters, ranking: Ranking | None) -> int:
    masks = board.masks
    base = masks.everything
    if filters.city is not None:
        base &= masks.having("city", filters.city)
    if filters.date is not None:
        base &= masks.having("date", filters.date)
    if ranking is not None:
        base &= board.of_movies(ranking)
    if filters.within_km is not None:
        near_enough = 0
        for venue_id, metres in _distances(board, filters).items():
            if metres <= filters.within_km * 1000:
                near_enough |= masks.having("venue", venue_id)
        base &= near_enough
    return base


def _distances(board: Billboard, filters: Filters) -> dict[VenueId, int]:
    """How far each venue is, of those that say where they are."""
    if filters.near is None:
        return {}
    found = {}
    for venue_id in board.masks.values("venue"):
        location = board.any_in(board.masks.having("venue", venue_id)).location
        if location is not None:
            there = Point(location["lat"], location["lon"])
            found[VenueId(venue_id)] = metres_between(filters.near, there)
    return found


def _chosen(board: Billboard, filters: Filters, base: int) -> dict[str, int]:
    chosen = {
        name: board.masks.having(name, value)
        for name in FACETS
        if (value := getattr(filters, name)) is not None
    }
    if filters.price_max is not None:
        chosen["price"] = board.at_most(base, filters.price_max)
    return chosen


def _facets(
    board: Billboard,
    base: int,
    chosen: dict[str, int],
    matched: int,
    ranking: Ranking | None,
) -> dict[str, tuple[views.Choice, ...]]:
    counted: dict[str, tuple[views.Choice, ...]] = {}
    for name in FACETS:
        counts = board.masks.counts(name, _without(name, base, chosen))[:FACET_SIZE]
        counted[name] = tuple(views.Choice(value=value, count=count) for value, count in counts)
    prices = dict(board.masks.counts("price", _without("price", base, chosen)))
    counted["price"] = tuple(
        views.Choice(value=step, count=prices.get(step, 0)) for step in PRICE_STEPS
    )
    movies = [(MovieId(each), count) for each, count in board.masks.counts("movie", matched)]
    if ranking is not None:
        movies.sort(key=lambda each: ranking[each[0]])
    counted["movie"] = tuple(
        views.Choice(value=movie_id, count=count, label=board.titles_of(movie_id)[0])
        for movie_id, count in movies[:MOVIE_FACET_SIZE]
    )
    return counted


def _without(facet: str, base: int, chosen: dict[str, int]) -> int:
    return _all_of(base, [mask for name, mask in chosen.items() if name != facet])


def _all_of(base: int, masks: Iterable[int]) -> int:
    for mask in masks:
        base &= mask
    return base


def _page(
    listed: list[ShowListing], filters: Filters, order: "_Order"
) -> tuple[list[tuple[SortKey, ShowListing]], bool]:
    """The shows behind the cursor, as many as asked for, and whether there are more."""
    keyed = [(order.key(listing), listing) for listing in listed]
    if filters.cursor is not None:
        after = read_cursor(filters.cursor, filters.sort)
        keyed = [each for each in keyed if each[0] > after]
    first = nsmallest(filters.limit + 1, keyed, key=itemgetter(0))
    return first[: filters.limit], len(first) > filters.limit


class _Order:
    """What shows are put in order by. Who does not say where they are comes last."""

    def __init__(
        self, filters: Filters, ranking: Ranking | None, distances: dict[VenueId, int]
    ) -> None:
        self._sort = filters.sort
        self._ranking = ranking or {}
        self.distances = distances

    def key(self, listing: ShowListing) -> SortKey:
        starts = int(listing.starts_at.timestamp() * 1000)
        match self._sort:
            case "cheapest":
                first = listing.price_min
            case "relevance":
                first = self._ranking.get(listing.movie_id, 0)
            case "nearest":
                first = self.distances.get(listing.venue_id, ROUND_THE_WORLD_M)
            case _:
                return starts, listing.show_id
        return first, starts, listing.show_id
