"""Batches on their way out: how many may wait, in which order they leave, what is not yet there."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from justbookit.seat_events import ShowClosed
from justbookit.seatmap import SeatMap
from streams.seats import store
from streams.seats.batch import Batch
from streams.seats.outflow import Outflow

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Server:
    """Postgres and Kafka in one: commits when it is told to, and remembers what it was given."""

    def __init__(self):
        self.begun = []
        self.published = []
        self._leave = asyncio.Semaphore(0)

    async def commit(self, _connection, transaction):
        self.begun.append(transaction)
        await self._leave.acquire()

    async def let_one_go(self):
        self._leave.release()
        await turns()

    async def publish(self, messages, _letters):
        self.published += [message.event.show_id for message in messages]


@pytest.fixture
def server():
    return Server()


@pytest.fixture
async def outflow(server, monkeypatch):
    monkeypatch.setattr(store, "commit", server.commit)
    return Outflow(connection=None, publisher=server)


async def turns():
    for _ in range(10):
        await asyncio.sleep(0)


def batch(number):
    made = Batch(number, NOW)
    closed = ShowClosed(show_id=f"s{number}", version=1, at=NOW)
    made.add_events(0, SeatMap(closed.show_id), None, (closed,))
    return made


async def submit(outflow, number, *, waits):
    task = asyncio.create_task(outflow.submit(batch(number), [number], waits=waits))
    await turns()
    return task


async def test_a_batch_is_committed_after_the_one_before_and_published_after_that(outflow, server):
    await submit(outflow, 1, waits=True)
    await submit(outflow, 2, waits=True)

    assert server.begun == [[1]]
    assert server.published == []
    await server.let_one_go()
    assert server.begun == [[1], [2]]
    assert server.published == ["s1"]
    await server.let_one_go()
    assert server.published == ["s1", "s2"]
    assert outflow.batches == 2


async def test_one_batch_may_wait_behind_another_and_no_more(outflow, server):
    await submit(outflow, 1, waits=True)
    second = await submit(outflow, 2, waits=True)
    third = await submit(outflow, 3, waits=True)

    assert second.done()
    assert not third.done()
    await server.let_one_go()
    assert third.done()


async def test_a_batch_with_nothing_behind_it_lets_more_come_in_while_the_others_are_committed(
    outflow, server
):
    await submit(outflow, 1, waits=True)
    second = await submit(outflow, 2, waits=False)

    assert not second.done()
    await server.let_one_go()
    assert second.done()
    assert server.begun == [[1], [2]]


async def test_what_is_not_committed_is_known_by_show(outflow, server):
    await submit(outflow, 1, waits=True)
    await submit(outflow, 2, waits=True)

    assert outflow.events_uncommitted() == Counter(s1=1, s2=1)
    await server.let_one_go()
    assert outflow.events_uncommitted() == Counter(s2=1)
    await server.let_one_go()
    assert outflow.events_uncommitted() == Counter()


async def test_all_is_committed_before_partitions_are_given_back(outflow, server):
    await submit(outflow, 1, waits=True)
    await submit(outflow, 2, waits=True)
    given_back = asyncio.create_task(outflow.until_committed())

    await server.let_one_go()
    assert not given_back.done()
    await server.let_one_go()
    assert given_back.done()
