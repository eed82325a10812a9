"""What somebody may search for: typed, bounded, and checked against what there is."""

import base64
import binascii
from typing import Any

import msgspec

from api.browse.billboard import Billboard
from api.browse.places import Point
from api.browse.questions import city, day_among, parsed
from api.problems import Fault, invalid, problem
from justbookit.ids import CityId
from justbookit.listing import BANDS

LIMIT_MAX = 50
QUERY_MAX = 100
FACETS = ("genre", "language", "format", "band", "availability")
SORTS = ("relevance", "soonest", "cheapest", "nearest")
WITHIN_KM_MAX = 500
_FIXED = {
    "band": tuple(dict.fromkeys(name for name, _ in BANDS)),
    "availability": ("plenty", "few_left", "sold_out", "elsewhere"),
}


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody searches for; None and '' ask for nothing."""

    q: str = ""
    city: CityId | None = None
    date: str | None = None
    genre: str | None = None
    language: str | None = None
    format: str | None = None
    band: str | None = None
    availability: str | None = None
    price_max: int | None = None
    near: Point | None = None
    within_km: int | None = None
    sort: str = "soonest"
    limit: int = 20
    cursor: str | None = None


SortKey = tuple[int | str, ...]
"""What shows are put in order by; the show's id at its end makes each key another."""
_KEY_TYPES: dict[str, Any] = {
    "relevance": tuple[int, int, str],
    "soonest": tuple[int, str],
    "cheapest": tuple[int, int, str],
    "nearest": tuple[int, int, str],
}


def make_cursor(key: SortKey) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def read_cursor(cursor: str, sort: str) -> SortKey:
    """Where the page before ended; raises the problem for one not made for this sort."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key: SortKey = msgspec.json.decode(raw, type=_KEY_TYPES[sort])
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise problem("bad_cursor", "the cursor was not given for this search") from error
    return key


def check(filters: Filters, board: Billboard) -> None:
    """Raises problems that name what is at fault and what is valid."""
    _check_bounds(filters)
    if filters.city is not None:
        here = city(board, filters.city)
        if filters.date is not None:
            day_among(here.dates, filters.date)
    elif filters.date is not None:
        parsed(filters.date, ())
    for name in FACETS:
        value = getattr(filters, name)
        if value is None:
            continue
        valid = _FIXED.get(name) or board.masks.values(name)
        if value not in valid:
            raise _bad_filter(name, value, valid)


def _check_bounds(filters: Filters) -> None:
    if filters.sort not in SORTS:
        raise _bad_filter("sort", filters.sort, SORTS)
    if not 1 <= filters.limit <= LIMIT_MAX:
        raise invalid("limit", f"between 1 and {LIMIT_MAX}")
    if len(filters.q) > QUERY_MAX:
        raise invalid("q", f"at most {QUERY_MAX} characters")
    if filters.price_max is not None and filters.price_max < 0:
        raise invalid("price_max", "0 or more, in minor units")
    if filters.within_km is not None and not 1 <= filters.within_km <= WITHIN_KM_MAX:
        raise invalid("within_km", f"between 1 and {WITHIN_KM_MAX}")
    if filters.near is None and (filters.sort == "nearest" or filters.within_km is not None):
        raise invalid("near", "a place is needed for that: near=18.52,73.86")
    if filters.cursor is not None:
        read_cursor(filters.cursor, filters.sort)


def _bad_filter(name: str, value: str, valid: Any) -> Exception:
    fault = Fault(name, f"{value!r} is none of the values there are")
    return problem(
        "bad_filter", f"{name}: no such value as {value!r}", errors=[fault], valid=list(valid)
    )
