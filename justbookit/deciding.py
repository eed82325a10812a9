"""What may happen to a show's seats: state and command in, facts out, the time as an argument.

Each `if` here is a rule a theatre owner would recognise. `decide` changes nothing; what it says
is remembered by `seatmap.evolve`. A hold is over at `held_until`, to the instant: a payment that
comes then is too late, and the seats are free for whoever asks next, timer or not.
"""

from datetime import datetime, timedelta
from typing import assert_never

from justbookit.answering import Scribe
from justbookit.bookings import Booking, BookingStatus
from justbookit.cancelling import cancel_show, go_on_cancelling
from justbookit.changing import cancel_booking, change_booking, quote_change
from justbookit.lapsing import after, lapsed
from justbookit.moving import move_show
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import (
    AcceptSeatOffer,
    BlockSeats,
    BookSeats,
    CancelBooking,
    ChangeBooking,
    ChangeShow,
    CloseShow,
    ConfirmBooking,
    ExpireHolds,
    ExtendHold,
    HoldBest,
    HoldSeats,
    JoinWaitingList,
    LeaveWaitingList,
    MoveShow,
    OpenShow,
    QuoteChange,
    ReleaseHold,
    ReturnCounterSale,
    SeatCommand,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import BookingConfirmed, HoldExtended, HoldReleased, SeatEvent
from justbookit.seatmap import SeatMap
from justbookit.taking import take_best_seats, take_seats
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
from justbookit.waiting import accept, expire_offers, join, leave

TIME_TO_PAY = timedelta(minutes=7)
"""What a customer has at least, from when they begin to pay."""

HELD_AT_MOST = timedelta(minutes=20)
"""However often somebody asks, nobody keeps seats from others for longer without paying."""


def decide(
    seatmap: SeatMap, command: SeatCommand | ExpireHolds, now: datetime, hold_for: timedelta
) -> tuple[SeatEvent, ...]:
    """What happens because of `command`: nothing, if it was answered before.

    The answer to a command is the one event that carries its `command_id`, the last one here.
    What has ended by itself comes first, so that no rule ever sees it standing.
    """
    if command.command_id in seatmap.answers:
        return ()
    if over := lapsed(seatmap, now):
        return over + _decide(after(seatmap, over), command, now, hold_for)
    return _decide(seatmap, command, now, hold_for)


def _decide(  # noqa: C901, PLR0912, PLR0915 - one arm a command
    seatmap: SeatMap, command: SeatCommand | ExpireHolds, now: datetime, hold_for: timedelta
) -> tuple[SeatEvent, ...]:
    scribe = Scribe(seatmap, command, now)
    match command:
        case ExpireHolds() if seatmap.cancelling is not None:
            go_on_cancelling(scribe)
        case ExpireHolds():
            scribe.expire(seatmap.holds)
            expire_offers(scribe)
        case HoldSeats() | BookSeats():
            take_seats(scribe, command, hold_for)
        case HoldBest():
            take_best_seats(scribe, command, hold_for)
        case ExtendHold():
            _extend(scribe, command)
        case ConfirmBooking():
            _confirm(scribe, command)
        case ReleaseHold():
            _release(scribe, command)
        case CancelBooking():
            cancel_booking(scribe, command)
        case QuoteChange():
            quote_change(scribe, command)
        case ChangeBooking():
            change_booking(scribe, command)
        case JoinWaitingList():
            join(scribe, command)
        case LeaveWaitingList():
            leave(scribe, command)
        case AcceptSeatOffer():
            accept(scribe, command, hold_for)
        case OpenShow():
            open_show(scribe, command)
        case ChangeShow():
            change_show(scribe, command)
        case MoveShow():
            move_show(scribe, command)
        case CloseShow(refund=True):
            cancel_show(scribe, command)
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


def _extend(scribe: Scribe, command: ExtendHold) -> None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
    if booking is None or _refuse_unless_held(scribe, booking):
        return
    if booking.extended:
        scribe.refuse(
            Refusal.ALREADY_EXTENDED,
            f"a hold is extended once; the seats are held until {booking.held_until:%FT%TZ}",
            booking_id=booking.booking_id,
        )
        return
    wanted = min(scribe.now + TIME_TO_PAY, booking.held_at + HELD_AT_MOST)
    scribe.write(
        HoldExtended,
        booking_id=booking.booking_id,
        customer_id=booking.customer_id,
        held_until=max(booking.held_until, wanted),
    )


def _confirm(scribe: Scribe, command: ConfirmBooking) -> None:
    booking = scribe.own_booking(command.booking_id, command.customer_id)
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
    booking = scribe.own_booking(command.booking_id, command.customer_id)
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
            Refusal.NOT_HELD,
            f"the booking is {booking.status}" + (f": {booking.because}" * bool(booking.because)),
            booking_id=booking.booking_id,
        )
        return True
    if (cancelling := scribe.seatmap.cancelling) is not None:
        scribe.refuse(
            Refusal.SHOW_CLOSED,
            f"the show was cancelled: {cancelling.reason}; nothing is to be paid",
            booking_id=booking.booking_id,
        )
        return True
    return False
