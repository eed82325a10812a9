"""The indices of shows and of movies: the only module here that speaks to OpenSearch.

Which movies a text means is asked of `movies` (`api/browse/search.py`); `shows` has what filters,
sorts and counts, and of a movie only its name: titles are not looked for there.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import ConnectionError as Unreachable
from opensearchpy.exceptions import NotFoundError, TransportError

from justbookit import wire
from justbookit.ids import MovieId
from justbookit.settings import Settings
from streams.search.kinds import ALIASES, KINDS, MOVIES, SHOWS, Document, Kind, Names

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

    thing: str
    id: str
    reason: str

    def __str__(self) -> str:
        return f"{self.thing} {self.id}: {self.reason}"


class Outcome(NamedTuple):
    """What became of documents that are not indexed."""

    again: list[Document]
    refused: list[Refused]


class Standing(NamedTuple):
    """The index behind an alias, and whether it is as we would make it today."""

    name: str
    fits: bool


class CardAt(NamedTuple):
    """A movie's card in the index, and its version."""

    movie_id: MovieId
    version: int


def new_names(now: datetime) -> Names:
    """What indices made at this moment are called; later ones sort behind earlier ones."""
    return {kind: f"{kind.alias}-{now:%Y%m%d%H%M%S%f}" for kind in KINDS}


class Index:
    """The aliases, and the indices behind and beside them."""

    def __init__(self, settings: Settings) -> None:
        self._client = AsyncOpenSearch(
            hosts=[settings.opensearch],
            http_compress=True,
            timeout=REQUEST_SECONDS,
            max_retries=0,
        )

    async def close(self) -> None:
        await self._client.close()

    async def current(self, kind: Kind) -> Standing | None:
        """The index behind the alias.

        Raises IndexUnavailable, as all of these do, when OpenSearch does not answer.
        """
        try:
            found = await self._call("GET", f"/{kind.alias}/_mapping")
        except NotFoundError:
            return None
        name = max(found)
        meta = found[name]["mappings"].get("_meta", {})
        return Standing(name, meta.get("made_from") == kind.made_from)

    async def create(self, names: Names) -> None:
        """Make empty indices that nobody reads yet."""
        for kind, name in names.items():
            await self._call("PUT", f"/{name}", kind.body)

    async def put_behind_aliases(self, names: Names) -> None:
        """Let everybody read and write these from now on, in one step for all."""
        await self.refresh(names.values())
        actions: list[dict[str, Any]] = []
        for kind, name in names.items():
            old = {"index": f"{kind.alias}-*", "alias": kind.alias, "must_exist": False}
            new = {"index": name, "alias": kind.alias, "is_write_index": True}
            actions += [{"remove": old}, {"add": new}]
        await self._call("POST", "/_aliases", {"actions": actions})

    async def remove(self, names: Iterable[str]) -> None:
        """Delete indices; they may be gone already."""
        for name in names:
            await self._call("DELETE", f"/{name}?ignore_unavailable=true")

    async def remove_leftovers(self) -> None:
        """Delete what earlier runs began and did not finish."""
        for kind in KINDS:
            found = await self._call("GET", f"/{kind.alias}-*/_alias")
            aside = (name for name, index in found.items() if kind.alias not in index["aliases"])
            await self.remove(aside)

    async def put(self, documents: Iterable[Document], names: Names = ALIASES) -> Outcome:
        """Index each unless a newer one is there; says what was not taken and why."""
        query = "?filter_path=errors,items.*.status,items.*.error.reason,items.*.error.type"
        if names == ALIASES:
            query += "&require_alias=true"  # else a missing alias would become an index
        outcome = Outcome([], [])
        for some, body in bulks(documents, names):
            answer = await self._call("POST", f"/_bulk{query}", body)
            if answer["errors"]:
                for document, item in zip(some, answer["items"], strict=True):
                    note_item(document, item["index"], outcome)
        return outcome

    async def refresh(self, names: Iterable[str]) -> None:
        """Let searches find what was put there so far."""
        await self._call("POST", f"/{','.join(names)}/_refresh?ignore_unavailable=true")

    async def forget_shows(self, moment: datetime) -> None:
        """Delete the shows that ended before `moment`."""
        query = {"query": {"range": {"ends_at": {"lt": moment.isoformat()}}}}
        path = f"/{SHOWS.alias}/_delete_by_query?conflicts=proceed"
        await self._call("POST", path, query)

    async def cards_after(self, movie_id: MovieId, limit: int) -> list[CardAt]:
        """The next so many cards there are behind that of `movie_id`."""
        query = {
            "size": limit,
            "version": True,
            "_source": False,
            "sort": [{"movie_id": "asc"}],
            "search_after": [movie_id],
        }
        found = await self._call("POST", f"/{MOVIES.alias}/_search", query)
        return [CardAt(MovieId(hit["_id"]), hit["_version"]) for hit in found["hits"]["hits"]]

    async def forget_cards(self, cards: Collection[CardAt]) -> None:
        """Delete these cards, each unless a newer one is there."""
        if cards:
            # A deletion of our own version is no obstacle to the same card coming back.
            actions = (
                {"_id": movie_id, "version": version, "version_type": MOVIES.version_type}
                for movie_id, version in cards
            )
            body = b"".join(wire.encode({"delete": action}) + b"\n" for action in actions)
            await self._call("POST", f"/{MOVIES.alias}/_bulk?require_alias=true", body)

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


def bulks(documents: Iterable[Document], names: Names) -> Iterator[tuple[list[Document], bytes]]:
    """Bodies that are not too long for one request, each with its documents in order."""
    some: list[Document] = []
    lines: list[bytes] = []
    size = 0
    for document in documents:
        both = document.lines(names[document.kind])
        if lines and size + len(both) > BULK_BYTES_MAX:
            yield some, b"".join(lines)
            some, lines, size = [], [], 0
        some.append(document)
        lines.append(both)
        size += len(both)
    if lines:
        yield some, b"".join(lines)


def note_item(document: Document, item: dict[str, Any], outcome: Outcome) -> None:
    """Add to `outcome` what became of one document. A conflict is fine: a newer one is there."""
    status = item["status"]
    if status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT}:
        return
    if _is_passing(status):
        outcome.again.append(document)
    else:
        error = item.get("error", {})
        reason = f"{status} {error.get('type')}: {error.get('reason')}"
        outcome.refused.append(Refused(document.kind.thing, document.id, reason))


def _is_passing(status: int | str) -> bool:
    """Whether asking again may help: the server is busy, ill, or has lost its index."""
    return not isinstance(status, int) or status in _TRY_AGAIN or status >= 500  # noqa: PLR2004
