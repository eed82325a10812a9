"""Counts how often seats are looked at, and tells once a minute.

Counting is an addition in memory. Nobody who looks waits for the telling, and what cannot be told
within its minute, because Kafka is away, is not told later: it would be told of another minute.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from api.commands import NotTaken
from justbookit.ids import ShowId
from justbookit.show_views import SHOWS_MAX, ShowsViewed

log = structlog.get_logger()

MINUTE = timedelta(minutes=1)
COUNTED_MAX = 20_000
"""Shows in one minute; no house has so many on sale, and memory stays bounded."""


class Viewing:
    """What one process showed since it told last."""

    def __init__(self, send: Callable[[ShowsViewed], Awaitable[None]]) -> None:
        self._send = send
        self._views: Counter[ShowId] = Counter()

    def saw(self, show_id: ShowId) -> None:
        """Somebody was shown the seats of this show."""
        if show_id in self._views or len(self._views) < COUNTED_MAX:
            self._views[show_id] += 1

    async def tell_each_minute(self) -> None:
        """Tell when a minute is over, again and again; ends when cancelled."""
        while True:
            now = datetime.now(UTC)
            over = now.replace(second=0, microsecond=0) + MINUTE
            await asyncio.sleep((over - now).total_seconds())
            await self.tell(over - MINUTE)

    async def tell(self, minute_at: datetime) -> None:
        """Tell what was counted since the last time as seen in this minute, and begin anew."""
        counted, self._views = self._views, Counter()
        shows = list(counted.items())
        for start in range(0, len(shows), SHOWS_MAX):
            some = dict(shows[start : start + SHOWS_MAX])
            message = ShowsViewed(at=datetime.now(UTC), minute_at=minute_at, views=some)
            try:
                await self._send(message)
            except NotTaken as error:
                log.warning("views of a minute are lost", why=str(error), shows=len(some))
