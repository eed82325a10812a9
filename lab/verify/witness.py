"""The log folded a second time, by other code than the writer's.

`seatmap.evolve` tells what the writer believes; a fault in it would be believed here as well.
So this fold keeps its own books, plainly: who has each seat, and where each booking stands.
It goes on after a fault, so that one does not hide the next. Rules about time, money and
steps are in `lab.verify.rules`; here is only who has what.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from justbookit.bookings import BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import ClaimKind, Counts
from justbookit.exchange_events import (
    BookingExchanged,
    ExchangeBegun,
    ExchangeDropped,
    ExchangeQuoted,
    ExchangeTaken,
)
from justbookit.ids import BookingId, CommandId, CustomerId, SaleId, SeatId, ShowId, ZoneId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.refusals import ReleaseReason
from justbookit.seat_events import (
    AllotmentGivenBack,
    AllotmentSet,
    BookingCancelled,
    BookingChanged,
    BookingConfirmed,
    ChangeQuoted,
    CommandRefused,
    CounterSaleReturned,
    HoldExtended,
    HoldReleased,
    SeatEvent,
    SeatsBlocked,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowCancelled,
    ShowChanged,
    ShowClosed,
    ShowMoved,
    ShowOpened,
)
from lab.verify.audit import Audit, Check
from lab.verify.lives import Life, exchange_goes_on

Owner = tuple[ClaimKind, str]


class Witness:
    """Who has which seat of one show."""

    def __init__(self, show_id: ShowId, audit: Audit) -> None:
        self.show_id = show_id
        self.terms: ShowTerms | None = None
        self.is_open = False
        self.is_closed = False
        self.cancelled: ShowCancelled | None = None
        self.zones: dict[SeatId, ZoneId] = {}
        self.special: set[str] = set()
        self.allotted: frozenset[SeatId] | None = None
        self.owners: dict[SeatId, Owner] = {}
        self.lives: dict[BookingId, Life] = {}
        self.quotes: dict[CommandId, ChangeQuoted] = {}
        self.sales: dict[SaleId, tuple[SeatId, ...]] = {}
        self._audit = audit
        self._counts: Counts | None = None

    def see(self, event: SeatEvent) -> None:  # noqa: C901, PLR0912, PLR0915 - one arm an event
        """Take one event down."""
        self._counts = None
        match event:
            case SeatsHeld():
                self._begin(event, BookingStatus.HELD, event.held_until)
            case SeatsBooked():
                self._begin(event, BookingStatus.CONFIRMED, event.at)
                self._pay(event)
            case HoldExtended():
                if (life := self.lives.get(event.booking_id)) is not None:
                    life.held_until, life.extended = event.held_until, True
            case BookingConfirmed():
                self._step(event.booking_id, BookingStatus.CONFIRMED)
                self._pay(event)
            case HoldReleased():
                is_expiry = event.reason is ReleaseReason.EXPIRED
                end = BookingStatus.EXPIRED if is_expiry else BookingStatus.RELEASED
                self._end(event, end)
            case BookingCancelled():
                self._end(event, BookingStatus.CANCELLED)
            case ChangeQuoted():
                if event.command_id is not None:
                    self.quotes[event.command_id] = event
            case BookingChanged():
                self._change(event)
            case ExchangeQuoted() | ExchangeBegun() | ExchangeTaken() | ExchangeDropped():
                exchange_goes_on(self.lives, event)
            case BookingExchanged():
                for seat in event.given:
                    self._give(event, seat, ClaimKind.BOOKING, event.booking_id)
                exchange_goes_on(self.lives, event)
            case SeatsBlocked():
                self._take(event, event.seat_ids, (ClaimKind.BLOCK, event.reason))
            case SeatsUnblocked():
                for seat in event.seat_ids:
                    self._give(event, seat, ClaimKind.BLOCK, None)
            case SeatsSoldAtCounter():
                self._sell(event)
            case SeatsOffered():
                self._take(event, event.seat_ids, (ClaimKind.OFFER, event.entry_id))
            case SeatOfferWithdrawn() | WaitingListLeft():
                for seat in event.seat_ids:
                    self._give(event, seat, ClaimKind.OFFER, event.entry_id)
            case CounterSaleReturned():
                self.sales.pop(event.sale_id, None)
                for seat in event.seat_ids:
                    self._give(event, seat, ClaimKind.COUNTER, event.sale_id)
            case AllotmentSet():
                self.allotted = None if event.seat_ids is None else frozenset(event.seat_ids)
            case AllotmentGivenBack():
                self.allotted = frozenset()
            case ShowOpened() | ShowChanged():
                self.is_open = True
                self._sell_on(event.terms)
            case ShowMoved():
                self._move(event)
            case ShowCancelled():
                self.is_open, self.cancelled = False, event
            case ShowClosed():
                self.is_open = False
                self.is_closed = True
            case CommandRefused() | WaitingListJoined():
                pass
            case _:
                assert_never(event)

    def may_be_had(self, seat: SeatId, at: datetime) -> bool:
        """Whether a customer could have taken `seat` at that moment."""
        if seat not in self.zones or (self.allotted is not None and seat not in self.allotted):
            return False
        owner = self.owners.get(seat)
        return owner is None or self.is_over(owner, at)

    def is_over(self, owner: Owner, at: datetime) -> bool:
        """Whether `owner` is a hold that had run out, released or not."""
        life = self.lives.get(BookingId(owner[1])) if owner[0] is ClaimKind.BOOKING else None
        return life is not None and life.status is BookingStatus.HELD and at >= life.held_until

    def seats_of(self, customer_id: CustomerId, at: datetime) -> int:
        """How many seats somebody has or holds at that moment."""
        return sum(
            kind is ClaimKind.BOOKING
            and self.lives[BookingId(name)].customer_id == customer_id
            and not self.is_over((kind, name), at)
            for kind, name in self.owners.values()
        )

    def counts(self) -> Counts:
        """Every seat of the hall counted once, one by one."""
        if self._counts is None:
            self._counts = self._count()
        return self._counts

    def _count(self) -> Counts:
        kinds = dict.fromkeys(("held", "booked", "counter", "block", "free", "else"), 0)
        for seat in self.zones:
            match self.owners.get(seat):
                case (ClaimKind.BOOKING, booking_id):
                    held = self.lives[BookingId(booking_id)].status is BookingStatus.HELD
                    kinds["held" if held else "booked"] += 1
                case (ClaimKind.OFFER, _):
                    kinds["held"] += 1
                case (kind, _):
                    kinds[kind.value] += 1
                case _:
                    allotted = self.allotted is None or seat in self.allotted
                    kinds["free" if allotted else "else"] += 1
        return Counts(
            seats_total=len(self.zones),
            seats_free=kinds["free"],
            seats_held=kinds["held"],
            seats_booked=kinds["booked"],
            seats_counter=kinds["counter"],
            seats_blocked=kinds["block"],
            seats_not_allotted=kinds["else"],
        )

    def _begin(
        self, event: SeatsHeld | SeatsBooked, status: BookingStatus, held_until: datetime
    ) -> None:
        seats = tuple(line.seat_id for line in event.lines)
        if event.booking_id in self.lives:
            self._fault(Check.STEPS, event, f"booking {event.booking_id} begins a second time")
        self.lives[event.booking_id] = Life(
            event.customer_id,
            status,
            event.lines,
            event.amount,
            event.currency,
            held_until,
            event.at,
            self.terms,
            event.lines,
            origin=event.origin if isinstance(event, SeatsHeld) else None,
        )
        self._take(event, seats, (ClaimKind.BOOKING, event.booking_id))

    def _step(self, booking_id: BookingId, status: BookingStatus) -> None:
        if (life := self.lives.get(booking_id)) is not None:
            life.status = status

    def _pay(self, event: SeatsBooked | BookingConfirmed | BookingChanged) -> None:
        life, payment = self.lives.get(event.booking_id), event.payment
        if life is not None and payment is not None:
            life.paid += payment.amount
            life.references.append(payment.reference)

    def _change(self, event: BookingChanged) -> None:
        for seat in event.given:
            self._give(event, seat, ClaimKind.BOOKING, event.booking_id)
        self._take(event, event.taken, (ClaimKind.BOOKING, event.booking_id))
        self._pay(event)
        if (life := self.lives.get(event.booking_id)) is not None:
            life.lines, life.amount = event.lines, event.amount
            life.refunded += event.refund
            life.changed_in = event.version

    def _end(self, event: HoldReleased | BookingCancelled, status: BookingStatus) -> None:
        self._step(event.booking_id, status)
        for seat in event.seat_ids:
            self._give(event, seat, ClaimKind.BOOKING, event.booking_id)

    def _sell(self, event: SeatsSoldAtCounter) -> None:
        for seat in event.seat_ids:
            if self.owners.get(seat, (None, ""))[0] is ClaimKind.BLOCK:
                del self.owners[seat]
        self._take(event, event.seat_ids, (ClaimKind.COUNTER, event.sale_id))
        self.sales[event.sale_id] = event.seat_ids
        for seat in event.conflicts:
            if seat not in self.owners:
                self._fault(Check.OWNERS, event, f"{seat} is called a conflict, and nobody had it")

    def _sell_on(self, terms: ShowTerms) -> None:
        self.terms = terms
        self.zones = terms.layout.zones()
        self.special = {
            row.label + number
            for row in terms.layout.rows
            for number in {*row.accessible, *row.companion}
        }

    def _move(self, event: ShowMoved) -> None:
        """All get up, then all sit down: in the new hall, which has its own seats."""
        moves: list[tuple[Owner, dict[SeatId, SeatId]]] = [
            *(((ClaimKind.BOOKING, str(by)), to) for by, to in event.bookings.items()),
            *(((ClaimKind.COUNTER, str(by)), to) for by, to in event.sales.items()),
        ]
        for owner, to in moves:
            for old in to:
                self._give(event, old, owner[0], owner[1])
        self._sell_on(event.terms)
        self.allotted = None if event.allotment is None else frozenset(event.allotment)
        for owner, to in moves:
            self._take(event, to.values(), owner)
            if owner[0] is ClaimKind.COUNTER:
                name = SaleId(owner[1])
                self.sales[name] = tuple(to.get(seat, seat) for seat in self.sales.get(name, ()))
            elif (life := self.lives.get(BookingId(owner[1]))) is not None:
                life.moved(to, event.version)

    def _take(self, event: SeatEvent, seats: Iterable[SeatId], owner: Owner) -> None:
        for seat in seats:
            self._audit.look(Check.OWNERS)
            if seat not in self.zones:
                self._fault(Check.OWNERS, event, f"{seat} is no seat of this show")
            had = self.owners.get(seat)
            if had is not None:
                self._fault(Check.OWNERS, event, f"{seat} goes to {owner[1]}, and {had[1]} has it")
            self.owners[seat] = owner

    def _give(self, event: SeatEvent, seat: SeatId, kind: ClaimKind, by: str | None) -> None:
        had = self.owners.get(seat)
        if had is None or had[0] is not kind or by not in {None, had[1]}:
            has = "nobody" if had is None else had[1]
            self._fault(Check.OWNERS, event, f"{seat} is given back, and {has} had it")
        else:
            del self.owners[seat]

    def _fault(self, check: Check, event: SeatEvent, what: str) -> None:
        self._audit.fault(check, f"{self.show_id} v{event.version}", what)
