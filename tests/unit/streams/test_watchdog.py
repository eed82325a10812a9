"""The watchdog bites when there is something to do and nothing is done, and only then."""

import asyncio

import pytest

from streams import watchdog
from streams.exits import Exit
from streams.watchdog import Watchdog


class Ended(Exception):
    pass


@pytest.fixture(autouse=True)
def _quick_and_harmless(monkeypatch):
    def end(code, message):
        raise Ended(code, message)

    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(watchdog, "end", end)
    monkeypatch.setattr(watchdog.threading.Thread, "start", lambda _: None)


async def watch(progress, behind):
    async def is_behind():
        return behind

    task = Watchdog(progress, is_behind).start()
    done, _ = await asyncio.wait([task], timeout=0.2)
    await end(task)
    return task.exception() if done else None


async def end(task):
    task.cancel()
    _, alive = await asyncio.wait([task], timeout=5)
    assert not alive


async def test_lag_without_progress_ends_the_process():
    ended = await watch(lambda: 7, behind=True)

    assert isinstance(ended, Ended)
    assert ended.args[0] is Exit.STUCK


async def test_nothing_to_do_is_no_reason():
    assert await watch(lambda: 7, behind=False) is None


async def test_progress_is_no_reason():
    steps = iter(range(10**6))

    assert await watch(lambda: next(steps), behind=True) is None


async def test_it_ends_when_told_so_in_the_moment_in_which_it_is_answered():
    asked, answer = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def is_behind():
        asked.set()
        return await answer

    task = Watchdog(lambda: 7, is_behind).start()
    await asked.wait()
    answer.set_result(False)
    await asyncio.sleep(0)

    await end(task)
