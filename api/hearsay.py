"""What any process finds in Postgres before it is published, all of them hear of.

A writer that has committed and cannot publish is asked by way of Postgres. Whoever is told its
answer so may look at the show's seats in another process next; so who looks answers up tells the
version that was found, over Postgres' own channels.
"""

import asyncio
import random
from collections.abc import Callable

import structlog
from psycopg import AsyncConnection, Error

from justbookit.ids import ShowId

log = structlog.get_logger()

CHANNEL = "seat_event_found"
_PAUSE_SECONDS = 1.0


class Hearsay:
    """Listens for as long as the process lives."""

    def __init__(
        self, postgres: str, found: Callable[[ShowId, int], None], missed: Callable[[], None]
    ) -> None:
        """`found`: a show has had that version, at least. `missed`: so may have any, unheard."""
        self._postgres = postgres
        self._found = found
        self._missed = missed

    async def listen(self) -> None:
        """Go on until cancelled, whenever Postgres is there."""
        while True:
            try:
                await self._listen_once()
            except Error as error:
                log.warning("what others find in Postgres is not heard of", why=str(error).strip())
            # Not all processes at the same moment.
            await asyncio.sleep(_PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret

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
            self._missed()
            async for notice in connection.notifies():
                version, _, show_id = notice.payload.partition(" ")
                self._found(ShowId(show_id), int(version))
