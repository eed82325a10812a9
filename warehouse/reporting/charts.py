"""A table's rows drawn as a picture: Vega-Lite says what is drawn, and nothing outside is asked.

Pictures say what the table beside them says, in the same units, so nobody needs to see them.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from warehouse.amounts import plain_money

AMOUNT = "_amount"
SHARE = "_bps"
WIDTH = 620
HEIGHT = 160
BAR_HEIGHT = 18
LEGEND_MAX = 20
"""More colours than these nobody tells apart: then none are used."""

_CONFIG = {
    "background": "white",
    # measured with the first, so that what a reader's browser takes instead has some room
    "font": "Arial, Liberation Sans, Helvetica, sans-serif",
    "padding": {"left": 30, "top": 5, "bottom": 5, "right": 60},
    "axis": {
        "labelFontSize": 12,
        "labelLimit": 220,
        "labelOverlap": True,
        "titleFontSize": 12,
        "titlePadding": 18,
    },
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleLimit": 0},
    "range": {"category": {"scheme": "tableau10"}},
}


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn of a table: `measure` of each `along`, in colours `by`, a row for each `apart`.

    All are names of its columns. A `bar` lies on its side unless it runs along days; those of
    several colours stand on each other, or side by side where they cannot be added up.
    """

    mark: Literal["bar", "line"]
    along: str
    measure: str
    by: str = ""
    apart: str = ""
    can_be_added: bool = True


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn chart: an SVG as the address of an image, and what it shows in words."""

    address: str
    words: str


def heading(column: str) -> str:
    """A column's name as people read it."""
    return column.removesuffix(AMOUNT).removesuffix(SHARE).replace("_", " ")


def draw(chart: Chart, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Picture:
    """The picture of these rows; there must be some."""
    # the drawer brings a whole script engine, which takes a second to start
    import vl_convert  # noqa: PLC0415

    svg = vl_convert.vegalite_to_svg(specification(chart, columns, rows))
    return Picture(
        address=f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}",
        words=_words(chart),
    )


def specification(
    chart: Chart, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """What Vega-Lite draws."""
    values = [_value(chart, dict(zip(columns, row, strict=True))) for row in rows]
    over_time = any(isinstance(row[columns.index(chart.along)], date) for row in rows)
    measure = {
        "field": "measure",
        "type": "quantitative",
        "title": heading(chart.measure) + (" (%)" if chart.measure.endswith(SHARE) else ""),
        "aggregate": "sum",
    }
    along: dict[str, Any] = {"field": "along", "type": "nominal", "title": None}
    if over_time:
        along |= {"type": "temporal", "timeUnit": "utcyearmonthdate"}
        along["axis"] = {"format": "%d %b %Y"}
    else:
        along["sort"] = None
    upright = over_time or chart.mark == "line"
    encoding: dict[str, Any] = {"x" if upright else "y": along, "y" if upright else "x": measure}
    if chart.by and len({value["by"] for value in values}) <= LEGEND_MAX:
        encoding["color"] = {"field": "by", "type": "nominal", "title": heading(chart.by)}
    elif chart.by:
        encoding["detail"] = {"field": "by"}
    if chart.by and not chart.can_be_added and not upright:
        encoding["yOffset"] = {"field": "by", "type": "nominal"}
    if chart.apart:
        encoding["row"] = {"field": "apart", "type": "nominal", "title": None}
    mark: dict[str, Any] = {"type": chart.mark}
    if chart.mark == "line":
        mark["point"] = True
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": values},
        "mark": mark,
        "encoding": encoding,
        "width": WIDTH,
        "height": HEIGHT if upright else {"step": BAR_HEIGHT},
        "resolve": {"scale": {"x": "independent", "y": "independent"}} if chart.apart else {},
        "config": _CONFIG,
    }


def _value(chart: Chart, row: Mapping[str, Any]) -> dict[str, Any]:
    made = {"along": _plain(row[chart.along]), "measure": _number(chart.measure, row)}
    for name in ("by", "apart"):
        if column := getattr(chart, name):
            made[name] = str(row[column])
    return made


def _number(column: str, row: Mapping[str, Any]) -> float | None:
    value = row[column]
    if value is None:
        return None
    if column.endswith(AMOUNT):
        return float(plain_money(int(value), row["currency"]))
    return float(value) / 100 if column.endswith(SHARE) else float(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _words(chart: Chart) -> str:
    told = f"Chart of {heading(chart.measure)} by {heading(chart.along)}"
    told += f", in colours by {heading(chart.by)}" if chart.by else ""
    return told + (f", one row for each {heading(chart.apart)}" if chart.apart else "")
