"""What ends by itself in a show, and when: blocks with an end, and our allotment.

Holds end by themselves, too; they are many and short, and have a book of their own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from justbookit.ids import SeatId


class Deadline(NamedTuple):
    """When something ends; with `minutes_before` it is said from the start of the show."""

    at: datetime
    minutes_before: int | None = None


class Lapses(msgspec.Struct):
    """Changed in place as the show's events say; `next_at` is when the first of all this ends."""

    blocks: dict[SeatId, Deadline] = {}
    give_back: Deadline | None = None
    next_at: datetime | None = None

    def copy(self) -> "Lapses":
        return Lapses(dict(self.blocks), self.give_back, self.next_at)

    def block(
        self, seat_ids: Iterable[SeatId], until: datetime | None, minutes: int | None
    ) -> None:
        """Seats are kept from sale until then; None: they do not come back by themselves."""
        if until is not None:
            self.blocks.update(dict.fromkeys(seat_ids, Deadline(until, minutes)))
            self._note()

    def unblock(self, seat_ids: Iterable[SeatId]) -> None:
        """Whatever these seats were blocked until, they are blocked no more."""
        if self.blocks:
            for seat in seat_ids:
                self.blocks.pop(seat, None)
            self._note()

    def allot(self, give_back_at: datetime | None, minutes: int | None) -> None:
        """Our allotment is ours until then; None: for good, or there is none to give back."""
        self.give_back = None if give_back_at is None else Deadline(give_back_at, minutes)
        self._note()

    def start(self, starts_at: datetime) -> None:
        """The show starts then: what is said in minutes before it moves along."""
        if self.next_at is not None:
            self.blocks = {seat: _moved(each, starts_at) for seat, each in self.blocks.items()}
            if self.give_back is not None:
                self.give_back = _moved(self.give_back, starts_at)
            self._note()

    def blocks_over(self, now: datetime) -> tuple[SeatId, ...]:
        """The seats whose block is over by `now`."""
        return tuple(seat for seat, deadline in self.blocks.items() if deadline.at <= now)

    def is_given_back(self, now: datetime) -> bool:
        return self.give_back is not None and self.give_back.at <= now

    def ends(self) -> list[datetime]:
        """Every time at which something of this ends, once."""
        ends = {deadline.at for deadline in self.blocks.values()}
        if self.give_back is not None:
            ends.add(self.give_back.at)
        return list(ends)

    def _note(self) -> None:
        self.next_at = min(self.ends(), default=None)


def when_it_ends(
    moment: datetime | None, minutes: int | None, starts_at: datetime, now: datetime
) -> tuple[datetime | None, str]:
    """When something ends by itself (None: never), and what is wrong with what was said of it."""
    if minutes is not None:
        if moment is not None:
            return None, "say when it ends as a moment or in minutes before the start, not both"
        moment = starts_at - timedelta(minutes=minutes)
    if moment is not None and not now < moment <= starts_at:
        return None, (
            f"{moment:%FT%TZ} will not do: it ends after now ({now:%FT%TZ}) and not after"
            f" the show has begun ({starts_at:%FT%TZ})"
        )
    return moment, ""


def _moved(deadline: Deadline, starts_at: datetime) -> Deadline:
    if deadline.minutes_before is None:
        return deadline
    return deadline._replace(at=starts_at - timedelta(minutes=deadline.minutes_before))
