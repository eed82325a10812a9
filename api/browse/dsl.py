"""Questions to OpenSearch, built from typed fields only: nobody's text becomes query syntax.

User text goes into `multi_match` and nowhere else; fields, sorts and facets come from the tables
here; sizes are bounded.
"""

import base64
import binascii
from datetime import datetime
from typing import Any

import msgspec

from justbookit.ids import CityId, MovieId

Query = dict[str, Any]

SHOWS_OF_A_DAY_MAX = 1000
CITIES_MAX = 500
DATES_MAX = 60
FACET_SIZE = 50
MOVIE_FACET_SIZE = 20

FACETS = {
    "genre": "genres",
    "language": "language",
    "format": "format",
    "band": "band",
    "availability": "availability",
}
"""Our names of facets, with the field each filters by."""

PRICE_STEPS = ((None, 15000), (15000, 25000), (25000, 40000), (40000, None))
"""Facet of prices, in minor units: from (included) to (excluded)."""

TITLE_FIELDS = [
    "title^3",
    "title._2gram^3",
    "title._3gram^3",
    "other_titles^2",
    "other_titles._2gram^2",
    "other_titles._3gram^2",
]
FUZZY_FIELDS = ["title^2", "other_titles"]

SORTS: dict[str, list[Query]] = {
    "relevance": [{"_score": "desc"}, {"starts_at": "asc"}, {"show_id": "asc"}],
    "soonest": [{"starts_at": "asc"}, {"show_id": "asc"}],
    "cheapest": [{"price_min": "asc"}, {"starts_at": "asc"}, {"show_id": "asc"}],
}


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody searches for; None and '' ask for nothing."""

    q: str = ""
    city: CityId | None = None
    date: str | None = None
    genre: str | None = None
    language: str | None = None
    format: str | None = None
    band: str | None = None
    availability: str | None = None
    price_max: int | None = None
    sort: str = "soonest"
    limit: int = 20
    cursor: str | None = None


class BadCursor(ValueError):
    """A cursor that was not made here, or for another sort."""


def cities(now: datetime) -> Query:
    """Cities with shows to come: names, days and counts."""
    return {
        "size": 0,
        "query": {"bool": {"filter": _on_sale(now)}},
        "aggs": {
            "cities": {
                "terms": {"field": "city_id", "size": CITIES_MAX, "order": {"_key": "asc"}},
                "aggs": {
                    "any": {"top_hits": {"size": 1, "_source": ["city_name", "timezone"]}},
                    "movies": {"cardinality": {"field": "movie_id"}},
                    "dates": _terms("local_date", DATES_MAX, by_key=True),
                },
            }
        },
    }


def movies_in(city: CityId, date: str, now: datetime) -> Query:
    """A city's movies on a day, those with most shows first."""
    return {
        "size": 0,
        "query": {
            "bool": {"filter": [*_on_sale(now), _is("city_id", city), _is("local_date", date)]}
        },
        "aggs": {
            "movies": {
                "terms": {"field": "movie_id", "size": 300},
                "aggs": {
                    "any": {"top_hits": {"size": 1}},
                    "languages": _terms("language", 20),
                    "formats": _terms("format", 20),
                    "price_min": {"min": {"field": "price_min"}},
                },
            }
        },
    }


def shows_of(movie: MovieId, city: CityId, date: str, now: datetime) -> Query:
    """A movie's shows in a city on a day, and its other days there."""
    shown = [*_on_sale(now), _is("movie_id", movie), _is("city_id", city)]
    return {
        "size": SHOWS_OF_A_DAY_MAX,
        "query": {"bool": {"filter": shown}},
        "post_filter": _is("local_date", date),
        "sort": SORTS["soonest"],
        "aggs": {"dates": _terms("local_date", DATES_MAX, by_key=True)},
    }


def vocabulary() -> Query:
    """Every value there is of each facet."""
    return {
        "size": 0,
        "aggs": {name: _terms(field, 500, by_key=True) for name, field in FACETS.items()},
    }


def search(filters: Filters, now: datetime) -> Query:
    """Shows by text and filters, and how many each further choice would leave.

    A facet counts what the other facets leave, so that its values can be changed.
    """
    always = _on_sale(now)
    if filters.city is not None:
        always.append(_is("city_id", filters.city))
    if filters.date is not None:
        always.append(_is("local_date", filters.date))
    chosen = {
        name: _is(field, value)
        for name, field in FACETS.items()
        if (value := getattr(filters, name)) is not None
    }
    if filters.price_max is not None:
        chosen["price"] = {"range": {"price_min": {"lte": filters.price_max}}}
    query: Query = {"bool": {"filter": always}}
    if filters.q:
        query["bool"]["must"] = [_titled(filters.q)]
    body: Query = {
        "size": filters.limit,
        "query": query,
        "sort": SORTS[filters.sort],
        "aggs": _facets(chosen),
        "timeout": "500ms",
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    if filters.cursor is not None:
        body["search_after"] = read_cursor(filters.cursor, filters.sort)
    return body


def make_cursor(sort_values: list[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(sort_values)).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> list[Any]:
    """The sort values a cursor stands for. Raises BadCursor."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = msgspec.json.decode(raw, type=list[int | float | str])
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise BadCursor(cursor) from error
    if len(values) != len(SORTS[sort]):
        raise BadCursor(cursor)
    return values


def _titled(text: str) -> Query:
    """A title that begins like the text, or is one or two letters away from it."""
    return {
        "bool": {
            "should": [
                {
                    "multi_match": {
                        "query": text,
                        "type": "bool_prefix",
                        "operator": "and",
                        "fields": TITLE_FIELDS,
                    }
                },
                {
                    "multi_match": {
                        "query": text,
                        "fields": FUZZY_FIELDS,
                        "fuzziness": "AUTO",
                        "prefix_length": 1,
                        "operator": "and",
                    }
                },
            ],
            "minimum_should_match": 1,
        }
    }


def _facets(chosen: dict[str, Query]) -> Query:
    made: Query = {}
    for name, field in FACETS.items():
        others = [each for facet, each in chosen.items() if facet != name]
        made[name] = {
            "filter": {"bool": {"filter": others}},
            "aggs": {"values": _terms(field, FACET_SIZE)},
        }
    without_price = [each for facet, each in chosen.items() if facet != "price"]
    made["price"] = {
        "filter": {"bool": {"filter": without_price}},
        "aggs": {
            "values": {
                "range": {
                    "field": "price_min",
                    "ranges": [
                        {
                            key: bound
                            for key, bound in (("from", low), ("to", high))
                            if bound is not None
                        }
                        for low, high in PRICE_STEPS
                    ],
                }
            }
        },
    }
    made["movie"] = {
        "filter": {"bool": {"filter": list(chosen.values())}},
        "aggs": {
            "values": {
                "terms": {"field": "movie_id", "size": MOVIE_FACET_SIZE},
                "aggs": {"any": {"top_hits": {"size": 1, "_source": ["title"]}}},
            }
        },
    }
    return made


def _on_sale(now: datetime) -> list[Query]:
    # Whole minutes: the same question for a minute is a question a cache can answer.
    since = now.replace(second=0, microsecond=0).isoformat()
    return [_is("open", True), {"range": {"starts_at": {"gte": since}}}]


def _is(field: str, value: str | bool) -> Query:  # noqa: FBT001 - a term's value
    return {"term": {field: value}}


def _terms(field: str, size: int, *, by_key: bool = False) -> Query:
    terms: Query = {"field": field, "size": size}
    if by_key:
        terms["order"] = {"_key": "asc"}
    return {"terms": terms}
