"""What is promised to whoever asks, and where a promise was broken."""

from collections import Counter
from enum import StrEnum

import msgspec

KEPT_MAX = 200


class Promise(StrEnum):
    """What is promised to whoever asks; the text is what the table says."""

    DURABLE = "what was answered with yes is in the log, with its seats and its amount"
    KEPT = "a booking ended as its owner was told last"
    REFUSED = "what was answered with no is a no in the log, for the same reason"
    TAKEN = "a seat that was refused was somebody's while it was asked for"
    ONE_ANSWER = "a request has one answer, however often it is asked"
    ONCE = "a request happened at most once, known or not"
    ASKED = "nothing happened that nobody asked for"
    REUSED = "a key with another body is refused"
    ORDER = "what was answered before something else was asked comes before it in the log"
    MOMENT = "what was answered was decided between the asking and the answer"
    EXPIRY = "holds end when they run out: not before, and at most 1 s and the repair later"
    SHOWN = "a seat map shows each seat as the log has it in the map's version"
    FRESH = "a seat map has all that was answered a second before its As-Of"
    OWNERS = "a seat has one owner at every moment, in the log and by what clients were told"


class Window(msgspec.Struct, frozen=True):
    """A time in which something was broken and not yet mended."""

    begin: float
    end: float
    target: str = ""


class Findings:
    """How often each promise was looked at, and where it was broken."""

    def __init__(self) -> None:
        self.looked_at: Counter[Promise] = Counter()
        self.found: Counter[Promise] = Counter()
        self.violations: list[str] = []
        self.unknown: Counter[str] = Counter()
        """Kinds of events that could not be judged, nor what was done to seats in their shows."""
        self._refused: Counter[str] = Counter()
        """Of each request that two shows decide and that was refused: by how many of them."""

    def expect(self, promise: Promise, what: str, *, holds: bool) -> None:
        """Note that `promise` was looked at, and whether it held."""
        self.looked_at[promise] += 1
        if not holds:
            self.found[promise] += 1
            if len(self.violations) < KEPT_MAX:
                self.violations.append(f"{promise.name}  {what}")

    def refused_here(self, key: str, *, holds: bool) -> None:
        """Note whether this show is one of those that refused a request that two decide."""
        self._refused[key] += holds

    def settle(self) -> None:
        """When both shows of every request have been looked at: one has refused, and not both."""
        for key, count in self._refused.items():
            what = f"what was asked with the key {key} was refused by {count} shows of two"
            self.expect(Promise.REFUSED, what, holds=count == 1)
        self._refused.clear()

    def add(self, others: "Findings") -> None:
        """Take in what was found of other shows."""
        self.looked_at += others.looked_at
        self.found += others.found
        self.unknown += others.unknown
        self._refused.update(others._refused)  # noqa: SLF001 - of the same kind
        self.violations += others.violations[: KEPT_MAX - len(self.violations)]
