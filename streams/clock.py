"""The writers' clock: it may stand still, it never goes back."""

from datetime import UTC, datetime


class Clock:
    """Wall time as this process has seen it."""

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        self._last = max(self._last, datetime.now(UTC))
        return self._last
