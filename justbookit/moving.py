"""A show moves to another hall: the plan that a theatre is shown, and the move that keeps to it.

The plan says who moves where and who has no place. Its name follows from all that it says, so a
move under that name does what was shown, or is refused: then somebody has booked or left who
changes it, and the theatre looks at a new plan. Who keeps their seats is no part of it.

Holds are let go: nothing was paid, and they come and go too fast to be planned for. Blocks belong
to the hall that is left, and are lifted. Whoever has no place in the new hall gets the money back.
"""

from collections.abc import Iterable
from hashlib import sha256
from math import inf

import msgspec

from justbookit.answering import Scribe
from justbookit.bookings import Booking, BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import ClaimKind
from justbookit.ids import BookingId, SaleId, SeatId
from justbookit.refusals import MOVED_WITHOUT, Refusal, ReleaseReason
from justbookit.seat_commands import MoveShow
from justbookit.seat_events import BookingCancelled, CounterSaleReturned, ShowMoved
from justbookit.seating import House, Party, Seats, seat_again
from justbookit.seatmap import SeatMap

PLAN_ID_LENGTH = 32

_BOOKING, _SALE = "booking ", "sale "
"""Before their names, so that a booking and a sale of one name are two parties."""


class MovePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a move comes to. `bookings` and `sales`: for each that moves, old seats to new ones."""

    plan_id: str
    bookings: dict[BookingId, dict[SeatId, SeatId]]
    sales: dict[SaleId, dict[SeatId, SeatId]]
    lost_bookings: tuple[BookingId, ...]
    lost_sales: tuple[SaleId, ...]
    stay: int
    """Bookings and counter sales that keep all of their seats."""
    holds: tuple[BookingId, ...]
    """Let go, whoever holds them when the show moves."""
    blocked: tuple[SeatId, ...]
    """Seats of the old hall whose block is lifted."""


def plan_move(seatmap: SeatMap, terms: ShowTerms) -> MovePlan:
    """Where everybody would sit on these terms."""
    had = seatmap.terms
    assert had is not None
    parties = [
        Party(_BOOKING + booking.booking_id, booking.seat_ids, booking.held_at.timestamp())
        for booking in _paid(seatmap)
    ]
    # Here nobody of ours can speak to the customer, so what the counter sold comes after.
    parties += [
        Party(_SALE + sale_id, seats, inf) for sale_id, seats in seatmap.sales.items() if seats
    ]
    seated = seat_again(parties, House(had.layout, had.prices), House(terms.layout, terms.prices))
    lost = set(seated.lost)
    moves = {
        party.name: _changes(party.seats, seated.seats[party.name])
        for party in parties
        if party.name not in lost and seated.seats[party.name] != party.seats
    }
    plan = MovePlan(
        plan_id="",
        bookings={BookingId(name): moves[_BOOKING + name] for name in _of(_BOOKING, moves)},
        sales={SaleId(name): moves[_SALE + name] for name in _of(_SALE, moves)},
        lost_bookings=tuple(map(BookingId, _of(_BOOKING, seated.lost))),
        lost_sales=tuple(map(SaleId, _of(_SALE, seated.lost))),
        stay=len(parties) - len(moves) - len(lost),
        holds=tuple(seatmap.holds),
        blocked=tuple(
            seat for seat, claim in seatmap.claims.items() if claim.kind is ClaimKind.BLOCK
        ),
    )
    return msgspec.structs.replace(plan, plan_id=_name_of(plan, terms))


def move_show(scribe: Scribe, command: MoveShow) -> None:
    """Move everybody as the plan says, if it is still the plan."""
    if scribe.refuse_unless_open():
        return
    seatmap = scribe.seatmap
    assert seatmap.terms is not None
    if scribe.now >= seatmap.terms.starts_at:
        scribe.refuse(Refusal.SALES_OVER, f"the show began at {seatmap.terms.starts_at:%FT%TZ}")
        return
    pledged = [each for each in _paid(seatmap) if each.pledge is not None]
    if pledged:
        scribe.refuse(
            Refusal.EXCHANGE_PENDING,
            f"{len(pledged)} bookings are being exchanged for seats of other shows; ask again in a"
            " moment",
            count=len(pledged),
        )
        return
    plan = plan_move(seatmap, command.terms)
    if plan.plan_id != command.plan_id:
        scribe.refuse(
            Refusal.PLAN_OUTDATED,
            "it is no longer what would happen; ask for the plan again, and move under that one",
            count=len(plan.lost_bookings),
        )
        return
    scribe.expire(seatmap.holds)
    standing = [each for each in seatmap.holds if not scribe.has_expired(each)]
    scribe.let_go(standing, ReleaseReason.SHOW_MOVED)
    for booking_id in plan.lost_bookings:
        booking = seatmap.bookings[booking_id]
        scribe.note(
            BookingCancelled,
            booking_id=booking_id,
            seat_ids=booking.seat_ids,
            refund=booking.kept,
            currency=booking.currency,
            because=MOVED_WITHOUT,
        )
    for sale_id in plan.lost_sales:
        scribe.note(CounterSaleReturned, sale_id=sale_id, seat_ids=seatmap.sales[sale_id])
    scribe.unblock(plan.blocked)
    scribe.withdraw_offers(seatmap.claims)
    scribe.write(
        ShowMoved,
        terms=command.terms,
        plan_id=plan.plan_id,
        bookings=plan.bookings,
        sales=plan.sales,
        allotment=_allotment(seatmap, plan, command.terms),
    )


def _paid(seatmap: SeatMap) -> list[Booking]:
    names = dict.fromkeys(
        claim.by for claim in seatmap.claims.values() if claim.kind is ClaimKind.BOOKING
    )
    bookings = (seatmap.bookings[BookingId(name)] for name in names)
    return [booking for booking in bookings if booking.status is BookingStatus.CONFIRMED]


def _changes(before: Seats, after: Seats) -> dict[SeatId, SeatId]:
    return {old: new for old, new in zip(before, after, strict=True) if old != new}


def _of(kind: str, names: Iterable[str]) -> list[str]:
    return [name.removeprefix(kind) for name in names if name.startswith(kind)]


def _name_of(plan: MovePlan, terms: ShowTerms) -> str:
    """The same for the same moves to the same terms, whoever stays or only holds."""
    told = (terms, plan.bookings, plan.sales, plan.lost_bookings, plan.lost_sales)
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()[:PLAN_ID_LENGTH]


def _allotment(seatmap: SeatMap, plan: MovePlan, terms: ShowTerms) -> tuple[SeatId, ...] | None:
    """Never more than what was ours: the same seats, as far as there are such, and where ours sit.

    The theatre allots more when it knows the new hall.
    """
    if seatmap.allotment is None:
        return None
    ours = set(seatmap.allotment)
    for moves in plan.bookings.values():
        ours.update(moves.values())
    ours.difference_update(*(moves.values() for moves in plan.sales.values()))
    return tuple(seat for seat in terms.layout.zones() if seat in ours)
