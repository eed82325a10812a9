"""Paid bookings that change: what a quote must say, and that what was quoted is what happened."""

from datetime import datetime, timedelta

from justbookit.bookings import BookingStatus
from justbookit.catalogue import Mode, OrphanRule, ShowTerms
from justbookit.ids import SeatId, ZoneId
from justbookit.offers import price, tariff_of
from justbookit.seat_events import BookingCancelled, BookingChanged, ChangeQuoted
from lab.verify.audit import Audit, Check
from lab.verify.lives import Life
from lab.verify.neighbours import Choice, Neighbours
from lab.verify.witness import Witness

QUOTE_MINUTES = 10

Paid = BookingCancelled | ChangeQuoted | BookingChanged


class Changes:
    """Looks at events that `witness` has not seen yet."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit

    def cancelled(self, event: BookingCancelled) -> None:
        """All seats go back, and all the money that is still with us."""
        life = self._life(event)
        if life is None:
            return
        if life.seat_ids != event.seat_ids:
            self._fault(Check.STEPS, event, f"it has {life.seat_ids}, and not {event.seat_ids}")
        left = life.paid - life.refunded
        if (event.refund, event.currency) != (left, life.currency):
            what = f"{event.refund} {event.currency} back of {left} {life.currency}"
            self._fault(Check.PRICES, event, what)
        if left != life.amount:
            self._fault(Check.PRICES, event, f"{left} was kept for what costs {life.amount}")
        self._before_the_show(event, event.at)

    def quoted(self, event: ChangeQuoted) -> None:
        """The seats that there would be, at the terms they were sold on, and the difference."""
        life = self._life(event)
        if life is None:
            return
        self._before_the_show(event, event.at)
        stay = [line for line in life.lines if line.seat_id not in event.given]
        gone = [line.seat_id for line in life.lines if line.seat_id in event.given]
        is_change = (stay or event.taken) and (gone or event.taken)
        if not is_change or set(gone) != set(event.given):
            what = f"{event.given} for {event.taken}, of {life.seat_ids}"
            self._fault(Check.STEPS, event, what)
        zones = self._witness.zones
        if any(seat not in zones for seat in event.taken):
            self._fault(Check.OWNERS, event, f"{event.taken} are no seats of this show")
            return
        added = [(seat, zones[seat]) for seat in event.taken]
        self._price(event, life, [(line.seat_id, line.zone) for line in stay] + added)
        self._may_take(event, life)
        terms = self._witness.terms
        if terms is None:
            return
        until = min(event.at + timedelta(minutes=QUOTE_MINUTES), terms.starts_at)
        if event.taken:
            until = min(until, self._sales_end(terms))
        if event.valid_until != until:
            self._fault(Check.EXPIRY, event, f"quoted until {event.valid_until}, not {until}")

    def _price(self, event: ChangeQuoted, life: Life, seats: list[tuple[SeatId, ZoneId]]) -> None:
        self._audit.look(Check.PRICES)
        terms: ShowTerms | None = life.terms
        if terms is None:
            return
        should = price(tariff_of(terms), seats)
        more = should.amount - (life.paid - life.refunded)
        got = (event.lines, event.amount, event.to_refund, event.to_pay, event.currency)
        want = (should.lines, should.amount, max(-more, 0), max(more, 0), life.currency)
        if got != want:
            self._fault(Check.PRICES, event, f"quoted {got!r:.400}, and should be {want!r:.400}")

    def _may_take(self, event: ChangeQuoted | BookingChanged, life: Life) -> None:
        """What is taken could be had at that moment, by this customer, at this theatre."""
        witness, terms = self._witness, self._witness.terms
        if terms is None or not event.taken:
            return
        self._audit.look(Check.OWNERS)
        if taken := [seat for seat in event.taken if not witness.may_be_had(seat, event.at)]:
            self._fault(Check.OWNERS, event, f"{taken[0]} was not to be had")
        if terms.mode is Mode.READ_ONLY or event.at >= self._sales_end(terms):
            self._fault(Check.STEPS, event, "sold where or when this show is not")
        self._not_too_many(event, life, terms)
        rules = terms.rules
        if (minutes := rules.accessible_released_minutes) is not None and not event.accessible:
            is_kept = event.at < terms.starts_at - timedelta(minutes=minutes)
            if is_kept and (kept := witness.special.intersection(event.taken)):
                self._fault(Check.STEPS, event, f"{min(kept)} was kept, and not asked for as such")
        if rules.orphan_rule is OrphanRule.BLOCK:
            choice = Choice(event.at, event.taken, event.accessible, event.given)
            if (other := Neighbours(witness, choice).another_choice()) is not None:
                self._fault(Check.STEPS, event, f"leaves a seat alone; {other} would not")

    def _not_too_many(
        self, event: ChangeQuoted | BookingChanged, life: Life, terms: ShowTerms
    ) -> None:
        more = len(event.lines) - len(life.lines)
        had = self._witness.seats_of(event.customer_id, event.at)
        limit = terms.rules.seats_per_person_max
        if len(event.lines) > terms.seats_per_booking_max:
            self._fault(Check.STEPS, event, f"{len(event.lines)} seats in one booking")
        if limit is not None and more > 0 and had + more > limit:
            self._fault(Check.STEPS, event, f"{had} and {more} more for one person")

    def _sales_end(self, terms: ShowTerms) -> datetime:
        return terms.starts_at + timedelta(minutes=terms.rules.sales_cutoff_minutes)

    def changed(self, event: BookingChanged) -> None:
        """As quoted, in time, and of the booking as it was when it was quoted."""
        life = self._life(event)
        if life is None:
            return
        quote = self._witness.quotes.get(event.quote_id)
        if quote is None or quote.booking_id != event.booking_id:
            self._fault(Check.STEPS, event, f"{event.quote_id} was never quoted")
            return
        self._audit.look(Check.EXPIRY)
        if event.at >= quote.valid_until:
            self._fault(Check.EXPIRY, event, f"quoted until {quote.valid_until}, done {event.at}")
        if life.changed_in > quote.version:
            self._fault(Check.STEPS, event, f"quoted before version {life.changed_in} changed it")
        self._audit.look(Check.PRICES)
        paid = 0 if event.payment is None else event.payment.amount
        got = (event.given, event.taken, event.lines, event.amount, event.refund, paid)
        want = (quote.given, quote.taken, quote.lines, quote.amount, quote.to_refund, quote.to_pay)
        if got != want:
            self._fault(Check.PRICES, event, f"quoted {want!r:.400}, done {got!r:.400}")
        if event.payment is not None and event.payment.reference in life.references:
            self._fault(Check.PRICES, event, f"{event.payment.reference} paid a second time")
        self._may_take(event, life)

    def _life(self, event: Paid) -> Life | None:
        """The booking, if it is paid and theirs."""
        self._audit.look(Check.STEPS)
        self._audit.look(Check.PRICES)
        life = self._witness.lives.get(event.booking_id)
        if life is None:
            self._fault(Check.STEPS, event, f"{event.booking_id} was never held")
        elif life.status is not BookingStatus.CONFIRMED:
            what = f"{type(event).__name__} of {event.booking_id}, which is {life.status}"
            self._fault(Check.STEPS, event, what)
            return None
        elif not isinstance(event, BookingCancelled) and life.customer_id != event.customer_id:
            self._fault(Check.STEPS, event, f"{event.booking_id} is another customer's")
        return life

    def _before_the_show(self, event: Paid, at: datetime) -> None:
        terms = self._witness.terms
        by_theatre = isinstance(event, BookingCancelled) and event.because
        if terms is not None and at >= terms.starts_at and not by_theatre:
            self._fault(Check.STEPS, event, f"{type(event).__name__} after the show began")

    def _fault(self, check: Check, event: Paid, what: str) -> None:
        self._audit.fault(check, f"{event.show_id} v{event.version}", what)
