"""A show on its way to another hall: the plan a theatre looks at, and the move it then asks for.

The plan is worked out here from the show's log, by the very rule that the seat writer will use;
nothing is asked of anybody and nothing is written. The move names the plan.
"""

from datetime import UTC, datetime

import msgspec

from api.asking import Asking
from api.bookings.shows import Shows
from api.postgres import Pool
from api.problems import problem, refused
from api.seatmaps import SeatMaps
from api.theatres import queries
from api.theatres.views import MoveIn, TheatreShow
from justbookit.catalogue import Amount
from justbookit.catalogue_commands import MoveShow
from justbookit.catalogue_events import CatalogueRefused
from justbookit.ids import (
    BookingId,
    CommandId,
    OrganizerId,
    SaleId,
    SeatId,
    ShowId,
    TheatreId,
    ZoneId,
)
from justbookit.lapsing import after, lapsed
from justbookit.moving import plan_move
from justbookit.programme import price_fault
from justbookit.relocating import terms_in
from justbookit.seat_events import CommandRefused, ShowMoved
from justbookit.seatmap import SeatMap


class Moving(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A booking or a counter sale that gets other seats: from which to which."""

    seats: dict[SeatId, SeatId]
    booking_id: BookingId | None = None
    sale_id: SaleId | None = None


class Losing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A booking or a counter sale for which there is no place; `refund` in minor units."""

    seat_ids: tuple[SeatId, ...]
    booking_id: BookingId | None = None
    sale_id: SaleId | None = None
    refund: int = 0


class MovePlanView(msgspec.Struct, frozen=True, kw_only=True):
    """What would come of a move now; good for as long as all of it is still so.

    `stay` bookings and sales keep their seats, `holds` are let go, `blocked` seats are put back.
    """

    plan_id: str
    show_id: ShowId
    theatre_id: TheatreId
    stay: int
    moves: tuple[Moving, ...]
    loses: tuple[Losing, ...]
    refunds: int
    currency: str
    holds: int
    blocked: tuple[SeatId, ...]


class Moves:
    """Plans and asks for an organizer."""

    def __init__(self, pool: Pool, asking: Asking, shows: Shows, seatmaps: SeatMaps) -> None:
        self._pool = pool
        self._asking = asking
        self._shows = shows
        self._seatmaps = seatmaps

    async def plan(
        self,
        organizer_id: OrganizerId,
        show_id: ShowId,
        theatre_id: TheatreId,
        prices: dict[ZoneId, Amount] | None,
    ) -> MovePlanView:
        """Who would sit where, and who would have no place."""
        await self._shows.must_be_of(show_id, organizer_id)
        theatre = next(
            (
                each
                for each in await queries.theatres(self._pool, organizer_id)
                if each.theatre_id == theatre_id
            ),
            None,
        )
        if theatre is None:
            raise problem("unknown_theatre", f"you have no theatre {theatre_id!r}")
        look = await self._seatmaps.look(show_id)
        if look is None or not look.seatmap.open:
            raise problem("show_closed", "the show is not on sale")
        seatmap = after(look.seatmap, lapsed(look.seatmap, datetime.now(UTC)))
        had = seatmap.terms
        assert had is not None
        if theatre.venue_id != had.venue_id:
            raise problem("other_venue", f"{theatre_id} is in another venue")
        terms = terms_in(had, theatre, prices, await queries.offers(self._pool))
        if (fault := price_fault(terms)) is not None:
            raise problem(fault.code, fault.detail)
        plan = plan_move(seatmap, terms)
        loses = (
            *(_loses(seatmap, booking_id) for booking_id in plan.lost_bookings),
            *(Losing(sale_id=each, seat_ids=seatmap.sales[each]) for each in plan.lost_sales),
        )
        return MovePlanView(
            plan_id=plan.plan_id,
            show_id=show_id,
            theatre_id=theatre_id,
            stay=plan.stay,
            moves=(
                *(Moving(booking_id=name, seats=to) for name, to in plan.bookings.items()),
                *(Moving(sale_id=name, seats=to) for name, to in plan.sales.items()),
            ),
            loses=loses,
            refunds=sum(each.refund for each in loses),
            currency=had.currency,
            holds=len(plan.holds),
            blocked=plan.blocked,
        )

    async def move(
        self,
        organizer_id: OrganizerId,
        show_id: ShowId,
        asked: MoveIn,
        command_id: CommandId,
        *,
        replay: bool,
    ) -> TheatreShow:
        """The show in its new hall, everybody where the plan put them."""
        await self._shows.must_be_of(show_id, organizer_id)
        command = MoveShow(
            command_id=command_id,
            organizer_id=organizer_id,
            show_id=show_id,
            theatre_id=TheatreId(asked.theatre_id),
            plan_id=asked.plan_id,
            prices=asked.prices,
        )
        match await self._asking.catalogue(show_id, command, replay=replay):
            case ShowMoved(terms=terms):
                return queries.show_view(terms, "open")
            case CatalogueRefused() | CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a move was answered with {type(other).__name__}")


def _loses(seatmap: SeatMap, booking_id: BookingId) -> Losing:
    booking = seatmap.bookings[booking_id]
    return Losing(booking_id=booking_id, seat_ids=booking.seat_ids, refund=booking.kept)
