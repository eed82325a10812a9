"""The index of shows: the only module that speaks to OpenSearch.

Readers and writers use the alias `shows`; behind it is one index, `shows-<time it was made>`.
A title is found by its beginning, with a typo and in any script with this query:

    {"bool": {
       "filter": [{"term": {"open": true}}, {"range": {"starts_at": {"gt": "now"}}}, …],
       "must": [{"bool": {"minimum_should_match": 1, "should": [
          {"multi_match": {"query": text, "type": "bool_prefix", "operator": "and",
                           "fields": ["title^3", "title._2gram^3", "title._3gram^3",
                                      "other_titles^2", "other_titles._2gram^2",
                                      "other_titles._3gram^2"]}},
          {"multi_match": {"query": text, "operator": "and", "fuzziness": "AUTO",
                           "prefix_length": 1, "fields": ["title^2", "other_titles"]}}]}}]}}

with `"collapse": {"field": "movie_id"}` for one hit a movie and a `cardinality` aggregation on
movie_id for their number. Facets are `terms` aggregations on the keyword fields.
"""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as Unreachable
from opensearchpy.exceptions import NotFoundError, TransportError

from justbookit import wire
from justbookit.ids import ShowId
from justbookit.listing import ShowListing
from justbookit.settings import Settings

ALIAS = "shows"
REQUEST_SECONDS = 30
BULK_BYTES_MAX = 8 * 1024 * 1024
_TRY_AGAIN = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.FORBIDDEN,  # the disk is too full to write; reading still works
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class IndexUnavailable(Exception):
    """OpenSearch did not take it now; it may later."""


class Refused(NamedTuple):
    """A document that OpenSearch will never take as it is, and why."""

    show_id: ShowId
    reason: str


class Outcome(NamedTuple):
    """What became of documents that are not indexed."""

    again: list[ShowId]
    refused: list[Refused]


def new_name(now: datetime) -> str:
    """What an index made at this moment is called; later ones sort behind earlier ones."""
    return f"{ALIAS}-{now:%Y%m%d%H%M%S%f}"


class Index:
    """The alias, and the indices behind and beside it."""

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncOpenSearch(
            hosts=[settings.opensearch],
            http_compress=True,
            timeout=REQUEST_SECONDS,
            max_retries=0,
        )

    async def close(self) -> None:
        await self._client.close()

    async def current(self) -> str | None:
        """The index behind the alias.

        Raises IndexUnavailable, as all of these do, when OpenSearch does not answer.
        """
        try:
            found = await self._call("GET", f"/_alias/{ALIAS}")
        except NotFoundError:
            return None
        return max(found, default=None)

    async def create(self, name: str) -> None:
        """Make an empty index that nobody reads yet."""
        mapping = files("streams.search").joinpath("mapping.json").read_bytes()
        await self._call("PUT", f"/{name}", msgspec.json.decode(mapping))

    async def put_behind_alias(self, name: str) -> None:
        """Let everybody read and write `name` from now on, in one step for all."""
        await self.refresh(name)
        actions: list[dict[str, Any]] = [
            {"remove": {"index": f"{ALIAS}-*", "alias": ALIAS, "must_exist": False}},
            {"add": {"index": name, "alias": ALIAS, "is_write_index": True}},
        ]
        await self._call("POST", "/_aliases", {"actions": actions})

    async def remove(self, name: str) -> None:
        """Delete an index; it may be gone already."""
        await self._call("DELETE", f"/{name}?ignore_unavailable=true")

    async def remove_leftovers(self) -> None:
        """Delete what earlier runs began and did not finish."""
        found = await self._call("GET", f"/{ALIAS}-*/_alias")
        for name, index in found.items():
            if ALIAS not in index["aliases"]:
                await self.remove(name)

    async def put(self, target: str, listings: Iterable[ShowListing]) -> Outcome:
        """Index each listing unless a newer one is there; says what was not taken and why."""
        query = "?filter_path=errors,items.*.status,items.*.error.reason,items.*.error.type"
        if target == ALIAS:
            query += "&require_alias=true"  # else a missing alias would become an index
        outcome = Outcome([], [])
        for show_ids, body in bulks(listings):
            answer = await self._call("POST", f"/{target}/_bulk{query}", body)
            if answer["errors"]:
                for show_id, item in zip(show_ids, answer["items"], strict=True):
                    note_item(show_id, item["index"], outcome)
        return outcome

    async def refresh(self, target: str) -> None:
        """Let searches find what was put there so far."""
        await self._call("POST", f"/{target}/_refresh?ignore_unavailable=true")

    async def forget_before(self, moment: datetime) -> None:
        """Delete the shows that ended before `moment`."""
        query = {"query": {"range": {"ends_at": {"lt": moment.isoformat()}}}}
        await self._call("POST", f"/{ALIAS}/_delete_by_query?conflicts=proceed", query)

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        try:
            return await self._client.transport.perform_request(method, path, body=body)
        except NotFoundError:
            raise
        except Unreachable as error:
            raise IndexUnavailable(f"OpenSearch does not answer: {error.error}") from error
        except TransportError as error:
            if _is_passing(error.status_code):
                raise IndexUnavailable(f"OpenSearch says {error.status_code}") from error
            raise


def bulks(listings: Iterable[ShowListing]) -> Iterable[tuple[list[ShowId], bytes]]:
    """Bodies that are not too long for one request, each with its shows in order."""
    show_ids: list[ShowId] = []
    lines: list[bytes] = []
    size = 0
    for listing in listings:
        action = {
            "_id": listing.show_id,
            "version": listing.doc_version,
            "version_type": "external",
        }
        both = b"%b\n%b\n" % (wire.encode({"index": action}), wire.encode(listing))
        if lines and size + len(both) > BULK_BYTES_MAX:
            yield show_ids, b"".join(lines)
            show_ids, lines, size = [], [], 0
        show_ids.append(listing.show_id)
        lines.append(both)
        size += len(both)
    if lines:
        yield show_ids, b"".join(lines)


def note_item(show_id: ShowId, item: dict[str, Any], outcome: Outcome) -> None:
    """Add to `outcome` what became of one document. A conflict is fine: a newer one is there."""
    status = item["status"]
    if status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT}:
        return
    if _is_passing(status):
        outcome.again.append(show_id)
    else:
        error = item.get("error", {})
        reason = f"{status} {error.get('type')}: {error.get('reason')}"
        outcome.refused.append(Refused(show_id, reason))


def _is_passing(status: int | str) -> bool:
    """Whether asking again may help: the server is busy, ill, or has lost its index."""
    return not isinstance(status, int) or status in _TRY_AGAIN or status >= 500  # noqa: PLR2004
