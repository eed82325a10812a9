"""A text is ranked once; while OpenSearch is away titles are matched in memory."""

import asyncio

import pytest

from api.browse import rankings as module
from api.browse.rankings import NotRanked, Rankings
from api.browse.search import SearchAway

TITLES = {"m1": ("Lamps",), "m2": ("Kites",)}


class OpenSearch:
    """Counts how often it is asked, and can be away."""

    def __init__(self):
        self.asked, self.looked = 0, 0
        self.away = False

    async def rank(self, _text):
        self.asked += 1
        await asyncio.sleep(0)
        if self.away:
            raise SearchAway("connection refused")
        return {"m9": 0}

    async def is_up(self):
        self.looked += 1
        return not self.away


@pytest.fixture
async def made(monkeypatch):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    search, changes = OpenSearch(), []
    rankings = Rankings(search, lambda: changes.append(1))
    rankings.retitle(TITLES)
    rankings._grow_up()  # noqa: SLF001 - what a while would do
    yield rankings, search, changes
    await rankings.close()


async def test_many_who_want_the_same_ask_once(made):
    rankings, search, _ = made

    await asyncio.gather(*(rankings.ask("lamp") for _ in range(50)))
    await rankings.ask("lamp")

    assert rankings.known("lamp") == ({"m9": 0}, False)
    assert search.asked == 1


async def test_a_text_that_nobody_asked_for_is_not_known(made):
    with pytest.raises(NotRanked):
        made[0].known("lamp")


async def test_other_titles_make_all_be_ranked_anew(made):
    rankings, _, changes = made
    await rankings.ask("lamp")
    before = len(changes)

    rankings.retitle({"m1": ("Lanterns",)})

    assert len(changes) == before + 1
    with pytest.raises(NotRanked):
        rankings.known("lamp")


async def test_a_title_that_the_index_has_not_heard_of_is_found_behind_what_it_knows(made):
    rankings, _, _ = made

    rankings.retitle({**TITLES, "m3": ("Lamplight",)})
    await rankings.ask("lamp")

    assert rankings.known("lamp") == ({"m9": 0, "m3": 1}, False)


async def test_titles_are_matched_in_memory_while_search_is_away_and_it_is_left_alone(made):
    rankings, search, changes = made
    search.away = True

    for text in ("lamps", "lamp", "kit"):
        await rankings.ask(text)
    await asyncio.gather(*(rankings.ask(f"kite{'s' * (number % 2)}") for number in range(20)))
    await rankings.ask("lamps")  # forgotten, if its first answer was taken for a slow one

    assert rankings.known("lamps") == ({"m1": 0}, True)
    assert rankings.known("kites") == ({"m2": 0}, True)
    assert search.asked == module.FAILURES_MAX

    before = len(changes)
    search.away = False
    async with asyncio.timeout(5):
        while rankings.away:  # noqa: ASYNC110 - no event tells a test of it
            await asyncio.sleep(0.01)

    assert len(changes) > before
    await rankings.ask("lamps")
    assert rankings.known("lamps") == ({"m9": 0}, False)


async def test_one_slow_answer_is_no_absence_and_is_not_kept(made):
    rankings, search, _ = made
    search.away = True
    await rankings.ask("lamps")
    search.away = False

    assert rankings.known("lamps") == ({"m1": 0}, True)
    assert not rankings.away
    async with asyncio.timeout(5):
        while "lamps" in rankings._known:  # noqa: ASYNC110, SLF001 - no event tells a test of it
            await asyncio.sleep(0.01)
    await rankings.ask("lamps")
    assert rankings.known("lamps") == ({"m9": 0}, False)


async def test_so_many_are_asked_at_once_and_the_others_wait(made):
    rankings, search, _ = made
    at_once, most = 0, 0

    async def rank(_text):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return {}

    search.rank = rank
    await asyncio.gather(*(rankings.ask(str(number)) for number in range(50)))

    assert most == module.ASKED_AT_ONCE
