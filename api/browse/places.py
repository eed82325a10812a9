"""Where somebody is, and how far that is from somewhere else."""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from api.problems import invalid

EARTH_RADIUS_M = 6_371_000
ROUND_THE_WORLD_M = 40_075_000
LATITUDE_MAX, LONGITUDE_MAX = 90.0, 180.0
DIGITS = 3
"""Of a degree: about a hundred metres, so that neighbours ask the same question."""


class Point(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


def read_point(text: str) -> Point:
    """`18.5204,73.8567` as a place; raises the problem that shows how."""
    north, comma, east = text.partition(",")
    try:
        point = Point(round(float(north), DIGITS), round(float(east), DIGITS))
    except ValueError:
        comma = ""
    # what is no number is neither smaller nor larger than anything
    if comma and abs(point.latitude) <= LATITUDE_MAX and abs(point.longitude) <= LONGITUDE_MAX:
        return point
    raise invalid("near", "degrees north and east, such as 18.52,73.86")


def metres_between(here: Point, there: Point) -> int:
    """Along the surface of a round earth, to within half a percent."""
    north, other_north = radians(here.latitude), radians(there.latitude)
    up = sin((other_north - north) / 2) ** 2
    along = sin(radians(there.longitude - here.longitude) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * asin(sqrt(up + cos(north) * cos(other_north) * along)))
