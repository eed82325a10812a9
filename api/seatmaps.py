"""Seat maps of the shows people look at: read once from the log, then kept true by its events.

A map is loaded by replaying the show's events from Postgres and then follows the topic: the next
version is applied, an older one dropped, and a gap makes the map be loaded anew. When the topic
cannot be followed, a map older than a second is loaded anew; when Postgres is away too, what is
in memory is shown with its age.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

from api.answers import Answers
from justbookit import wire
from justbookit.errors import BrokenInvariant
from justbookit.evolving import evolve
from justbookit.ids import ShowId
from justbookit.seat_events import SeatEvent
from justbookit.seatmap import SeatMap

log = structlog.get_logger()

WATCHED_MAX = 2000
"""A map with its events weighs 40 to 80 kB, and reading it anew costs milliseconds."""
_STALE_SECONDS = 1.0

ReadEvents = Callable[[ShowId], Awaitable[Sequence[bytes]]]


class Look(msgspec.Struct, frozen=True):
    """A seat map, how it was at `as_of`; `stale` when it could not be brought up to date.

    `changed_at` is when the last of its events happened.
    """

    seatmap: SeatMap
    as_of: datetime
    stale: bool
    changed_at: datetime


class _Watched:
    """One map, or None while it is being loaded; `early` are events that came meanwhile."""

    __slots__ = ("changed_at", "early", "loaded_at", "loading", "seatmap")

    def __init__(self) -> None:
        self.seatmap: SeatMap | None = None
        self.changed_at = datetime.min.replace(tzinfo=UTC)
        self.loaded_at = 0.0
        self.early: list[SeatEvent] = []
        self.loading: asyncio.Future[None] | None = None


class SeatMaps:
    """The most recently looked at shows, in memory."""

    def __init__(self, read_events: ReadEvents) -> None:
        self._read_events = read_events
        self._watched: OrderedDict[ShowId, _Watched] = OrderedDict()
        self.answers: Answers | None = None
        """Set once by whoever builds both: each knows the other."""

    def is_watched(self, show_id: ShowId) -> bool:
        return show_id in self._watched

    def seen(self, event: SeatEvent) -> None:
        """An event of a watched show came by."""
        watched = self._watched.get(event.show_id)
        if watched is None:
            return
        if watched.seatmap is None or watched.loading is not None:
            watched.early.append(event)
            return
        self._apply(watched, event)

    async def look(self, show_id: ShowId) -> Look | None:
        """The show's seats now; None when nobody has heard of the show.

        Raises what reading Postgres raises, when there is nothing in memory to show instead.
        """
        watched = self._watched.get(show_id)
        if watched is None:
            watched = self._watched[show_id] = _Watched()
            while len(self._watched) > WATCHED_MAX:
                self._watched.popitem(last=False)
        self._watched.move_to_end(show_id)
        follows = self.answers is not None and self.answers.live
        old = not follows and time.time() - watched.loaded_at > _STALE_SECONDS
        stale = False
        if watched.seatmap is None or old:
            try:
                await self._load(show_id, watched)
            except Exception:
                if watched.seatmap is None:
                    self._watched.pop(show_id, None)
                    raise
                stale = True
        seatmap = watched.seatmap
        if seatmap is None or seatmap.terms is None:
            self._watched.pop(show_id, None)
            return None
        return self._look(seatmap, watched, stale=stale)

    def version_of(self, show_id: ShowId) -> int | None:
        """The version of a map that is in memory."""
        watched = self._watched.get(show_id)
        return None if watched is None or watched.seatmap is None else watched.seatmap.version

    def glance(self, show_id: ShowId) -> Look | None:
        """The same without waiting; None when that is not possible."""
        watched = self._watched.get(show_id)
        if (
            watched is None
            or watched.seatmap is None
            or watched.seatmap.terms is None
            or self.answers is None
            or not self.answers.live
        ):
            return None
        self._watched.move_to_end(show_id)
        return self._look(watched.seatmap, watched, stale=False)

    def _look(self, seatmap: SeatMap, watched: _Watched, *, stale: bool) -> Look:
        follows = self.answers is not None and self.answers.live
        as_of = self.answers.as_of if follows and self.answers else watched.loaded_at
        at = datetime.fromtimestamp(max(as_of, watched.loaded_at), UTC)
        return Look(seatmap, at, stale, watched.changed_at)

    async def _load(self, show_id: ShowId, watched: _Watched) -> None:
        """Load once, however many ask."""
        if watched.loading is not None:
            await asyncio.shield(watched.loading)
            return
        watched.loading = asyncio.get_running_loop().create_future()
        try:
            began = time.time()
            seatmap = SeatMap(show_id)
            changed_at = watched.changed_at
            for raw in await self._read_events(show_id):
                event = wire.decode_seat_event(raw)
                evolve(seatmap, event)
                changed_at = event.at
        except BaseException as error:
            watched.loading.set_exception(error)
            watched.loading.exception()  # seen by us, should nobody else wait
            watched.loading = None
            watched.early.clear()
            raise
        watched.seatmap, watched.loaded_at, watched.changed_at = seatmap, began, changed_at
        early, watched.early = watched.early, []
        watched.loading.set_result(None)
        watched.loading = None
        for event in early:
            self._apply(watched, event)

    def _apply(self, watched: _Watched, event: SeatEvent) -> None:
        seatmap = watched.seatmap
        if seatmap is None or event.version <= seatmap.version:
            return
        try:
            evolve(seatmap, event)
            watched.changed_at = event.at
        except (BrokenInvariant, KeyError) as error:
            log.warning("a seat map missed something; loading anew", why=str(error))
            watched.seatmap = None
