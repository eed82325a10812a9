"""Guessing passwords gets slower: failures wait twice as long each, and never lock for good.

Accounts and addresses are counted apart: one bucket per pair would give an attacker with many
addresses, or with many accounts to try, a fresh bucket each time.
"""

from collections import OrderedDict

FREE_FAILURES = 5
WAIT_MAX_SECONDS = 300.0
_REMEMBERED_MAX = 20_000


class Throttle:
    """Failures by name, each with the time until which the name has to wait."""

    def __init__(self, free_failures: int = FREE_FAILURES) -> None:
        self._free_failures = free_failures
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, name: str, now: float) -> float:
        """How many seconds `name` must wait before the next attempt."""
        _, until = self._failures.get(name, (0, 0.0))
        return max(0.0, until - now)

    def failed(self, name: str, now: float) -> None:
        count = self._failures.pop(name, (0, 0.0))[0] + 1
        over = count - self._free_failures
        pause = 0.0 if over < 0 else min(WAIT_MAX_SECONDS, 2.0 ** min(over, 10))
        self._failures[name] = (count, now + pause)
        if len(self._failures) > _REMEMBERED_MAX:
            self._failures.popitem(last=False)

    def succeeded(self, name: str) -> None:
        self._failures.pop(name, None)
