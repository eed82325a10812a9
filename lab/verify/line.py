"""The waiting list folded and judged a second time: who stands where, and who is offered what.

Fits are looked for here by plain counting of free neighbours, not as the writer chooses seats.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from justbookit.entries import WhyLeft
from justbookit.ids import EntryId, SeatId, ZoneId
from justbookit.line_events import (
    SeatOfferWithdrawn,
    SeatsOffered,
    WaitingListJoined,
    WaitingListLeft,
)
from lab.verify.audit import Audit, Check
from lab.verify.witness import Witness

LineEvent = WaitingListJoined | SeatsOffered | SeatOfferWithdrawn | WaitingListLeft

LAST_OFFER_BEFORE_START = timedelta(minutes=30)
OFFER_AT_MOST = timedelta(minutes=15)


class Standing(msgspec.Struct):
    """What became of one party: a row of waiting_entry."""

    status: str
    seat_ids: tuple[SeatId, ...]
    offered_until: datetime | None
    version: int


class Line:
    """One show's waiting list; asks `witness` who had which seat just before each event."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit
        self._parties: dict[EntryId, WaitingListJoined] = {}
        self.standings: dict[EntryId, Standing] = {}

    def hold(self, event: LineEvent) -> None:
        """Look at an event that `witness` has not seen yet, and remember it."""
        self._audit.look(Check.WAITING)
        match event:
            case WaitingListJoined():
                self._joined(event)
            case SeatsOffered():
                self._offered(event)
            case SeatOfferWithdrawn():
                self._had_offer(event)
                self.standings[event.entry_id] = Standing("waiting", (), None, event.version)
            case WaitingListLeft():
                self._left(event)

    def _joined(self, event: WaitingListJoined) -> None:
        terms = self._witness.terms
        if event.entry_id in self._parties:
            self._fault(event, f"{event.entry_id} joins a second time")
        if any(each.customer_id == event.customer_id for each in self._parties.values()):
            self._fault(event, f"{event.customer_id} waits already")
        if terms is not None and event.at >= terms.starts_at - LAST_OFFER_BEFORE_START:
            self._fault(event, "joined too near the start")
        if event.position != 1 + len(self._unserved()):
            self._fault(event, f"at position {event.position} of {1 + len(self._unserved())}")
        if self._fits(event):
            self._fault(event, "waits, and might have had seats at once")
        self._parties[event.entry_id] = event
        self.standings[event.entry_id] = Standing("waiting", (), None, event.version)

    def _offered(self, event: SeatsOffered) -> None:
        party, terms = self._parties.get(event.entry_id), self._witness.terms
        if party is None or terms is None or self.standings[event.entry_id].status != "waiting":
            self._fault(event, f"{event.entry_id} does not wait")
            return
        if event.command_id is not None:
            self._fault(event, "somebody asked for an offer")
        self._suits(event, party)
        latest = min(event.at + OFFER_AT_MOST, terms.starts_at - LAST_OFFER_BEFORE_START)
        if not event.at < event.offered_until <= latest:
            self._fault(event, f"offered until {event.offered_until}, {latest} at the latest")
        before = []
        for entry_id in self._unserved():
            if entry_id == event.entry_id:
                break
            before.append(entry_id)
            if self._fits(self._parties[entry_id]):
                self._fault(event, f"{entry_id} came before {event.entry_id}, and would fit")
        if [each.entry_id for each in event.passed_over] != before:
            self._fault(event, f"passed over {event.passed_over}, and not {before}")
        self.standings[event.entry_id] = Standing(
            "offered", event.seat_ids, event.offered_until, event.version
        )

    def _suits(self, event: SeatsOffered, party: WaitingListJoined) -> None:
        """What is offered is free, so many, of the zone, and together if that is wanted."""
        seats, zones = event.seat_ids, self._witness.zones
        if len(set(seats)) != party.size or len(seats) != party.size:
            self._fault(event, f"{len(seats)} seats for {party.size}")
        for seat in seats:
            if not self._is_free(seat):
                self._fault(event, f"{seat} was not free to be offered")
            if party.zone not in {None, zones.get(seat)}:
                self._fault(event, f"{seat} is not in zone {party.zone}")
            if seat in self._witness.special and not party.accessible:
                self._fault(event, f"{seat} is kept for others")
        if party.together and not any(set(seats) <= set(group) for group in self._groups(party)):
            self._fault(event, f"{seats} are not together")
        elif party.together and not self._adjoin(seats):
            self._fault(event, f"{seats} are not side by side")

    def _left(self, event: WaitingListLeft) -> None:
        standing = self._had_offer(event)
        until = None if standing is None else standing.offered_until
        if (event.why is WhyLeft.EXPIRED) and (until is None or event.at < until):
            self._fault(event, f"its offer ended at {event.at}, and was to run until {until}")
        if event.why is WhyLeft.ACCEPTED and (until is None or event.at >= until):
            self._fault(event, f"accepted at {event.at} what was offered until {until}")
        if (event.command_id is not None) is not (event.why is WhyLeft.CUSTOMER):
            self._fault(event, f"{event.why}, asked for by {event.command_id}")
        self._parties.pop(event.entry_id, None)
        self.standings[event.entry_id] = Standing(event.why, event.seat_ids, None, event.version)

    def _had_offer(self, event: SeatOfferWithdrawn | WaitingListLeft) -> Standing | None:
        standing = self.standings.get(event.entry_id)
        if event.entry_id not in self._parties or standing is None:
            self._fault(event, f"{event.entry_id} does not wait")
        elif standing.seat_ids != event.seat_ids:
            self._fault(event, f"{event.entry_id} was offered {standing.seat_ids}")
        return standing

    def _unserved(self) -> list[EntryId]:
        return [each for each in self._parties if self.standings[each].status == "waiting"]

    def _fits(self, party: WaitingListJoined) -> bool:
        if party.together:
            return any(len(group) >= party.size for group in self._groups(party))
        return sum(len(group) for group in self._groups(party)) >= party.size

    def _groups(self, party: WaitingListJoined) -> Iterator[list[SeatId]]:
        """Free seats side by side, and the free places of each area."""
        terms = self._witness.terms
        if terms is None:
            return
        for row in terms.layout.rows:
            group: list[SeatId] = []
            for cell in (*row.cells, ""):
                seat = SeatId(row.label + cell)
                if cell and self._is_for(party, seat, row.zone):
                    group.append(seat)
                    continue
                yield group
                group = []
        for area in terms.layout.areas:
            places = [SeatId(f"{area.area_id}{number + 1}") for number in range(area.capacity)]
            yield [place for place in places if self._is_for(party, place, area.zone)]

    def _is_for(self, party: WaitingListJoined, seat: SeatId, zone: ZoneId) -> bool:
        special = seat in self._witness.special and not party.accessible
        return self._is_free(seat) and not special and party.zone in {None, zone}

    def _is_free(self, seat: SeatId) -> bool:
        witness = self._witness
        allotted = witness.allotted is None or seat in witness.allotted
        return seat in witness.zones and seat not in witness.owners and allotted

    def _adjoin(self, seats: tuple[SeatId, ...]) -> bool:
        """Whether nothing lies between them in their row; places of an area have no sides."""
        terms = self._witness.terms
        assert terms is not None
        for row in terms.layout.rows:
            at = [index for index, cell in enumerate(row.cells) if row.label + cell in seats]
            if at:
                return at[-1] - at[0] == len(seats) - 1 == len(at) - 1
        return True

    def _fault(self, event: LineEvent, what: str) -> None:
        self._audit.fault(Check.WAITING, f"{event.show_id} v{event.version}", what)
