"""What may happen to a show's seats: state and command in, facts out, the time as an argument.

Each `if` here is a rule a theatre owner would recognise. `decide` changes nothing; what it says
is remembered by `seatmap.evolve`. A hold is over at `held_until`, to the instant: a payment that
comes then is too late, and the seats are free for whoever asks next, timer or not.
"""

from datetime import datetime, timedelta
from typing import assert_never

from justbookit.answering import Scribe
from justbookit.cancelling import cancel_show, go_on_cancelling
from justbookit.changing import cancel_booking, change_booking, quote_change
from justbookit.exchange_commands import (
    DropExchange,
    ExchangeBooking,
    FinishExchange,
    Origin,
    QuoteExchange,
    TakeExchange,
)
from justbookit.exchanging import (
    begin_exchange,
    drop_exchange,
    finish_exchange,
    hold_for_exchange,
    quote_exchange,
    take_exchange,
)
from justbookit.holding import confirm, extend, release
from justbookit.lapsing import after, lapsed
from justbookit.moving import move_show
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
from justbookit.seat_events import SeatEvent
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
        case HoldSeats(origin=Origin() as origin):
            hold_for_exchange(scribe, command, origin)
        case HoldSeats() | BookSeats():
            take_seats(scribe, command, hold_for)
        case HoldBest():
            take_best_seats(scribe, command, hold_for)
        case ExtendHold():
            extend(scribe, command)
        case ConfirmBooking():
            confirm(scribe, command)
        case ReleaseHold():
            release(scribe, command)
        case CancelBooking():
            cancel_booking(scribe, command)
        case QuoteChange():
            quote_change(scribe, command)
        case ChangeBooking():
            change_booking(scribe, command)
        case QuoteExchange():
            quote_exchange(scribe, command)
        case ExchangeBooking():
            begin_exchange(scribe, command)
        case TakeExchange():
            take_exchange(scribe, command)
        case FinishExchange():
            finish_exchange(scribe, command)
        case DropExchange():
            drop_exchange(scribe, command)
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
