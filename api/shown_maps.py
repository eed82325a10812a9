"""A show's seat map as bytes, for as long as nothing happens and no moment passes that shows.

The ETag is the version of the show's log with the number of such moments: two processes that
have read the same log show the same bytes under the same ETag.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from api.browse.freshness import headers_of
from api.headers import Header
from api.ready import Ready
from api.seatmap_views import moments_of, seat_map_view
from api.seatmaps import WATCHED_MAX, Look, SeatMaps
from justbookit.ids import ShowId

SEATMAP_CACHING = "no-cache"
"""The map changes with every booking: caches must ask, and get 304 while nothing changed."""
GLANCE_SECONDS = 0.2
"""How long it may go unnoticed that the map is not followed any more."""

_encode = msgspec.json.Encoder().encode


class ShownMaps:
    """The maps that were shown last; the bytes of the others are let go."""

    def __init__(self, seatmaps: SeatMaps, saw: Callable[[ShowId], None]) -> None:
        self._seatmaps = seatmaps
        self._saw = saw
        self._shown: OrderedDict[ShowId, ShownMap] = OrderedDict()

    def of(self, look: Look) -> "ShownMap":
        """A show's map as it is now."""
        show_id = look.seatmap.show_id
        shown = self._shown[show_id] = ShownMap(self._seatmaps, look, self._saw)
        self._shown.move_to_end(show_id)
        while len(self._shown) > WATCHED_MAX:
            self._shown.popitem(last=False)[1].let_go()
        return shown


class ShownMap:
    """One show's seats, put together when they are asked for and have changed."""

    def __init__(self, seatmaps: SeatMaps, look: Look, saw: Callable[[ShowId], None]) -> None:
        self._seatmaps = seatmaps
        self._show_id = look.seatmap.show_id
        self._saw = saw
        self._ready: Ready | None = None
        self._version = 0
        self._holds_until = 0.0
        self._glance_at = 0.0
        self._headers: tuple[Header, ...] = ()
        self._gone = False
        self.body, self.etag = b"", ""
        self._make(look)

    def ready_now(self) -> Ready | None:
        """The map as it is sent; None when it is not in memory or not followed."""
        if self._gone:
            return None
        now = time.time()
        version = self._seatmaps.version_of(self._show_id)
        if now < self._glance_at and now < self._holds_until and version == self._version:
            return self._put_together()
        look = self._seatmaps.glance(self._show_id)
        if look is None:
            return None
        if now >= self._holds_until or version != self._version:
            self._make(look)
        else:
            self._glanced(look)
        return self._put_together()

    def let_go(self) -> None:
        """Forget the bytes; the route shows the map anew."""
        self._gone, self._ready, self.body = True, None, b""

    def sent(self) -> None:
        """Somebody was given the map."""
        self._saw(self._show_id)

    def freshness_now(self) -> tuple[Header, ...]:
        return self._headers

    def _put_together(self) -> Ready:
        if self._ready is None:
            self._ready = Ready(self.body, self.etag, SEATMAP_CACHING, self.sent)
        return self._ready

    def _make(self, look: Look) -> None:
        now = datetime.now(UTC)
        moments = moments_of(look.seatmap)
        passed = sum(moment <= now for moment in moments)
        coming = [moment.timestamp() for moment in moments if moment > now]
        self._version = look.seatmap.version
        self._holds_until = 0.0 if look.stale else min(coming, default=float("inf"))
        self.body = _encode(seat_map_view(look, now))
        self.etag = f'"v{self._version}.{passed}{"-stale" if look.stale else ""}"'
        self._ready = None
        self._glanced(look)

    def _glanced(self, look: Look) -> None:
        self._headers = headers_of(look.as_of.timestamp(), stale=look.stale)
        self._glance_at = time.time() + GLANCE_SECONDS
