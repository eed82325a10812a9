"""A theatre cancels a show that people have seats in: who loses their seats is refunded.

A show may have thousands of bookings, and other shows go on being sold: so it is decided at once
that nothing is sold any more, and the bookings end in portions, by the writer's own timer. What
is left to do follows from the show's log alone, whoever goes on with it.
"""

from collections.abc import Iterator
from itertools import islice

from justbookit.answering import Scribe
from justbookit.bookings import Booking, BookingStatus
from justbookit.claims import ClaimKind
from justbookit.entries import WhyLeft
from justbookit.ids import BookingId
from justbookit.refusals import Refusal, ReleaseReason
from justbookit.seat_commands import CloseShow
from justbookit.seat_events import BookingCancelled, ShowCancelled, ShowClosed

PORTION = 100
"""Bookings that end in one decision."""


def cancel_show(scribe: Scribe, command: CloseShow) -> None:
    """Stop all sales, and begin to give the money back; or close, if there is none to give.

    What the counter sold is the counter's to take back.
    """
    if scribe.refuse_unless_open():
        return
    seatmap = scribe.seatmap
    assert seatmap.terms is not None
    if scribe.now >= seatmap.terms.ends_at:
        scribe.refuse(
            Refusal.SHOW_OVER,
            f"the show was over at {seatmap.terms.ends_at:%FT%TZ}, and its day will be settled;"
            " nothing can be cancelled any more",
        )
        return
    scribe.expire(seatmap.holds)
    live = [booking for booking in _live(scribe) if not scribe.has_expired(booking.booking_id)]
    bookings = sum(booking.status is BookingStatus.CONFIRMED for booking in live)
    for entry in seatmap.waiting.values():
        scribe.leave_line(entry, WhyLeft.CLOSED)
    scribe.write(
        ShowCancelled,
        reason=command.reason or "the theatre had to cancel it",
        bookings=bookings,
        holds=len(live) - bookings,
    )


def go_on_cancelling(scribe: Scribe) -> None:
    """End the next portion of bookings; close the show when none is left. Nobody asks for it.

    What is pledged to an exchange waits for what the other show says: then it is gone, or
    refunded here as all others are.
    """
    cancelling = scribe.seatmap.cancelling
    assert cancelling is not None
    live = list(islice(_live(scribe, pledged=False), PORTION + 1))
    for booking in live[:PORTION]:
        name = booking.booking_id
        if booking.status is BookingStatus.CONFIRMED:
            scribe.note(
                BookingCancelled,
                booking_id=name,
                seat_ids=booking.seat_ids,
                refund=booking.kept,
                currency=booking.currency,
                because=cancelling.reason,
            )
        elif scribe.has_expired(name):
            scribe.let_go([name], ReleaseReason.EXPIRED)
        else:
            scribe.let_go([name], ReleaseReason.SHOW_CANCELLED)
    if len(live) <= PORTION and not any(each.pledge for each in _live(scribe)):
        scribe.note(ShowClosed)


def _live(scribe: Scribe, *, pledged: bool = True) -> Iterator[Booking]:
    """Bookings and holds that have seats, each once; those `pledged` too, unless said otherwise."""
    seatmap = scribe.seatmap
    seen: set[str] = set()
    for claim in seatmap.claims.values():
        if claim.kind is ClaimKind.BOOKING and claim.by not in seen:
            seen.add(claim.by)
            booking = seatmap.bookings[BookingId(claim.by)]
            if pledged or booking.pledge is None:
                yield booking
