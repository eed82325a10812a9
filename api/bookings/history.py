"""A customer's bookings, wherever they lie: in Postgres, or in the lake since they left it.

What lies in both, because it leaves just now, is what Postgres says.
"""

from datetime import datetime
from typing import Any

import msgspec

from api.bookings import queries
from api.bookings.cold import ColdBookings
from api.bookings.views import BookingView, BookingWithShow, ShowInBooking, came_from, view_of
from api.postgres import Pool
from justbookit import wire
from justbookit.bookings import BookingChange, BookingStatus, Exchanged
from justbookit.evolving import evolve
from justbookit.exchange_commands import Origin
from justbookit.ids import BookingId, CustomerId, MovieId, ShowId
from justbookit.price_lines import PriceLine
from justbookit.seat_commands import Payment
from justbookit.seatmap import SeatMap

_NO_SHOW = {"title": None}


class History:
    """Reads both."""

    def __init__(self, pool: Pool, cold: ColdBookings) -> None:
        self._pool = pool
        self._cold = cold

    async def booking(
        self, booking_id: BookingId, customer_id: CustomerId
    ) -> BookingWithShow | None:
        """A customer's own booking; somebody else's is none."""
        row = await queries.booking(self._pool, booking_id, customer_id)
        if row is None:
            found = await self._cold.one(booking_id, customer_id)
            (row,) = await self._with_shows([found]) if found is not None else (None,)
        return None if row is None else _booking(row)

    async def in_version(
        self, show_id: ShowId, booking_id: BookingId, version: int
    ) -> BookingView | None:
        """A booking as it was in that version of its show; None when that cannot be told any more.

        All of the show is read for it: for who asks again for an answer of long ago.
        """
        seatmap = SeatMap(show_id)
        for raw in await queries.events_of(self._pool, show_id):
            if seatmap.version == version:
                break
            evolve(seatmap, wire.decode_seat_event(raw))
        booking = seatmap.bookings.get(booking_id) if seatmap.version == version else None
        return None if booking is None else view_of(show_id, booking)

    async def bookings_of(
        self, customer_id: CustomerId, before: tuple[datetime, str], limit: int
    ) -> list[BookingWithShow]:
        """A customer's bookings older than `before`, the latest first."""
        rows = await queries.bookings_of(self._pool, customer_id, before, limit)
        here = {row["booking_id"] for row in rows}
        cold = await self._cold.of(customer_id, before, limit)
        rows += await self._with_shows([row for row in cold if row["booking_id"] not in here])
        rows.sort(key=lambda row: (row["held_at"], row["booking_id"]), reverse=True)
        return [_booking(row) for row in rows[:limit]]

    async def _with_shows(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not rows:
            return []
        shows = await queries.shows(self._pool, [row["show_id"] for row in rows])
        return [{**row, **shows.get(row["show_id"], _NO_SHOW)} for row in rows]


def _booking(row: dict[str, Any]) -> BookingWithShow:
    view = BookingView(
        booking_id=row["booking_id"],
        show_id=row["show_id"],
        status=BookingStatus(row["status"]),
        seat_ids=tuple(row["seat_ids"]),
        lines=msgspec.convert(row["lines"], tuple[PriceLine, ...]),
        amount=row["amount"],
        currency=row["currency"],
        held_at=row["held_at"],
        held_until=row["held_until"],
        confirmed_at=row["confirmed_at"],
        ended_at=row["ended_at"],
        refund=row["refund"],
        because=row["because"],
        payment=None if row["payment"] is None else msgspec.convert(row["payment"], Payment),
        changes=msgspec.convert(row["changes"], tuple[BookingChange, ...]),
        origin=None if row["origin"] is None else came_from(msgspec.convert(row["origin"], Origin)),
        exchanging=row["pledge"] is not None,
        exchanges=msgspec.convert(row["exchanges"], tuple[Exchanged, ...]),
    )
    if row["title"] is None:
        return BookingWithShow(booking=view, show=None)
    show = ShowInBooking(
        movie_id=MovieId(row["movie_id"]),
        title=row["title"],
        venue_name=row["venue_name"],
        venue_address=row["venue_address"],
        city_name=row["city_name"],
        theatre_name=row["theatre_name"],
        starts_at=row["starts_at"],
        timezone=row["timezone"],
        language=row["language"] or "",
        format=row["format"] or "",
    )
    return BookingWithShow(booking=view, show=show)
