"""What ends by itself beside holds, kept a second time: blocks with an end, and the give-back.

Neither may end early, nor may anything else be decided while one of them should be over already.
"""

from datetime import datetime, timedelta

from justbookit.ids import SeatId
from justbookit.line_events import SeatOfferWithdrawn
from justbookit.seat_events import (
    AllotmentGivenBack,
    AllotmentSet,
    SeatEvent,
    SeatsBlocked,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowChanged,
    ShowMoved,
)
from lab.verify.audit import Audit, Check
from lab.verify.witness import Witness

_End = tuple[datetime, int | None]
"""When, and so many minutes before the start if it was said so."""


class Endings:
    """Looks at each event before `witness` sees it."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit
        self._blocks: dict[SeatId, _End] = {}
        self._give_back: _End | None = None
        self._early: list[SeatId] = []
        """Put back before their time; only a hall without them may follow."""

    @property
    def lapses_at(self) -> datetime | None:
        """When the next of all this ends; nothing does in a show that is closed."""
        ends = [at for at, _ in self._blocks.values()]
        if self._give_back is not None:
            ends.append(self._give_back[0])
        witness = self._witness
        if witness.cancelled is not None:
            return None if witness.is_closed else witness.cancelled.at
        return min(ends, default=None) if witness.is_open else None

    def hold(self, event: SeatEvent) -> None:
        """Look at an event, and keep what it says about ends."""
        self._after_early(event)
        over_by_itself = event.command_id is None and isinstance(
            event, SeatsUnblocked | AllotmentGivenBack
        )
        due = self.lapses_at if self._witness.is_open else None
        if not over_by_itself and due is not None:
            self._audit.look(Check.EXPIRY)
            if due <= event.at:
                self._fault(event, f"decided at {event.at}, and what ended {due} still stood")
        self._keep(event)

    def _keep(self, event: SeatEvent) -> None:
        match event:
            case SeatsBlocked():
                self._begins(event, event.until, event.until_minutes_before)
                if event.until is not None:
                    end = (event.until, event.until_minutes_before)
                    self._blocks.update(dict.fromkeys(event.seat_ids, end))
            case AllotmentSet():
                at, minutes = event.give_back_at, event.give_back_minutes_before
                self._begins(event, at, minutes)
                self._give_back = None if at is None else (at, minutes)
            case SeatsUnblocked():
                self._unblocked(event)
            case SeatsSoldAtCounter():
                for seat in event.seat_ids:
                    self._blocks.pop(seat, None)
            case AllotmentGivenBack():
                self._given_back(event)
            case ShowChanged():
                starts_at = event.terms.starts_at
                self._blocks = {seat: _moved(end, starts_at) for seat, end in self._blocks.items()}
                if self._give_back is not None:
                    self._give_back = _moved(self._give_back, starts_at)
            case _:
                pass

    def _after_early(self, event: SeatEvent) -> None:
        if isinstance(event, SeatOfferWithdrawn):
            return  # what is offered in the part that goes is taken back as well
        early, self._early = self._early, []
        if not early:
            return
        gone = isinstance(event, ShowMoved) or (
            isinstance(event, ShowChanged) and not set(early) & event.terms.layout.zones().keys()
        )
        if not gone:
            self._fault(event, f"{early[0]} was put back before its time, and nobody asked")

    def _begins(self, event: SeatEvent, at: datetime | None, minutes: int | None) -> None:
        terms = self._witness.terms
        if at is None or terms is None:
            return
        self._audit.look(Check.EXPIRY)
        if not event.at < at <= terms.starts_at:
            self._fault(event, f"is to end {at}, not between {event.at} and {terms.starts_at}")
        if minutes is not None and at != terms.starts_at - timedelta(minutes=minutes):
            self._fault(event, f"is to end {at}, not {minutes} minutes before {terms.starts_at}")

    def _unblocked(self, event: SeatsUnblocked) -> None:
        for seat in event.seat_ids:
            end = self._blocks.pop(seat, None)
            if event.command_id is None:
                self._audit.look(Check.EXPIRY)
                if end is None or end[0] > event.at:
                    self._early.append(seat)

    def _given_back(self, event: AllotmentGivenBack) -> None:
        witness = self._witness
        self._audit.look(Check.EXPIRY)
        if self._give_back is None or self._give_back[0] > event.at or event.command_id is not None:
            self._fault(event, f"given back, and that was due {self._give_back}")
        ours = witness.zones.keys() if witness.allotted is None else witness.allotted
        free = {seat for seat in ours if seat in witness.zones and seat not in witness.owners}
        if set(event.seat_ids) != free:
            self._fault(event, f"gave back {sorted(event.seat_ids)}, and had {sorted(free)}")
        self._give_back = None

    def _fault(self, event: SeatEvent, what: str) -> None:
        self._audit.fault(Check.EXPIRY, f"{event.show_id} v{event.version}", what)


def _moved(end: _End, starts_at: datetime) -> _End:
    at, minutes = end
    return (at if minutes is None else starts_at - timedelta(minutes=minutes)), minutes
