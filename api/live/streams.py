"""A connection that stays: what it has seen, what has come since, and that it still lives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec
import psycopg

from api.browse import views
from api.browse.kept import Kept
from api.live.bell import Bells, Subject
from api.live.told import ToldMap, event
from api.problems import ProblemRaised
from api.seatmaps import SeatMaps
from justbookit.ids import ShowId

_HELLO = b"retry: 2000\n\n"
_PULSE = b": still here\n\n"

_encode = msgspec.json.Encoder().encode


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a show's seats."""

    seats_free: int
    availability: str


class TimesNow(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of the seats of each show of a grid."""

    shows: dict[ShowId, Left]
    stale: bool


class Live:
    """The streams of one process."""

    def __init__(self, seatmaps: SeatMaps, bells: Bells) -> None:
        self._seatmaps = seatmaps
        self._bells = bells
        self._told: dict[ShowId, ToldMap] = {}

    async def seats(self, show_id: ShowId, seen: int | None) -> AsyncIterator[bytes]:
        """A show's seats, from the version that was seen on."""
        self._bells.listen(show_id)
        told = self._told.setdefault(show_id, ToldMap())
        try:
            yield _HELLO
            while not self._bells.over:
                ring = self._bells.next_ring(show_id)
                chunk = _PULSE
                with contextlib.suppress(psycopg.Error):  # told when Postgres is back
                    look = await self._seatmaps.look(show_id)
                    if look is not None:
                        seen, said = told.since(seen, look)
                        chunk = said or _PULSE
                yield chunk
                await asyncio.wait([ring])
        finally:
            self._bells.leave(show_id)
            if not self._bells.is_heard(show_id):
                self._told.pop(show_id, None)

    async def times(
        self,
        subject: Subject,
        ask: Callable[[], Kept[views.MovieShows]],
        seen: int | None,
    ) -> AsyncIterator[bytes]:
        """How many seats are left in each show of a grid of times."""
        self._bells.listen(subject)
        try:
            yield _HELLO
            while not self._bells.over:
                ring = self._bells.next_ring(subject)
                try:
                    answer = ask().value
                except ProblemRaised:
                    return  # the last of these shows has begun
                number = _number_of(answer)
                chunk = _PULSE
                if number != seen:
                    chunk, seen = event("times", number, _encode(_left(answer))), number
                yield chunk
                await asyncio.wait([ring])
        finally:
            self._bells.leave(subject)


def _number_of(answer: views.MovieShows) -> int:
    """When the last of these shows changed, in milliseconds; odd while that is stale."""
    return int(answer.as_of.timestamp() * 1000) * 2 + answer.stale


def _left(answer: views.MovieShows) -> TimesNow:
    shows = {
        timing.show_id: Left(seats_free=timing.seats_free, availability=timing.availability)
        for venue in answer.venues
        for timing in venue.timings
    }
    return TimesNow(shows=shows, stale=answer.stale)
