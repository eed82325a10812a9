"""Who waits for a decision, and for how long: a fault is not mended while somebody does."""

import asyncio
import io

import pytest

from lab.chaos.asking import Asking, Person, Wish
from lab.chaos.ops import Kind

ANA = Person("customer-0", "u-ana", "secret")
WISH = Wish(
    person=ANA, kind=Kind.HOLD, show_id="s", path="/shows/s/holds", body={}, args={}, key="k"
)


class Api:
    """Answers when it is told to, or loses the connection."""

    def __init__(self):
        self.answer = asyncio.get_running_loop().create_future()

    async def whole(self, _raw):
        return await self.answer


@pytest.fixture
async def api():
    return Api()


@pytest.mark.parametrize("lost", [False, True])
async def test_who_asks_waits_until_there_is_an_answer_or_none_will_come(api, lost):
    asking = Asking(api, "localhost", io.BytesIO())
    assert asking.waits() < 0

    asked = asyncio.create_task(asking.once(WISH))
    await asyncio.sleep(0.02)
    assert 0 < asking.waits() < 5

    if lost:
        api.answer.set_exception(ConnectionResetError())
    else:
        api.answer.set_result((201, b"", b"{}"))
    await asked
    assert asking.waits() < 0
