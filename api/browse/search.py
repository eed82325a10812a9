"""The one door to OpenSearch: which movies a text means, or SearchAway.

Nobody's text becomes query syntax: it goes into `multi_match` and nowhere else, and how much is
answered is bounded here. Everything but the text is the billboard's to answer, so no filters, no
facets and no documents are asked for.

A movie is found by its titles as they are written: by the beginnings of their words, and with a
letter or two wrong. Behind those come movies that have a title in another script than the text's,
which sounds like it (`justbookit/sounds.py`).
"""

from typing import Any

from opensearchpy import AsyncOpenSearch, OpenSearchException

from api.browse.finding import Ranking
from justbookit import sounds
from justbookit.ids import MovieId

ALIAS = "movies"
PATIENCE_SECONDS = 2.0
MOVIES_MAX = 100

TITLE_FIELDS = [
    "title^3",
    "title._2gram^3",
    "title._3gram^3",
    "other_titles^2",
    "other_titles._2gram^2",
    "other_titles._3gram^2",
]
FUZZY_FIELDS = ["title^2", "other_titles"]
HEARD_BOOST = 0.001
"""What is written like the text comes first."""

Query = dict[str, Any]


class SearchAway(Exception):
    """OpenSearch did not answer, or not in time."""


class Search:
    """A client that gives up soon."""

    def __init__(self, url: str) -> None:
        self._client: Any = AsyncOpenSearch(
            url, timeout=PATIENCE_SECONDS, max_retries=0, http_compress=False, maxsize=20
        )

    async def rank(self, text: str) -> Ranking:
        """The movies whose titles are like the text, the likeliest first."""
        try:
            found = await self._client.search(index=ALIAS, body=titled(text))
        except (OpenSearchException, OSError, TimeoutError) as error:
            raise SearchAway(str(error)) from error
        # What was found until its time was up is an answer to OpenSearch, and none to us: nothing,
        # as a rule, from one that has just started.
        if found["timed_out"] or found["_shards"]["failed"]:
            raise SearchAway("OpenSearch did not look through everything")
        return {MovieId(hit["_id"]): number for number, hit in enumerate(found["hits"]["hits"])}

    async def is_up(self) -> bool:
        try:
            return bool(await self._client.indices.exists_alias(name=ALIAS))
        except (OpenSearchException, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        await self._client.close()


def titled(text: str) -> Query:
    """Movies with a title that begins like the text, is a letter or two away, or sounds like it."""
    begins = {
        "multi_match": {
            "query": text,
            "type": "bool_prefix",
            "operator": "and",
            "fields": TITLE_FIELDS,
        }
    }
    misspelt = {
        "multi_match": {
            "query": text,
            "fields": FUZZY_FIELDS,
            "fuzziness": "AUTO",
            "prefix_length": 1,
            "operator": "and",
        }
    }
    return {
        "size": MOVIES_MAX,
        "query": {
            "bool": {"should": [begins, misspelt, *_sounding(text)], "minimum_should_match": 1}
        },
        "sort": [{"_score": "desc"}, {"movie_id": "asc"}],
        "_source": False,
        "track_total_hits": False,
        "timeout": "500ms",
    }


def _sounding(text: str) -> list[Query]:
    key = sounds.key_of(text)
    if not key:
        return []
    fields = ["sounds"] if sounds.is_latin(text) else ["sounds", "latin_sounds"]
    return [{"prefix": {field: {"value": key, "boost": HEARD_BOOST}}} for field in fields]
