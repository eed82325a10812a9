"""What a seat costs and why."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justbookit.catalogue import Layout, Mode, Offer, OfferRule, Row, ShowTerms
from justbookit.money import share
from justbookit.offers import applies, price, tariff_of

THIRD = Offer(offer_id="third", name="Third ticket", rule=OfferRule.THIRD_TICKET, percent=50)
AFTERNOON = Offer(
    offer_id="afternoon",
    name="Afternoon",
    rule=OfferRule.TIME_OF_DAY,
    percent=20,
    from_time="12:00",
    until_time="17:00",
)


def tariff(*offers, at=datetime(2027, 1, 1, 13, 0, tzinfo=UTC), timezone="Europe/London"):
    return tariff_of(
        ShowTerms(
            show_id="s",
            movie_id="m",
            theatre_id="t",
            venue_id="v",
            city_id="c",
            organizer_id="o",
            starts_at=at,
            ends_at=at,
            timezone=timezone,
            currency="GBP",
            mode=Mode.ALL_IN,
            layout=Layout(version=1, rows=(Row(label="A", zone="a", cells=("1",)),)),
            prices={"a": 1000, "b": 600, "c": 200},
            offers=offers,
        )
    )


def prices(with_tariff, zones):
    seats = [(f"A{at}", zone) for at, zone in enumerate(zones, start=1)]
    return [line.price for line in price(with_tariff, seats).lines]


@pytest.mark.parametrize(
    ("zones", "costs"),
    [
        ("a", [1000]),
        ("aa", [1000, 1000]),
        ("abc", [1000, 600, 100]),
        ("cba", [100, 600, 1000]),
        ("aaac", [1000, 1000, 500, 200]),
        ("aaaccc", [1000, 1000, 500, 200, 200, 100]),
        ("aaaaaaaaaa", [1000, 1000, 500] * 3 + [1000]),
    ],
)
def test_the_cheapest_of_each_three_dearest_first_is_half_price(zones, costs):
    assert sorted(prices(tariff(THIRD), zones)) == sorted(costs)


@pytest.mark.parametrize(
    ("clock", "is_afternoon"),
    [("11:59", False), ("12:00", True), ("16:59", True), ("17:00", False)],
)
def test_afternoon_is_from_noon_to_before_five(clock, is_afternoon):
    hour, minute = map(int, clock.split(":"))
    at = datetime(2027, 1, 1, hour, minute, tzinfo=UTC)

    assert prices(tariff(AFTERNOON, at=at), "a") == [800 if is_afternoon else 1000]


def test_afternoon_is_the_theatres_own_also_when_its_clocks_have_moved():
    at = datetime(2027, 7, 1, 16, 30, tzinfo=UTC)  # 17:30 in London's summer

    assert prices(tariff(AFTERNOON, at=at), "a") == [1000]


def test_a_ticket_gets_its_one_best_offer():
    assert prices(tariff(THIRD, AFTERNOON), "aaa") == [800, 800, 500]


def test_of_two_like_offers_the_better_one_counts():
    better = Offer(offer_id="z", name="Better", rule=OfferRule.THIRD_TICKET, percent=60)

    assert sorted(prices(tariff(THIRD, better), "aaa")) == [400, 1000, 1000]


@pytest.mark.parametrize(
    ("changes", "is_for_it"),
    [
        ({}, True),
        ({"cities": ("c",)}, True),
        ({"cities": ("d",)}, False),
        ({"theatres": ("t",)}, True),
        ({"theatres": ("u",)}, False),
        ({"cities": ("c",), "theatres": ("u",)}, False),
        ({"starts_on": date(2027, 1, 1)}, True),
        ({"starts_on": date(2027, 1, 2)}, False),
        ({"ends_on": date(2027, 1, 1)}, True),
        ({"ends_on": date(2026, 12, 31)}, False),
    ],
)
def test_an_offer_is_limited_to_cities_theatres_and_days(changes, is_for_it):
    offer = Offer(offer_id="o", name="O", rule=OfferRule.THIRD_TICKET, percent=1, **changes)

    local_date = date(2027, 1, 1)
    assert applies(offer, city_id="c", theatre_id="t", local_date=local_date) is is_for_it


def test_an_offer_for_another_city_takes_nothing_off():
    elsewhere = Offer(
        offer_id="e", name="E", rule=OfferRule.THIRD_TICKET, percent=50, cities=("d",)
    )

    assert prices(tariff(elsewhere), "aaa") == [1000, 1000, 1000]


@pytest.mark.parametrize(
    ("limits", "price_of_three"),
    [
        pytest.param({"cities": ("c",)}, 2500, id="in the city of the show"),
        pytest.param({"cities": ("d",)}, 3000, id="in another city"),
        pytest.param({"theatres": ("t",)}, 2500, id="in the theatre of the show"),
        pytest.param({"theatres": ("u",)}, 3000, id="in another theatre"),
        pytest.param({"ends_on": date(2027, 1, 1)}, 2500, id="on its day, which is over in UTC"),
        pytest.param({"starts_on": date(2027, 1, 2)}, 3000, id="from the day after"),
    ],
)
def test_a_show_has_the_offers_of_its_city_theatre_and_theatre_local_day(limits, price_of_three):
    offer = Offer(offer_id="o", name="O", rule=OfferRule.THIRD_TICKET, percent=50, **limits)
    late = datetime(2027, 1, 2, 1, 0, tzinfo=UTC)  # the evening before in New York

    assert sum(prices(tariff(offer, at=late, timezone="America/New_York"), "aaa")) == price_of_three


def test_of_seats_that_cost_the_same_the_last_by_name_is_the_third():
    seats = [("A3", "a"), ("A1", "a"), ("A2", "a")]

    lines = price(tariff(THIRD), seats).lines

    assert [(line.seat_id, line.price) for line in lines] == [
        ("A3", 500),
        ("A1", 1000),
        ("A2", 1000),
    ]


@pytest.mark.parametrize("offers", [(), (AFTERNOON,)], ids=["at full price", "with an offer"])
def test_a_line_says_seat_zone_and_what_it_would_have_cost(offers):
    lines = price(tariff(*offers), [("A1", "a"), ("B7", "b")]).lines

    assert [(line.seat_id, line.zone, line.base) for line in lines] == [
        ("A1", "a", 1000),
        ("B7", "b", 600),
    ]


@given(st.text("abc", min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_seats_does_not_change_the_total(zones, random):
    shuffled = list(zones)
    random.shuffle(shuffled)

    both = tariff(THIRD, AFTERNOON)
    assert sum(prices(both, zones)) == sum(prices(both, shuffled))


@given(st.text("abc", min_size=1, max_size=10))
def test_lines_add_up_and_never_cost_more_than_without_offers(zones):
    seats = [(f"A{at}", zone) for at, zone in enumerate(zones)]
    quote = price(tariff(THIRD, AFTERNOON), seats)

    assert quote.amount == sum(line.price for line in quote.lines)
    assert all(line.price + line.discount == line.base for line in quote.lines)
    assert all(0 <= line.price <= line.base for line in quote.lines)
    thirds = [line for line in quote.lines if line.offer_id == "third"]
    assert len(thirds) == len(zones) // 3


@pytest.mark.parametrize(
    ("amount", "percent", "part"),
    [
        (1, 50, 0),
        (3, 50, 2),
        (5, 50, 2),
        (1, 51, 1),
        (1, 49, 0),
        (199, 20, 40),
        (0, 20, 0),
        (7, 0, 0),
        (7, 100, 7),
    ],
)
def test_a_share_is_rounded_half_to_even(amount, percent, part):
    assert share(amount, percent) == part


@pytest.mark.parametrize("percent", [-1, 101])
def test_what_is_no_percentage_is_refused(percent):
    with pytest.raises(ValueError, match="no percentage"):
        share(1, percent)
