"""What was checked, how often, and what was found to be wrong."""

from collections import Counter
from enum import StrEnum

import msgspec

FAULTS_KEPT_MAX = 1000
"""Of each check; a broken stack must not fill the memory with its differences."""


class Check(StrEnum):
    """Every promise that is looked after; the text is what the table says."""

    READABLE = "every record is an event of ours, in its show's partition"
    REPEATS = "what was published twice is the same, byte for byte"
    VERSIONS = "a show's versions count from 1 without a hole"
    OWNERS = "a seat has at most one owner, at every moment of the log"
    STEPS = "bookings, sales, blocks and shows take legal steps only"
    WAITING = "free seats are offered to who waits in the order of joining"
    EXPIRY = "holds end unpaid when they run out, and not before"
    PRICES = "every price follows from the terms in force"
    EXCHANGES = "what leaves a show for another arrives there, once, with all its money"
    REFUSALS = "a refused seat could not be had at that moment"
    ANSWERS = "a command has one answer"
    COUNTS = "free, held, booked, counter, blocked and not allotted make up the hall"
    PROMISES = "a booking that was answered 201 is there, paid, with its seats and price"
    LOG_ROWS = "seat_event is the topic, byte for byte"
    BOOKING_ROWS = "booking equals the log"
    CLAIM_ROWS = "seat_claim equals the log"
    WAITING_ROWS = "waiting_entry equals the log"
    INVENTORY_ROWS = "show_inventory equals the log"
    SHOW_ROWS = "show equals the log"
    CATALOGUE_ROWS = "venues, theatres, movies and offers equal catalogue-events"
    SCREENS = "no two shows overlap on a screen"
    POSITIONS = "the writers have read their topics to the end, and published all"
    INDEX = "OpenSearch's availability equals the log"
    CARDS = "what texts are looked for in equals catalogue-events"


class Fault(msgspec.Struct, frozen=True):
    """One difference between what is promised and what is."""

    check: Check
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.check.name}  {self.subject}: {self.what}"


class Audit:
    """Collects what the checks looked at and what they found."""

    def __init__(self) -> None:
        self.looked_at: Counter[Check] = Counter()
        self.found: Counter[Check] = Counter()
        self.faults: list[Fault] = []
        self.totals: Counter[str] = Counter()
        """What there is in all, for who reads the table: events, shows, bookings, …"""

    def look(self, check: Check, times: int = 1) -> None:
        """Note that `check` was made."""
        self.looked_at[check] += times

    def fault(self, check: Check, subject: str, what: str) -> None:
        """Note a difference."""
        self.found[check] += 1
        if self.found[check] <= FAULTS_KEPT_MAX:
            self.faults.append(Fault(check, subject, what))

    def expect(self, check: Check, subject: str, what: str, *, got: object, want: object) -> None:
        """Note a difference unless `got` is what the log says."""
        self.looked_at[check] += 1
        if got != want:
            self.fault(check, subject, f"{what} is {got!r:.300}, and should be {want!r:.300}")

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found
