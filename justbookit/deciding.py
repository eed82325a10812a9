"""What may happen to a show's seats: state and command in, facts out, the time as an argument.

Each `if` here is a rule a theatre owner would recognise. `decide` changes nothing; what it says
is remembered by `seatmap.evolve`. A hold is over at `held_until`, to the instant: a payment that
comes then is too late, and the seats are free for whoever asks next, timer or not.
"""

from datetime import datetime, timedelta
from typing import assert_never

from justbookit.answering import Scribe
from justbookit.catalogue import Mode
from justbookit.ids import BookingId, CustomerId, SeatId
from justbookit.offers import Quote, price
from justbookit.seat_commands import (
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeShow,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    HoldSeats,
    OpenShow,
    ReleaseHold,
    ReturnCounterSale,
    SeatCommand,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import (
    BookingCancelled,
    BookingConfirmed,
    HoldReleased,
    Refusal,
    ReleaseReason,
    SeatEvent,
    SeatsBooked,
    SeatsHeld,
)
from justbookit.seatmap import Booking, BookingStatus, ClaimKind, SeatMap
from justbookit.theatre_rules import (
    block_seats,
    change_show,
    close_show,
    open_show,
    return_counter_sale,
    sell_at_counter,
    set_allotment,
    unblock_seats,
)


def decide(  # noqa: C901, PLR0912 - one arm a command
    seatmap: SeatMap, command: SeatCommand | ExpireHolds, now: datetime, hold_for: timedelta
) -> tuple[SeatEvent, ...]:
    """What happens because of `command`: nothing, if it was answered before.

    The answer to a command is the one event that carries its `command_id`, the last one here.
    """
    if command.command_id in seatmap.answers:
        return ()
    scribe = Scribe(seatmap, command, now)
    match command:
        case ExpireHolds():
            scribe.expire(seatmap.holds)
        case HoldSeats() | BookSeats():
            _take_seats(scribe, command, hold_for)
        case ConfirmBooking():
            _confirm(scribe, command)
        case ReleaseHold():
            _release(scribe, command)
        case CancelBooking():
            _cancel(scribe, command)
        case OpenShow():
            open_show(scribe, command)
        case ChangeShow():
            change_show(scribe, command)
        case CloseShow():
            close_show(scribe)
        case BlockSeats():
            block_seats(scribe, command)
        case UnblockSeats():
            unblock_seats(scribe, command)
        case SetAllotment():
            set_allotment(scribe, command)
        case SellAtCounter():
            sell_at_counter(scribe, command)
        case ReturnCounterSale():
            return_counter_sale(scribe, command)
        case _:
            assert_never(command)
    return tuple(scribe.events)


def _take_seats(scribe: Scribe, command: HoldSeats | BookSeats, hold_for: timedelta) -> None:
    seats = tuple(dict.fromkeys(command.seat_ids))
    quote = _quote_or_refuse(scribe, command.booking_id, seats)
    if quote is None:
        return
    if isinstance(command, HoldSeats):
        scribe.expire_claims_on(seats)
        scribe.write(
            SeatsHeld,
            booking_id=command.booking_id,
            customer_id=command.customer_id,
            lines=quote.lines,
            amount=quote.amount,
            currency=quote.currency,
            held_until=scribe.now + hold_for,
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
    )


def _quote_or_refuse(
    scribe: Scribe, booking_id: BookingId, seats: tuple[SeatId, ...]
) -> Quote | None:
    """What the seats cost if they may be taken now; None when that was refused."""
    seatmap = scribe.seatmap
    if scribe.refuse_unless_open(booking_id):
        return None
    assert seatmap.terms is not None
    assert seatmap.tariff is not None
    refusal: tuple[Refusal, str] | None = None
    if seatmap.terms.mode is Mode.READ_ONLY:
        refusal = (Refusal.NOT_SOLD_HERE, "this theatre sells its seats itself")
    elif scribe.now >= seatmap.terms.starts_at:
        refusal = (Refusal.SALES_OVER, f"the show began at {seatmap.terms.starts_at:%FT%TZ}")
    elif booking_id in seatmap.bookings:
        refusal = (Refusal.BOOKING_EXISTS, "a booking of this name exists; choose another")
    elif not seats:
        refusal = (Refusal.NO_SEATS, "name at least one seat")
    elif len(seats) > seatmap.terms.seats_per_booking_max:
        limit = seatmap.terms.seats_per_booking_max
        refusal = (Refusal.TOO_MANY_SEATS, f"at most {limit} seats in one booking")
    if refusal is not None:
        scribe.refuse(*refusal, booking_id=booking_id)
        return None
    if _refuse_seats(scribe, booking_id, seats):
        return None
    return price(seatmap.tariff, [(seat, seatmap.zones[seat]) for seat in seats])


def _refuse_seats(scribe: Scribe, booking_id: BookingId, seats: tuple[SeatId, ...]) -> bool:
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
    if not faults:
        return False
    code = next(iter(faults))
    at_fault = [seat for listed in faults.values() for seat in listed]
    scribe.refuse_seats(code, at_fault, wanted=seats, booking_id=booking_id)
    return True


def _booking_or_refuse(
    scribe: Scribe, booking_id: BookingId, customer_id: CustomerId
) -> Booking | None:
    booking = scribe.seatmap.bookings.get(booking_id)
    if booking is None or booking.customer_id != customer_id:
        scribe.refuse(Refusal.UNKNOWN_BOOKING, "you have no such booking", booking_id=booking_id)
        return None
    return booking


def _confirm(scribe: Scribe, command: ConfirmBooking) -> None:
    booking = _booking_or_refuse(scribe, command.booking_id, command.customer_id)
    if booking is None:
        return
    if _refuse_unless_held(scribe, booking):
        return
    payment = command.payment
    if (payment.amount, payment.currency) != (booking.amount, booking.currency):
        scribe.refuse(
            Refusal.WRONG_AMOUNT,
            f"the booking costs {booking.amount} {booking.currency} in minor units",
            booking_id=booking.booking_id,
        )
        return
    scribe.write(
        BookingConfirmed,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        seat_ids=booking.seat_ids,
        payment=payment,
    )


def _release(scribe: Scribe, command: ReleaseHold) -> None:
    booking = _booking_or_refuse(scribe, command.booking_id, command.customer_id)
    if booking is None or _refuse_unless_held(scribe, booking):
        return
    scribe.write(
        HoldReleased,
        booking_id=booking.booking_id,
        seat_ids=booking.seat_ids,
        reason=ReleaseReason.CUSTOMER,
    )


def _refuse_unless_held(scribe: Scribe, booking: Booking) -> bool:
    if booking.status is BookingStatus.EXPIRED or scribe.has_expired(booking.booking_id):
        scribe.expire([booking.booking_id])
        scribe.refuse(
            Refusal.HOLD_EXPIRED,
            f"the seats were held until {booking.held_until:%FT%TZ}; hold them again",
            booking_id=booking.booking_id,
            seat_ids=booking.seat_ids,
        )
        return True
    if booking.status is not BookingStatus.HELD:
        scribe.refuse(
            Refusal.NOT_HELD, f"the booking is {booking.status}", booking_id=booking.booking_id
        )
        return True
    return False


def _cancel(scribe: Scribe, command: CancelBooking) -> None:
    booking = _booking_or_refuse(scribe, command.booking_id, command.customer_id)
    if booking is None:
        return
    terms = scribe.seatmap.terms
    assert terms is not None
    if booking.status is not BookingStatus.CONFIRMED:
        scribe.refuse(
            Refusal.NOT_CONFIRMED,
            f"the booking is {booking.status}; only a paid one can be cancelled",
            booking_id=booking.booking_id,
        )
    elif scribe.now >= terms.starts_at:
        scribe.refuse(
            Refusal.SALES_OVER,
            f"the show began at {terms.starts_at:%FT%TZ}",
            booking_id=booking.booking_id,
        )
    else:
        scribe.write(
            BookingCancelled,
            booking_id=booking.booking_id,
            seat_ids=booking.seat_ids,
            refund=booking.amount,
            currency=booking.currency,
        )
