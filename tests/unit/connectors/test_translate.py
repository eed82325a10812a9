"""A line of a feed becomes the command it means, or a complaint that names the field."""

from datetime import UTC, datetime

import msgspec
import pytest

from connectors.feeds.line import Feed, Kind, Line, Translated, Unreadable
from connectors.feeds.translate import FORMS, translate
from justbookit import wire
from justbookit.catalogue import Mode, OfferRule, OrphanRule, SellingRules
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
from justbookit.seat_commands import (
    BlockSeats,
    ReturnCounterSale,
    SellAtCounter,
    SetAllotment,
    UnblockSeats,
)

STERLING = Feed(source="sterling", organizer_id="sterling-cinemas", delivery="d1")
PLATFORM = Feed(source="justbookit", organizer_id=None, delivery="d1")

GOOD = {
    Kind.VENUE: {
        "id": "marine",
        "name": "Sterling Marine",
        "address": "4 Lighthouse Walk",
        "city": "mumbai",
        "city_name": "Mumbai",
        "country": "in",
        "timezone": "Asia/Kolkata",
        "currency": "INR",
        "mode": "partial",
        "latitude": "19.07",
        "longitude": 72.87,
    },
    Kind.THEATRE: {
        "id": "scr-1",
        "venue": "marine",
        "name": "Screen 1",
        "rows": [{"label": "a", "zone": "standard", "seats": "1-2 _ 3* 4+"}],
    },
    Kind.MOVIE: {
        "id": "kadal-nila",
        "title": "கடல் நிலா",
        "language": "Tamil",
        "duration_minutes": "104",
        "genres": "Romance | Music",
        "other_titles": ["Kadal Nila"],
        "released_on": "2026-10-09",
    },
    Kind.OFFER: {
        "id": "afternoon",
        "name": "Afternoon show",
        "rule": "time_of_day",
        "percent": 20,
        "from_time": "12:00",
        "until_time": "17:00",
        "cities": "Mumbai;tokyo",
        "theatres": ["scr-1", "plaza:sakura-1"],
        "ends_on": "2026-12-31",
    },
    Kind.SHOW: {
        "id": "S1",
        "theatre": "scr-1",
        "movie": "justbookit:kadal-nila",
        "starts_at": "2030-01-31T18:30+05:30",
        "prices": "standard=25000 premium=40000",
    },
    Kind.ALLOTMENT: {"show": "s1", "seats": "A1-A3 B1"},
    Kind.BLOCK: {"show": "s1", "seats": "A1", "reason": "broken"},
    Kind.COUNTER_SALE: {"show": "s1", "sale": "pos-7", "seats": ["B2", "A1"]},
    Kind.COUNTER_RETURN: {"show": "s1", "sale": "pos-7"},
}


def become(kind, record, feed=STERLING):
    line = Line(kind=kind, index=0, number=7, record=record, raw="as it came")
    (made,) = translate(feed, [line])
    return made


def command(kind, record, feed=STERLING):
    made = become(kind, record, feed)
    assert isinstance(made, Translated), made
    return made.command


@pytest.mark.parametrize("kind", Kind)
def test_there_is_a_good_line_of_every_kind_and_the_other_end_can_read_it(kind):
    made = command(kind, GOOD[kind])

    decode = (
        wire.decode_catalogue_command
        if isinstance(made, CatalogueCommand)
        else wire.decode_seat_command
    )
    assert decode(wire.encode(made)) == made
    assert made.command_id.startswith("feed.sterling.")


def test_a_venue():
    made = command(Kind.VENUE, GOOD[Kind.VENUE])

    assert isinstance(made, PutVenue)
    assert made.organizer_id == made.venue.organizer_id == "sterling-cinemas"
    assert made.venue.venue_id == "sterling.marine"
    assert (made.venue.country, made.venue.mode) == ("IN", Mode.PARTIAL)
    assert (made.venue.latitude, made.venue.longitude) == (19.07, 72.87)


def test_a_theatre_has_rows_with_aisles_zones_and_marked_seats():
    made = command(Kind.THEATRE, GOOD[Kind.THEATRE])

    assert isinstance(made, PutTheatre)
    assert made.theatre.venue_id == "sterling.marine"
    (row,) = made.theatre.layout.rows
    assert (row.label, row.zone, row.cells) == ("A", "standard", ("1", "2", "", "3", "4"))
    assert (row.accessible, row.companion) == (("3",), ("4",))


def test_a_theatre_says_how_it_sells():
    made = command(
        Kind.THEATRE,
        GOOD[Kind.THEATRE]
        | {
            "sales_cutoff_minutes": "-20",
            "seats_per_booking_max": 6,
            "seats_per_person_max": "12",
            "accessible_released_minutes": 60,
            "orphan_rule": "warn",
            "exchange_cutoff_minutes": "120",
        },
    )

    assert made.theatre.rules == SellingRules(
        sales_cutoff_minutes=-20,
        seats_per_booking_max=6,
        seats_per_person_max=12,
        accessible_released_minutes=60,
        orphan_rule=OrphanRule.WARN,
        exchange_cutoff_minutes=120,
    )


def test_a_theatre_may_have_areas_beside_rows_or_alone():
    listed = [{"id": "flr", "zone": "standing", "capacity": "300", "name": "The Floor"}]
    both = command(Kind.THEATRE, GOOD[Kind.THEATRE] | {"areas": listed})
    spelt = command(Kind.THEATRE, GOOD[Kind.THEATRE] | {"areas": "FLR standing 300 The Floor"})
    alone = command(Kind.THEATRE, GOOD[Kind.THEATRE] | {"rows": "", "areas": listed})

    (area,) = both.theatre.layout.areas
    assert (area.area_id, area.zone, area.capacity) == ("FLR", "standing", 300)
    assert both == spelt
    assert (alone.theatre.layout.rows, alone.theatre.layout.areas) == ((), (area,))


@pytest.mark.parametrize("kind", [Kind.ALLOTMENT, Kind.BLOCK, Kind.COUNTER_SALE], ids=str)
def test_a_fact_may_be_about_so_many_places_of_areas(kind):
    spelt = command(kind, GOOD[kind] | {"seats": "", "areas": "flr=12 BAL=2"})
    listed = command(kind, GOOD[kind] | {"seats": None, "areas": {"BAL": 2, "FLR": 12}})

    assert spelt == listed
    assert (spelt.seat_ids, spelt.areas) == ((), {"FLR": 12, "BAL": 2})


@pytest.mark.parametrize(
    ("kind", "areas", "field", "rule"),
    [
        (Kind.THEATRE, "F1 standing 300", "areas[0].id", "one to three letters"),
        (Kind.THEATRE, "FLR standing 0", "areas[0].capacity", "needs 1 to 9999"),
        (Kind.BLOCK, "FLR", "areas.FLR", "needs a whole number"),
        (Kind.ALLOTMENT, "FLR=0", "areas.FLR", "needs 1 to 9999"),
    ],
)
def test_a_bad_area_is_named_with_the_rule_it_breaks(kind, areas, field, rule):
    made = become(kind, GOOD[kind] | {"areas": areas})

    assert isinstance(made, Unreadable)
    assert made.field == field
    assert rule in made.reason


def test_who_says_nothing_sells_as_is_usual_and_sends_the_same_bytes_as_ever():
    made = command(Kind.THEATRE, GOOD[Kind.THEATRE] | {"sales_cutoff_minutes": 0})

    assert b"rules" not in wire.encode(made)


def test_a_theatre_may_be_one_line_of_csv():
    spelt = GOOD[Kind.THEATRE] | {"rows": "A standard 1-2 _ 3* 4+"}

    in_json = command(Kind.THEATRE, GOOD[Kind.THEATRE])

    assert command(Kind.THEATRE, spelt) == in_json


def test_a_movie():
    made = command(Kind.MOVIE, GOOD[Kind.MOVIE])

    assert isinstance(made, PutMovie)
    assert made.movie.title == "கடல் நிலா"
    assert made.movie.duration_minutes == 104
    assert made.movie.genres == ("Romance", "Music")


def test_an_offer_names_cities_and_theatres_of_any_source():
    made = command(Kind.OFFER, GOOD[Kind.OFFER], PLATFORM)

    assert isinstance(made, PutOffer)
    assert made.organizer_id is None
    assert made.offer.rule is OfferRule.TIME_OF_DAY
    assert made.offer.cities == ("mumbai", "tokyo")
    assert made.offer.theatres == ("justbookit.scr-1", "plaza.sakura-1")


def test_a_show_is_in_utc_and_its_movie_may_be_the_platforms():
    made = command(Kind.SHOW, GOOD[Kind.SHOW])

    assert isinstance(made, PutShow)
    assert made.show.show_id == "sterling.s1"
    assert made.show.movie_id == "justbookit.kadal-nila"
    assert made.show.starts_at.isoformat() == "2030-01-31T13:00:00+00:00"
    assert made.show.prices == {"standard": 25000, "premium": 40000}


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        ("A1-A3 B1", ("A1", "A2", "A3", "B1")),
        ("b2,a1;A2", ("A1", "A2", "B2")),
        ("AA1 B10 B9", ("B9", "B10", "AA1")),
        (["C1-2"], ("C1", "C2")),
        ("all", None),
        ("None", ()),
        ([], ()),
    ],
)
def test_an_allotment_is_seats_or_all_or_none(seats, expected):
    made = command(Kind.ALLOTMENT, {"show": "s1", "seats": seats})

    assert isinstance(made, SetAllotment)
    assert made.seat_ids == expected


def test_seats_are_blocked_and_put_back():
    blocked = command(Kind.BLOCK, GOOD[Kind.BLOCK])
    put_back = command(Kind.BLOCK, GOOD[Kind.BLOCK] | {"action": "unblock"})

    assert isinstance(blocked, BlockSeats)
    assert blocked.reason == "broken"
    assert isinstance(put_back, UnblockSeats)


def test_a_show_is_cancelled_with_the_reason_that_its_customers_are_told():
    cancelled = command(
        Kind.SHOW, {"id": "s1", "action": "cancel", "reason": "the projector broke down"}
    )
    removed = command(Kind.SHOW, {"id": "s1", "action": "remove"})

    assert (cancelled.refund, cancelled.reason) == (True, "the projector broke down")
    assert (removed.refund, removed.reason) == (False, "")


def test_a_block_and_an_allotment_may_end_by_themselves():
    moment = datetime(2030, 1, 31, 13, tzinfo=UTC)
    house = command(Kind.BLOCK, GOOD[Kind.BLOCK] | {"until": "2030-01-31T18:30+05:30"})
    hours = command(Kind.BLOCK, GOOD[Kind.BLOCK] | {"until_minutes_before": "60"})
    ours = command(Kind.ALLOTMENT, {"show": "s1", "seats": "A1", "give_back_minutes_before": 45})
    till = command(
        Kind.ALLOTMENT, {"show": "s1", "seats": "all", "give_back_at": "2030-01-31T18:30+05:30"}
    )

    assert (house.until, house.until_minutes_before) == (moment, None)
    assert (hours.until, hours.until_minutes_before) == (None, 60)
    assert (ours.give_back_at, ours.give_back_minutes_before) == (None, 45)
    assert (till.give_back_at, till.seat_ids) == (moment, None)


def test_a_counter_sale_is_a_fact_that_has_happened():
    made = command(Kind.COUNTER_SALE, GOOD[Kind.COUNTER_SALE])

    assert isinstance(made, SellAtCounter)
    assert made.happened
    assert (made.show_id, made.sale_id) == ("sterling.s1", "sterling.pos-7")
    assert made.seat_ids == ("A1", "B2")


def test_a_counter_sale_is_returned():
    assert isinstance(command(Kind.COUNTER_RETURN, GOOD[Kind.COUNTER_RETURN]), ReturnCounterSale)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.VENUE, RemoveVenue),
        (Kind.THEATRE, RemoveTheatre),
        (Kind.MOVIE, RemoveMovie),
        (Kind.OFFER, RemoveOffer),
        (Kind.SHOW, RemoveShow),
    ],
)
def test_what_is_removed_needs_its_id_only(kind, expected):
    assert isinstance(command(kind, {"id": "it", "action": "remove"}), expected)


NO = object()

BAD = [
    (Kind.THEATRE, "areas", "FLR standing", "an area needs id, zone and capacity"),
    (Kind.THEATRE, "areas", 7, "needs a list of areas"),
    (Kind.BLOCK, "areas", "FLR=1 flr=2", "names FLR twice"),
    (Kind.VENUE, "id", "caf é", "may have letters"),
    (Kind.VENUE, "name", NO, "is missing"),
    (Kind.VENUE, "name", "x" * 201, "201 characters"),
    (Kind.VENUE, "name", "bell \x07", "control character U+0007"),
    (Kind.VENUE, "name", "caf\udce9", "is not UTF-8"),
    (Kind.VENUE, "name", 7, "needs a text"),
    (Kind.VENUE, "country", "India", "needs 2 letters"),
    (Kind.VENUE, "currency", "₹", "needs 3 letters"),
    (Kind.VENUE, "mode", "some", "all_in, partial, read_only"),
    (Kind.VENUE, "latitude", "north", "degrees from -90 to 90"),
    (Kind.VENUE, "latitude", float("nan"), "degrees from -90 to 90"),
    (Kind.VENUE, "longitude", 180.5, "degrees from -180 to 180"),
    (Kind.VENUE, "longitude", True, "degrees from -180 to 180"),
    (Kind.VENUE, "city", "são paulo", "may have letters"),
    (Kind.VENUE, "action", "drop", "put, remove"),
    (Kind.VENUE, "colour", "red", "no such field"),
    (Kind.THEATRE, "venue", NO, "is missing"),
    (Kind.THEATRE, "rows", [], "0 rows"),
    (Kind.THEATRE, "sales_cutoff_minutes", 31, "needs -30 to 30"),
    (Kind.THEATRE, "seats_per_booking_max", 0, "needs 1 to 100"),
    (Kind.THEATRE, "seats_per_person_max", "many", "needs a whole number"),
    (Kind.THEATRE, "accessible_released_minutes", -1, "needs 0 to 10080"),
    (Kind.THEATRE, "rows", 7, "needs a list of rows"),
    (Kind.THEATRE, "rows", "A standard", "needs label, zone and seats"),
    (Kind.THEATRE, "rows[0]", ["A1"], "needs label, zone and seats"),
    (Kind.THEATRE, "rows[0].label", [{"label": "A1", "zone": "s", "seats": "1"}], "A-Z"),
    (Kind.THEATRE, "rows[0].seats", [{"label": "A", "zone": "s", "seats": "1-x"}], "no seat"),
    (Kind.THEATRE, "rows[0].seats", [{"label": "A", "zone": "s", "seats": "_ _"}], "no seat"),
    (Kind.THEATRE, "rows[0].seats", [{"label": "A", "zone": "s", "seats": "1-999"}], "200 cells"),
    (Kind.THEATRE, "rows[0].zone", [{"label": "A", "zone": "s p", "seats": "1"}], "may have"),
    (Kind.THEATRE, "rows[0].sets", [{"label": "A", "zone": "s", "sets": "1"}], "no such field"),
    (Kind.MOVIE, "title", " ", "is missing"),
    (Kind.MOVIE, "duration_minutes", 0, "needs 1 to 900"),
    (Kind.MOVIE, "duration_minutes", "1h44", "needs a whole number"),
    (Kind.MOVIE, "duration_minutes", 1.5, "needs a whole number"),
    (Kind.MOVIE, "released_on", "9.10.2026", "needs a day"),
    (Kind.MOVIE, "genres", {"a": 1}, "needs a list"),
    (Kind.MOVIE, "genres", [1], "needs a text"),
    (Kind.OFFER, "rule", "half_price", "third_ticket, time_of_day"),
    (Kind.OFFER, "percent", 101, "needs 1 to 100"),
    (Kind.OFFER, "from_time", "noon", "needs a time of day"),
    (Kind.OFFER, "theatres", "Not A Source:scr-1", "is no source"),
    (Kind.SHOW, "starts_at", "2030-01-31T18:30", "lacks its UTC offset"),
    (Kind.SHOW, "starts_at", "tomorrow", "needs a time such as"),
    (Kind.SHOW, "starts_at", "0001-01-01T00:00+14:00", "out of bounds"),
    (Kind.SHOW, "prices", {}, "names no zone"),
    (Kind.SHOW, "prices", "standard=250.00", "minor units"),
    (Kind.SHOW, "prices", {"standard": 250.0}, "minor units"),
    (Kind.SHOW, "prices", "standard=1 standard=2", "twice"),
    (Kind.SHOW, "prices", 25000, "needs a price for each zone"),
    (Kind.SHOW, "prices.standard", {"standard": -1}, "needs 0 to"),
    (Kind.SHOW, "movie", "a:b:c", "is no source"),
    (Kind.ALLOTMENT, "show", NO, "is missing"),
    (Kind.ALLOTMENT, "seats", NO, "is missing"),
    (Kind.ALLOTMENT, "seats", "A1 A1", "twice"),
    (Kind.ALLOTMENT, "seats", "front row", "no seat such as"),
    (Kind.BLOCK, "seats", "A1-B9", "over two rows"),
    (Kind.BLOCK, "seats", "A1-A2001", "2001 seats"),
    (Kind.BLOCK, "action", "kill", "block, unblock"),
    (Kind.BLOCK, "until", "2030-01-31T18:30", "UTC offset"),
    (Kind.BLOCK, "until_minutes_before", -1, "needs 0 to"),
    (Kind.ALLOTMENT, "give_back_minutes_before", "soon", "whole number"),
    (Kind.COUNTER_SALE, "sale", NO, "is missing"),
    (Kind.COUNTER_SALE, "sale", "pos/7", "may have letters"),
    (Kind.COUNTER_SALE, "seats", " , ", "names no seat"),
    (Kind.COUNTER_RETURN, "sale", NO, "is missing"),
    (Kind.COUNTER_RETURN, "show", "x" * 100, "may have letters"),
]


@pytest.mark.parametrize(("kind", "field", "value", "reason"), BAD)
def test_a_bad_field_is_named_with_the_rule_it_breaks(kind, field, value, reason):
    name = field.partition("[")[0].partition(".")[0]
    record = {**GOOD[kind], name: value}
    if value is NO:
        del record[name]

    made = become(kind, record)

    assert isinstance(made, Unreadable)
    assert (made.line, made.field, made.raw) == (7, field, "as it came")
    assert reason in made.reason
    wire.encode(made)


def test_every_kind_has_a_malformed_line_here():
    assert {kind for kind, *_ in BAD} == set(Kind) == set(FORMS)


def test_a_line_cannot_name_what_belongs_to_another_source():
    for kind in (Kind.VENUE, Kind.THEATRE, Kind.SHOW):
        assert isinstance(become(kind, GOOD[kind] | {"id": "plaza:marine"}), Unreadable)
    for kind in (Kind.ALLOTMENT, Kind.BLOCK, Kind.COUNTER_SALE, Kind.COUNTER_RETURN):
        assert isinstance(become(kind, GOOD[kind] | {"show": "plaza:s1"}), Unreadable)


def test_fields_of_the_theatres_own_are_left_alone():
    own = GOOD[Kind.SHOW] | {"x-till": 4}

    plain = command(Kind.SHOW, GOOD[Kind.SHOW])

    assert command(Kind.SHOW, own) == plain


def test_a_bad_line_never_stops_the_lines_after_it():
    lines = [
        Line(kind=Kind.SHOW, index=0, number=2, record={}, raw="?"),
        Unreadable(line=3, field="", reason="has 3 cells, the header has 5", raw="a,b,c"),
        Line(kind=Kind.SHOW, index=2, number=4, record=GOOD[Kind.SHOW], raw=""),
    ]

    made = list(translate(STERLING, lines))

    assert [type(each) for each in made] == [Unreadable, Unreadable, Translated]
    assert made[1] == lines[1]


@pytest.mark.parametrize("kind", Kind)
def test_what_is_deeply_nested_or_huge_is_a_complaint(kind):
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    for value in (deep, 10**400, "9" * 4000):
        for name in FORMS[kind].fields:
            made = become(kind, {**GOOD[kind], name: value})
            assert msgspec.json.encode(made)
