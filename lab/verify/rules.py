"""What each event must keep to, given what happened before it: steps, time, money, reasons."""

from datetime import datetime, timedelta

from justbookit.bookings import BookingStatus
from justbookit.catalogue import Mode, OrphanRule, SellingRules, ShowTerms
from justbookit.claims import ClaimKind
from justbookit.ids import BookingId, SeatId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from justbookit.offers import Tariff, price, tariff_of
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_events import (
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
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    ShowChanged,
    ShowClosed,
    ShowMoved,
    ShowOpened,
)
from lab.verify.audit import Audit, Check
from lab.verify.changes import Changes
from lab.verify.line import Line
from lab.verify.lives import Life
from lab.verify.neighbours import Choice, Neighbours
from lab.verify.theatre_side import TheatreSide
from lab.verify.witness import Witness

SEAT_REFUSALS = frozenset(
    {
        Refusal.SEAT_TAKEN,
        Refusal.SEAT_BLOCKED,
        Refusal.NOT_ALLOTTED,
        Refusal.UNKNOWN_SEAT,
        Refusal.ACCESSIBLE_ONLY,
        Refusal.NO_BLOCK,
        Refusal.SEATS_AVAILABLE,
    }
)


class Rules:
    """Holds one show's events to the rules; asks `witness` what was so just before each."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit
        self._changes = Changes(witness, audit)
        self._theatre = TheatreSide(witness, audit)
        self.line = Line(witness, audit)
        self._tariff: Tariff | None = None

    def hold(self, event: SeatEvent) -> None:  # noqa: C901, PLR0912 - one arm an event
        """Look at an event that `witness` has not seen yet."""
        match event:
            case SeatsHeld() | SeatsBooked():
                self._taken(event)
            case HoldExtended():
                self._extended(event)
            case BookingConfirmed():
                self._confirmed(event)
            case HoldReleased():
                self._released(event)
            case BookingCancelled():
                self._changes.cancelled(event)
            case ChangeQuoted():
                self._changes.quoted(event)
            case BookingChanged():
                self._changes.changed(event)
            case CommandRefused():
                self._refused(event)
            case SeatsSoldAtCounter() | CounterSaleReturned():
                self._theatre.counter(event)
            case AllotmentSet():
                self._theatre.allotted(event)
            case WaitingListJoined() | SeatsOffered() | SeatOfferWithdrawn() | WaitingListLeft():
                self.line.hold(event)
            case ShowOpened() | ShowChanged() | ShowClosed():
                self._theatre.show(event)
                self._tariff = None
            case ShowMoved():
                self._tariff = None
            case _:
                self._audit.look(Check.STEPS)

    def _taken(self, event: SeatsHeld | SeatsBooked) -> None:
        audit, terms = self._audit, self._witness.terms
        audit.look(Check.STEPS)
        if terms is None:
            return
        seats = [line.seat_id for line in event.lines]
        if not 0 < len(seats) <= terms.seats_per_booking_max or len(set(seats)) != len(seats):
            self._fault(Check.STEPS, event, f"{len(seats)} seats, {len(set(seats))} of them")
        rules = terms.rules
        sales_end = terms.starts_at + timedelta(minutes=rules.sales_cutoff_minutes)
        if terms.mode is Mode.READ_ONLY or event.at >= sales_end:
            self._fault(Check.STEPS, event, "sold where or when this show is not")
        if event.command_id is None:
            self._fault(Check.STEPS, event, "nobody asked for it")
        allotted = self._witness.allotted
        if allotted is not None and (others := set(seats) - allotted):
            self._fault(Check.OWNERS, event, f"{min(others)} is not ours to sell")
        self._for_whom(event, rules)
        if rules.orphan_rule is OrphanRule.BLOCK and not (
            isinstance(event, SeatsHeld) and event.best
        ):
            self._audit.look(Check.STEPS)
            choice = Choice(event.at, seats, event.accessible)
            if (other := Neighbours(self._witness, choice).another_choice()) is not None:
                self._fault(Check.STEPS, event, f"leaves a seat alone; {other} would not")
        self._price(event, terms, seats)
        if isinstance(event, SeatsHeld):
            audit.look(Check.EXPIRY)
            if event.held_until <= event.at:
                self._fault(Check.EXPIRY, event, "held until before it was held")
        else:
            self._paid(event, event.amount, event.currency)

    def _for_whom(self, event: SeatsHeld | SeatsBooked, rules: SellingRules) -> None:
        """Not too many for one person, and accessible seats only for who asked for such."""
        if (limit := rules.seats_per_person_max) is not None:
            had = self._witness.seats_of(event.customer_id, event.at)
            if had + len(event.lines) > limit:
                what = f"{event.customer_id} had {had}, takes {len(event.lines)}, may have {limit}"
                self._fault(Check.STEPS, event, what)
        if event.accessible:
            return
        if kept := [line.seat_id for line in event.lines if self._kept(line.seat_id, event.at)]:
            self._fault(Check.STEPS, event, f"{kept[0]} was kept, and not asked for as such")

    def _kept(self, seat: SeatId, at: datetime) -> bool:
        """Whether `seat` was only for who asks for an accessible place."""
        terms = self._witness.terms
        minutes = None if terms is None else terms.rules.accessible_released_minutes
        if terms is None or minutes is None or seat not in self._witness.special:
            return False
        return at < terms.starts_at - timedelta(minutes=minutes)

    def _price(self, event: SeatsHeld | SeatsBooked, terms: ShowTerms, seats: list[SeatId]) -> None:
        audit, zones = self._audit, self._witness.zones
        audit.look(Check.PRICES)
        if any(seat not in zones for seat in seats):
            return  # told by the witness: a seat that is not there has no price
        if self._tariff is None:
            self._tariff = tariff_of(terms)
        quote = price(self._tariff, [(seat, zones[seat]) for seat in seats])
        if (event.lines, event.amount, event.currency) != (
            quote.lines,
            quote.amount,
            quote.currency,
        ):
            self._fault(
                Check.PRICES,
                event,
                f"{event.booking_id} costs {event.amount} {event.currency},"
                f" and should cost {quote.amount} {quote.currency}"
                f" ({[line.price for line in event.lines]}, {[x.price for x in quote.lines]})",
            )

    def _paid(self, event: SeatsBooked | BookingConfirmed, amount: int, currency: str) -> None:
        self._audit.look(Check.PRICES)
        paid = (event.payment.amount, event.payment.currency)
        if paid != (amount, currency):
            what = f"{event.booking_id} was paid {paid}, and costs {(amount, currency)}"
            self._fault(Check.PRICES, event, what)

    def _extended(self, event: HoldExtended) -> None:
        """Once, while the seats are held; to seven minutes from now, within twenty in all."""
        seats = self._witness.lives.get(event.booking_id)
        life = self._life(
            event,
            event.booking_id,
            BookingStatus.HELD,
            () if seats is None else seats.seat_ids,
        )
        if life is None:
            return
        self._audit.look(Check.EXPIRY)
        if life.extended or life.customer_id != event.customer_id:
            self._fault(Check.STEPS, event, "extended a second time, or by another")
        if event.at >= life.held_until:
            self._fault(Check.EXPIRY, event, f"extended at {event.at}, ended {life.held_until}")
        bound = min(event.at + timedelta(minutes=7), life.held_at + timedelta(minutes=20))
        if event.held_until != max(life.held_until, bound):
            what = f"{life.held_until} became {event.held_until}, and not {bound} at most"
            self._fault(Check.EXPIRY, event, what)

    def _confirmed(self, event: BookingConfirmed) -> None:
        life = self._life(event, event.booking_id, BookingStatus.HELD, event.seat_ids)
        if life is None:
            return
        if life.customer_id != event.customer_id:
            self._fault(Check.STEPS, event, f"{event.booking_id} is another customer's")
        self._audit.look(Check.EXPIRY)
        if event.at >= life.held_until:
            self._fault(Check.EXPIRY, event, f"paid at {event.at}, held until {life.held_until}")
        self._paid(event, life.amount, life.currency)

    def _released(self, event: HoldReleased) -> None:
        life = self._life(event, event.booking_id, BookingStatus.HELD, event.seat_ids)
        if life is None:
            return
        self._audit.look(Check.EXPIRY)
        if event.reason in {ReleaseReason.SHOW_CANCELLED, ReleaseReason.SHOW_MOVED}:
            return  # looked at in lab.verify.cancelled and lab.verify.moved
        if event.reason is ReleaseReason.COUNTER:
            self._theatre.gave_way(event, life)
            return
        has_expired = event.at >= life.held_until
        if has_expired is not (event.reason is ReleaseReason.EXPIRED):
            what = f"{event.reason} at {event.at}, held until {life.held_until}"
            self._fault(Check.EXPIRY, event, what)
        if (event.command_id is None) is not (event.reason is ReleaseReason.EXPIRED):
            self._fault(Check.STEPS, event, f"{event.reason}, asked for by {event.command_id}")

    def _life(
        self,
        event: SeatEvent,
        booking_id: BookingId,
        needs: BookingStatus,
        seat_ids: tuple[SeatId, ...],
    ) -> Life | None:
        """The booking that takes a step, if it is there; told when it may not take it."""
        self._audit.look(Check.STEPS)
        life = self._witness.lives.get(booking_id)
        if life is None:
            self._fault(Check.STEPS, event, f"{booking_id} was never held")
        elif life.status is not needs:
            what = f"{type(event).__name__} of {booking_id}, which is {life.status}"
            self._fault(Check.STEPS, event, what)
        elif life.seat_ids != seat_ids:
            what = f"{booking_id} has {life.seat_ids}, and not {seat_ids}"
            self._fault(Check.STEPS, event, what)
        return life

    def _refused(self, event: CommandRefused) -> None:
        self._audit.look(Check.REFUSALS)
        if event.code is Refusal.ORPHAN_LEFT:
            self._orphans(event)
        if event.code is Refusal.AREA_FULL and event.booking_id is not None:
            self._area_full(event)
        if event.code not in SEAT_REFUSALS:
            return
        for seat in event.seat_ids:
            if self._witness.may_be_had(seat, event.at) and not self._kept(seat, event.at):
                what = f"{seat} was refused ({event.code}), and was free"
                self._fault(Check.REFUSALS, event, what)
        for seat in event.alternatives:
            if not self._witness.may_be_had(seat, event.at):
                self._fault(Check.REFUSALS, event, f"{seat} was offered instead, and was not free")

    def _area_full(self, event: CommandRefused) -> None:
        """A customer was told how many places of an area are left: so many were."""
        terms = self._witness.terms
        areas = () if terms is None else terms.layout.areas
        left = [
            self._witness.may_be_had(SeatId(f"{area.area_id}{number}"), event.at)
            for area in areas
            if area.area_id == event.area_id
            for number in range(1, area.capacity + 1)
        ]
        if not left or sum(left) != event.count:
            what = f"{event.area_id} had {sum(left)} places left, and not {event.count}"
            self._fault(Check.REFUSALS, event, what)

    def _orphans(self, event: CommandRefused) -> None:
        """Refused for the sake of free seats, their own among them, and for others to be had."""
        own = (ClaimKind.BOOKING, event.booking_id)
        free = [
            self._witness.may_be_had(seat, event.at) or self._witness.owners.get(seat) == own
            for seat in event.seat_ids
        ]
        others = [self._witness.may_be_had(seat, event.at) for seat in event.alternatives]
        if not free or not others or not all(free + others):
            what = f"{event.seat_ids} would be alone, {event.alternatives} not: not so"
            self._fault(Check.REFUSALS, event, what)

    def _fault(self, check: Check, event: SeatEvent, what: str) -> None:
        self._audit.fault(check, f"{event.show_id} v{event.version}", what)
