"""What a show weighs in memory, and what of it need not be there.

Old answers and bookings that are over are seldom asked for; they stand in Postgres, where whoever
forgets them here (`SeatMap.forgot`) has to look.
"""

from justbookit.bookings import LIVE, Booking
from justbookit.errors import BrokenInvariant
from justbookit.halls import Hall
from justbookit.seatmap import SeatMap

ANSWERS_KEPT = 400
ENDED_KEPT = 200
"""The youngest of each; a customer who asks again does so within seconds."""

OF_SHOW, OF_ANSWER, OF_BOOKING, OF_CLAIM = 3100, 450, 900, 300
OF_ENDED, OF_ENTRY = 500, 500
OF_HALL, OF_SEAT = 1500, 300
"""Bytes; a test holds them against what is measured."""


def forget(seatmap: SeatMap, answers: int = ANSWERS_KEPT, ended: int = ENDED_KEPT) -> None:
    """Keep no more than so many answers and bookings that are over: the last ones."""
    while len(seatmap.answers) > answers:
        del seatmap.answers[next(iter(seatmap.answers))]
        seatmap.forgot = True
    while len(seatmap.ended) > ended:
        booking_id = next(iter(seatmap.ended))
        del seatmap.ended[booking_id]
        customer_id = seatmap.bookings.pop(booking_id).customer_id
        theirs = seatmap.bookings_of[customer_id]
        theirs.remove(booking_id)
        if not theirs:
            del seatmap.bookings_of[customer_id]
        seatmap.forgot = True


def recall(seatmap: SeatMap, booking: Booking) -> None:
    """Have a booking again that is over.

    Raises BrokenInvariant when it is not: those that live are never forgotten.
    """
    if booking.status in LIVE:
        raise BrokenInvariant(f"booking {booking.booking_id} of {seatmap.show_id} was forgotten")
    seatmap.bookings[booking.booking_id] = booking
    seatmap.bookings_of.setdefault(booking.customer_id, []).append(booking.booking_id)
    seatmap.ended[booking.booking_id] = None


def weight_of(seatmap: SeatMap) -> int:
    """About how many bytes the show takes up, without its hall."""
    return (
        OF_SHOW
        + OF_ANSWER * len(seatmap.answers)
        + OF_BOOKING * len(seatmap.bookings)
        + OF_CLAIM * len(seatmap.claims)
        + OF_ENTRY * len(seatmap.waiting)
        + OF_ENDED * len(seatmap.ended)
    )


def weight_of_hall(hall: Hall) -> int:
    """About how many bytes a hall takes up, however many shows are sold on it."""
    return OF_HALL + OF_SEAT * len(hall.zones)
