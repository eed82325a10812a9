"""A show as one piece of bytes, so that a long history need not be replayed to go on selling it.

Only what decides about seats is in it: answers and bookings that are over stay behind, so the
show that comes back has forgotten some (`SeatMap.forgot`). A snapshot is never the truth. The log
is; a snapshot of another form than today's is left alone, and the whole log read instead.
"""

from itertools import groupby
from zlib import crc32

import msgspec

from justbookit.bookings import LIVE, Booking, BookingStatus
from justbookit.catalogue import ShowTerms
from justbookit.claims import Claim
from justbookit.entries import Entry
from justbookit.evolving import sell_on
from justbookit.ids import SaleId, SeatId, ShowId
from justbookit.lapses import Lapses
from justbookit.offers import Tariff
from justbookit.seat_events import ShowCancelled
from justbookit.seatmap import SeatMap


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a show was at `version` of its log."""

    show_id: ShowId
    version: int
    open: bool
    terms: ShowTerms
    allotment: tuple[SeatId, ...] | None
    claims: tuple[tuple[Claim, tuple[SeatId, ...]], ...]
    """In the order in which they were made: whose, and on which seats."""
    bookings: tuple[Booking, ...]
    tariff_since: int
    tariffs: dict[int, Tariff]
    sales: dict[SaleId, tuple[SeatId, ...]]
    waiting: tuple[Entry, ...]
    tallies: dict[str, int]
    lapses: Lapses
    cancelling: ShowCancelled | None


FORM = crc32(msgspec.json.encode(msgspec.json.schema(Snapshot)))
"""Tells what was written by other code apart: another field anywhere in it, another form."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Snapshot)


def snapshot_of(seatmap: SeatMap) -> bytes:
    """The show as it is now; it must have been opened."""
    terms = seatmap.terms
    assert terms is not None
    of_owner = groupby(seatmap.claims.items(), key=lambda each: each[1])
    return _encoder.encode(
        Snapshot(
            show_id=seatmap.show_id,
            version=seatmap.version,
            open=seatmap.open,
            terms=terms,
            allotment=None if seatmap.allotment is None else tuple(seatmap.allotment),
            claims=tuple((claim, tuple(seat for seat, _ in own)) for claim, own in of_owner),
            bookings=tuple(each for each in seatmap.bookings.values() if each.status in LIVE),
            tariff_since=seatmap.tariff_since,
            tariffs=seatmap.tariffs,
            sales=seatmap.sales,
            waiting=tuple(seatmap.waiting.values()),
            tallies=seatmap.tallies,
            lapses=seatmap.lapses,
            cancelling=seatmap.cancelling,
        )
    )


def restored(raw: bytes) -> SeatMap:
    """The show that was made into `raw` by code of the same FORM."""
    was = _decoder.decode(raw)
    seatmap = SeatMap(was.show_id)
    seatmap.version, seatmap.open, seatmap.forgot = was.version, was.open, True
    seatmap.allotment = None if was.allotment is None else frozenset(was.allotment)
    seatmap.claims = {seat: claim for claim, seats in was.claims for seat in seats}
    for booking in was.bookings:
        seatmap.bookings[booking.booking_id] = booking
        seatmap.bookings_of.setdefault(booking.customer_id, []).append(booking.booking_id)
        if booking.status is BookingStatus.HELD:
            seatmap.holds[booking.booking_id] = booking.held_until
    seatmap.waiting = {entry.entry_id: entry for entry in was.waiting}
    seatmap.sales, seatmap.tallies = was.sales, was.tallies
    seatmap.lapses, seatmap.cancelling = was.lapses, was.cancelling
    seatmap.tariff_since, seatmap.tariffs = was.tariff_since, was.tariffs
    sell_on(seatmap, was.terms)
    return seatmap
