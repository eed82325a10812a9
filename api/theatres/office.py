"""The theatre's office: what it asks of the catalogue and of its shows' seats."""

from datetime import datetime

import msgspec

from api.asking import Asking
from api.bookings.shows import Shows
from api.postgres import Pool
from api.problems import problem, refused
from api.theatres import queries
from api.theatres.views import Cancellation, InventoryChange, TheatreShow
from justbookit.catalogue import Show, Theatre, Venue
from justbookit.catalogue_commands import PutShow, PutTheatre, PutVenue, RemoveShow
from justbookit.catalogue_events import (
    CatalogueRefused,
    CatalogueUnchanged,
    TheatrePut,
    VenuePut,
)
from justbookit.ids import CommandId, OrganizerId, SaleId, ShowId, TheatreId
from justbookit.seat_commands import (
    BlockSeats,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)
from justbookit.seat_events import (
    AllotmentSet,
    CommandRefused,
    CounterSaleReturned,
    SeatsBlocked,
    SeatsSoldAtCounter,
    SeatsUnblocked,
    ShowCancelled,
    ShowChanged,
    ShowClosed,
    ShowOpened,
)

InventoryCommand = BlockSeats | UnblockSeats | SetAllotment | SellAtCounter | ReturnCounterSale


class Changed(msgspec.Struct, frozen=True):
    """A show after a wish was granted; `created`: it is new."""

    show: TheatreShow
    created: bool


class Office:
    """Asks for an organizer, who is part of every wish."""

    def __init__(self, pool: Pool, asking: Asking, shows: Shows) -> None:
        self._pool = pool
        self._asking = asking
        self._shows = shows

    async def put_venue(
        self, organizer_id: OrganizerId, venue: Venue, command_id: CommandId
    ) -> Venue:
        command = PutVenue(command_id=command_id, organizer_id=organizer_id, venue=venue)
        match await self._asking.catalogue(venue.venue_id, command):
            case VenuePut(venue=put):
                return put
            case CatalogueUnchanged():
                return venue
            case CatalogueRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a venue was answered with {type(other).__name__}")

    async def put_theatre(
        self, organizer_id: OrganizerId, theatre: Theatre, command_id: CommandId
    ) -> Theatre:
        command = PutTheatre(command_id=command_id, organizer_id=organizer_id, theatre=theatre)
        match await self._asking.catalogue(theatre.theatre_id, command):
            case TheatrePut(theatre=put):
                return put
            case CatalogueUnchanged():
                return await self._theatre(organizer_id, theatre.theatre_id)
            case CatalogueRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a theatre was answered with {type(other).__name__}")

    async def put_show(
        self, organizer_id: OrganizerId, show: Show, command_id: CommandId, *, replay: bool
    ) -> Changed:
        """A show scheduled or changed: the catalogue may refuse, and so may the seat writer."""
        command = PutShow(command_id=command_id, organizer_id=organizer_id, show=show)
        match await self._asking.catalogue(show.show_id, command, replay=replay):
            case ShowOpened(terms=terms):
                return Changed(queries.show_view(terms, "open"), created=True)
            case ShowChanged(terms=terms):
                return Changed(queries.show_view(terms, "open"), created=False)
            case CatalogueUnchanged():
                return Changed(await self.show(organizer_id, show.show_id), created=False)
            case CatalogueRefused() | CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a show was answered with {type(other).__name__}")

    async def remove_show(
        self, organizer_id: OrganizerId, show_id: ShowId, command_id: CommandId, *, replay: bool
    ) -> None:
        """A show taken off for good; refused with the count while it has bookings."""
        await self._shows.must_be_of(show_id, organizer_id)
        command = RemoveShow(command_id=command_id, organizer_id=organizer_id, show_id=show_id)
        match await self._asking.catalogue(show_id, command, replay=replay):
            case ShowClosed() | CatalogueUnchanged():
                return
            case CatalogueRefused() | CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a removal was answered with {type(other).__name__}")

    async def cancel_show(
        self,
        organizer_id: OrganizerId,
        show_id: ShowId,
        reason: str,
        command_id: CommandId,
        *,
        replay: bool,
    ) -> Cancellation:
        """A show cancelled, or being so already; its bookings are refunded one after another."""
        await self._shows.must_be_of(show_id, organizer_id)
        command = RemoveShow(
            command_id=command_id,
            organizer_id=organizer_id,
            show_id=show_id,
            refund=True,
            reason=reason,
        )
        match await self._asking.catalogue(show_id, command, replay=replay):
            case ShowCancelled() | CatalogueUnchanged():
                return await self.cancellation(organizer_id, show_id)
            case CatalogueRefused() | CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"a cancellation was answered with {type(other).__name__}")

    async def cancellation(self, organizer_id: OrganizerId, show_id: ShowId) -> Cancellation:
        """How far the cancellation of an organizer's show is."""
        await self._shows.must_be_of(show_id, organizer_id)
        found = await queries.cancellation(self._pool, organizer_id, show_id)
        if found is None:
            raise problem("not_cancelled", "the show was not cancelled with refunds")
        return found

    async def change_seats(
        self, organizer_id: OrganizerId, command: InventoryCommand, *, replay: bool
    ) -> InventoryChange:
        """What became of seats that the theatre keeps, allots or sells itself."""
        await self._shows.must_be_of(command.show_id, organizer_id)
        event = await self._asking.seats(command, replay=replay)
        sale_id: SaleId | None = None
        until: datetime | None = None
        match event:
            case SeatsSoldAtCounter() | CounterSaleReturned():
                sale_id = event.sale_id
            case SeatsBlocked():
                until = event.until
            case AllotmentSet():
                until = event.give_back_at
            case SeatsUnblocked():
                pass
            case CommandRefused():
                raise refused(event)
            case other:
                raise AssertionError(f"inventory was answered with {type(other).__name__}")
        return InventoryChange(
            show_id=event.show_id,
            version=event.version,
            at=event.at,
            seat_ids=event.seat_ids,
            sale_id=sale_id,
            conflicts=event.conflicts if isinstance(event, SeatsSoldAtCounter) else (),
            until=until,
        )

    async def show(self, organizer_id: OrganizerId, show_id: ShowId) -> TheatreShow:
        """One of the organizer's shows; raises the same problem for another's as for none."""
        found = await queries.shows(
            self._pool, organizer_id, show_id=show_id, after=queries.FROM_THE_START, limit=1
        )
        if not found:
            raise problem("unknown_show", f"you have no show {show_id!r}")
        return found[0]

    async def _theatre(self, organizer_id: OrganizerId, theatre_id: TheatreId) -> Theatre:
        for theatre in await queries.theatres(self._pool, organizer_id):
            if theatre.theatre_id == theatre_id:
                return theatre
        raise problem("unknown_theatre", f"you have no theatre {theatre_id!r}")
