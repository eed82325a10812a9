"""The same line of the same delivery is the same command; what happened once, in any delivery."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.files import read
from connectors.feeds.line import Feed, Kind, Line, Translated
from connectors.feeds.translate import translate
from justbookit import wire

SHOW = {
    "id": "s1",
    "theatre": "scr-1",
    "movie": "m1",
    "starts_at": "2030-01-31T18:30Z",
    "prices": "standard=25000",
}
DEARER = SHOW | {"prices": "standard=26000"}


def feed(delivery="d1", source="sterling"):
    return Feed(source=source, organizer_id=source, delivery=delivery)


def command_id(kind, record, delivery="d1", index=0, source="sterling"):
    line = Line(kind=kind, index=index, number=index + 2, record=record, raw="")
    (made,) = translate(feed(delivery, source), [line])
    return made.command.command_id


def test_a_replayed_line_is_the_same_command():
    assert command_id(Kind.SHOW, SHOW) == command_id(Kind.SHOW, dict(reversed(SHOW.items())))


def test_what_is_said_again_after_something_else_is_another_command():
    first = command_id(Kind.SHOW, SHOW, "monday")
    changed = command_id(Kind.SHOW, DEARER, "tuesday")
    back_again = command_id(Kind.SHOW, SHOW, "wednesday")
    in_one_file = [command_id(Kind.SHOW, SHOW, "monday", index) for index in (0, 2)]

    assert len({first, changed, back_again, *in_one_file}) == 4
    assert first == in_one_file[0]


def test_a_file_replaced_under_its_name_cannot_pass_for_the_one_before():
    assert command_id(Kind.SHOW, SHOW) != command_id(Kind.SHOW, DEARER)


def test_a_counter_sale_is_one_fact_in_every_delivery_and_format():
    as_csv = {"show": "s1", "sale": "pos-7", "seats": "A1-A2"}
    as_json = {"show": "S1", "sale": "pos-7", "seats": ["A2", "A1"]}

    in_monday = command_id(Kind.COUNTER_SALE, as_csv, "monday", index=4)

    assert in_monday == command_id(Kind.COUNTER_SALE, as_json, "tuesday", index=0)
    assert in_monday != command_id(Kind.COUNTER_SALE, as_csv | {"seats": "A1"}, "monday", index=4)
    assert in_monday != command_id(Kind.COUNTER_SALE, as_csv, source="plaza")


def test_the_return_of_a_sale_is_not_the_sale():
    sale = {"show": "s1", "sale": "pos-7"}

    returned = command_id(Kind.COUNTER_RETURN, sale)

    assert returned != command_id(Kind.COUNTER_SALE, sale | {"seats": "A1"})
    assert returned == command_id(Kind.COUNTER_RETURN, sale, "another")


sales = st.tuples(
    st.sampled_from(["s1", "s2"]), st.sampled_from("abcd"), st.sampled_from(["A1", "A1-A2", "?"])
)


def translated(rows, delivery):
    text = "show,sale,seats\n" + "".join(f"{','.join(row)}\n" for row in rows)
    return list(translate(feed(delivery), read("counter-sales.csv", text.encode())))


@given(st.data(), st.lists(sales, max_size=12))
def test_a_shuffled_and_doubled_feed_of_facts_is_the_same_facts(data, rows):
    some_again = data.draw(st.lists(st.sampled_from(rows))) if rows else []
    mixed = data.draw(st.permutations(rows + some_again))

    def said(made):
        return {wire.encode(each.command) for each in made if isinstance(each, Translated)}

    plain, again = said(translated(rows, "d1")), said(translated(mixed, "d2"))

    assert plain == again


@given(st.lists(sales, max_size=12), st.integers(0, 12))
def test_going_on_after_a_restart_sends_what_the_first_run_would_have_sent(rows, taken):
    whole = translated(rows, "d1")

    resumed = whole[:taken] + translated(rows, "d1")[taken:]

    assert msgspec.json.encode(resumed) == msgspec.json.encode(whole)
    assert len(whole) == len(rows)
