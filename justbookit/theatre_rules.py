"""What a theatre may do with a show: open, change and close it, keep seats, sell at its counter."""

from collections.abc import Container, Sequence
from datetime import datetime
from functools import partial

from justbookit.answering import Scribe
from justbookit.areas import Fits, with_places
from justbookit.catalogue import ShowTerms
from justbookit.claims import CAN_GO, ClaimKind
from justbookit.entries import WhyLeft
from justbookit.ids import BookingId, SeatId
from justbookit.lapses import when_it_ends
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import (
    BlockSeats,
    ChangeShow,
    OpenShow,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import (
    AllotmentSet,
    CounterSaleReturned,
    SeatsBlocked,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowChanged,
    ShowClosed,
    ShowOpened,
)
from justbookit.seatmap import SeatMap


def open_show(scribe: Scribe, command: OpenShow) -> None:
    """Put a show on sale, once."""
    if scribe.seatmap.terms is not None:
        scribe.refuse(Refusal.SHOW_EXISTS, "a show of this name exists; change that one")
    else:
        scribe.write(ShowOpened, terms=command.terms)


def change_show(scribe: Scribe, command: ChangeShow) -> None:
    """Sell on other terms, unless somebody's seat, time or currency would go."""
    if scribe.refuse_unless_open():
        return
    seatmap, terms = scribe.seatmap, command.terms
    scribe.expire(seatmap.holds)
    in_the_way = _who_has_seats(scribe)
    zones = terms.layout.zones()
    lost = tuple(seat for seat in _taken(scribe) if seat not in zones)
    gone = tuple(seat for seat in seatmap.claims if _blocked(seatmap, seat) and seat not in zones)
    if lost:
        why = "seats that somebody has are not in the new layout"
    elif in_the_way and _is_another_time(seatmap, terms):
        why = "the time or currency cannot change while somebody has seats"
    else:
        scribe.unblock(gone)
        scribe.withdraw_offers([seat for seat in seatmap.claims if seat not in zones])
        scribe.write(ShowChanged, terms=terms)
        return
    scribe.refuse(Refusal.SHOW_HAS_BOOKINGS, why, seat_ids=lost, count=in_the_way)


def _is_another_time(seatmap: SeatMap, terms: ShowTerms) -> bool:
    had = seatmap.terms
    assert had is not None
    return (had.starts_at, had.currency, had.theatre_id) != (
        terms.starts_at,
        terms.currency,
        terms.theatre_id,
    )


def close_show(scribe: Scribe) -> None:
    """Take a show off that nobody has seats in."""
    if scribe.refuse_unless_open():
        return
    scribe.expire(scribe.seatmap.holds)
    if count := _who_has_seats(scribe):
        scribe.refuse(
            Refusal.SHOW_HAS_BOOKINGS,
            f"{count} bookings, holds or counter sales stand; cancel them first",
            count=count,
        )
    else:
        for entry in scribe.seatmap.waiting.values():
            scribe.leave_line(entry, WhyLeft.CLOSED)
        scribe.write(ShowClosed)


def _who_has_seats(scribe: Scribe) -> int:
    """How many bookings, live holds and counter sales the show has."""
    has = {
        (claim.kind, claim.by)
        for claim in scribe.seatmap.claims.values()
        if claim.kind not in CAN_GO and not scribe.is_over(claim)
    }
    return len(has)


def _taken(scribe: Scribe) -> list[SeatId]:
    """Seats that somebody has; a block can go with its seat, and an offer can be withdrawn."""
    return [
        seat
        for seat, claim in scribe.seatmap.claims.items()
        if claim.kind not in CAN_GO and not scribe.is_over(claim)
    ]


def _refuse_unknown(scribe: Scribe, seat_ids: Sequence[SeatId]) -> bool:
    unknown = [seat for seat in seat_ids if seat not in scribe.seatmap.zones]
    if unknown:
        scribe.refuse_seats(Refusal.UNKNOWN_SEAT, unknown)
    return bool(unknown)


def _refuse_taken(scribe: Scribe, seat_ids: Sequence[SeatId]) -> bool:
    claims = scribe.seatmap.claims
    taken = [
        seat
        for seat in seat_ids
        if seat in claims
        and claims[seat].kind is not ClaimKind.BLOCK
        and not scribe.is_over(claims[seat])
    ]
    if taken:
        scribe.refuse_seats(Refusal.SEAT_TAKEN, taken)
    return bool(taken)


def _blocked(seatmap: SeatMap, seat: SeatId) -> bool:
    return seat in seatmap.claims and seatmap.claims[seat].kind is ClaimKind.BLOCK


def block_seats(scribe: Scribe, command: BlockSeats) -> None:
    """Keep free seats from sale; what is blocked already stays as it is."""
    seats = tuple(dict.fromkeys(command.seat_ids))
    if scribe.refuse_unless_open() or _refuse_unknown(scribe, seats):
        return
    minutes = command.until_minutes_before
    until, wrong = when_it_ends(command.until, minutes, _starts_at(scribe), scribe.now)
    if wrong:
        scribe.refuse(Refusal.BAD_UNTIL, wrong, seat_ids=seats)
        return
    if _refuse_taken(scribe, seats):
        return
    chosen = with_places(scribe, seats, command.areas, scribe.is_unclaimed)
    if chosen is None:
        return
    scribe.expire_claims_on(chosen)
    fresh = tuple(seat for seat in chosen if not _blocked(scribe.seatmap, seat))
    scribe.write(
        SeatsBlocked,
        seat_ids=fresh,
        reason=command.reason,
        until=until,
        until_minutes_before=minutes,
    )


def _starts_at(scribe: Scribe) -> datetime:
    assert scribe.seatmap.terms is not None
    return scribe.seatmap.terms.starts_at


def unblock_seats(scribe: Scribe, command: UnblockSeats) -> None:
    """Put blocked seats back; what is not blocked stays as it is."""
    seats = tuple(dict.fromkeys(command.seat_ids))
    if scribe.refuse_unless_open() or _refuse_unknown(scribe, seats):
        return
    chosen = with_places(scribe, seats, command.areas, partial(_blocked, scribe.seatmap))
    if chosen is None:
        return
    blocked = tuple(seat for seat in chosen if _blocked(scribe.seatmap, seat))
    scribe.write(SeatsUnblocked, seat_ids=blocked)


def set_allotment(scribe: Scribe, command: SetAllotment) -> None:
    """Say which seats are ours to sell; those that we have sold must stay among them."""
    if scribe.refuse_unless_open():
        return
    minutes = command.give_back_minutes_before
    at, wrong = when_it_ends(command.give_back_at, minutes, _starts_at(scribe), scribe.now)
    ends = {"give_back_at": at, "give_back_minutes_before": minutes}
    if wrong:
        scribe.refuse(Refusal.BAD_UNTIL, wrong)
        return
    if command.seat_ids is None:
        scribe.write(AllotmentSet, seat_ids=None, **ends)
        return
    named = tuple(dict.fromkeys(command.seat_ids))
    if _refuse_unknown(scribe, named):
        return
    seats = with_places(scribe, named, command.areas, scribe.is_booked, lambda _: True)
    if seats is None:
        return
    ours = set(seats)
    ours_and_gone = [
        seat
        for seat, claim in scribe.seatmap.claims.items()
        if claim.kind is ClaimKind.BOOKING and seat not in ours and not scribe.is_over(claim)
    ]
    if ours_and_gone:
        scribe.refuse_seats(Refusal.SEAT_TAKEN, ours_and_gone)
        return
    scribe.expire(scribe.seatmap.holds)
    scribe.withdraw_offers([seat for seat in scribe.seatmap.claims if seat not in ours])
    scribe.write(AllotmentSet, seat_ids=seats, **ends)


def sell_at_counter(scribe: Scribe, command: SellAtCounter) -> None:
    """Sell at the counter, all or none; or, when it happened already, take note of it.

    What a theatre's own system sold is sold: free and blocked seats become the counter's, and
    those that we had given away before are reported as conflicts for somebody to solve. On the
    theatre's own seats its counter comes first: a hold from before we gave them back gives way.
    """
    seatmap = scribe.seatmap
    seats = tuple(dict.fromkeys(command.seat_ids))
    if scribe.refuse_unless_open():
        return
    if command.sale_id in seatmap.sales:
        scribe.refuse(Refusal.SALE_EXISTS, "a counter sale of this name exists")
        return
    if not seats and not command.areas:
        scribe.refuse(Refusal.NO_SEATS, "name at least one seat")
        return
    if _refuse_unknown(scribe, seats) or not (
        seats := with_places(scribe, seats, command.areas, *_may_be_sold(scribe, command)) or ()
    ):
        return
    giving_way = _holds_giving_way(scribe, seats)
    conflicts: tuple[SeatId, ...] = ()
    if command.happened:
        conflicts = tuple(
            seat
            for seat in seats
            if seat in seatmap.claims
            and seatmap.claims[seat].kind not in CAN_GO
            and not scribe.is_over(seatmap.claims[seat])
            and not _has(seatmap, giving_way, seat)
        )
        scribe.withdraw_offers(seats)
    else:
        if _refuse_taken(scribe, [seat for seat in seats if not _has(seatmap, giving_way, seat)]):
            return
        if blocked := [seat for seat in seats if _blocked(seatmap, seat)]:
            scribe.refuse_seats(Refusal.SEAT_BLOCKED, blocked)
            return
    sold = tuple(seat for seat in seats if seat not in conflicts)
    scribe.expire_claims_on(sold)
    scribe.let_go(giving_way, ReleaseReason.COUNTER)
    scribe.write(SeatsSoldAtCounter, sale_id=command.sale_id, seat_ids=sold, conflicts=conflicts)


def _may_be_sold(scribe: Scribe, command: SellAtCounter) -> tuple[Fits, ...]:
    """The theatre's own places and then ours; what has happened took others, if it had to."""

    def is_their_own(seat: SeatId) -> bool:
        return scribe.is_unclaimed(seat) and not scribe.seatmap.is_allotted(seat)

    free = (is_their_own, scribe.is_unclaimed)
    return (*free, partial(_blocked, scribe.seatmap), lambda _: True) if command.happened else free


def _holds_giving_way(scribe: Scribe, seats: Sequence[SeatId]) -> dict[BookingId, None]:
    """The holds that stand on seats which are the theatre's own."""
    seatmap = scribe.seatmap
    claims = [
        seatmap.claims[seat]
        for seat in seats
        if seat in seatmap.claims and not seatmap.is_allotted(seat)
    ]
    names = (BookingId(each.by) for each in claims if each.kind is ClaimKind.BOOKING)
    return {each: None for each in names if each in seatmap.holds and not scribe.has_expired(each)}


def _has(seatmap: SeatMap, bookings: Container[BookingId], seat: SeatId) -> bool:
    claim = seatmap.claims.get(seat)
    return claim is not None and claim.kind is ClaimKind.BOOKING and claim.by in bookings


def return_counter_sale(scribe: Scribe, command: ReturnCounterSale) -> None:
    """Free the seats of a counter sale again."""
    if command.sale_id not in scribe.seatmap.sales:
        scribe.refuse(Refusal.UNKNOWN_SALE, "no such counter sale in this show")
    else:
        seats = scribe.seatmap.sales[command.sale_id]
        scribe.write(CounterSaleReturned, sale_id=command.sale_id, seat_ids=seats)
