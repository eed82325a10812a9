"""Only questions are answered, and answers can be read."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from warehouse import manifest, show
from warehouse.amounts import money
from warehouse.ask import Answer, Desk, Refused
from warehouse.duck import literal
from warehouse.manifest import LakeUnreadable
from warehouse.metrics import question

ANSWER = Answer(
    columns=("show_id", "gross_amount", "currency", "at", "body"),
    types=("VARCHAR", "BIGINT", "VARCHAR", "TIMESTAMPTZ", "JSON"),
    rows=[
        ("s", 123456, "INR", datetime(2026, 3, 1, 9, 5, tzinfo=UTC), '{"a": 1}'),
        ("t", -5, "JPY", None, None),
    ],
    cut=True,
    seconds=0.125,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / manifest.NAME).touch()
    return Desk(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "select count(*) from seat_events",
        "with a as (select 1 as i) select * from a;",
        "from catalogue_events",
        "describe quarantine",
        "summarize seat_events",
        "show tables",
        "explain select 1",
        "explain analyze select 1",
        "values (1), (2)",
    ],
)
def test_a_question_is_answered(desk: Desk, statement: str) -> None:
    assert desk.ask(statement, rows_max=50, seconds_max=10).columns


@pytest.mark.parametrize(
    "statement",
    [
        "create table t (i int)",
        "drop view seat_events",
        "insert into seat_events select 1",
        "update seat_events set topic = ''",
        "copy (select 1) to 'out.csv'",
        "explain analyze copy (select 1) to 'out.csv'",
        "EXPLAIN (ANALYZE) copy (select 1) to 'out.csv'",
        "attach 'other.db'",
        "install httpfs",
        "set memory_limit = '1TB'",
        "select 1; drop view seat_events",
        "select * from read_text('/etc/hostname')",
        "select * from 'https://example.org/x.parquet'",
        "selec 1",
        "",
    ],
)
def test_everything_else_is_refused(desk: Desk, tmp_path: Path, statement: str) -> None:
    with pytest.raises(Refused):
        desk.ask(statement, rows_max=50, seconds_max=10)

    assert not (tmp_path / "out.csv").exists()


def test_an_answer_is_cut_at_its_limit(desk: Desk) -> None:
    answer = desk.ask("from range(10)", rows_max=3, seconds_max=10)

    assert (len(answer.rows), answer.cut) == (3, True)


def test_a_question_that_takes_too_long_is_stopped(desk: Desk) -> None:
    endless = "select count(*) from range(10000000000) a, range(100) b where hash(a, b) = 1"

    with pytest.raises(Refused, match=r"stopped after 0\.3 s"):
        desk.ask(endless, rows_max=1, seconds_max=0.3)


def test_without_a_lake_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LakeUnreadable, match="is the sink running"):
        Desk(tmp_path)


def test_before_the_first_build_it_says_what_makes_marts(desk: Desk) -> None:
    views = question(["views"])

    with pytest.raises(Refused, match="no marts yet: `justbookit build` makes them"):
        desk.ask(views, rows_max=1, seconds_max=10)
    with pytest.raises(Refused) as misspelt:
        desk.ask("select nothing from seat_events", rows_max=1, seconds_max=10)
    assert "build" not in str(misspelt.value)


def test_every_dataset_can_be_asked_before_it_has_messages(desk: Desk) -> None:
    assert [row[:3] for row in desk.tables().rows] == [
        ("seat_events", "messages", 0),
        ("catalogue_events", "messages", 0),
        ("feed_dead_letters", "messages", 0),
        ("stream_dead_letters", "messages", 0),
        ("show_views", "messages", 0),
        ("quarantine", "messages", 0),
    ]


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (123456, "INR", "1,234.56"),
        (5, "GBP", "0.05"),
        (-5, "GBP", "-0.05"),
        (1500, "JPY", "1,500"),
        (1500, "KWD", "1.500"),
    ],
)
def test_money_is_written_as_its_currency_is(amount: int, currency: str, written: str) -> None:
    assert money(amount, currency) == written


def test_programs_get_what_is_stored() -> None:
    assert show.as_csv(ANSWER).splitlines() == [
        "show_id,gross_amount,currency,at,body",
        's,123456,INR,2026-03-01T09:05:00+00:00,"{""a"": 1}"',
        "t,-5,JPY,,",
    ]
    assert show.as_json(ANSWER).splitlines()[1] == (
        '{"show_id":"t","gross_amount":-5,"currency":"JPY","at":null,"body":null}'
    )


def test_people_get_what_can_be_read() -> None:
    columns = [list(column.cells) for column in show.as_table(ANSWER).columns]

    assert [str(cell) for cell in columns[1]] == ["1,234.56", "-5"]
    assert [str(cell) for cell in columns[3]] == ["2026-03-01 09:05:00Z", "·"]
    assert show.footer(ANSWER) == "2 rows in 0.12 s, and there are more (--limit)"


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".json"])
def test_all_that_is_found_is_written_into_a_file(tmp_path: Path, suffix: str) -> None:
    lake, out = tmp_path / "lake", tmp_path / f"it's{suffix}"
    lake.mkdir()
    (lake / manifest.NAME).touch()
    desk = Desk(lake, out)

    count = desk.write("select i from range(1234) as r (i); ", seconds_max=10)
    desk.write("from range(1234) as r (i) -- and again", seconds_max=10)

    assert count == 1234
    with duckdb.connect() as reader:
        (found,) = reader.execute("SELECT sum(i) FROM " + literal(out)).fetchall()
    assert found == (1234 * 1233 // 2,)
    assert {path.name for path in tmp_path.iterdir()} == {"lake", out.name}


@pytest.mark.parametrize(
    ("name", "statement", "why"),
    [
        pytest.param("a.xlsx", "select 1", "ends in .parquet", id="of a kind that is not written"),
        pytest.param("a.csv", "copy (select 1) to 'b.csv'", "not a question", id="by writing"),
        pytest.param("a.csv", "select 1) to 'b.csv'; --", "syntax error", id="by breaking out"),
        pytest.param("a.csv", "select no_such_column", "no_such_column", id="of what is not there"),
        pytest.param(
            "a.csv", "select * from read_csv('/etc/passwd')", "disabled", id="from what is no lake"
        ),
    ],
)
def test_no_file_is_written(tmp_path: Path, name: str, statement: str, why: str) -> None:
    lake, out = tmp_path / "lake", tmp_path / name
    lake.mkdir()
    (lake / manifest.NAME).touch()

    with pytest.raises(Refused, match=why):
        Desk(lake, out).write(statement, seconds_max=10)

    assert [path.name for path in tmp_path.iterdir()] == ["lake"]
