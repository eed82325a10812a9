"""A seat map as people see it: free, taken or not for sale here, never who has a seat."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from api.problems import problem
from api.seatmaps import Look
from justbookit.areas import pick
from justbookit.catalogue import Row
from justbookit.claims import Claim, ClaimKind
from justbookit.ids import AreaId, BookingId, SeatId, ShowId, ZoneId
from justbookit.lapsing import after, lapsed
from justbookit.offers import Quote, price
from justbookit.seatmap import SeatMap

FREE, TAKEN, BLOCKED, COUNTER_ONLY = "free", "taken", "blocked", "counter_only"


class SeatView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One seat; `status` is free, taken, blocked, or counter_only."""

    seat_id: SeatId
    number: str
    status: str
    accessible: bool = False
    companion: bool = False


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One row from left to right as seen from the back; null is an aisle or a gap."""

    label: str
    zone: ZoneId
    price: int
    seats: tuple[SeatView | None, ...]


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """Places without numbers: how many there are, and how many are free."""

    area_id: AreaId
    name: str
    zone: ZoneId
    price: int
    capacity: int
    free: int


class SeatMapView(msgspec.Struct, frozen=True, kw_only=True):
    """The seats of a show, rows from the screen backwards; prices in minor units.

    They are like this since `as_of`; the header As-Of says up to when that is known.
    """

    show_id: ShowId
    version: int
    open: bool
    starts_at: datetime
    sales_end_at: datetime
    currency: str
    seats_per_booking_max: int
    zones: dict[ZoneId, int]
    seats_total: int
    seats_free: int
    rows: tuple[RowView, ...]
    areas: tuple[AreaView, ...]
    as_of: datetime
    stale: bool
    accessible_until: datetime | None
    """Until then accessible and companion seats go only to who asks for such."""


def status_of(seatmap: SeatMap, seat_id: SeatId, now: datetime) -> str:
    """What somebody who wants the seat is told."""
    claim = seatmap.claims.get(seat_id)
    if claim is not None and not _is_over(seatmap, claim, now):
        return BLOCKED if claim.kind is ClaimKind.BLOCK else TAKEN
    return FREE if seatmap.is_allotted(seat_id) else COUNTER_ONLY


def _is_over(seatmap: SeatMap, claim: Claim, now: datetime) -> bool:
    """A hold that has run out is free for whoever asks next, though no event has said so yet."""
    if claim.kind is not ClaimKind.BOOKING:
        return False
    held_until = seatmap.holds.get(BookingId(claim.by))
    return held_until is not None and now >= held_until


def moments_of(seatmap: SeatMap) -> list[datetime]:
    """When what people see changes though nothing happens: a hold or a block is over, sales end."""
    terms = seatmap.terms
    assert terms is not None
    moments = [*seatmap.holds.values(), terms.sales_end_at]
    if terms.accessible_until is not None:
        moments.append(terms.accessible_until)
    return moments + seatmap.lapses.ends() * seatmap.open


def seat_map_view(look: Look, now: datetime) -> SeatMapView:
    """The seats as people see them at `now`; the same for everybody who has the same version."""
    passed = [moment for moment in moments_of(look.seatmap) if moment <= now]
    seatmap = after(look.seatmap, lapsed(look.seatmap, now))
    terms = seatmap.terms
    assert terms is not None
    return SeatMapView(
        show_id=seatmap.show_id,
        version=look.seatmap.version,
        open=seatmap.open and now < terms.sales_end_at,
        starts_at=terms.starts_at,
        sales_end_at=terms.sales_end_at,
        currency=terms.currency,
        seats_per_booking_max=terms.seats_per_booking_max,
        zones=terms.prices,
        seats_total=len(seatmap.zones),
        seats_free=seatmap.free,
        rows=tuple(
            RowView(
                label=row.label,
                zone=row.zone,
                price=terms.prices[row.zone],
                seats=_seats(seatmap, row, now),
            )
            for row in terms.layout.rows
        ),
        areas=tuple(
            AreaView(
                area_id=area.area_id,
                name=area.name or area.area_id,
                zone=area.zone,
                price=terms.prices[area.zone],
                capacity=area.capacity,
                free=sum(
                    status_of(seatmap, place, now) == FREE
                    for place in seatmap.hall.areas[area.area_id]
                ),
            )
            for area in terms.layout.areas
        ),
        as_of=max([look.changed_at, *passed]),
        stale=look.stale,
        accessible_until=terms.accessible_until
        if terms.accessible_until is not None and now < terms.accessible_until
        else None,
    )


def _seats(seatmap: SeatMap, row: Row, now: datetime) -> tuple[SeatView | None, ...]:
    seats: list[SeatView | None] = []
    for cell in row.cells:
        if not cell:
            seats.append(None)
            continue
        seat_id = SeatId(f"{row.label}{cell}")
        seats.append(
            SeatView(
                seat_id=seat_id,
                number=cell,
                status=status_of(seatmap, seat_id, now),
                accessible=cell in row.accessible,
                companion=cell in row.companion,
            )
        )
    return tuple(seats)


def quote_of(
    look: Look, seat_ids: tuple[SeatId, ...], areas: Mapping[AreaId, int]
) -> tuple[Quote, tuple[SeatId, ...]]:
    """What seats and places cost together, and which of them cannot be had just now."""
    now = datetime.now(UTC)
    seatmap = after(look.seatmap, lapsed(look.seatmap, now))
    assert seatmap.terms is not None
    assert seatmap.tariff is not None
    if unknown := [seat for seat in seat_ids if seat not in seatmap.zones]:
        raise problem(
            "unknown_seat",
            f"no such seats in this theatre: {', '.join(unknown)}",
            seat_ids=unknown,
        )
    if none := [area_id for area_id in areas if area_id not in seatmap.hall.areas]:
        raise problem("unknown_area", f"no such areas in this theatre: {', '.join(none)}")
    if not seat_ids and not areas:
        raise problem("no_seats", "name at least one seat, or a place of an area")
    if len(seat_ids) + sum(areas.values()) > seatmap.terms.seats_per_booking_max:
        raise problem(
            "too_many_seats",
            f"at most {seatmap.terms.seats_per_booking_max} seats in one booking",
        )

    def is_free(seat: SeatId) -> bool:
        return status_of(seatmap, seat, now) == FREE

    chosen = dict.fromkeys(seat_ids)
    for area_id, count in areas.items():
        places = pick(seatmap.hall.areas[area_id], count, chosen, is_free, lambda _: True)
        chosen.update(dict.fromkeys(places))
    unavailable = tuple(seat for seat in chosen if not is_free(seat))
    return price(seatmap.tariff, [(seat, seatmap.zones[seat]) for seat in chosen]), unavailable
