"""Many small wishes become one: what arrives within four milliseconds is done together.

While one batch is being done the next gathers, so under load batches grow by themselves.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

GATHER_SECONDS = 0.004
BATCH_MAX = 500


class Gathering(Generic[Item, Outcome]):
    """Hands `together` lists of items and gives each caller the outcome of its own."""

    def __init__(self, together: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]]) -> None:
        self._together = together
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Outcome:
        """The outcome of `item`; raises what doing its batch raised."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_MAX], self._waiting[BATCH_MAX:]
            try:
                outcomes = await self._together([item for item, _ in batch])
            except Exception as error:  # noqa: BLE001 - it is each caller's to handle
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)
