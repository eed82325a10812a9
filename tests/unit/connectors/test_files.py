"""A file's bytes become lines with their numbers; a broken line costs itself and no other."""

import pytest

from connectors.feeds.files import kind_of, read
from connectors.feeds.line import Kind, Line, Unreadable

HEADER = "show,sale,seats"


def numbers(lines):
    return [(line.number if isinstance(line, Line) else -line.line) for line in lines]


def lines_of(name, text):
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read(name, raw))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("venues.csv", Kind.VENUE),
        ("Movies.JSON", Kind.MOVIE),
        ("shows-2026-11-23.csv", Kind.SHOW),
        ("counter-sales_monday.jsonl", Kind.COUNTER_SALE),
        ("counter-returns.v2.csv", Kind.COUNTER_RETURN),
        ("showings.csv", None),
        ("shows.csv.part", None),
        ("shows.xlsx", None),
        ("list of shows.csv", None),
    ],
)
def test_the_name_says_what_a_file_is_about(name, kind):
    assert kind_of(name) is kind


def test_a_file_of_another_name_is_refused_as_a_whole():
    (refused,) = lines_of("notes.txt", "hello")

    assert (refused.line, refused.field) == (0, "file")


def test_csv_lines_have_the_numbers_an_editor_shows():
    text = f'\ufeff{HEADER}\r\n\r\ns1,a,A1\r\n\r\ns1,b,"A2, A3"\r\n'

    first, second = lines_of("counter-sales.csv", text)

    assert (first.number, first.index, first.raw) == (3, 0, "s1,a,A1")
    assert (second.number, second.index) == (5, 1)
    assert second.record == {"show": "s1", "sale": "b", "seats": "A2, A3"}


def test_semicolons_are_taken_as_spreadsheets_write_them():
    (line,) = lines_of("counter-sales.csv", "show;sale;seats\ns1;a;A1,A2")

    assert line.record["seats"] == "A1,A2"


@pytest.mark.parametrize(
    ("broken", "field", "reason"),
    [
        ('s1,"a,A1', "", "quote"),
        ('s1,"a"b,A1', "", "quote"),
        ("s1,a", "", "has 2 cells, the header has 3"),
        ("s1,a,A1,A2", "", "has 4 cells"),
        (b"s1,caf\xe9,A1", "sale", "is not UTF-8"),
        (b"s1,\xf0\x9f\x8e\xac \xff,A1", "sale", "is not UTF-8"),
    ],
)
def test_a_broken_csv_line_costs_itself_only(broken, field, reason):
    raw = broken if isinstance(broken, bytes) else broken.encode()

    before, refused, after = lines_of(
        "counter-sales.csv", HEADER.encode() + b"\ns1,a,A1\n" + raw + b"\ns1,c,A3\n"
    )

    assert (before.number, refused.line, after.number) == (2, 3, 4)
    assert refused.field == field
    assert reason in refused.reason
    refused.raw.encode()


@pytest.mark.parametrize(
    ("header", "field", "reason"),
    [
        ("show,seats", "sale", "lacks the column"),
        ("show,sale,seats,colour", "colour", "no such column"),
        ("show,sale,seats,sale", "sale", "twice"),
    ],
)
def test_a_wrong_header_is_one_complaint(header, field, reason):
    (refused,) = lines_of("counter-sales.csv", f"{header}\n1,2,3,4\n1,2,3,4\n")

    assert (refused.line, refused.field) == (1, field)
    assert reason in refused.reason


def test_an_empty_csv_file_lacks_its_header():
    (refused,) = lines_of("counter-sales.csv", "")

    assert (refused.line, refused.field) == (1, "show")


def test_a_column_of_the_theatres_own_is_allowed():
    (line,) = lines_of("counter-sales.csv", f"{HEADER},x-till\ns1,a,A1,4")

    assert isinstance(line, Line)


PRETTY = """
[
  {
    "show": "s1",
    "sale": "a"
  },
  {
    "show": "s1",
    "sale": oops
  },
  {
    "show": "s1",
    "sale": "c"
  }
]
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"show": "s1"}, {"show": "s2"}]', [1, 1]),
        ('[\n{"show": "s1"},\n{"show": "s2"}\n]\n', [2, 3]),
        ('{"show": "s1"}\n{"show": "s2"}\n', [1, 2]),
        ('{"show": "s1"}\nnonsense\n{"show": "s2"}\n', [1, -2, 3]),
        ('[\n{"show": "s1"},\n{"show": s2},\n{"show": "s3"}\n]', [2, -3, 4]),
        ('[\n{"show": "s1"},\n{"show": "s2"\n', [2, -3, -3]),
        ('[\n{"show": "s1"},\n7\n]', [2, -3]),
        ('[{"show": "s1"}] {"show": "s2"}', [1, -1]),
        ('{"show": NaN}\n{"show": "s2"}', [-1, 2]),
        (PRETTY, [3, -7, 11]),
        ("[]", []),
        ("", []),
        ("nonsense", [-1]),
        ('[{"show": ' + "9" * 5000 + "}]", [-1, -1]),
        ("[" * 100_000, [-1, -1]),
    ],
)
def test_json_objects_are_numbered_by_the_line_they_begin_at(text, expected):
    lines = lines_of("allotments.json", text)

    assert numbers(lines) == expected
    assert all(line.raw or isinstance(line, Unreadable) for line in lines)


def test_the_index_counts_every_record_so_that_a_restart_finds_its_place():
    text = '{"show": "s1"}\nnonsense\n{"show": "s2"}\n{"show": "s3"}'

    lines = lines_of("allotments.jsonl", text)

    assert [line.index for line in lines if isinstance(line, Line)] == [0, 2, 3]


def test_a_json_text_that_is_not_utf8_is_refused_where_it_stands():
    first, second = lines_of("allotments.json", b'[{"show": "caf\xe9"},\n {"show": "s2"}]')

    assert first.record["show"] == "caf\udce9"
    first.raw.encode()
    assert second.number == 2
