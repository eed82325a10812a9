"""Many small wishes are done together, and each hears of its own."""

import asyncio

import pytest

from api.gathering import Gathering


async def test_what_comes_together_is_done_together():
    batches = []

    async def double(items):
        batches.append(list(items))
        return [item * 2 for item in items]

    gathering = Gathering(double)

    outcomes = await asyncio.gather(*(gathering.add(number) for number in range(20)))

    assert outcomes == [number * 2 for number in range(20)]
    assert len(batches) == 1


async def test_while_one_batch_is_done_the_next_gathers():
    batches, begun, gate = [], asyncio.Event(), asyncio.Event()

    async def slowly(items):
        batches.append(list(items))
        begun.set()
        await gate.wait()
        return items

    gathering = Gathering(slowly)
    first = asyncio.create_task(gathering.add("a"))
    await begun.wait()
    later = [asyncio.create_task(gathering.add(each)) for each in "bc"]
    await asyncio.sleep(0)
    gate.set()

    assert await asyncio.gather(first, *later) == ["a", "b", "c"]
    assert batches == [["a"], ["b", "c"]]


async def test_a_failed_batch_fails_for_each_and_the_next_is_tried():
    tries = []

    async def fail_once(items):
        tries.append(items)
        if len(tries) == 1:
            raise ConnectionError("gone")
        return items

    gathering = Gathering(fail_once)
    with pytest.raises(ConnectionError):
        await gathering.add(1)

    assert await gathering.add(2) == 2
