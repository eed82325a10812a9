"""What was found last is kept for when search is away, and says how old it is."""

import asyncio
from datetime import UTC, datetime

import pytest

from api.browse import cache as cache_module
from api.browse.cache import Cache, SearchAway
from api.browse.views import Cities
from api.problems import ProblemRaised

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Search:
    """Search that counts how often it is asked, and can be away."""

    def __init__(self):
        self.asked = 0
        self.away = False

    async def find(self):
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise SearchAway("connection refused")
        return Cities(items=(), as_of=NOW)


async def test_many_who_ask_the_same_ask_search_once():
    search, cache = Search(), Cache()

    await asyncio.gather(*(cache.get(("cities",), search.find) for _ in range(50)))
    await cache.get(("cities",), search.find)

    assert search.asked == 1


async def test_an_old_answer_is_given_while_search_is_away(monkeypatch):
    search, cache = Search(), Cache()
    await cache.get(("cities",), search.find)
    monkeypatch.setattr(cache_module, "FRESH_SECONDS", 0.0)
    search.away = True

    kept = await cache.get(("cities",), search.find)
    await cache.get(("cities",), search.find)

    assert kept.stale
    assert b'"stale":true' in kept.encoded
    assert search.asked == 2, "search is left alone for a moment after it failed"


async def test_what_was_never_found_cannot_be_told():
    search, cache = Search(), Cache()
    search.away = True

    with pytest.raises(ProblemRaised) as raised:
        await cache.get(("cities",), search.find)

    assert raised.value.problem.code == "browsing_paused"
    assert raised.value.headers["Retry-After"] == "2"


async def test_the_same_answer_has_the_same_etag():
    search, cache = Search(), Cache()

    first = await cache.get(("cities",), search.find)
    other = await Cache().get(("cities",), search.find)

    assert first.etag == other.etag
