"""Four real cities with twelve fictional venues and their forty-eight theatres."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec

from lab.city.halls import SHAPES, Shape


class City(msgspec.Struct, frozen=True, kw_only=True):
    """A city; `prices` by zone are those of an ordinary evening, rounded to `step`."""

    city_id: str
    name: str
    country: str
    timezone: str
    currency: str
    latitude: float
    longitude: float
    prices: dict[str, int]
    step: int
    languages: dict[str, int]
    """How much of the programme is in which language."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Theatre(msgspec.Struct, frozen=True, kw_only=True):
    """A hall of a venue."""

    theatre_id: str
    name: str
    shape: Shape
    large: bool


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A place of a chain; its halls take the shapes in turn, beginning with the `first`."""

    source: str
    venue_id: str
    name: str
    address: str
    city: City
    halls: int
    first: int
    mode: str = "all_in"

    def theatres(self) -> Iterator[Theatre]:
        for number in range(1, self.halls + 1):
            yield Theatre(
                theatre_id=f"{self.venue_id}-{number}",
                name=f"Screen {number}",
                shape=SHAPES[(self.first + number - 1) % len(SHAPES)],
                large=number == 1,
            )

    def position(self, number: int) -> tuple[float, float]:
        """Somewhere near the middle of the city, another place for each `number`."""
        north, east = (number * 37 % 11 - 5) / 100, (number * 53 % 13 - 6) / 100
        return round(self.city.latitude + north, 4), round(self.city.longitude + east, 4)


MUMBAI = City(
    city_id="mumbai",
    name="Mumbai",
    country="IN",
    timezone="Asia/Kolkata",
    currency="INR",
    latitude=19.0760,
    longitude=72.8777,
    prices={"standard": 22000, "premium": 32000, "recliner": 54000},
    step=1000,
    languages={"Hindi": 8, "English": 4, "Tamil": 2, "French": 1, "Arabic": 1},
)
CHENNAI = City(
    city_id="chennai",
    name="Chennai",
    country="IN",
    timezone="Asia/Kolkata",
    currency="INR",
    latitude=13.0827,
    longitude=80.2707,
    prices={"standard": 16000, "premium": 19000, "recliner": 36000},
    step=1000,
    languages={"Tamil": 8, "Hindi": 3, "English": 3, "Japanese": 1},
)
TOKYO = City(
    city_id="tokyo",
    name="Tokyo",
    country="JP",
    timezone="Asia/Tokyo",
    currency="JPY",
    latitude=35.6762,
    longitude=139.6503,
    prices={"standard": 2000, "premium": 2500, "recliner": 3800},
    step=100,
    languages={"Japanese": 8, "English": 4, "French": 1, "Russian": 1, "Hindi": 1},
)
LONDON = City(
    city_id="london",
    name="London",
    country="GB",
    timezone="Europe/London",
    currency="GBP",
    latitude=51.5072,
    longitude=-0.1276,
    prices={"standard": 1150, "premium": 1500, "recliner": 2200},
    step=25,
    languages={"English": 8, "French": 2, "Hindi": 2, "Arabic": 2, "Russian": 1, "Spanish": 2},
)
CITIES = (MUMBAI, CHENNAI, TOKYO, LONDON)


def _venue(  # one line a venue below reads like the table it is
    source: str, venue_id: str, name: str, address: str, city: City, halls: int, mode: str
) -> Venue:
    return Venue(
        source=source,
        venue_id=venue_id,
        name=name,
        address=address,
        city=city,
        halls=halls,
        first=sum(map(ord, venue_id)),
        mode=mode,
    )


VENUES = (
    _venue("sterling", "marine", "Sterling Marine", "4 Lighthouse Walk", MUMBAI, 6, "all_in"),
    _venue("sterling", "banyan", "Sterling Banyan", "61 Banyan Road", MUMBAI, 4, "partial"),
    _venue("sterling", "mills", "Sterling Old Mills", "9 Weavers' Yard", MUMBAI, 3, "all_in"),
    _venue("sterling", "wharf", "Sterling Wharf", "12 Ropemaker's Stairs", LONDON, 5, "all_in"),
    _venue("sterling", "heath", "Sterling Heath", "30 Larkspur Hill", LONDON, 3, "all_in"),
    _venue("plaza", "sakura", "Plaza Sakura プラザ桜", "2-7 Hanamizu", TOKYO, 5, "all_in"),
    _venue("plaza", "kawabe", "Plaza Kawabe プラザ川辺", "5-1 Kawabe-dori", TOKYO, 4, "partial"),
    _venue("plaza", "tsukimi", "Plaza Tsukimi プラザ月見", "1-9 Tsukimi", TOKYO, 3, "all_in"),
    _venue("plaza", "marina", "Plaza Marina பிளாசா", "18 Lagoon Street", CHENNAI, 4, "all_in"),
    _venue("lumen", "harbour", "Lumen Harbour", "77 Tamarind Quay", MUMBAI, 4, "all_in"),
    _venue("lumen", "temple", "Lumen Temple Tank", "3 Jasmine Street", CHENNAI, 4, "partial"),
    _venue("lumen", "arches", "Lumen Arches", "101 Viaduct Row", LONDON, 3, "read_only"),
)

AFTERNOONS = ("marine", "sakura", "marina", "wharf")
"""Venues whose theatres take part in the afternoon offer."""

THIRD_TICKET_CITIES = ("mumbai", "london")
