"""The waiting list of a show: who may join, whom free seats are offered, what becomes of offers.

In order of joining: free seats go to the first party that they fit, and a party that they do not
fit keeps its place. An offer sets seats aside for a quarter of an hour, or for five minutes when
the show is near; who lets it run out leaves the line. What is offered is taken as a hold, at the
price of that moment.
"""

from datetime import datetime, timedelta

from justbookit.answering import Scribe
from justbookit.catalogue import Mode, ShowTerms
from justbookit.entries import Entry, PassedOver, WhyLeft
from justbookit.ids import BookingId, CustomerId, EntryId
from justbookit.line_events import SeatsOffered, WaitingListJoined
from justbookit.refusals import Refusal
from justbookit.seat_commands import AcceptSeatOffer, JoinWaitingList, LeaveWaitingList
from justbookit.seat_events import (
    BookingConfirmed,
    CommandRefused,
    HoldExtended,
    SeatEvent,
    SeatsBlocked,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    ShowClosed,
)
from justbookit.seatmap import SeatMap
from justbookit.taking import Guest, give, refuse_person, refuse_sale
from justbookit.vacancies import Vacancies

ENTRIES_MAX = 1000
OVER_BEFORE_START = timedelta(minutes=30)
"""So near the start nobody joins and nothing is offered any more."""

NEAR = timedelta(hours=6)
OFFER_FOR, OFFER_FOR_WHEN_NEAR = timedelta(minutes=15), timedelta(minutes=5)
OFFER_AT_LEAST = timedelta(minutes=1)


def waiting_ends_at(terms: ShowTerms) -> datetime:
    """From when on nobody waits for seats any more."""
    return min(terms.starts_at - OVER_BEFORE_START, terms.sales_end_at)


def join(scribe: Scribe, command: JoinWaitingList) -> None:
    """Stand in line, at its end."""
    seatmap, size = scribe.seatmap, command.size
    if scribe.refuse_unless_open():
        return
    terms = seatmap.terms
    assert terms is not None
    refusal: tuple[Refusal, str] | None = None
    if terms.mode is Mode.READ_ONLY:
        refusal = (Refusal.NOT_SOLD_HERE, "this theatre sells its seats itself")
    elif scribe.now >= (ends_at := waiting_ends_at(terms)):
        refusal = (Refusal.WAITING_OVER, f"nobody waits for seats from {ends_at:%FT%TZ} on")
    elif size > terms.seats_per_booking_max:
        limit = terms.seats_per_booking_max
        refusal = (Refusal.TOO_MANY_SEATS, f"at most {limit} seats in one booking")
    elif command.zone is not None and command.zone not in terms.prices:
        zones = ", ".join(sorted(terms.prices))
        refusal = (Refusal.UNKNOWN_ZONE, f"no zone {command.zone}; there are {zones}")
    elif (other := _entry_of(seatmap, command.customer_id)) is not None:
        refusal = (Refusal.ALREADY_WAITING, f"you wait for {other.size} seats of this show already")
    elif len(seatmap.waiting) >= ENTRIES_MAX:
        refusal = (Refusal.WAITING_LIST_FULL, f"{ENTRIES_MAX} parties wait; try another show")
    if refusal is not None:
        scribe.refuse(*refusal)
    elif not refuse_person(scribe, command.customer_id, size):
        _stand_in_line(scribe, command)


def _stand_in_line(scribe: Scribe, command: JoinWaitingList) -> None:
    seatmap = scribe.seatmap
    entry = Entry(
        entry_id=command.entry_id,
        customer_id=command.customer_id,
        size=command.size,
        zone=command.zone,
        together=command.together,
        accessible=command.accessible,
        joined_at=scribe.now,
    )
    if seats := Vacancies(seatmap).seats_for(entry):
        scribe.refuse(
            Refusal.SEATS_AVAILABLE,
            f"nobody need wait: {', '.join(seats)} are free",
            alternatives=seats,
        )
        return
    if not Vacancies(seatmap, were_all_free=True).seats_for(entry):
        scribe.refuse(
            Refusal.NO_BLOCK,
            f"not even the empty hall has {entry.size} such seats"
            f"{' side by side; wait for seats apart' if entry.together else ''}",
        )
        return
    scribe.write(
        WaitingListJoined,
        entry_id=entry.entry_id,
        customer_id=entry.customer_id,
        size=entry.size,
        zone=entry.zone,
        together=entry.together,
        accessible=entry.accessible,
        position=1 + sum(not each.seat_ids for each in seatmap.waiting.values()),
    )


def leave(scribe: Scribe, command: LeaveWaitingList) -> None:
    """Leave the line; what was offered goes to the next."""
    entry = _own_or_refuse(scribe, command.entry_id, command.customer_id)
    if entry is not None:
        scribe.leave_line(entry, WhyLeft.CUSTOMER, asked=True)


def accept(scribe: Scribe, command: AcceptSeatOffer, hold_for: timedelta) -> None:
    """Take what was offered, as a hold."""
    entry = _own_or_refuse(scribe, command.entry_id, command.customer_id, command.booking_id)
    if entry is None:
        return
    if entry.offered_until is None:
        scribe.refuse(
            Refusal.NOT_OFFERED,
            "nothing is offered to you yet; you keep your place in line",
            booking_id=command.booking_id,
        )
    elif scribe.now >= entry.offered_until:
        scribe.leave_line(entry, WhyLeft.EXPIRED)
        scribe.refuse(
            Refusal.OFFER_EXPIRED,
            f"the seats were yours until {entry.offered_until:%FT%TZ}; join again",
            booking_id=command.booking_id,
            seat_ids=entry.seat_ids,
        )
    else:
        guest = Guest(command.booking_id, command.customer_id, entry.accessible)
        if not refuse_sale(scribe, guest, entry.size):
            scribe.leave_line(entry, WhyLeft.ACCEPTED)
            give(scribe, guest, entry.seat_ids, hold_for)


def expire_offers(scribe: Scribe) -> None:
    """End the offers that have run out."""
    for entry in scribe.seatmap.waiting.values():
        if entry.offered_until is not None and scribe.now >= entry.offered_until:
            scribe.leave_line(entry, WhyLeft.EXPIRED)


def next_offer(seatmap: SeatMap, now: datetime) -> SeatsOffered | None:
    """Seats that are free, for the first party that they fit; None when there is none.

    Nobody asked for it. To be asked again until there is nothing left to be offered.
    """
    terms = seatmap.terms
    if terms is None or not seatmap.open or not seatmap.free or not seatmap.waiting:
        return None
    ends_at = waiting_ends_at(terms)
    until = min(now + (OFFER_FOR if terms.starts_at - now > NEAR else OFFER_FOR_WHEN_NEAR), ends_at)
    if until < now + OFFER_AT_LEAST:
        return None
    vacancies = Vacancies(seatmap)
    passed: list[PassedOver] = []
    for entry in seatmap.waiting.values():
        if entry.seat_ids:
            continue
        if seats := vacancies.seats_for(entry):
            return SeatsOffered(
                show_id=seatmap.show_id,
                version=seatmap.version + 1,
                at=now,
                entry_id=entry.entry_id,
                customer_id=entry.customer_id,
                seat_ids=seats,
                offered_until=until,
                passed_over=tuple(passed),
            )
        passed.append(PassedOver(entry.entry_id, vacancies.why_not(entry)))
    return None


def _entry_of(seatmap: SeatMap, customer_id: CustomerId) -> Entry | None:
    waiting = seatmap.waiting.values()
    return next((each for each in waiting if each.customer_id == customer_id), None)


def _own_or_refuse(
    scribe: Scribe, entry_id: EntryId, customer_id: CustomerId, booking_id: BookingId | None = None
) -> Entry | None:
    entry = scribe.seatmap.waiting.get(entry_id)
    if entry is None or entry.customer_id != customer_id:
        scribe.refuse(
            Refusal.UNKNOWN_ENTRY,
            "you have no such place in line; if an offer of yours ran out, join again",
            booking_id=booking_id,
        )
        return None
    return entry


_FREES_NOTHING = (
    BookingConfirmed,
    CommandRefused,
    HoldExtended,
    SeatsBlocked,
    SeatsBooked,
    SeatsHeld,
    SeatsSoldAtCounter,
    SeatsOffered,
    ShowClosed,
    WaitingListJoined,
)


def may_free(event: SeatEvent) -> bool:
    """Whether there may be more to offer after this event than before it."""
    return not isinstance(event, _FREES_NOTHING)
