"""How a customer comes by seats: on what terms they are sold, to whom, and at what price."""

from collections.abc import Container
from datetime import timedelta
from typing import NamedTuple, Protocol

from msgspec import UNSET

from justbookit.answering import Scribe
from justbookit.areas import pick, with_places
from justbookit.best_seats import Wish, best_seats
from justbookit.bookings import LIVE
from justbookit.catalogue import Mode, OrphanRule, ShowTerms
from justbookit.claims import ClaimKind
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.offers import price
from justbookit.orphans import LIFTED_BEFORE_START, Leftover, leftover
from justbookit.refusals import Refusal
from justbookit.seat_commands import BookSeats, HoldBest, HoldSeats
from justbookit.seat_events import SeatsBooked, SeatsHeld


class Guest(NamedTuple):
    """Who takes what was offered to them while they waited."""

    booking_id: BookingId
    customer_id: CustomerId
    accessible: bool


Taking = HoldSeats | HoldBest | BookSeats | Guest


class Buyer(Protocol):
    """Who wants seats: what a wish for them says of it."""

    @property
    def booking_id(self) -> BookingId: ...
    @property
    def customer_id(self) -> CustomerId: ...
    @property
    def accessible(self) -> bool: ...


def take_seats(scribe: Scribe, command: HoldSeats | BookSeats, hold_for: timedelta) -> None:
    """Hold or book the seats that were chosen, all or none."""
    named = tuple(dict.fromkeys(command.seat_ids))
    count = len(named) + sum(command.areas.values())
    if refuse_sale(scribe, command, count) or refuse_seats(scribe, command, named):
        return
    seats = with_places(scribe, named, command.areas, scribe.is_free, booking_id=command.booking_id)
    if seats is None:
        return
    left_alone = leave_alone(scribe, command, seats)
    if left_alone is not None:
        give(scribe, command, seats, hold_for, left_alone)


def take_best_seats(scribe: Scribe, command: HoldBest, hold_for: timedelta) -> None:
    """Hold the best seats there are; or say how many there are together."""
    if refuse_sale(scribe, command, command.count):
        return
    seatmap, booking_id = scribe.seatmap, command.booking_id
    assert seatmap.terms is not None
    if command.zone is not None and command.zone not in seatmap.terms.prices:
        zones = ", ".join(sorted(seatmap.terms.prices))
        scribe.refuse(
            Refusal.UNKNOWN_ZONE,
            f"no zone {command.zone}; there are {zones}",
            booking_id=booking_id,
        )
        return
    wish = Wish(command.count, command.zone, command.accessible, command.command_id)
    best = best_seats(seatmap.terms.layout, wish, scribe.is_free)
    seats = best.seats or _in_an_area(scribe, command)
    if seats:
        give(scribe, command, seats, hold_for)
        return
    scribe.refuse(
        Refusal.NO_BLOCK,
        f"not {command.count} seats together, nor in two groups; the largest block has "
        f"{len(best.largest)}",
        booking_id=booking_id,
        alternatives=best.largest,
        count=len(best.largest),
    )


def _in_an_area(scribe: Scribe, command: HoldBest) -> tuple[SeatId, ...]:
    """Places for all of them in one area, where no seats are left or were meant."""
    terms, hall = scribe.seatmap.terms, scribe.seatmap.hall
    assert terms is not None
    for area in terms.layout.areas:
        if command.zone in {None, area.zone}:
            places = pick(hall.areas[area.area_id], command.count, {}, scribe.is_free)
            if len(places) == command.count:
                return tuple(places)
    return ()


def give(
    scribe: Scribe,
    command: Taking,
    seats: tuple[SeatId, ...],
    hold_for: timedelta,
    left_alone: tuple[SeatId, ...] = (),
) -> None:
    """These seats are there to be had: hold them, or book them if the money is right."""
    seatmap = scribe.seatmap
    assert seatmap.tariff is not None
    quote = price(seatmap.tariff, [(seat, seatmap.zones[seat]) for seat in seats])
    if not isinstance(command, BookSeats):
        scribe.expire_claims_on(seats)
        scribe.write(
            SeatsHeld,
            booking_id=command.booking_id,
            customer_id=command.customer_id,
            lines=quote.lines,
            amount=quote.amount,
            currency=quote.currency,
            held_until=scribe.now + hold_for,
            accessible=command.accessible,
            best=isinstance(command, HoldBest | Guest),
            left_alone=left_alone,
            origin=command.origin if isinstance(command, HoldSeats) else None,
        )
        return
    payment = command.payment
    if (payment.amount, payment.currency) != (quote.amount, quote.currency):
        scribe.refuse(
            Refusal.WRONG_AMOUNT,
            f"these seats cost {quote.amount} {quote.currency} in minor units",
            booking_id=command.booking_id,
        )
        return
    scribe.expire_claims_on(seats)
    scribe.write(
        SeatsBooked,
        booking_id=command.booking_id,
        customer_id=command.customer_id,
        lines=quote.lines,
        amount=quote.amount,
        currency=quote.currency,
        payment=payment,
        accessible=command.accessible,
    )


def leave_alone(
    scribe: Scribe,
    buyer: Buyer,
    seats: tuple[SeatId, ...],
    given: Container[SeatId] = (),
) -> tuple[SeatId, ...] | None:
    """Whom the choice leaves alone, where and while the theatre minds; None: it is refused.

    `given` seats are the buyer's own until now, and free from then on.
    """
    terms = scribe.seatmap.terms
    assert terms is not None
    if terms.own_rules is UNSET or terms.rules.orphan_rule is OrphanRule.OFF:
        return ()
    if scribe.now >= terms.starts_at - LIFTED_BEFORE_START:
        return ()
    leaves = _leftover(scribe, buyer, seats, given)
    if leaves.instead and terms.rules.orphan_rule is OrphanRule.BLOCK:
        scribe.refuse(
            Refusal.ORPHAN_LEFT,
            f"{', '.join(leaves.alone)} would be left alone; "
            f"{', '.join(leaves.instead)} leave nobody alone who need not be",
            booking_id=buyer.booking_id,
            seat_ids=leaves.alone,
            alternatives=leaves.instead,
        )
        return None
    return leaves.alone


def _leftover(
    scribe: Scribe, buyer: Buyer, seats: tuple[SeatId, ...], given: Container[SeatId]
) -> Leftover:
    seatmap = scribe.seatmap
    terms = seatmap.terms
    assert terms is not None

    def is_free(seat: SeatId) -> bool:
        return seat in given or scribe.is_free(seat)

    def is_offered(seat: SeatId) -> bool:
        is_theirs = buyer.accessible or seat in seats or seat not in seatmap.hall.special
        return is_theirs and seat not in given

    placed = [seat for seat in seats if seat in seatmap.hall.places]
    return leftover(terms.layout, seatmap.hall.places, placed, is_free, is_offered)


def refuse_sale(scribe: Scribe, command: Taking, count: int) -> bool:
    """Refuse when so many seats are not sold now, to this customer; whichever they are."""
    booking_id = command.booking_id
    if refuse_unsold(scribe, booking_id):
        return True
    if booking_id in scribe.seatmap.bookings:
        why = "a booking of this name exists; choose another"
        scribe.refuse(Refusal.BOOKING_EXISTS, why, booking_id=booking_id)
        return True
    if not count:
        scribe.refuse(Refusal.NO_SEATS, "name at least one seat", booking_id=booking_id)
        return True
    return refuse_number(scribe, command, count)


def refuse_unsold(scribe: Scribe, booking_id: BookingId) -> bool:
    """Refuse when no seats of this show are sold here and now."""
    if scribe.refuse_unless_open(booking_id):
        return True
    terms = scribe.seatmap.terms
    assert terms is not None
    if terms.mode is Mode.READ_ONLY:
        why = "this theatre sells its seats itself"
        scribe.refuse(Refusal.NOT_SOLD_HERE, why, booking_id=booking_id)
        return True
    if scribe.now >= (sales_end_at := terms.sales_end_at):
        why = f"sales ended at {sales_end_at:%FT%TZ}"
        scribe.refuse(Refusal.SALES_OVER, why, booking_id=booking_id)
        return True
    return False


def refuse_number(scribe: Scribe, buyer: Buyer, count: int, before: int = 0) -> bool:
    """Refuse when a booking of `count` seats, which had `before`, is too large for its buyer."""
    terms = scribe.seatmap.terms
    assert terms is not None
    if count > (limit := terms.seats_per_booking_max):
        why = f"at most {limit} seats in one booking"
        scribe.refuse(Refusal.TOO_MANY_SEATS, why, booking_id=buyer.booking_id)
        return True
    if terms.own_rules is UNSET:
        return False
    _keep_accessible(scribe, terms, buyer)
    return refuse_person(scribe, buyer.customer_id, count - before, buyer.booking_id)


def _keep_accessible(scribe: Scribe, terms: ShowTerms, buyer: Buyer) -> None:
    """Accessible and companion seats are for who needs them, until the theatre lets them go."""
    until = terms.accessible_until
    if until is not None and not buyer.accessible and scribe.now < until:
        scribe.kept = scribe.seatmap.hall.special


def refuse_person(
    scribe: Scribe, customer_id: CustomerId, more: int, booking_id: BookingId | None = None
) -> bool:
    """Refuse so many more seats to one who may not have them; True when that was so."""
    terms = scribe.seatmap.terms
    limit = None if terms is None else terms.rules.seats_per_person_max
    if limit is None or more <= 0 or (had := _seats_of(scribe, customer_id)) + more <= limit:
        return False
    scribe.refuse(
        Refusal.TOO_MANY_FOR_PERSON,
        f"one person has at most {limit} seats in this show, and you have {had}",
        booking_id=booking_id,
        count=had,
    )
    return True


def _seats_of(scribe: Scribe, customer_id: CustomerId) -> int:
    """How many seats a customer has or holds in this show."""
    bookings = scribe.seatmap.bookings
    theirs = map(bookings.__getitem__, scribe.seatmap.bookings_of.get(customer_id, ()))
    return sum(
        len(booking.lines)
        for booking in theirs
        if booking.status in LIVE and not scribe.has_expired(booking.booking_id)
    )


def refuse_seats(scribe: Scribe, buyer: Buyer, seats: tuple[SeatId, ...]) -> bool:
    """Refuse, with all the seats at fault, unless every seat is there to be had."""
    seatmap = scribe.seatmap
    faults: dict[Refusal, list[SeatId]] = {}
    for seat in seats:
        if seat not in seatmap.zones:
            faults.setdefault(Refusal.UNKNOWN_SEAT, []).append(seat)
        elif (claim := seatmap.claims.get(seat)) is not None and not scribe.is_over(claim):
            blocked = claim.kind is ClaimKind.BLOCK
            code = Refusal.SEAT_BLOCKED if blocked else Refusal.SEAT_TAKEN
            faults.setdefault(code, []).append(seat)
        elif not seatmap.is_allotted(seat):
            faults.setdefault(Refusal.NOT_ALLOTTED, []).append(seat)
        elif seat in scribe.kept:
            faults.setdefault(Refusal.ACCESSIBLE_ONLY, []).append(seat)
    if not faults:
        return False
    code = next(iter(faults))
    at_fault = [seat for listed in faults.values() for seat in listed]
    scribe.refuse_seats(code, at_fault, wanted=seats, booking_id=buyer.booking_id)
    return True
