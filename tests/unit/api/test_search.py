"""What OpenSearch answers is an answer only if it has looked through everything."""

from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.browse.search import Search, SearchAway

WHOLE = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
FOUND = [{"_id": "m2", "_score": 2.0}, {"_id": "m1", "_score": 1.0}]


def answer(hits, shards=WHOLE, *, timed_out=False):
    return {"took": 3, "timed_out": timed_out, "_shards": shards, "hits": {"hits": hits}}


@asynccontextmanager
async def asking(body, status=200):
    """Our client, and an OpenSearch that says this to whatever it is asked."""

    async def say(_request):
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_post("/movies/_search", say)
    async with TestServer(app) as server:
        search = Search(str(server.make_url("/")))
        try:
            yield search
        finally:
            await search.close()


async def test_movies_are_ranked_as_they_come():
    async with asking(answer(FOUND)) as search:
        assert await search.rank("lamps") == {"m2": 0, "m1": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(answer([], timed_out=True), 200, id="its time was up"),
        pytest.param(answer(FOUND[:1], {**WHOLE, "failed": 1}), 200, id="a part was not there"),
        pytest.param({"error": "all shards failed"}, 503, id="nothing was there"),
    ],
)
async def test_who_has_not_looked_everywhere_is_away(body, status):
    async with asking(body, status) as search:
        with pytest.raises(SearchAway):
            await search.rank("lamps")
