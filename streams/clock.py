"""The writers' clock: it may stand still, it never goes back, and it does not follow a jump.

Holds end by this clock. If the machine's clock is set an hour on, everybody's seats must not be
given away at that moment; if it is set an hour back, holds must not live an hour longer. So time
is counted by a steady clock, which nobody sets, and the wall clock only corrects it by as much
as an honest clock drifts. What is set while a writer runs is noticed, said, and not obeyed.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from justbookit.errors import JustBookItError

JUMP_SECONDS = 1.0
"""What the wall clock may move against the steady one between two looks is a correction …"""

DRIFT = 0.001
"""… or grew, second by second, while nobody looked: twice what NTP corrects at most."""

APART_SECONDS_MAX = 5.0
"""Between this clock and Postgres', or the last event, at a takeover."""

log = logging.getLogger(__name__)


class WrongClock(JustBookItError):
    """This machine's clock cannot be right."""


def since_boot() -> float:
    """Seconds by a clock that nobody sets, and that goes on while a machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Clock:
    """Wall time as this process has seen it."""

    def __init__(
        self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = since_boot
    ) -> None:
        self._wall, self._steady = wall, steady
        self._looked_at = steady()
        self._ahead = wall() - self._looked_at
        """Of the steady clock: what to add to it for the time."""
        self._last = datetime.min.replace(tzinfo=UTC)
        self._jumped = False

    def now(self) -> datetime:
        """The time, never before what it was."""
        steady = self._steady()
        apart = self._wall() - steady - self._ahead
        has_jumped = abs(apart) > JUMP_SECONDS + DRIFT * (steady - self._looked_at)
        if has_jumped is not self._jumped:
            self._jumped = has_jumped
            self._tell(apart)
        if not has_jumped:
            self._ahead += apart
            self._looked_at = steady
        self._last = max(self._last, datetime.fromtimestamp(steady + self._ahead, UTC))
        return self._last

    def begin_at(self, others: datetime, last: datetime | None) -> None:
        """Take partitions over that were decided until `last`, while Postgres' clock is `others`.

        Raises WrongClock when that cannot be: what was decided with another time would be
        undone by ours. A little before `last` the clock stands still until it is there.
        """
        now = self.now()
        apart = timedelta(seconds=APART_SECONDS_MAX)
        if abs(now - others) > apart:
            raise WrongClock(
                f"here it is {now}, and by Postgres' clock {others}: set the clocks, then start"
                " the writer again; with a wrong clock holds would end too early or too late"
            )
        if last is not None:
            if last - now > apart:
                raise WrongClock(
                    f"here it is {now}, and something was decided at {last}: time would run"
                    " backwards. Set the clock, or wait until then"
                )
            self._last = max(now, last)

    def _tell(self, apart: float) -> None:
        if self._jumped:
            log.error(
                "the clock jumped by %+.1f s; going on by the steady clock, which says %s",
                apart,
                datetime.fromtimestamp(self._steady() + self._ahead, UTC),
            )
        else:
            log.warning("the clock is right again")
