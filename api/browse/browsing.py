"""What is on: each question asked of OpenSearch through the cache, and told as a view."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from api.browse import dsl, views
from api.browse.cache import Cache, Kept
from api.browse.search import Search
from api.problems import Fault, invalid, problem
from justbookit.ids import CityId, MovieId, ShowId
from justbookit.listing import BANDS, ShowListing

LIMIT_MAX = 50
QUERY_MAX = 100
_FIXED = {
    "band": tuple(dict.fromkeys(name for name, _ in BANDS)),
    "availability": ("plenty", "few_left", "sold_out", "elsewhere"),
}


class Browsing:
    """Cities, movies, shows and search."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self._cache = Cache()

    async def cities(self) -> Kept[views.Cities]:
        return await self._cache.get(("cities",), self._find_cities)

    async def _find_cities(self) -> views.Cities:
        now = datetime.now(UTC)
        found = await self._search.ask(dsl.cities(now))
        return views.Cities(
            items=tuple(_city(bucket) for bucket in _buckets(found, "cities")), as_of=now
        )

    async def city(self, city_id: str) -> views.City:
        """A city with shows; raises the problem that lists those there are."""
        cities = (await self.cities()).value.items
        for city in cities:
            if city.city_id == city_id:
                return city
        raise problem(
            "unknown_city",
            f"no shows in a city called {city_id!r}",
            valid=[city.city_id for city in cities],
        )

    async def movies(self, city_id: str, date: str | None) -> Kept[views.MoviesInCity]:
        """A city's movies on a day: today's, or the first day's with shows."""
        city = await self.city(city_id)
        day = _day(date, city.dates, city.timezone)

        async def find() -> views.MoviesInCity:
            now = datetime.now(UTC)
            found = await self._search.ask(dsl.movies_in(city.city_id, day, now))
            items = tuple(_movie_in_city(bucket) for bucket in _buckets(found, "movies"))
            return views.MoviesInCity(city=city, date=day, items=items, as_of=now)

        return await self._cache.get(("movies", city.city_id, day), find)

    async def shows(self, movie_id: str, city_id: str, date: str | None) -> Kept[views.MovieShows]:
        """Where and when a movie is on in a city on a day."""
        city = await self.city(city_id)
        # Without a day, any of the movie's days tells the others; the first of those is shown.
        asked = date or _day(None, city.dates, city.timezone)

        async def find() -> views.MovieShows:
            return await self._find_shows(MovieId(movie_id), city, asked, strict=date is not None)

        return await self._cache.get(("shows", movie_id, city.city_id, asked, date is None), find)

    async def _find_shows(
        self, movie_id: MovieId, city: views.City, date: str, *, strict: bool
    ) -> views.MovieShows:
        now = datetime.now(UTC)
        found = await self._search.ask(dsl.shows_of(movie_id, city.city_id, date, now))
        dates = tuple(bucket["key"] for bucket in _buckets(found, "dates"))
        if not dates:
            raise problem("unknown_movie_here", f"no shows of {movie_id!r} in {city.name} to come")
        if date not in dates:
            if strict:
                raise _unknown_date(date, dates)
            found = await self._search.ask(dsl.shows_of(movie_id, city.city_id, dates[0], now))
            date = dates[0]
        shows = [_listing(hit["_source"]) for hit in found["hits"]["hits"]]
        if not shows:
            raise _unknown_date(date, dates)
        return views.MovieShows(
            movie=views.card_of(shows[0]),
            city=city,
            date=date,
            dates=dates,
            venues=views.venues_of(shows),
            as_of=now,
        )

    async def show(self, show_id: ShowId) -> Kept[views.ShowPage] | None:
        """One show as browsing knows it; None when it does not (yet)."""

        async def find() -> views.ShowPage | None:
            source = await self._search.show(show_id)
            if source is None:
                return None
            return views.ShowPage(show=_listing(source), as_of=datetime.now(UTC))

        kept = await self._cache.get(("show", show_id), find)
        if kept.value is None:
            return None
        return Kept(kept.value, kept.at, stale=kept.stale)

    async def search(self, filters: dsl.Filters) -> Kept[views.SearchAnswer]:
        """Shows by text and filters, with facets; raises problems that name what is valid."""
        await self._check(filters)

        async def find() -> views.SearchAnswer:
            now = datetime.now(UTC)
            found = await self._search.ask(dsl.search(filters, now))
            return _search_answer(found, filters, now)

        return await self._cache.get(("search", filters), find)

    async def _check(self, filters: dsl.Filters) -> None:
        _check_bounds(filters)
        if filters.city is not None:
            city = await self.city(filters.city)
            if filters.date is not None:
                _day(filters.date, city.dates, city.timezone)
        elif filters.date is not None:
            _parsed(filters.date, ())
        for name in dsl.FACETS:
            value = getattr(filters, name)
            if value is None:
                continue
            valid = _FIXED.get(name) or await self._values(name)
            if value not in valid:
                raise _bad_filter(name, value, valid)

    async def _values(self, facet: str) -> tuple[str, ...]:
        async def find() -> views.Vocabulary:
            found = await self._search.ask(dsl.vocabulary())
            values = {
                name: tuple(bucket["key"] for bucket in _buckets(found, name))
                for name in dsl.FACETS
            }
            return views.Vocabulary(values=values, as_of=datetime.now(UTC))

        return (await self._cache.get(("vocabulary",), find)).value.values[facet]


def _check_bounds(filters: dsl.Filters) -> None:
    if filters.sort not in dsl.SORTS:
        raise _bad_filter("sort", filters.sort, dsl.SORTS)
    if not 1 <= filters.limit <= LIMIT_MAX:
        raise invalid("limit", f"between 1 and {LIMIT_MAX}")
    if len(filters.q) > QUERY_MAX:
        raise invalid("q", f"at most {QUERY_MAX} characters")
    if filters.price_max is not None and filters.price_max < 0:
        raise invalid("price_max", "0 or more, in minor units")
    if filters.cursor is not None:
        try:
            dsl.read_cursor(filters.cursor, filters.sort)
        except dsl.BadCursor as error:
            raise problem("bad_cursor", "the cursor was not given for this search") from error


def _buckets(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    buckets: list[dict[str, Any]] = found.get("aggregations", {}).get(name, {}).get("buckets", [])
    return buckets


def _listing(source: dict[str, Any]) -> ShowListing:
    return msgspec.convert(source, ShowListing)


def _top(bucket: dict[str, Any]) -> dict[str, Any]:
    source: dict[str, Any] = bucket["any"]["hits"]["hits"][0]["_source"]
    return source


def _city(bucket: dict[str, Any]) -> views.City:
    top = _top(bucket)
    return views.City(
        city_id=CityId(bucket["key"]),
        name=top["city_name"],
        timezone=top["timezone"],
        movies=bucket["movies"]["value"],
        shows=bucket["doc_count"],
        dates=tuple(each["key"] for each in bucket["dates"]["buckets"]),
    )


def _movie_in_city(bucket: dict[str, Any]) -> views.MovieInCity:
    show = _listing(_top(bucket))
    return views.MovieInCity(
        movie=views.card_of(show),
        shows=bucket["doc_count"],
        languages=tuple(each["key"] for each in bucket["languages"]["buckets"]),
        formats=tuple(each["key"] for each in bucket["formats"]["buckets"]),
        price_min=int(bucket["price_min"]["value"]),
        currency=show.currency,
    )


def _search_answer(
    found: dict[str, Any], filters: dsl.Filters, now: datetime
) -> views.SearchAnswer:
    hits = found["hits"]["hits"]
    facets: dict[str, tuple[views.Choice, ...]] = {}
    for name, outer in found.get("aggregations", {}).items():
        facets[name] = tuple(
            views.Choice(
                value=_price_step(bucket) if name == "price" else bucket["key"],
                count=bucket["doc_count"],
                label=_top(bucket)["title"] if name == "movie" else "",
            )
            for bucket in outer["values"]["buckets"]
        )
    full = len(hits) == filters.limit
    return views.SearchAnswer(
        items=tuple(_listing(hit["_source"]) for hit in hits),
        total=found["hits"]["total"]["value"],
        facets=facets,
        next_cursor=dsl.make_cursor(hits[-1]["sort"]) if full else None,
        as_of=now,
    )


def _price_step(bucket: dict[str, Any]) -> str:
    """A range of prices as `15000-25000`, open at an end that has no bound."""
    return "-".join(str(int(bucket[end])) if end in bucket else "" for end in ("from", "to"))


def _parsed(date: str, dates: tuple[str, ...]) -> str:
    try:
        return datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError as error:
        fault = Fault("date", "a day such as 2026-01-31")
        raise problem(
            "validation", f"date: {date!r} is no day", errors=[fault], valid=dates
        ) from error


def _unknown_date(date: str, dates: tuple[str, ...]) -> Exception:
    return problem("unknown_date", f"no shows on {date}", valid=dates)


def _day(date: str | None, dates: tuple[str, ...], timezone: str) -> str:
    """The day asked for if there are shows on it; unasked: today or the first day with shows."""
    if date is not None:
        day = _parsed(date, dates)
        if day not in dates:
            raise _unknown_date(day, dates)
        return day
    today = datetime.now(ZoneInfo(timezone)).date().isoformat()
    return next((each for each in dates if each >= today), dates[0] if dates else today)


def _bad_filter(name: str, value: str, valid: Any) -> Exception:
    fault = Fault(name, f"{value!r} is none of the values there are")
    return problem(
        "bad_filter", f"{name}: no such value as {value!r}", errors=[fault], valid=list(valid)
    )
