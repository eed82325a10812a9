"""Searches, asked of us and of OpenSearch itself: the same text, city and filter, twenty shows.

`directly` is what one would ask OpenSearch for what our search answers: shows by title, with
typos and prefixes, filtered, in order, with the counts of every further filter; in one request,
of an index of shows with their movies' titles (`titled_index.py`). Asking our own two indices in
turn, the movies a text means and then their shows, takes OpenSearch a third more. Texts by
ear are no part of it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from lab.bench.http import request

LIMIT = 20
FACETS = {
    "genre": "genres",
    "language": "language",
    "format": "format",
    "band": "band",
    "availability": "availability",
}
PRICES: tuple[dict[str, int], ...] = (
    {"to": 15000},
    {"from": 15000, "to": 25000},
    {"from": 25000, "to": 40000},
    {"from": 40000},
)
BANDS = ("morning", "afternoon", "evening", "night")


class Wish(NamedTuple):
    """What somebody searches for."""

    text: str
    city: str | None
    band: str | None

    def of_us(self, host: str) -> bytes:
        given = {"q": self.text, "city": self.city, "band": self.band, "limit": str(LIMIT)}
        query = urlencode({name: value for name, value in given.items() if value})
        return request("GET", f"/api/v1/search?{query}", host)

    def of_opensearch(self, index: str, host: str) -> bytes:
        body = msgspec.json.encode(directly(self))
        return request("POST", f"/{index}/_search", host, body=body)


def popular(titles: Sequence[tuple[str, ...]], cities: Sequence[str], dice: Random) -> list[Wish]:
    """What many search for: titles and their beginnings, here and there; some only filters."""
    texts = [""]
    for names in titles:
        for name in names:
            texts += [name, name[: max(2, len(name) // 2)], name[:3]]
    places = [None, *cities]
    wishes = [Wish(text.strip(), city, None) for text in texts for city in places]
    wishes += [Wish("", city, band) for city in places for band in BANDS]
    dice.shuffle(wishes)
    return wishes


def rare(texts: Sequence[str], cities: Sequence[str], dice: Random) -> list[Wish]:
    """What nobody has searched for before."""
    return [Wish(text, dice.choice([None, *cities]), None) for text in texts]


def directly(wish: Wish) -> dict[str, Any]:
    """The question to OpenSearch."""
    since = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    always: list[dict[str, Any]] = [
        {"term": {"open": True}},
        {"range": {"starts_at": {"gte": since}}},
    ]
    if wish.city:
        always.append({"term": {"city_id": wish.city}})
    query: dict[str, Any] = {"bool": {"filter": always}}
    if wish.text:
        query["bool"]["must"] = [_titled(wish.text)]
    chosen = {"band": {"term": {"band": wish.band}}} if wish.band else {}
    order = [{"starts_at": "asc"}, {"show_id": "asc"}]
    body: dict[str, Any] = {
        "size": LIMIT,
        "query": query,
        "sort": [{"_score": "desc"}, *order] if wish.text else order,
        "aggs": _facets(chosen),
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    return body


def _titled(text: str) -> dict[str, Any]:
    prefixed = {
        "query": text,
        "type": "bool_prefix",
        "operator": "and",
        "fields": [
            "title^3",
            "title._2gram^3",
            "title._3gram^3",
            "other_titles^2",
            "other_titles._2gram^2",
            "other_titles._3gram^2",
        ],
    }
    misspelt = {
        "query": text,
        "operator": "and",
        "fuzziness": "AUTO",
        "prefix_length": 1,
        "fields": ["title^2", "other_titles"],
    }
    should = [{"multi_match": prefixed}, {"multi_match": misspelt}]
    return {"bool": {"minimum_should_match": 1, "should": should}}


def _facets(chosen: dict[str, Any]) -> dict[str, Any]:
    counted = {name: {"terms": {"field": field, "size": 50}} for name, field in FACETS.items()}
    counted["price"] = {"range": {"field": "price_min", "ranges": list(PRICES)}}
    made: dict[str, Any] = {
        name: {
            "filter": {"bool": {"filter": [v for key, v in chosen.items() if key != name]}},
            "aggs": {"values": values},
        }
        for name, values in counted.items()
    }
    named = {"top_hits": {"size": 1, "_source": ["title"]}}
    movies = {"terms": {"field": "movie_id", "size": 20}, "aggs": {"any": named}}
    made["movie"] = {
        "filter": {"bool": {"filter": list(chosen.values())}},
        "aggs": {"values": movies},
    }
    return made
