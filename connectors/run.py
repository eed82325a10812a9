"""Both doors in one process: the folder in a thread, the push door in the event loop."""

import asyncio
import logging
import signal
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
from aiohttp import web
from psycopg_pool import PoolTimeout

from connectors.feeds.line import PLATFORM
from connectors.folder import Folder
from connectors.gate import Gate
from connectors.intake import Intake, until, watch
from connectors.producer import Producer
from connectors.push.door import Door
from connectors.push.take import Taker
from connectors.reader import Reader
from connectors.store import Store
from justbookit.settings import Settings

FOLDER_PATIENCE_SECONDS = 15.0
PUSH_PATIENCE_SECONDS = 5.0
DRAIN_SECONDS = 10.0
SEEN_KEPT = timedelta(days=30)
FORGET_SECONDS = 60 * 60

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Take feeds until SIGTERM or SIGINT; what is being taken is finished first.

    Raises FolderTaken when another process watches the folder.
    """
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    store = Store(settings.postgres)
    reader = Reader(settings.kafka)
    pushes = Producer(settings.kafka, PUSH_PATIENCE_SECONDS)
    door = Door(Taker(store, pushes, reader, settings.partitions))
    runner = web.AppRunner(door.application(), shutdown_timeout=DRAIN_SECONDS, access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, settings.push_host, settings.push_port).start()
        await _watch(settings, store, reader, stop)
    finally:
        await runner.cleanup()
        pushes.close()
        store.close()


async def _watch(settings: Settings, store: Store, reader: Reader, stop: asyncio.Event) -> None:
    """The folder's thread and, beside it, the hourly forgetting of old pushes."""
    stopping = threading.Event()
    watching = asyncio.create_task(
        asyncio.to_thread(_watch_folder, settings, store, reader, stopping)
    )
    forgetting = asyncio.create_task(_forget(store))
    told = asyncio.create_task(stop.wait())
    # A thread that ended without being told has failed, and the process with it.
    await asyncio.wait({watching, told}, return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    for task in (forgetting, told):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await watching


def _watch_folder(settings: Settings, store: Store, reader: Reader, stop: threading.Event) -> None:
    producer = Producer(settings.kafka, FOLDER_PATIENCE_SECONDS)

    def ready() -> None:
        producer.connect()
        store.organizer_of(PLATFORM)
        print("ready connectors", flush=True)  # noqa: T201 - the supervisor waits for this line

    try:
        with Folder(Path(settings.home)) as folder:
            until(ready, stop)
            gate = Gate(store.standing, reader.catalogue_end)
            watch(Intake(folder, store, producer, gate, settings.partitions), stop)
    finally:
        producer.close()


async def _forget(store: Store) -> None:
    while True:
        try:
            await asyncio.to_thread(store.forget, SEEN_KEPT)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("old pushes are kept for now: %s", error)
        await asyncio.sleep(FORGET_SECONDS)
