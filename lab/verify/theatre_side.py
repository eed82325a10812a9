"""What a theatre's own events must keep to: its counter, its allotment, its shows."""

from datetime import datetime

from justbookit.catalogue import ShowTerms
from justbookit.claims import ClaimKind
from justbookit.seat_events import (
    AllotmentSet,
    CounterSaleReturned,
    HoldReleased,
    SeatEvent,
    SeatsSoldAtCounter,
    ShowChanged,
    ShowClosed,
    ShowOpened,
)
from lab.verify.audit import Audit, Check
from lab.verify.lives import Life
from lab.verify.witness import Witness


class TheatreSide:
    """Looks at events that `witness` has not seen yet."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit

    def counter(self, event: SeatsSoldAtCounter | CounterSaleReturned) -> None:
        self._audit.look(Check.STEPS)
        sold = self._witness.sales.get(event.sale_id)
        if isinstance(event, SeatsSoldAtCounter):
            if sold is not None:
                self._fault(Check.STEPS, event, f"sale {event.sale_id} was made before")
        elif sold != event.seat_ids:
            self._fault(Check.STEPS, event, f"sale {event.sale_id} is of {sold}")

    def allotted(self, event: AllotmentSet) -> None:
        self._audit.look(Check.STEPS)
        ours = set(self._witness.zones if event.seat_ids is None else event.seat_ids)
        for seat, owner in self._witness.owners.items():
            if owner[0] is ClaimKind.BOOKING and seat not in ours:
                self._fault(Check.STEPS, event, f"{seat} is {owner[1]}'s, and is no longer ours")

    def gave_way(self, event: HoldReleased, life: Life) -> None:
        """A hold that stands gives way to the counter only on seats that are the theatre's."""
        self._audit.look(Check.STEPS)
        allotted = self._witness.allotted
        theirs = allotted is not None and not allotted.issuperset(event.seat_ids)
        if not theirs or event.command_id is not None or event.at >= life.held_until:
            self._fault(Check.STEPS, event, "gave way to the counter on seats of ours")

    def show(self, event: ShowOpened | ShowChanged | ShowClosed) -> None:
        witness = self._witness
        self._audit.look(Check.STEPS)
        if isinstance(event, ShowOpened) and witness.terms is not None:
            self._fault(Check.STEPS, event, "opened a second time")
        has_seats = {
            seat: owner
            for seat, owner in witness.owners.items()
            if owner[0] not in {ClaimKind.BLOCK, ClaimKind.OFFER}
        }
        if isinstance(event, ShowClosed):
            if has_seats and witness.cancelled is None:
                self._fault(Check.STEPS, event, f"closed while {len(has_seats)} seats are taken")
            return
        zones = event.terms.layout.zones()
        if lost := [seat for seat in has_seats if seat not in zones]:
            self._fault(Check.STEPS, event, f"{lost[0]} is somebody's, and left the layout")
        before = witness.terms
        if has_seats and before is not None and _when(before) != _when(event.terms):
            self._fault(Check.STEPS, event, "its time or currency changed under sold seats")

    def _fault(self, check: Check, event: SeatEvent, what: str) -> None:
        self._audit.fault(check, f"{event.show_id} v{event.version}", what)


def _when(terms: ShowTerms) -> tuple[datetime, str]:
    return terms.starts_at, terms.currency
