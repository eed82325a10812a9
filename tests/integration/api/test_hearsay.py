"""What one process finds in Postgres, every process hears of."""

import asyncio
import time

import psycopg
import pytest

from api.bookings import queries
from api.hearsay import Hearsay
from api.postgres import pool_of

PATIENCE_SECONDS, LOOK_SECONDS = 10.0, 0.05


async def told(found):
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await found.get()


@pytest.fixture
async def pool(stack):
    async with pool_of(stack.postgres) as pool:
        yield pool


@pytest.fixture
async def found():
    """What a listener is told: versions of shows, and since when it may have missed some."""
    return asyncio.Queue()


@pytest.fixture
async def hearsay(stack, pool, found):
    hearsay = Hearsay(
        stack.postgres,
        lambda told: queries.tell(pool, told),
        found=lambda *version: found.put_nowait(version),
        missed=found.put_nowait,
    )
    listening = asyncio.create_task(hearsay.listen())
    assert await told(found) == 0.0
    yield hearsay
    listening.cancel()
    await asyncio.wait([listening])


async def heard(hearsay, moment):
    """Wait until it has heard of all up to that moment."""
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if hearsay.as_of >= moment:
            return
        await asyncio.sleep(LOOK_SECONDS)
    pytest.fail("it does not hear itself")


@pytest.mark.usefixtures("hearsay")
async def test_whoever_finds_an_answer_tells_the_others(house, stack, pool, found):
    show_id = house.new_show()
    house.ok(house.hold(show_id, ["A1"], house.customer()))
    with psycopg.connect(stack.postgres) as connection:
        [(command_id, version)] = connection.execute(
            "SELECT command_id, version FROM seat_event WHERE show_id = %s AND type = 'SeatsHeld'",
            (show_id,),
        ).fetchall()

    topic, _ = await queries.answer_to(pool, command_id)
    nothing = await queries.answer_to(pool, "c-nobody-asked")

    assert await told(found) == (show_id, version)
    assert found.empty()
    assert (topic, nothing) == ("seat-events", None)


async def test_what_was_told_before_a_moment_is_heard_before_that_moment_is(pool, found, hearsay):
    await queries.tell(pool, "7 a-show")

    await heard(hearsay, time.time())

    assert found.get_nowait() == ("a-show", 7)
    assert found.empty()


async def test_whoever_lost_postgres_for_a_moment_knows_since_when_it_may_have_missed_something(
    stack, found, hearsay
):
    began = time.time()
    await heard(hearsay, began)

    with psycopg.connect(stack.postgres, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
        )

    assert began <= await told(found) <= time.time()
