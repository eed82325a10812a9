"""What is drawn says what the table says, in the same units."""

from base64 import b64decode
from datetime import date

import pytest

from warehouse.reporting.charts import Chart, draw, specification

COLUMNS = ("due_on", "currency", "organizer_id", "payable_amount", "share_bps")
ROWS = (
    (date(2026, 11, 21), "INR", "a", 123450, 2500),
    (date(2026, 11, 21), "JPY", "a", 123450, None),
    (date(2026, 11, 22), "INR", "b", -50, 10000),
)


@pytest.mark.parametrize(
    ("measure", "drawn"),
    [("payable_amount", [1234.5, 123450.0, -0.5]), ("share_bps", [25.0, None, 100.0])],
    ids=["money in its currency's units", "shares in per cent, and nothing where nothing is"],
)
def test_a_measure_is_drawn_in_the_units_people_read(measure, drawn):
    chart = Chart(mark="bar", along="due_on", measure=measure, apart="currency")

    made = specification(chart, COLUMNS, ROWS)

    assert [value["measure"] for value in made["data"]["values"]] == drawn


def test_currencies_apart_have_scales_of_their_own():
    chart = Chart(mark="bar", along="due_on", measure="payable_amount", apart="currency")

    made = specification(chart, COLUMNS, ROWS)

    assert made["resolve"]["scale"]["y"] == "independent"
    assert made["encoding"]["row"]["field"] == "apart"


def test_days_run_to_the_right_and_names_down():
    days = specification(Chart(mark="bar", along="due_on", measure="share_bps"), COLUMNS, ROWS)
    names = specification(
        Chart(mark="bar", along="organizer_id", measure="share_bps"), COLUMNS, ROWS
    )

    assert days["encoding"]["x"]["type"] == "temporal"
    assert names["encoding"]["y"]["field"] == "along"


def test_more_colours_than_anybody_tells_apart_are_none():
    rows = [(date(2026, 11, 21), "INR", f"o{number}", 1, 1) for number in range(30)]

    made = specification(
        Chart(mark="line", along="due_on", measure="share_bps", by="organizer_id"), COLUMNS, rows
    )

    assert "color" not in made["encoding"]


def test_what_cannot_be_added_up_stands_side_by_side():
    chart = Chart(
        mark="bar", along="organizer_id", measure="share_bps", by="currency", can_be_added=False
    )

    made = specification(chart, COLUMNS, ROWS)

    assert made["encoding"]["yOffset"]["field"] == "by"


def test_a_picture_is_a_drawing_with_words():
    chart = Chart(
        mark="bar", along="due_on", measure="payable_amount", by="organizer_id", apart="currency"
    )

    picture = draw(chart, COLUMNS, ROWS)

    kind, _, content = picture.address.partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert b"<svg" in b64decode(content)
    assert picture.words == (
        "Chart of payable by due on, in colours by organizer id, one row for each currency"
    )
