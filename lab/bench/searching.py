"""Searches, asked of us and of OpenSearch itself: the same text, city and filter, twenty shows.

`directly` is what one would ask OpenSearch for what our search answers: shows by title, with
typos, prefixes and sounds, filtered, the best title first and then the soonest, with the counts
of every further filter. A text takes two requests, as the index is: which movies it means, then
their shows. With the titles on every show one request would do, and takes OpenSearch longer.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from justbookit.sounds import is_latin, key_of
from lab.bench.http import request
from lab.bench.readers import Chain, Question

LIMIT = 20
SHOWS, MOVIES = "shows", "movies"
MOVIES_MAX = 100
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

    def of_opensearch(self, host: str) -> Question:
        if not self.text:
            return _search(SHOWS, host, directly(self, None))
        first = _search(MOVIES, host, _meant(self.text))
        return Chain(first, partial(_shows_of, self, host))


class _Hit(msgspec.Struct, frozen=True):
    name: str = msgspec.field(name="_id")


class _Hits(msgspec.Struct, frozen=True):
    hits: list[_Hit]


class _Found(msgspec.Struct, frozen=True):
    hits: _Hits


_found = msgspec.json.Decoder(_Found)


def _shows_of(wish: Wish, host: str, answer: bytes) -> bytes:
    """What is asked when it is known which movies the text means."""
    movie_ids = [hit.name for hit in _found.decode(answer).hits.hits]
    return _search(SHOWS, host, directly(wish, movie_ids))


def _search(alias: str, host: str, query: dict[str, Any]) -> bytes:
    return request("POST", f"/{alias}/_search", host, body=msgspec.json.encode(query))


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


def directly(wish: Wish, movie_ids: Sequence[str] | None) -> dict[str, Any]:
    """The question about shows: of these movies, the first of them first, or of any."""
    since = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    always: list[dict[str, Any]] = [
        {"term": {"open": True}},
        {"range": {"starts_at": {"gte": since}}},
    ]
    if wish.city:
        always.append({"term": {"city_id": wish.city}})
    query: dict[str, Any] = {"bool": {"filter": always}}
    if movie_ids is not None:
        always.append({"terms": {"movie_id": movie_ids}})
        query["bool"]["should"] = [
            {"constant_score": {"filter": {"term": {"movie_id": each}}, "boost": MOVIES_MAX - at}}
            for at, each in enumerate(movie_ids)
        ]
    chosen = {"band": {"term": {"band": wish.band}}} if wish.band else {}
    order = [{"starts_at": "asc"}, {"show_id": "asc"}]
    body: dict[str, Any] = {
        "size": LIMIT,
        "query": query,
        "sort": order if movie_ids is None else [{"_score": "desc"}, *order],
        "aggs": _facets(chosen),
    }
    if chosen:
        body["post_filter"] = {"bool": {"filter": list(chosen.values())}}
    return body


def _meant(text: str) -> dict[str, Any]:
    """The question about movies: which of them the text means, the likeliest first."""
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
    should: list[dict[str, Any]] = [{"multi_match": prefixed}, {"multi_match": misspelt}]
    if key := key_of(text):
        fields = ["sounds"] if is_latin(text) else ["sounds", "latin_sounds"]
        should += [{"prefix": {field: {"value": key, "boost": 0.001}}} for field in fields]
    return {
        "size": MOVIES_MAX,
        "query": {"bool": {"minimum_should_match": 1, "should": should}},
        "sort": [{"_score": "desc"}, {"movie_id": "asc"}],
        "_source": False,
    }


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
