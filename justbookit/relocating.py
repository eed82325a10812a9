"""Which hall a show may move to. Who would sit where is the seat writer's to say."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from justbookit.catalogue import USUAL_RULES, Amount, Offer, ShowTerms, Theatre
from justbookit.catalogue_commands import MoveShow
from justbookit.catalogue_events import CatalogueRefusal as No
from justbookit.ids import ZoneId
from justbookit.programme import applicable, offers_of, price_fault, time_fault
from justbookit.schedule import Decision, Fault, View, live, not_yours, refused
from justbookit.seat_commands import MoveShow as MoveSeats


def terms_in(
    terms: ShowTerms,
    theatre: Theatre,
    prices: dict[ZoneId, Amount] | None,
    there: Iterable[Offer],
) -> ShowTerms:
    """The same show at the same time, sold in another theatre of its venue by that one's rules.

    `prices` None: as before; `there` are all offers, of which some may hold for that theatre.
    """
    rules = theatre.rules
    moved = msgspec.structs.replace(
        terms,
        theatre_id=theatre.theatre_id,
        layout=theatre.layout,
        prices=terms.prices if prices is None else prices,
        seats_per_booking_max=rules.seats_per_booking_max,
        own_rules=msgspec.UNSET if rules == USUAL_RULES else rules,
    )
    return msgspec.structs.replace(moved, offers=applicable(moved, tuple(there)))


def move_show(view: View, command: MoveShow, now: datetime) -> Decision:
    """Into another hall of the same venue, or into another layout of the same hall."""
    before = view.shows.get(command.show_id)
    theatre = live(view.theatres.get(command.theatre_id))
    fault: Fault | None = None
    if before is None or before.closed:
        fault = Fault(No.UNKNOWN_SHOW, "show_id", f"no show {command.show_id} is on sale")
    else:
        owner = before.terms.organizer_id
        fault = not_yours(command.organizer_id, owner, "show_id", command.show_id)
    if fault is None and theatre is None:
        detail = f"no theatre {command.theatre_id}; put it first"
        fault = Fault(No.UNKNOWN_THEATRE, "theatre_id", detail)
    if before is None or theatre is None or fault is not None:
        assert fault is not None
        return refused(command, command.show_id, fault, now)
    if theatre.venue_id != before.terms.venue_id:
        detail = f"{theatre.theatre_id} is in another venue; people would go to the wrong one"
        fault = Fault(No.OTHER_VENUE, "theatre_id", detail)
        return refused(command, command.show_id, fault, now)
    terms = terms_in(before.terms, theatre, command.prices, offers_of(view))
    fault = price_fault(terms) or time_fault(view, terms, before, now)
    if fault is not None:
        return refused(command, command.show_id, fault, now)
    return Decision(
        answer=MoveSeats(
            command_id=command.command_id,
            show_id=command.show_id,
            terms=terms,
            plan_id=command.plan_id,
        )
    )
