"""Who may sit where: the seats of one show, as its events left them, changed in place by `evolve`.

What may happen next is said by `justbookit.deciding`.
"""

from datetime import datetime

from justbookit.bookings import Booking
from justbookit.catalogue import ShowTerms
from justbookit.claims import Claim, Counts
from justbookit.entries import Entry
from justbookit.halls import NO_HALL
from justbookit.ids import BookingId, CommandId, CustomerId, EntryId, SaleId, SeatId, ShowId, ZoneId
from justbookit.lapses import Lapses
from justbookit.offers import Tariff
from justbookit.seat_events import SeatEvent, ShowCancelled


class SeatMap:
    """One show at one version of its log; at version 0 nobody has heard of the show."""

    __slots__ = (
        "allotment",
        "answers",
        "bookings",
        "bookings_of",
        "cancelling",
        "claims",
        "ended",
        "forgot",
        "free",
        "hall",
        "holds",
        "lapses",
        "open",
        "sales",
        "show_id",
        "tallies",
        "tariff",
        "tariff_since",
        "tariffs",
        "terms",
        "version",
        "waiting",
    )

    def __init__(self, show_id: ShowId) -> None:
        self.show_id = show_id
        self.version = 0
        self.open = False
        self.terms: ShowTerms | None = None
        self.tariff: Tariff | None = None
        self.tariff_since = 0
        """The version of the log since which seats are sold by `tariff`."""
        self.tariffs: dict[int, Tariff] = {}
        """What live bookings were priced by, by the version since which it held."""
        self.hall = NO_HALL
        self.claims: dict[SeatId, Claim] = {}
        self.allotment: frozenset[SeatId] | None = None
        """The seats that are ours to sell; None: all."""
        self.bookings: dict[BookingId, Booking] = {}
        self.bookings_of: dict[CustomerId, list[BookingId]] = {}
        self.holds: dict[BookingId, datetime] = {}
        """When each live hold runs out."""
        self.lapses = Lapses()
        self.cancelling: ShowCancelled | None = None
        """How the theatre cancelled the show, while some of its bookings still stand."""
        self.sales: dict[SaleId, tuple[SeatId, ...]] = {}
        self.answers: dict[CommandId, SeatEvent] = {}
        """The one event that answered each command."""
        self.ended: dict[BookingId, None] = {}
        """Bookings that are over, in the order in which they ended."""
        self.waiting: dict[EntryId, Entry] = {}
        """The waiting list, in order of joining."""
        self.forgot = False
        """Whether there were answers and ended bookings that are not kept here any more."""
        self.free = 0
        self.tallies = {"held": 0, "booked": 0, "counter": 0, "block": 0}

    @property
    def zones(self) -> dict[SeatId, ZoneId]:
        return self.hall.zones

    def counts(self) -> Counts:
        total = len(self.zones)
        return Counts(
            seats_total=total,
            seats_free=self.free,
            seats_held=self.tallies["held"],
            seats_booked=self.tallies["booked"],
            seats_counter=self.tallies["counter"],
            seats_blocked=self.tallies["block"],
            seats_not_allotted=total - len(self.claims) - self.free,
        )

    @property
    def lapses_at(self) -> datetime | None:
        """When the next thing of this show ends by itself, holds aside."""
        if self.cancelling is not None:
            return self.cancelling.at
        return self.lapses.next_at if self.open else None

    def is_allotted(self, seat_id: SeatId) -> bool:
        return self.allotment is None or seat_id in self.allotment
