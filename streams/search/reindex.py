"""`python -m streams reindex`: new indices in place of the old, while everything goes on."""

import asyncio
import contextlib
import signal
import sys

import psycopg

from justbookit.settings import Settings
from streams import postgres
from streams.search.building import AnotherBuild, build
from streams.search.index import Index, IndexUnavailable, Refused


def run(settings: Settings) -> None:
    """Make the indices of shows and movies anew; exits 1 with the reason when it cannot."""
    try:
        refused = asyncio.run(_reindex(settings))
    except (AnotherBuild, IndexUnavailable, psycopg.Error) as error:
        sys.exit(f"reindex: {error}; what was there is untouched")
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit("reindex: stopped; what was there is untouched")
    for each in refused:
        _say(f"not in the index: {each}")
    if refused:
        sys.exit(f"reindex: OpenSearch refused {len(refused)} documents")


async def _reindex(settings: Settings) -> list[Refused]:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with contextlib.AsyncExitStack() as stack:
        index = Index(settings)
        stack.push_async_callback(index.close)
        connection = await postgres.connect(settings, "reindex")
        stack.push_async_callback(connection.close)
        return await build(connection, index, _say)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
