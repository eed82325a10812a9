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
from justbookit.ids import MovieId
from justbookit.listing import ShowListing

FACET_SIZE = 50
MOVIE_FACET_SIZE = 20

Ranking = dict[MovieId, int]
"""Movies with their rank for a text, the best 0."""


def find(
    board: Billboard, filters: Filters, ranking: Ranking | None, now: datetime
) -> Made[views.SearchAnswer]:
    """The answer to a search; `ranking` is None when there is no text to rank by.

    A facet counts what the other facets leave, so that its values can be changed.
    """
    base = _base(board, filters, ranking)
    chosen = _chosen(board, filters, base)
    matched = _all_of(base, chosen.values())
    page, more = _page(board.shows_in(matched), filters, ranking)
    items = tuple(listing for _, listing in page)
    answer = views.SearchAnswer(
        items=items,
        total=matched.bit_count(),
        facets=_facets(board, base, chosen, matched),
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
    return base


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
    board: Billboard, base: int, chosen: dict[str, int], matched: int
) -> dict[str, tuple[views.Choice, ...]]:
    counted: dict[str, tuple[views.Choice, ...]] = {}
    for name in FACETS:
        counts = board.masks.counts(name, _without(name, base, chosen))[:FACET_SIZE]
        counted[name] = tuple(views.Choice(value=value, count=count) for value, count in counts)
    prices = dict(board.masks.counts("price", _without("price", base, chosen)))
    counted["price"] = tuple(
        views.Choice(value=step, count=prices.get(step, 0)) for step in PRICE_STEPS
    )
    counted["movie"] = tuple(
        views.Choice(value=movie_id, count=count, label=board.titles_of(MovieId(movie_id))[0])
        for movie_id, count in board.masks.counts("movie", matched)[:MOVIE_FACET_SIZE]
    )
    return counted


def _without(facet: str, base: int, chosen: dict[str, int]) -> int:
    return _all_of(base, [mask for name, mask in chosen.items() if name != facet])


def _all_of(base: int, masks: Iterable[int]) -> int:
    for mask in masks:
        base &= mask
    return base


def _page(
    listed: list[ShowListing], filters: Filters, ranking: Ranking | None
) -> tuple[list[tuple[SortKey, ShowListing]], bool]:
    """The shows behind the cursor, as many as asked for, and whether there are more."""
    keyed = [(_key(listing, filters.sort, ranking), listing) for listing in listed]
    if filters.cursor is not None:
        after = read_cursor(filters.cursor, filters.sort)
        keyed = [each for each in keyed if each[0] > after]
    first = nsmallest(filters.limit + 1, keyed, key=itemgetter(0))
    return first[: filters.limit], len(first) > filters.limit


def _key(listing: ShowListing, sort: str, ranking: Ranking | None) -> SortKey:
    starts = int(listing.starts_at.timestamp() * 1000)
    match sort:
        case "cheapest":
            return listing.price_min, starts, listing.show_id
        case "relevance":
            return (ranking or {}).get(listing.movie_id, 0), starts, listing.show_id
        case _:
            return starts, listing.show_id
