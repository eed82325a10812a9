"""Venues, theatres, movies, offers and shows as feeds tell of them → catalogue commands."""

from enum import StrEnum

from connectors.feeds import areas, seats
from connectors.feeds.line import BadField, Feed
from connectors.feeds.record import Record, slug, whole
from justbookit.catalogue import (
    USUAL_RULES,
    Layout,
    Mode,
    Movie,
    Offer,
    OfferRule,
    OrphanRule,
    SellingRules,
    Show,
    Theatre,
    Venue,
)
from justbookit.catalogue_commands import (
    CatalogueCommand,
    PutMovie,
    PutOffer,
    PutShow,
    PutTheatre,
    PutVenue,
    RemoveMovie,
    RemoveOffer,
    RemoveShow,
    RemoveTheatre,
    RemoveVenue,
)
from justbookit.ids import (
    CityId,
    CommandId,
    MovieId,
    OfferId,
    OrganizerId,
    ShowId,
    TheatreId,
    VenueId,
    ZoneId,
)

AMOUNT_MAX = 10**12
UNNUMBERED = 1
"""A feed does not number its layouts: the catalogue gives each new one the next version."""

UNNAMED = CommandId("")
"""The command's own id follows from what it says, so it comes last."""


class Action(StrEnum):
    """What to do with the thing that a line names."""

    PUT = "put"
    REMOVE = "remove"


class ShowAction(StrEnum):
    """A show may also be cancelled: taken off although people have booked, and refunded."""

    PUT = "put"
    REMOVE = "remove"
    CANCEL = "cancel"


def venue(feed: Feed, record: Record) -> CatalogueCommand:
    venue_id = VenueId(record.own_id("id"))
    if _removes(record):
        return RemoveVenue(command_id=UNNAMED, organizer_id=feed.organizer_id, venue_id=venue_id)
    city_id = record.slug("city")
    return PutVenue(
        command_id=UNNAMED,
        organizer_id=feed.organizer_id,
        venue=Venue(
            venue_id=venue_id,
            organizer_id=feed.organizer_id or OrganizerId(record.slug("organizer")),
            name=record.text("name"),
            address=record.text("address"),
            city_id=CityId(city_id),
            city_name=record.text("city_name", city_id.title()),
            country=record.code("country", 2),
            timezone=record.text("timezone"),
            currency=record.code("currency", 3),
            mode=record.one_of("mode", Mode, Mode.ALL_IN),
            latitude=record.degrees("latitude", 90),
            longitude=record.degrees("longitude", 180),
        ),
    )


def theatre(feed: Feed, record: Record) -> CatalogueCommand:
    theatre_id = TheatreId(record.own_id("id"))
    if _removes(record):
        return RemoveTheatre(
            command_id=UNNAMED, organizer_id=feed.organizer_id, theatre_id=theatre_id
        )
    return PutTheatre(
        command_id=UNNAMED,
        organizer_id=feed.organizer_id,
        theatre=Theatre(
            theatre_id=theatre_id,
            venue_id=VenueId(record.own_id("venue")),
            name=record.text("name"),
            layout=_layout(record),
            rules=_rules(record),
        ),
    )


def _layout(record: Record) -> Layout:
    """Rows of seats, areas, or both."""
    has_rows = record.has("rows") or not record.has("areas")
    return Layout(
        version=UNNUMBERED,
        rows=seats.rows(record, "rows") if has_rows else (),
        areas=areas.areas(record, "areas"),
    )


def _rules(record: Record) -> SellingRules:
    """The usual ones are always the same ones, so that a command says nothing of them."""
    usual = USUAL_RULES
    rules = SellingRules(
        sales_cutoff_minutes=record.whole("sales_cutoff_minutes", -30, 30, 0),
        seats_per_booking_max=record.whole(
            "seats_per_booking_max", 1, 100, usual.seats_per_booking_max
        ),
        seats_per_person_max=_perhaps(record, "seats_per_person_max", 1, 1000),
        accessible_released_minutes=_perhaps(record, "accessible_released_minutes", 0, 10_080),
        orphan_rule=record.one_of("orphan_rule", OrphanRule, usual.orphan_rule),
        exchange_cutoff_minutes=record.whole("exchange_cutoff_minutes", 0, 10_080, 0),
    )
    return usual if rules == usual else rules


def _perhaps(record: Record, name: str, lowest: int, highest: int) -> int | None:
    return record.whole(name, lowest, highest) if record.has(name) else None


def movie(feed: Feed, record: Record) -> CatalogueCommand:
    movie_id = MovieId(record.own_id("id"))
    if _removes(record):
        return RemoveMovie(command_id=UNNAMED, organizer_id=feed.organizer_id, movie_id=movie_id)
    return PutMovie(
        command_id=UNNAMED,
        organizer_id=feed.organizer_id,
        movie=Movie(
            movie_id=movie_id,
            title=record.text("title"),
            language=record.text("language"),
            duration_minutes=record.whole("duration_minutes", 1, 900),
            genres=record.texts("genres"),
            other_titles=record.texts("other_titles"),
            rating=record.text("rating", "", longest=20),
            description=record.text("description", "", longest=4000),
            released_on=record.day("released_on"),
        ),
    )


def offer(feed: Feed, record: Record) -> CatalogueCommand:
    offer_id = OfferId(record.own_id("id"))
    if _removes(record):
        return RemoveOffer(command_id=UNNAMED, organizer_id=feed.organizer_id, offer_id=offer_id)
    return PutOffer(
        command_id=UNNAMED,
        organizer_id=feed.organizer_id,
        offer=Offer(
            offer_id=offer_id,
            name=record.text("name"),
            rule=record.one_of("rule", OfferRule),
            percent=record.whole("percent", 1, 100),
            from_time=record.time_of_day("from_time", "00:00"),
            until_time=record.time_of_day("until_time", "23:59"),
            cities=tuple(CityId(slug("cities", city)) for city in record.texts("cities")),
            theatres=tuple(TheatreId(theatre) for theatre in record.references("theatres")),
            starts_on=record.day("starts_on"),
            ends_on=record.day("ends_on"),
        ),
    )


def show(feed: Feed, record: Record) -> CatalogueCommand:
    show_id = ShowId(record.own_id("id"))
    action = record.one_of("action", ShowAction, ShowAction.PUT)
    if action is not ShowAction.PUT:
        cancels = action is ShowAction.CANCEL
        return RemoveShow(
            command_id=UNNAMED,
            organizer_id=feed.organizer_id,
            show_id=show_id,
            refund=cancels,
            reason=record.text("reason") if cancels else "",
        )
    return PutShow(
        command_id=UNNAMED,
        organizer_id=feed.organizer_id,
        show=Show(
            show_id=show_id,
            theatre_id=TheatreId(record.own_id("theatre")),
            movie_id=MovieId(record.reference("movie")),
            starts_at=record.moment("starts_at"),
            prices=_prices(record),
            language=record.text("language", ""),
            subtitles=record.text("subtitles", ""),
            format=record.text("format", "2D", longest=40),
        ),
    )


def _removes(record: Record) -> bool:
    return record.one_of("action", Action, Action.PUT) is Action.REMOVE


def _prices(record: Record) -> dict[ZoneId, int]:
    """By zone, in minor units: an object, or `standard=25000 premium=40000`."""
    value = record.value("prices")
    if isinstance(value, str):
        pairs = [word.partition("=")[::2] for word in value.replace(";", " ").split()]
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        raise BadField("prices", f"needs a price for each zone, not {value!r:.40}")
    prices: dict[ZoneId, int] = {}
    for zone, amount in pairs:
        zone_id = ZoneId(slug("prices", zone))
        if zone_id in prices:
            raise BadField("prices", f"names {zone_id} twice")
        if isinstance(amount, float) or (isinstance(amount, str) and "." in amount):
            raise BadField("prices", f"{amount} is no whole number of minor units (paise, cents)")
        prices[zone_id] = whole(f"prices.{zone_id}", amount, 0, AMOUNT_MAX)
    if not prices:
        raise BadField("prices", "names no zone")
    return prices
