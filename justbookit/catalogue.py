"""What is on: venues, their theatres with seat layouts, movies, shows and offers.

A *venue* is a place with an address in a city; a *theatre* is a hall in it; a *show* is a movie
in a theatre at a time. All are frozen; all times are aware UTC, and the venue's `timezone`
says what "afternoon" means there. Amounts are minor units of the venue's currency.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec

from justbookit.ids import (
    AreaId,
    CityId,
    MovieId,
    OfferId,
    OrganizerId,
    SeatId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
TimeOfDay = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Mode(StrEnum):
    """How a venue sells: all through us, partly at its own counter, or elsewhere only."""

    ALL_IN = "all_in"
    PARTIAL = "partial"
    READ_ONLY = "read_only"


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row of seats, as seen from above; an empty cell is an aisle or a gap."""

    label: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{1,3}$")]
    zone: ZoneId
    cells: tuple[Annotated[str, msgspec.Meta(pattern=r"^(\d{1,4})?$")], ...]
    accessible: tuple[str, ...] = ()
    companion: tuple[str, ...] = ()

    def seat_ids(self) -> Iterator[SeatId]:
        """The row's seats from left to right: label and number, as on the ticket."""
        return (SeatId(f"{self.label}{cell}") for cell in self.cells if cell)


class Area(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Places without numbers, all of one price: standing room, free seating on a balcony.

    Inside each place has a number, so that it is claimed, sold and given back like a seat; which
    number somebody gets means nothing.
    """

    area_id: Annotated[AreaId, msgspec.Meta(pattern=r"^[A-Z]{1,3}$")]
    """Shares its letters with no row: FLR, of which FLR12 is a place."""
    zone: ZoneId
    capacity: Annotated[int, msgspec.Meta(ge=1, le=9999)]
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """What people call it; empty: as its id."""

    def seat_ids(self) -> Iterator[SeatId]:
        """The area's places, by number."""
        return (SeatId(f"{self.area_id}{number}") for number in range(1, self.capacity + 1))


class Layout(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The seats of a theatre; rows from the screen backwards. A new layout is a new version."""

    version: int
    rows: tuple[Row, ...]
    areas: tuple[Area, ...] = ()

    def zones(self) -> dict[SeatId, ZoneId]:
        """Every seat with its price zone, rows in order, and then the places of areas."""
        parts: tuple[Row | Area, ...] = (*self.rows, *self.areas)
        return {seat: each.zone for each in parts for seat in each.seat_ids()}

    def zone_ids(self) -> set[ZoneId]:
        """The zones that need a price."""
        return {row.zone for row in self.rows} | {area.zone for area in self.areas}

    def special(self) -> Iterator[SeatId]:
        """Accessible seats and those of companions."""
        for row in self.rows:
            for cell in (*row.accessible, *row.companion):
                yield SeatId(f"{row.label}{cell}")


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A place with an address in a city, run by an organizer."""

    venue_id: VenueId
    organizer_id: OrganizerId
    name: Name
    address: Name
    city_id: CityId
    city_name: Name
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
    timezone: str
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    mode: Mode = Mode.ALL_IN
    latitude: float | None = None
    longitude: float | None = None


class OrphanRule(StrEnum):
    """What becomes of a choice that leaves a single seat alone although another would not."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


class SellingRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a theatre sells its shows."""

    sales_cutoff_minutes: Annotated[int, msgspec.Meta(ge=-30, le=30)] = 0
    """When sales end: so many minutes after the start, or before it if negative."""
    seats_per_booking_max: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10
    seats_per_person_max: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    """Seats that one customer may hold and have in one show; None: any number."""
    accessible_released_minutes: Annotated[int, msgspec.Meta(ge=0, le=10_080)] | None = None
    """Until so many minutes before the start, accessible and companion seats go only to who
    asks for such; None: they are for everybody always."""
    orphan_rule: OrphanRule = OrphanRule.OFF
    exchange_cutoff_minutes: Annotated[int, msgspec.Meta(ge=0, le=10_080)] = 0
    """Until so many minutes before the start, a booking may be exchanged for another show."""


USUAL_RULES = SellingRules()
"""How a theatre sells that said nothing about it."""


class Theatre(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hall in a venue, with its seats."""

    theatre_id: TheatreId
    venue_id: VenueId
    name: Name
    layout: Layout
    rules: SellingRules = USUAL_RULES


class Movie(msgspec.Struct, frozen=True, kw_only=True):
    """A film as the catalogue shows it; `other_titles` are its names in other scripts."""

    movie_id: MovieId
    title: Name
    language: Name
    duration_minutes: Annotated[int, msgspec.Meta(ge=1, le=900)]
    genres: tuple[Name, ...] = ()
    other_titles: tuple[Name, ...] = ()
    rating: str = ""
    description: str = ""
    released_on: date | None = None


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """A movie in a theatre at a time, as a theatre schedules it; `prices` by zone."""

    show_id: ShowId
    theatre_id: TheatreId
    movie_id: MovieId
    starts_at: datetime
    prices: dict[ZoneId, Amount]
    language: str = ""
    subtitles: str = ""
    format: str = "2D"


class OfferRule(StrEnum):
    """Which tickets an offer takes something off."""

    THIRD_TICKET = "third_ticket"
    """The cheapest of each three tickets of a booking."""
    TIME_OF_DAY = "time_of_day"
    """Every ticket of a show that starts within [from_time, until_time), theatre-local."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Something off, here and there; empty `cities` and `theatres` mean: everywhere."""

    offer_id: OfferId
    name: Name
    rule: OfferRule
    percent: Percent
    from_time: TimeOfDay = "00:00"
    until_time: TimeOfDay = "23:59"
    cities: tuple[CityId, ...] = ()
    theatres: tuple[TheatreId, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    """First and last theatre-local day of the shows it is for; both included."""


class ShowTerms(msgspec.Struct, frozen=True, kw_only=True):
    """All a seat writer must know to sell a show: what the catalogue said when it was put.

    Prices of a show follow from its terms alone, so whoever reads the log can recompute them.
    `offers` are those that its city, theatre and day allow.
    """

    show_id: ShowId
    movie_id: MovieId
    theatre_id: TheatreId
    venue_id: VenueId
    city_id: CityId
    organizer_id: OrganizerId
    starts_at: datetime
    ends_at: datetime
    timezone: str
    currency: str
    mode: Mode
    layout: Layout
    prices: dict[ZoneId, Amount]
    offers: tuple[Offer, ...] = ()
    language: str = ""
    subtitles: str = ""
    format: str = "2D"
    seats_per_booking_max: int = 10
    own_rules: SellingRules | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="rules")
    """Not there when they are the usual ones."""

    @property
    def rules(self) -> SellingRules:
        return USUAL_RULES if self.own_rules is msgspec.UNSET else self.own_rules

    @property
    def sales_end_at(self) -> datetime:
        if self.own_rules is msgspec.UNSET:
            return self.starts_at
        return self.starts_at + timedelta(minutes=self.rules.sales_cutoff_minutes)

    @property
    def exchanges_end_at(self) -> datetime:
        """From when on no booking of it is exchanged for another show any more."""
        return self.starts_at - timedelta(minutes=self.rules.exchange_cutoff_minutes)

    @property
    def accessible_until(self) -> datetime | None:
        """Until when accessible and companion seats go only to who asks for such."""
        minutes = self.rules.accessible_released_minutes
        return None if minutes is None else self.starts_at - timedelta(minutes=minutes)
