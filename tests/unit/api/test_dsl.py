"""Questions to search are built from typed fields; nobody's text becomes syntax."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.browse import dsl

NOW = datetime(2026, 11, 23, 12, 34, 56, tzinfo=UTC)
FORBIDDEN = {"query_string", "simple_query_string", "regexp", "wildcard", "script", "prefix"}


def keys_in(query):
    if isinstance(query, dict):
        for key, value in query.items():
            yield key
            yield from keys_in(value)
    elif isinstance(query, list):
        for each in query:
            yield from keys_in(each)


def holders_of(query, text):
    """The names under which `text` stands in a question."""
    if isinstance(query, dict):
        for key, value in query.items():
            if value == text:
                yield key
            yield from holders_of(value, text)
    elif isinstance(query, list):
        for each in query:
            yield from holders_of(each, text)


@given(st.text(min_size=1, max_size=60).map(lambda text: f"\x00{text}"))
def test_user_text_is_only_ever_what_is_matched(text):
    query = dsl.search(dsl.Filters(q=text, sort="relevance"), NOW)

    assert set(holders_of(query, text)) == {"query"}
    assert not FORBIDDEN & set(keys_in(query))


@pytest.mark.parametrize("facet", dsl.FACETS)
def test_a_facet_counts_what_the_others_leave(facet):
    filters = dsl.Filters(
        genre="Drama", language="Hindi", format="2D", band="evening", availability="plenty"
    )

    counted = dsl.search(filters, NOW)["aggs"][facet]["filter"]["bool"]["filter"]

    fields = {field for each in counted for field in each["term"]}
    assert fields == set(dsl.FACETS.values()) - {dsl.FACETS[facet]}


def test_what_is_always_wanted_is_asked_in_the_query_itself():
    query = dsl.search(dsl.Filters(city="pune", date="2026-11-23"), NOW)

    asked = query["query"]["bool"]["filter"]
    assert {"term": {"city_id": "pune"}} in asked
    assert {"term": {"local_date": "2026-11-23"}} in asked
    assert {"term": {"open": True}} in asked
    assert "post_filter" not in query


def test_a_minute_is_one_question():
    later = NOW.replace(second=59)

    assert dsl.cities(NOW) == dsl.cities(later)


@pytest.mark.parametrize("sort", dsl.SORTS)
def test_a_cursor_goes_on_where_a_page_ended(sort):
    values = [1.5, "2026-11-23T13:00:00Z", "show-1"][-len(dsl.SORTS[sort]) :]

    assert dsl.read_cursor(dsl.make_cursor(values), sort) == values


@pytest.mark.parametrize(
    "cursor",
    ["", "!", "e30", dsl.make_cursor([1]), dsl.make_cursor([{"a": 1}, "b"]), "é"],
    ids=["empty", "no base64", "an object", "too short", "not plain", "no ascii"],
)
def test_a_cursor_of_somebody_else_is_refused(cursor):
    with pytest.raises(dsl.BadCursor):
        dsl.read_cursor(cursor, "soonest")
