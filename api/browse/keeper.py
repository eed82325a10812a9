"""The billboard kept true: events say that something changed, Postgres says what it is now.

So an event that this process does not know concerns it no less than any other, and many events
of one show cost one look. What could have been missed (a start, a lost connection to Kafka, an
unreadable event) is found by comparing the versions of all shows with Postgres; that is done now
and then in any case, and as long as events do not come by.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import psycopg
import structlog

from api.browse import snapshot
from api.browse.billboard import ALL, Billboard, Topic
from api.browse.kept import Slots
from api.browse.noticed import Noticed
from api.browse.reading import SHOWS_MAX
from api.browse.titles import Titles
from justbookit.ids import MovieId, ShowId
from justbookit.listing import Details, Now, ShowListing, restated
from justbookit.rounds import next_round

log = structlog.get_logger()

STALE_SECONDS = 3.0
TICK_SECONDS = 0.25
ROUND_SECONDS = 0.2
"""From one look at what has changed to the next, but for what comes after a quiet while."""
REST_SECONDS_MAX = 1.0
"""When so much is sold that a look takes long."""
PAGE = 100
COMPARE_SECONDS, COMPARE_BLIND_SECONDS = 60.0, 1.0
WRITE_SECONDS = 10.0
PAUSE_SECONDS = 1.0


class Events(Protocol):
    """Whoever follows the event topics."""

    @property
    def live(self) -> bool: ...
    @property
    def as_of(self) -> float: ...


class Reading(Protocol):
    """What is read from Postgres; see `reading`."""

    async def versions(self) -> dict[ShowId, int]: ...
    async def seats(self, show_ids: Collection[ShowId]) -> list[tuple[ShowId, Details, Now]]: ...
    async def listings(self, show_ids: Collection[ShowId]) -> list[tuple[Details, ShowListing]]: ...
    async def shows_with(self, noticed: Noticed) -> Collection[ShowId]: ...


class Keeper:
    """Keeps one billboard, and lets go of the answers in `slots` that tell of what changes."""

    def __init__(
        self,
        board: Billboard,
        slots: Slots,
        reading: Reading,
        path: Path,
        retitled: Callable[[Titles], None],
    ) -> None:
        self._board = board
        self._slots = slots
        self._freshness = slots.freshness
        self._reading = reading
        self._path = path
        self._retitled = retitled
        self.events: Events | None = None
        """Set once by whoever builds both."""
        self._noticed = Noticed()
        self._wake = asyncio.Event()
        self._details: dict[ShowId, Details] = {}
        self._titles: Titles = {}
        self._was_live = False
        self._compared_at = 0.0
        self._must_compare = True
        self._due = 0.0
        self._wrote_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def notice(self, topic: str, key: bytes | None, raw: bytes) -> None:
        """An event came by."""
        self._noticed.add(topic, key, raw)
        self._wake.set()

    def open(self) -> None:
        self._recall()
        self._tasks = [asyncio.create_task(self._keep()), asyncio.create_task(self._date())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks and len(self._board):
            snapshot.write(self._path, self._taken())

    def _recall(self) -> None:
        """Begin with what some process wrote down."""
        found = snapshot.read(self._path)
        if found is None:
            return
        now = datetime.now(UTC)
        for listing in found.listings:
            self._board.put(listing, now)
        self._freshness.known_until(found.as_of.timestamp(), stale=True)
        self._tell({ALL})

    async def _keep(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()
            try:
                await self._step()
            except psycopg.Error as error:
                log.warning("what is on cannot be looked up just now", why=str(error).strip())
                # Not all processes at the same moment when it is back.
                await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
            except Exception as error:
                log.error("the billboard stumbled", exc_info=error)  # noqa: TRY400 - with all of it
                self._must_compare = True
                await asyncio.sleep(PAUSE_SECONDS)

    async def _step(self) -> None:
        """Take over what has changed, and move the freshness on."""
        self._tell(self._board.pass_time(datetime.now(UTC)))
        live = self.events is not None and self.events.live
        if live and not self._was_live:
            self._must_compare = True
        self._was_live = live
        since = time.time() - self._compared_at
        blind = not live and since > COMPARE_BLIND_SECONDS
        if self._must_compare or self._noticed.unreadable or blind or since > COMPARE_SECONDS:
            # What comes by from here on is looked up the next time.
            self._noticed = Noticed()
            self._must_compare = True
            self._wake.clear()
            await self._compare()
            self._must_compare = False
        elif self._noticed.something:
            await asyncio.sleep(self._due - time.monotonic())
            began = time.monotonic()
            until = self._seen_until()
            noticed, self._noticed = self._noticed, Noticed()
            self._wake.clear()
            try:
                await self._refresh(await self._shows_of(noticed))
            except BaseException:
                self._noticed.also(noticed)
                raise
            self._known_until(until)
            self._due = next_round(
                began, time.monotonic(), every=ROUND_SECONDS, rest_max=REST_SECONDS_MAX
            )
        elif live:
            self._wake.clear()
            self._known_until(self._seen_until())
        await self._write_now_and_then()

    def _seen_until(self) -> float:
        return 0.0 if self.events is None else self.events.as_of

    async def _shows_of(self, noticed: Noticed) -> Collection[ShowId]:
        if not noticed.things:
            return noticed.shows
        return noticed.shows.union(await self._reading.shows_with(noticed))

    async def _compare(self) -> None:
        """Find whatever differs from Postgres."""
        began = time.time()
        versions = await self._reading.versions()
        if len(versions) >= SHOWS_MAX:
            log.warning("only the soonest shows can be browsed", shows=len(versions))
        board, topics = self._board, set[Topic]()
        for show_id in [each for each in board.ids() if each not in versions]:
            topics |= board.remove(show_id)
            self._details.pop(show_id, None)
        self._tell(topics)
        differs = []
        for show_id, version in versions.items():
            listing = board.get(show_id)
            if listing is None or listing.doc_version < version:
                differs.append(show_id)
        await self._refresh(differs)
        self._compared_at = time.time()
        self._known_until(began)

    async def _refresh(self, show_ids: Collection[ShowId]) -> None:
        asked = list(show_ids)
        for at in range(0, len(asked), PAGE):
            await self._refresh_some(asked[at : at + PAGE])

    async def _refresh_some(self, show_ids: list[ShowId]) -> None:
        gone, unknown, changed = set(show_ids), [], []
        for show_id, details, now in await self._reading.seats(show_ids):
            gone.discard(show_id)
            listing = self._board.get(show_id)
            if listing is not None and self._details.get(show_id) == details:
                changed.append(restated(listing, **now))
            else:
                unknown.append(show_id)
        if unknown:
            for details, listing in await self._reading.listings(unknown):
                self._details[listing.show_id] = details
                changed.append(listing)
        topics, at = set[Topic](), datetime.now(UTC)
        for listing in changed:
            topics |= self._board.put(listing, at)
        for show_id in gone:
            topics |= self._board.remove(show_id)
            self._details.pop(show_id, None)
        self._tell(topics)

    def _tell(self, topics: Collection[Topic]) -> None:
        if not topics:
            return
        self._slots.touch(topics)
        if ALL in topics:
            masks = self._board.masks
            shown = {MovieId(each) for each in masks.values("movie")}
            titles = {each: self._board.titles_of(each) for each in shown}
            if titles != self._titles:
                self._titles = titles
                self._retitled(titles)

    def _known_until(self, seconds: float) -> None:
        self._freshness.known_until(seconds, stale=self._freshness.stale)

    async def _date(self) -> None:
        """Say how old what is shown is, and whether that is too old, whatever else takes long."""
        was_true = False
        while True:
            was = self._freshness.stale
            stale = time.time() - self._freshness.seconds > STALE_SECONDS
            self._freshness.known_until(0.0, stale=stale)
            if was != stale:
                if was_true:
                    log.warning("what is on is old" if stale else "what is on is true again")
                was_true = True
                self._slots.touch_all()  # every answer says whether it is stale
            await asyncio.sleep(TICK_SECONDS)

    async def _write_now_and_then(self) -> None:
        if time.time() - self._wrote_at > WRITE_SECONDS and not self._must_compare:
            self._wrote_at = time.time()
            # Of several processes one writes.
            if snapshot.age(self._path) > WRITE_SECONDS:
                await asyncio.to_thread(snapshot.write, self._path, self._taken())

    def _taken(self) -> snapshot.Snapshot:
        return snapshot.Snapshot(as_of=self._freshness.as_of, listings=tuple(self._board))
