"""The one door to OpenSearch: a question in, what it found out, or SearchAway."""

from typing import Any

from opensearchpy import AsyncOpenSearch, NotFoundError, OpenSearchException

from api.browse.cache import SearchAway
from api.browse.dsl import Query
from justbookit.ids import ShowId

ALIAS = "shows"
PATIENCE_SECONDS = 2.0


class Search:
    """A client that gives up soon."""

    def __init__(self, url: str) -> None:
        self._client: Any = AsyncOpenSearch(
            url, timeout=PATIENCE_SECONDS, max_retries=0, http_compress=False, maxsize=20
        )

    async def ask(self, query: Query) -> dict[str, Any]:
        """What a question finds; an index that is not there yet finds nothing to say."""
        try:
            found: dict[str, Any] = await self._client.search(index=ALIAS, body=query)
        except (OpenSearchException, OSError, TimeoutError) as error:
            raise SearchAway(str(error)) from error
        return found

    async def show(self, show_id: ShowId) -> dict[str, Any] | None:
        """One show's document, as it is this moment; None when there is none."""
        try:
            found = await self._client.get(index=ALIAS, id=show_id)
        except NotFoundError:
            return None
        except (OpenSearchException, OSError, TimeoutError) as error:
            raise SearchAway(str(error)) from error
        source: dict[str, Any] = found["_source"]
        return source

    async def is_up(self) -> bool:
        try:
            return bool(await self._client.indices.exists_alias(name=ALIAS))
        except (OpenSearchException, OSError, TimeoutError):
            return False

    async def close(self) -> None:
        await self._client.close()
