"""A theatre's own things as the API takes and shows them."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from justbookit.catalogue import (
    USUAL_RULES,
    Amount,
    Area,
    Mode,
    Movie,
    Name,
    Row,
    SellingRules,
    Theatre,
    Venue,
)
from justbookit.ids import CityId, MovieId, SaleId, SeatId, ShowId, TheatreId, VenueId, ZoneId
from justbookit.seat_commands import Areas, MinutesBefore

SeatName = Annotated[str, msgspec.Meta(min_length=1, max_length=10)]
SeatNames = Annotated[list[SeatName], msgspec.Meta(max_length=2000)]
IdText = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,95}$")]
AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]


class VenueIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place with an address; `mode` says who sells its seats."""

    name: Name
    address: Name
    city_id: IdText
    city_name: Name
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
    timezone: Name
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    mode: Mode = Mode.ALL_IN
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


class TheatreIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hall with its rows of seats, from the screen backwards; '' is an aisle or a gap.

    `areas` are places without numbers; a hall has rows, areas, or both.
    """

    venue_id: IdText
    name: Name
    rows: Annotated[list[Row], msgspec.Meta(max_length=100)] = []
    areas: Annotated[list[Area], msgspec.Meta(max_length=100)] = []
    rules: SellingRules = USUAL_RULES


class ShowIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A movie in a theatre at a time (with its offset from UTC); `prices` by zone, minor units."""

    theatre_id: IdText
    movie_id: IdText
    starts_at: AwareTime
    prices: dict[ZoneId, Amount]
    language: Annotated[str, msgspec.Meta(max_length=50)] = ""
    subtitles: Annotated[str, msgspec.Meta(max_length=50)] = ""
    format: Annotated[str, msgspec.Meta(min_length=1, max_length=20)] = "2D"


class AllotmentIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The seats sold here, and so many places of areas; null: all of them.

    At the give-back time, said as a moment or in minutes before the start, those that are not
    sold are yours again.
    """

    seat_ids: Annotated[list[SeatName], msgspec.Meta(max_length=2000)] | None
    areas: Areas = {}
    give_back_at: AwareTime | None = None
    give_back_minutes_before: MinutesBefore | None = None


class BlockIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seats, and so many places of areas, to be kept from sale, and why; until a time if said.

    Without either of the two ways to say it, it is a kill: the seats never come back by themselves.
    """

    seat_ids: SeatNames = []
    areas: Areas = {}
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = "house"
    until: AwareTime | None = None
    until_minutes_before: MinutesBefore | None = None


class SeatsIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seats, and so many places of each of these areas, whichever."""

    seat_ids: SeatNames = []
    areas: Areas = {}


class Venues(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[Venue, ...]


class Theatres(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[Theatre, ...]


class Movies(msgspec.Struct, frozen=True, kw_only=True):
    """Movies that may be scheduled, by title."""

    items: tuple[Movie, ...]
    next_cursor: str | None = None


class TheatreShow(msgspec.Struct, frozen=True, kw_only=True):
    """A show as its theatre sees it."""

    show_id: ShowId
    theatre_id: TheatreId
    venue_id: VenueId
    city_id: CityId
    movie_id: MovieId
    starts_at: datetime
    ends_at: datetime
    timezone: str
    prices: dict[ZoneId, int]
    language: str
    subtitles: str
    format: str
    status: str


class TheatreShows(msgspec.Struct, frozen=True, kw_only=True):
    items: tuple[TheatreShow, ...]
    next_cursor: str | None = None


class InventoryChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changed; `version` is the show's version since. `seat_ids` null: all seats.

    `until` is when a block ends by itself, or an allotment is given back.
    """

    show_id: ShowId
    version: int
    at: datetime
    seat_ids: tuple[SeatId, ...] | None
    sale_id: SaleId | None = None
    conflicts: tuple[SeatId, ...] = ()
    until: datetime | None = None


class MovePlanIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another theatre of the show's venue; prices for its zones, where they differ."""

    theatre_id: IdText
    prices: dict[ZoneId, Amount] | None = None


class MoveIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same as was asked of the plan, and the plan's name."""

    theatre_id: IdText
    plan_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    prices: dict[ZoneId, Amount] | None = None


class CancellationIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a show is cancelled, in words for its customers."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Cancellation(msgspec.Struct, frozen=True, kw_only=True):
    """A show on its way off: so many of its bookings are cancelled and refunded by now."""

    show_id: ShowId
    reason: str
    asked_at: datetime
    bookings: int
    """Paid when the show was cancelled."""
    cancelled: int
    refunds: int
    """Owed to their customers, in minor units of the currency."""
    currency: str
    done: bool


class ShowSales(msgspec.Struct, frozen=True, kw_only=True):
    """What a show has sold; money in minor units, of what was booked here."""

    show_id: ShowId
    movie_id: MovieId
    title: str
    theatre_id: TheatreId
    starts_at: datetime
    currency: str
    seats_total: int
    seats_free: int
    seats_held: int
    seats_booked: int
    seats_counter: int
    seats_blocked: int
    seats_not_allotted: int
    bookings: int
    amount: int
    cancelled: int
    refunds: int
    as_of: datetime | None


class Sales(msgspec.Struct, frozen=True, kw_only=True):
    """All shows of a day, and their sums."""

    date: date
    shows: tuple[ShowSales, ...]
    seats_booked: int
    seats_counter: int
    amount_by_currency: dict[str, int]
