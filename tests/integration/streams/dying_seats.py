"""A seat writer that dies when it has decided something, as `kill -9` at that moment would end it.

`python dying_seats.py EVENT before|between|after`: before anything of the batch with such an event
is published, when its events are but its errands are not, or after both, when nobody has noted it.
"""

import os
import signal
import sys
from collections.abc import Iterable, Sequence

from justbookit.dead_letters import StreamDeadLetter
from justbookit.seat_events import SeatEvent
from streams.__main__ import main
from streams.seats.batch import Message
from streams.seats.publisher import Publisher

_publish, _run_errands = Publisher.publish, Publisher.run_errands
KIND, MOMENT = sys.argv[1:]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _is_it(events: Iterable[SeatEvent]) -> bool:
    return any(type(event).__name__ == KIND for event in events)


async def publish(
    self: Publisher, messages: Sequence[Message], letters: Iterable[StreamDeadLetter]
) -> None:
    is_it = _is_it(message.event for message in messages)
    if is_it and MOMENT == "before":
        _die()
    await _publish(self, messages, letters)
    if is_it:
        _die()


async def run_errands(self: Publisher, events: Iterable[SeatEvent]) -> None:
    told = list(events)
    if MOMENT == "between" and _is_it(told):
        _die()
    await _run_errands(self, told)


Publisher.publish = publish  # type: ignore[method-assign]  # what this program is for
Publisher.run_errands = run_errands  # type: ignore[method-assign]
main(["seats"])
