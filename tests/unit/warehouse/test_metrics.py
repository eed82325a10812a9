"""Each metric is defined once, documented, and asked alike of Postgres and of the lake."""

import pytest

from warehouse.duck import connect
from warehouse.metrics import METRICS, NoMetric, question

FUNNEL = """
CREATE TABLE show_funnel AS SELECT * FROM (VALUES
    ('a', 'pune', 100, 10, 4, 1), ('b', 'pune', 0, 10, 5, 0), ('c', 'goa', 50, 5, 5, 5)
) AS t (show_id, city_id, view_count, hold_count, paid_count, cancelled_count)
"""


@pytest.fixture
def duck(tmp_path):
    with connect(tmp_path) as made:
        made.execute(FUNNEL)
        yield made


def test_a_metric_is_asked_for_whatever_it_is_asked_by(duck):
    names = ["views", "holds", "paid", "hold_rate", "conversion", "cancellation"]
    by_city = duck.execute(question(names, ["city_id"], mart="show_funnel")).fetchall()
    together = duck.execute(question(names, mart="growth.show_funnel")).fetchall()

    assert by_city == [
        ("goa", 50, 5, 5, 1000, 10000, 10000),
        ("pune", 100, 20, 9, 1000, 4500, 1111),
    ]
    assert together == [(150, 25, 14, 1000, 5600, 4286)], "never the mean of means"


def test_where_nothing_was_the_share_is_not_known(duck):
    made = question(["hold_rate", "conversion"], mart="show_funnel", where="show_id = 'none'")

    assert duck.execute(made).fetchall() == [(None, None)]


def test_the_error_of_a_share_gets_smaller_with_what_it_is_of(duck):
    made = question(["conversion_error"], ["city_id"], mart="show_funnel")

    assert duck.execute(made).fetchall() == [("goa", 0), ("pune", 1112)]


def test_offers_are_compared_with_those_without(duck):
    duck.execute(
        "CREATE TABLE offer_results AS SELECT * FROM (VALUES ('c', true, 10, 32),"
        " ('c', false, 40, 84)) AS t (city_id, is_with_offer, booking_count, ticket_count)"
    )

    made = question(["offer_uplift", "party_size"], ["city_id"])

    assert duck.execute(made).fetchall() == [("c", 110, 232)]


def test_the_median_is_of_paid_bookings(duck):
    duck.execute(
        "CREATE TABLE bookings AS SELECT * FROM (VALUES (true, 120), (true, 1800), (true, 250),"
        " (false, 5940)) AS t (is_paid, lead_minutes)"
    )

    assert duck.execute(question(["lead_time"])).fetchall() == [(4,)]


@pytest.mark.parametrize(
    ("names", "by", "mart", "told"),
    [
        ([], [], "", "name a metric"),
        (["profit"], [], "", "no metric profit; there are views"),
        (["views", "occupancy"], [], "", "cannot be asked together"),
        (["views"], [], "daily_sales", "cannot be asked together of daily_sales"),
        (["gross"], ["city_id"], "", "ask by currency as well"),
    ],
    ids=["none", "an unknown one", "of different marts", "of another mart", "mixed currencies"],
)
def test_what_cannot_be_asked_says_what_can(names, by, mart, told):
    with pytest.raises(NoMetric, match=told):
        question(names, by, mart=mart)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_says_what_it_is(metric):
    assert metric.says.endswith(".")
    assert metric.marts
    assert metric.column.startswith(metric.name)
