"""A worker that is to stop finishes what it has begun, and takes nothing new."""

import asyncio
import signal

import pytest

from api import draining
from api.draining import Draining


class Worker:
    """An application whose requests wait at a gate, and the signals it sends itself."""

    def __init__(self, monkeypatch):
        monkeypatch.setattr(draining, "_FLUSH_SECONDS", 0.0)
        monkeypatch.setattr(signal, "raise_signal", self.take_signal)
        self.ended = asyncio.Event()
        self.gate = asyncio.Event()
        self.app = Draining(self.answer)

    def take_signal(self, number):
        assert number is signal.SIGTERM
        self.ended.set()

    async def answer(self, _scope, _receive, send):
        await self.gate.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask(self):
        sent = []

        async def send(message):
            sent.append(message)

        await self.app({"type": "http"}, None, send)
        return sent[0]["status"]


@pytest.fixture
async def worker(monkeypatch):
    return Worker(monkeypatch)


async def test_an_idle_worker_ends(worker):
    worker.app.begin()

    async with asyncio.timeout(1):
        await worker.ended.wait()


async def test_a_busy_worker_answers_first(worker):
    asked = asyncio.create_task(worker.ask())
    await asyncio.sleep(0)
    worker.app.begin()

    assert await worker.ask() == 503
    assert not worker.ended.is_set()
    worker.gate.set()
    assert await asked == 200
    async with asyncio.timeout(1):
        await worker.ended.wait()
