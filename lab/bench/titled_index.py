"""What one would search who had OpenSearch alone: every show with its movie's titles on it.

Made of the shows that are indexed, for the time of a measurement, by OpenSearch itself. Nothing
changes it meanwhile, which is kinder to it than what ours is measured under.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch

from justbookit.settings import Settings

NAME = "bench-titled-shows"
SHOWS = "shows"
MAKING_SECONDS_MAX = 60

_TITLES = {"type": "search_as_you_type", "analyzer": "any_script"}
_ANALYSIS = {
    "filter": {"no_apostrophes": {"type": "icu_transform", "id": "['\u2019\u02bc] Remove"}},
    "analyzer": {
        "any_script": {
            "type": "custom",
            "tokenizer": "icu_tokenizer",
            "filter": ["no_apostrophes", "icu_folding"],
        }
    },
}


@contextmanager
def titled_index(settings: Settings) -> Iterator[str]:
    """The name of such an index, while it is there."""
    with OpenSearch(hosts=[settings.opensearch], timeout=MAKING_SECONDS_MAX) as client:
        client.indices.delete(index=NAME, ignore_unavailable=True)
        (shows,) = client.indices.get_mapping(index=SHOWS).values()
        client.indices.create(index=NAME, body=_definition(shows["mappings"]["properties"]))
        try:
            client.reindex(body={"source": {"index": SHOWS}, "dest": {"index": NAME}}, refresh=True)
            yield NAME
        finally:
            client.indices.delete(index=NAME, ignore_unavailable=True)


def _definition(fields: dict[str, Any]) -> dict[str, Any]:
    properties = {**fields, "title": _TITLES, "other_titles": _TITLES}
    index = {"number_of_shards": 1, "number_of_replicas": 0, "analysis": _ANALYSIS}
    return {"settings": {"index": index}, "mappings": {"properties": properties}}
