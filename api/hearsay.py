"""What any process finds in Postgres before it is published, all of them hear of.

A writer that has committed and cannot publish is asked by way of Postgres. Whoever is told its
answer so may look at the show's seats in another process next; so who looks answers up tells the
version that was found, over Postgres' own channels.

Whoever listens also talks to itself there: what it hears of that was told in order, so it knows up
to when it has missed nothing, also while a connection is silent and not yet known to be cut.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from secrets import token_hex

import structlog
from psycopg import AsyncConnection, Error

from justbookit.ids import ShowId

log = structlog.get_logger()

CHANNEL = "seat_event_found"
_PAUSE_SECONDS = 1.0
_BEAT_SECONDS = 1.0
_BEAT = "beat"


class Hearsay:
    """Listens for as long as the process lives.

    `as_of`: all that was found up to then (seconds since the epoch) has been heard of.
    """

    def __init__(
        self,
        postgres: str,
        tell: Callable[[str], Awaitable[None]],
        *,
        found: Callable[[ShowId, int], None],
        missed: Callable[[float], None],
    ) -> None:
        """`tell`: say something to all who listen, by another connection.

        `found`: a show has had that version, at least. `missed`: since that moment so may have any,
        unheard.
        """
        self._postgres = postgres
        self._tell = tell
        self._found = found
        self._missed = missed
        self._name = token_hex(8)
        self.as_of = 0.0

    async def listen(self) -> None:
        """Go on until cancelled, whenever Postgres is there."""
        beating = asyncio.create_task(self._beat())
        try:
            while True:
                try:
                    await self._listen_once()
                except Error as error:
                    why = str(error).strip()
                    log.warning("what others find in Postgres is not heard of", why=why)
                # Not all processes at the same moment.
                pause = _PAUSE_SECONDS * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
                await asyncio.sleep(pause)
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            with contextlib.suppress(Error):  # then nothing is heard, and that is what counts
                await self._tell(f"{_BEAT} {self._name} {time.time()}")
            await asyncio.sleep(_BEAT_SECONDS)

    async def _listen_once(self) -> None:
        async with await AsyncConnection.connect(
            self._postgres,
            autocommit=True,
            connect_timeout=2,
            application_name="justbookit-api hearsay",
            # a connection that was cut in silence is to be missed soon
            keepalives_idle=5,
            keepalives_interval=5,
            keepalives_count=2,
        ) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._missed(self.as_of)
            async for notice in connection.notifies():
                self._hear(notice.payload)

    def _hear(self, told: str) -> None:
        first, _, rest = told.partition(" ")
        if first != _BEAT:
            self._found(ShowId(rest), int(first))
            return
        name, _, at = rest.partition(" ")
        if name == self._name:
            self.as_of = float(at)
