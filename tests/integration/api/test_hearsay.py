"""What one process finds in Postgres, every process hears of."""

import asyncio

import psycopg
import pytest

from api.bookings import queries
from api.hearsay import Hearsay
from api.postgres import pool_of

PATIENCE_SECONDS = 10.0


async def told(found):
    return await asyncio.wait_for(found.get(), PATIENCE_SECONDS)


@pytest.fixture
async def found(stack):
    """What a listener is told: versions of shows, and None when it may have missed some."""
    queue = asyncio.Queue()
    hearsay = Hearsay(
        stack.postgres, lambda *version: queue.put_nowait(version), lambda: queue.put_nowait(None)
    )
    listening = asyncio.create_task(hearsay.listen())
    assert await told(queue) is None
    yield queue
    listening.cancel()
    await asyncio.wait([listening])


async def test_whoever_finds_an_answer_tells_the_others(house, stack, found):
    show_id = house.new_show()
    house.ok(house.hold(show_id, ["A1"], house.customer()))
    with psycopg.connect(stack.postgres) as connection:
        [(command_id, version)] = connection.execute(
            "SELECT command_id, version FROM seat_event WHERE show_id = %s AND type = 'SeatsHeld'",
            (show_id,),
        ).fetchall()

    async with pool_of(stack.postgres) as pool:
        topic, _ = await queries.answer_to(pool, command_id)
        nothing = await queries.answer_to(pool, "c-nobody-asked")

    assert await told(found) == (show_id, version)
    assert found.empty()
    assert (topic, nothing) == ("seat-events", None)


async def test_whoever_lost_postgres_for_a_moment_knows_that_it_may_have_missed_something(
    stack, found
):
    with psycopg.connect(stack.postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        )

    assert await told(found) is None
