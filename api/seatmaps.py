"""Seat maps of the shows people look at: read once from the log, then kept true by its events.

A map is loaded by replaying the show's events from Postgres and then follows the topic: the next
version is applied, an older one dropped, and a gap makes the map be loaded anew. When the topic
cannot be followed, a map older than a second is loaded anew. While Postgres is away nobody waits
for it: what is in memory is shown with its age, or else what lies on the shelf.
"""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec
import psycopg
import structlog

from api.answers import Answers
from api.hearsay import Hearsay
from api.shelf import Shelved
from justbookit import wire
from justbookit.errors import BrokenInvariant
from justbookit.evolving import evolve
from justbookit.ids import ShowId
from justbookit.seat_events import SeatEvent
from justbookit.seatmap import SeatMap
from justbookit.snapshots import restored

log = structlog.get_logger()

WATCHED_MAX = 2000
"""A map with its events weighs 40 to 80 kB, and reading it anew costs milliseconds."""
_STALE_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
"""How long a look waits for Postgres: a frozen one does not say that it is away."""
_PAUSE_SECONDS = 1.0
_AWAY = (psycopg.Error, OSError, TimeoutError)

ReadEvents = Callable[[ShowId], Awaitable[Sequence[bytes]]]
OnShelf = Callable[[ShowId], Shelved | None]


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

    __slots__ = (
        "changed_at",
        "doubted_at",
        "doubted_since",
        "early",
        "from_shelf",
        "loaded_at",
        "loading",
        "seatmap",
    )

    def __init__(self) -> None:
        self.seatmap: SeatMap | None = None
        self.changed_at = datetime.min.replace(tzinfo=UTC)
        self.loaded_at = 0.0
        self.from_shelf = False
        self.doubted_at = 0.0
        """When somebody was last told of something that is not in it, or may have been."""
        self.doubted_since = 0.0
        """When that was so for the first time since the map was true."""
        self.early: list[SeatEvent] = []
        self.loading: asyncio.Task[None] | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether nobody has looked into Postgres since then."""
        return self.loaded_at <= self.doubted_at

    def doubt(self, since: float) -> None:
        """Somebody was told of something that is not in it, or may have been, from then to now."""
        if not self.is_doubtful:
            self.doubted_since = since
        self.doubted_at = time.time()


class SeatMaps:
    """The most recently looked at shows, in memory."""

    def __init__(self, read_events: ReadEvents, on_shelf: OnShelf = lambda _: None) -> None:
        self._read_events = read_events
        self._on_shelf = on_shelf
        self._away = False
        self._ask_again_at = 0.0
        self._watched: OrderedDict[ShowId, _Watched] = OrderedDict()
        self.answers: Answers | None = None
        """Set once by whoever builds both: each knows the other."""
        self.hearsay: Hearsay | None = None
        """The same."""

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

    def found(self, show_id: ShowId, version: int) -> None:
        """Somebody is told of that version, and the topic may not have brought it yet."""
        watched = self._watched.get(show_id)
        if watched is not None and (watched.seatmap is None or watched.seatmap.version < version):
            watched.doubt(time.time())

    def doubt_all(self, since: float) -> None:
        """Somebody may have been told of anything, since then."""
        for watched in self._watched.values():
            watched.doubt(since)

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
        is_true = watched.seatmap is not None and not (
            old or watched.from_shelf or watched.is_doubtful
        )
        if not is_true:
            is_true = await self._bring_up_to_date(show_id, watched)
        seatmap = watched.seatmap
        if seatmap is None or seatmap.terms is None:
            self._watched.pop(show_id, None)
            return None
        return self._look(seatmap, watched, stale=not is_true)

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
            or watched.from_shelf
            or watched.is_doubtful
            or self.answers is None
            or not self.answers.live
        ):
            return None
        self._watched.move_to_end(show_id)
        return self._look(watched.seatmap, watched, stale=False)

    @property
    def _followed_until(self) -> float:
        """Up to when all has come by that is published, or that somebody was told of before."""
        published = 0.0 if self.answers is None else self.answers.as_of
        return published if self.hearsay is None else min(published, self.hearsay.as_of)

    def _look(self, seatmap: SeatMap, watched: _Watched, *, stale: bool) -> Look:
        as_of = watched.loaded_at
        if not watched.from_shelf:
            as_of = max(as_of, self._followed_until)
        if watched.is_doubtful:
            as_of = min(as_of, max(watched.doubted_since, watched.loaded_at))
        return Look(seatmap, datetime.fromtimestamp(as_of, UTC), stale, watched.changed_at)

    async def _bring_up_to_date(self, show_id: ShowId, watched: _Watched) -> bool:
        """Whether the map is as Postgres has it; else it is as old as it has to be.

        Raises what reading Postgres raises, when there is nothing else to show.
        """
        if self._away and (watched.seatmap is not None or self._take_from_shelf(show_id, watched)):
            if time.monotonic() >= self._ask_again_at:
                self._ask_later()
                self._loading(show_id, watched)  # nobody waits for it
            return False
        loading = self._loading(show_id, watched)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await asyncio.shield(loading)
        except TimeoutError as error:
            self._is_away()
            if not self._has_something(show_id, watched):
                raise psycopg.OperationalError("no answer in time") from error
            return False
        except Exception:
            if not self._has_something(show_id, watched):
                raise
            return False
        return True

    def _has_something(self, show_id: ShowId, watched: _Watched) -> bool:
        """Whether there is a map to show, however old; one with nothing is not watched."""
        if watched.seatmap is not None or self._take_from_shelf(show_id, watched):
            return True
        self._watched.pop(show_id, None)
        return False

    def _loading(self, show_id: ShowId, watched: _Watched) -> asyncio.Task[None]:
        """The load under way: one, however many ask."""
        if watched.loading is None:
            watched.loading = asyncio.create_task(self._load(show_id, watched))
            watched.loading.add_done_callback(self._loaded)
        return watched.loading

    def _loaded(self, loading: asyncio.Task[None]) -> None:
        error = None if loading.cancelled() else loading.exception()
        if error is None:
            self._away = False
        elif isinstance(error, _AWAY):
            self._is_away()

    def _is_away(self) -> None:
        self._away = True
        self._ask_later()

    def _ask_later(self) -> None:
        # Not all processes at the same moment.
        pause = _PAUSE_SECONDS * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
        self._ask_again_at = time.monotonic() + pause

    async def _load(self, show_id: ShowId, watched: _Watched) -> None:
        try:
            began = time.time()
            seatmap = SeatMap(show_id)
            changed_at = watched.changed_at
            for raw in await self._read_events(show_id):
                event = wire.decode_seat_event(raw)
                evolve(seatmap, event)
                changed_at = event.at
            watched.seatmap, watched.loaded_at, watched.changed_at = seatmap, began, changed_at
            watched.from_shelf = False
        finally:
            watched.loading = None
            # When nothing could be read they follow what was there before.
            early, watched.early = watched.early, []
            for event in early:
                self._apply(watched, event)

    def _take_from_shelf(self, show_id: ShowId, watched: _Watched) -> bool:
        """Whether the show lies on the shelf, and can be read."""
        shelved = self._on_shelf(show_id)
        if shelved is None:
            return False
        try:
            watched.seatmap = restored(shelved.body)
        except (msgspec.MsgspecError, KeyError) as error:
            log.warning("a seat map on the shelf is of no use", show=show_id, why=str(error))
            return False
        watched.loaded_at, watched.from_shelf = shelved.as_of, True
        watched.changed_at = datetime.fromtimestamp(shelved.changed_at, UTC)
        return True

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
