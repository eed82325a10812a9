"""Whether a show that moved to another hall took everybody along who could be, and fairly."""

from typing import NamedTuple

from justbookit.bookings import BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import ClaimKind
from justbookit.ids import BookingId, SeatId, ZoneId
from justbookit.refusals import MOVED_WITHOUT, ReleaseReason
from justbookit.seat_events import (
    BookingCancelled,
    CounterSaleReturned,
    HoldReleased,
    SeatEvent,
    SeatsUnblocked,
    ShowMoved,
)
from lab.verify.audit import Audit, Check
from lab.verify.witness import Witness


class Moved:
    """Looks at events that `witness` has not seen yet."""

    def __init__(self, witness: Witness, audit: Audit) -> None:
        self._witness = witness
        self._audit = audit
        self._left_behind: list[tuple[SeatId, ...]] = []
        """The seats of those who lost theirs to a move that must follow."""

    def hold(self, event: SeatEvent) -> None:
        match event:
            case BookingCancelled(because=because) if because == MOVED_WITHOUT:
                self._left_behind.append(event.seat_ids)
            case CounterSaleReturned(command_id=None):
                self._left_behind.append(event.seat_ids)
            case HoldReleased(reason=ReleaseReason.SHOW_MOVED):
                self._left_behind.append(())
            case SeatsUnblocked(command_id=None):
                pass
            case ShowMoved():
                self._moved(event)
                self._left_behind.clear()
            case _ if self._left_behind:
                self._fault(event, "seats were lost to a move, and there was none")
                self._left_behind.clear()
            case _:
                pass

    def _moved(self, event: ShowMoved) -> None:
        witness, before = self._witness, self._witness.terms
        self._audit.look(Check.STEPS)
        if before is None:
            self._fault(event, "moved, and was never opened")
            return
        if event.command_id is None or _of(before) != _of(event.terms):
            self._fault(event, "is at another time, place or currency, or nobody asked")
        moves: dict[tuple[ClaimKind, str], dict[SeatId, SeatId]] = {
            **{(ClaimKind.BOOKING, str(by)): to for by, to in event.bookings.items()},
            **{(ClaimKind.COUNTER, str(by)): to for by, to in event.sales.items()},
        }
        new_hall, old_hall = _places(event.terms), _places(before)
        for seat, owner in witness.owners.items():
            life = witness.lives.get(BookingId(owner[1]))
            held = life is not None and life.status is BookingStatus.HELD
            if owner[0] is ClaimKind.BLOCK or (owner[0] is ClaimKind.BOOKING and held):
                self._fault(event, f"{owner} stands, and belongs to the hall before")
            new = moves.get(owner, {}).get(seat, seat)
            self._audit.look(Check.STEPS)
            if new not in new_hall or not _as_good(old_hall[seat], new_hall[new]):
                what = f"{seat} {old_hall[seat]} became {new} {new_hall.get(new)}"
                self._fault(event, f"{what}: not there, or less")
        for seats in self._left_behind:
            if seats and all(_same(old_hall[seat], new_hall.get(seat)) for seat in seats):
                self._fault(event, f"{seats} are there in the new hall, and were lost")

    def _fault(self, event: SeatEvent, what: str) -> None:
        self._audit.fault(Check.STEPS, f"{event.show_id} v{event.version}", what)


def _of(terms: ShowTerms) -> tuple[object, ...]:
    return terms.starts_at, terms.ends_at, terms.currency, terms.venue_id, terms.movie_id


class _Place(NamedTuple):
    zone: ZoneId
    price: int
    accessible: bool
    companion: bool
    in_area: bool = False


def _places(terms: ShowTerms) -> dict[SeatId, _Place]:
    seats = {
        SeatId(row.label + cell): _Place(
            row.zone, terms.prices[row.zone], cell in row.accessible, cell in row.companion
        )
        for row in terms.layout.rows
        for cell in row.cells
        if cell
    }
    places = {
        SeatId(f"{area.area_id}{number}"): _Place(
            area.zone, terms.prices[area.zone], accessible=False, companion=False, in_area=True
        )
        for area in terms.layout.areas
        for number in range(1, area.capacity + 1)
    }
    return seats | places


def _as_good(old: _Place, new: _Place) -> bool:
    is_worth_it = new.zone == old.zone or new.price >= old.price
    is_kind = (new.accessible or not old.accessible) and (old.in_area or not new.in_area)
    return is_worth_it and is_kind


def _same(old: _Place, new: _Place | None) -> bool:
    return new is not None and (old.zone, *old[2:]) == (new.zone, *new[2:])
