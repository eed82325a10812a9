"""How feeds write areas, `FLR standing 300`, and so many places of them, `FLR=12`."""

import re

from connectors.feeds.line import BadField
from connectors.feeds.record import Record, slug, whole
from justbookit.catalogue import Area
from justbookit.ids import AreaId, ZoneId

AREAS_MAX = 100
CAPACITY_MAX = 9999

_AREA = re.compile(r"[A-Z]{1,3}")
_FIELDS = ("id", "zone", "capacity", "name")


def areas(record: Record, name: str) -> tuple[Area, ...]:
    """A theatre's areas: a list of id, zone, capacity and name, or `FLR standing 300 | …`."""
    if not record.has(name):
        return ()
    value = record.value(name)
    if isinstance(value, str):
        parts: list[object] = [_spelt_out(name, part) for part in value.split("|")]
    elif isinstance(value, list):
        parts = value
    else:
        raise BadField(name, f"needs a list of areas, not {value!r:.40}")
    if len(parts) > AREAS_MAX:
        raise BadField(name, f"has {len(parts)} areas, {AREAS_MAX} are allowed")
    return tuple(_area(record, f"{name}[{index}]", part) for index, part in enumerate(parts))


def counts(record: Record, name: str) -> dict[AreaId, int]:
    """So many places of each area: an object, or `FLR=12 BAL=2`."""
    if not record.has(name):
        return {}
    value = record.value(name)
    if isinstance(value, str):
        pairs = [word.partition("=")[::2] for word in value.replace(";", " ").split()]
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        raise BadField(name, f"needs a number for each area, not {value!r:.40}")
    found: dict[AreaId, int] = {}
    for area, count in pairs:
        area_id = _area_id(name, str(area))
        if area_id in found:
            raise BadField(name, f"names {area_id} twice")
        found[area_id] = whole(f"{name}.{area_id}", count, 1, CAPACITY_MAX)
    if len(found) > AREAS_MAX:
        raise BadField(name, f"names {len(found)} areas, {AREAS_MAX} are allowed")
    return dict(sorted(found.items()))


def _spelt_out(name: str, part: str) -> dict[str, object]:
    words = part.split(maxsplit=3)
    if len(words) < len(_FIELDS) - 1:
        raise BadField(name, f"an area needs id, zone and capacity, not {part.strip()!r}")
    return dict(zip(_FIELDS, words, strict=False))


def _area(record: Record, name: str, part: object) -> Area:
    if not isinstance(part, dict):
        raise BadField(name, f"needs id, zone and capacity, not {part!r:.40}")
    fields = Record(record.source, part)
    try:
        fields.refuse_others_than(_FIELDS)
        return Area(
            area_id=_area_id("id", fields.text("id")),
            zone=ZoneId(slug("zone", fields.text("zone"))),
            capacity=fields.whole("capacity", 1, CAPACITY_MAX),
            name=fields.text("name", "", longest=100),
        )
    except BadField as bad:
        raise BadField(f"{name}.{bad.field}", bad.reason) from None


def _area_id(name: str, text: str) -> AreaId:
    if not _AREA.fullmatch(area_id := text.strip().upper()):
        raise BadField(name, f"an area is one to three letters A-Z, not {text!r:.40}")
    return AreaId(area_id)
