"""Joining a waiting list, leaving it, and taking what is offered."""

from api.asking import Asking
from api.bookings.booking import BookingDesk
from api.bookings.shows import Shows
from api.bookings.views import BookingView
from api.keys import Claim
from api.postgres import Pool
from api.problems import problem, refused
from api.waiting import queries
from api.waiting.views import Entries, EntryView
from justbookit.ids import CustomerId, EntryId
from justbookit.line_events import WaitingListJoined, WaitingListLeft
from justbookit.seat_commands import AcceptSeatOffer, JoinWaitingList, LeaveWaitingList
from justbookit.seat_events import CommandRefused


class WaitingDesk:
    """Asks for a customer; what they are offered becomes a hold at the desk of bookings."""

    def __init__(self, pool: Pool, asking: Asking, shows: Shows, desk: BookingDesk) -> None:
        self._pool = pool
        self._asking = asking
        self._shows = shows
        self._desk = desk

    async def join(self, command: JoinWaitingList, *, replay: bool) -> EntryView:
        """A place at the end of the line; a retry gets the same."""
        await self._shows.must_exist(command.show_id)
        match await self._asking.seats(command, replay=replay):
            case WaitingListJoined() as event:
                return EntryView(
                    entry_id=event.entry_id,
                    show_id=event.show_id,
                    status="waiting",
                    size=event.size,
                    zone=event.zone,
                    together=event.together,
                    accessible=event.accessible,
                    joined_at=event.at,
                    position=event.position,
                )
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"joining was answered with {type(other).__name__}")

    async def leave(self, customer_id: CustomerId, entry_id: EntryId, claim: Claim) -> EntryView:
        """Out of the line; what was offered goes to the next."""
        entry = await self.entry(customer_id, entry_id)
        command = LeaveWaitingList(
            command_id=claim.command_id,
            show_id=entry.show_id,
            entry_id=entry_id,
            customer_id=customer_id,
        )
        match await self._asking.seats(command, replay=claim.replay):
            case WaitingListLeft():
                return await self.entry(customer_id, entry_id)
            case CommandRefused() as event:
                raise refused(event)
            case other:
                raise AssertionError(f"leaving was answered with {type(other).__name__}")

    async def accept(self, customer_id: CustomerId, entry_id: EntryId, claim: Claim) -> BookingView:
        """What was offered, held at the price of now."""
        entry = await self.entry(customer_id, entry_id)
        command = AcceptSeatOffer(
            command_id=claim.command_id,
            show_id=entry.show_id,
            entry_id=entry_id,
            customer_id=customer_id,
            booking_id=claim.booking_id,
        )
        return await self._desk.hold(command, replay=claim.replay)

    async def entry(self, customer_id: CustomerId, entry_id: EntryId) -> EntryView:
        """A place in line of one's own; raises the same problem for another's as for none."""
        found = await queries.entry(self._pool, customer_id, entry_id)
        if found is None:
            raise problem("unknown_entry", f"you have no place in line {entry_id!r}")
        return found

    async def entries(self, customer_id: CustomerId) -> Entries:
        """All places in line of one's own."""
        return Entries(items=tuple(await queries.entries_of(self._pool, customer_id)))
