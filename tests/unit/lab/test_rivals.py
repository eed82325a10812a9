"""What the benchmarks compare the seat writer with, and how."""

from io import StringIO

import pytest
from rich.console import Console

from justbookit.settings import Settings
from lab.bench.bare_postgres import SCRIPTS, program
from lab.bench.comparison import CLIENTS, COUNTED, PARTS, WAYS, medians, ratios, table
from lab.bench.figures import NotPlausible
from lab.bench.pooled import _WAYS, wish
from lab.bench.row_locks import CALL, statement


def test_placeholders_are_said_to_psycopg_and_casts_are_not() -> None:
    assert statement("SELECT :a, ARRAY[:b]::integer[]") == b"SELECT %(a)s, ARRAY[%(b)s]::integer[]"
    assert statement(CALL).count(b"%(") == 5


@pytest.mark.parametrize("shows", [1, 3, 2000])
def test_no_two_wishes_are_for_the_same_seat(shows: int) -> None:
    wishes = [wish(number, shows) for number in range(6000)]
    seats = {(each["show"], each[seat]) for each in wishes for seat in ("seat", "next")}
    assert len(seats) == 12_000
    assert {each["show"] for each in wishes} == set(range(shows))
    assert max(each["next"] for each in wishes) == 2 * 6000 / shows


def test_each_kind_goes_through_each_client() -> None:
    assert set(SCRIPTS) == set(_WAYS) == {*WAYS, COUNTED}


def test_pgbench_lies_where_the_settings_say(tmp_path) -> None:
    (tmp_path / "pgbench").touch()
    assert program(Settings(pg_bin=str(tmp_path))) == tmp_path / "pgbench"
    with pytest.raises(NotPlausible, match="JUSTBOOKIT_PG_BIN"):
        program(Settings(pg_bin=str(tmp_path / "elsewhere")))
    assert program(Settings()).exists()


def test_one_odd_round_does_not_matter() -> None:
    assert medians({"a": [3.0, 900.0, 1.0], "b": [2.0]}) == {"a": 3.0, "b": 2.0}


def rates(**others: float) -> dict[str, float]:
    every = [f"{part}.{way}.{by}" for part in PARTS for way in (*WAYS, COUNTED) for by in CLIENTS]
    return {
        **dict.fromkeys(every, 100.0),
        **{key.replace("__", "."): others[key] for key in others},
    }


def test_we_are_compared_with_the_best_through_psycopg_and_the_plain_update_through_pgbench() -> (
    None
):
    baselines = rates(
        many_shows__function__psycopg=400.0,
        many_shows__function__pgbench=9000.0,
        many_shows__update__pgbench=500.0,
        hot_show__counted__psycopg=50.0,
        hot_show__counted__pgbench=250.0,
    )
    assert ratios({"many_shows": 1000.0, "hot_show": 500.0}, baselines) == {
        "many_shows.times_row_locks": 2.5,
        "many_shows.times_pgbench": 2.0,
        "many_shows.times_counted": 10.0,
        "many_shows.times_counted_pgbench": 10.0,
        "hot_show.times_row_locks": 5.0,
        "hot_show.times_pgbench": 5.0,
        "hot_show.times_counted": 10.0,
        "hot_show.times_counted_pgbench": 2.0,
    }


def test_the_table_has_a_row_for_each_and_says_the_ratio() -> None:
    figures = {"many_shows.bookings_per_s": 8000.0, "hot_show.bookings_per_s": 5000.0}
    page = StringIO()
    Console(file=page, width=120).print(table(figures, rates(hot_show__update__pgbench=2000.0)))
    lines = page.getvalue().splitlines()
    assert sum("psycopg" in line for line in lines) == len(WAYS) + 1
    (line,) = [line for line in lines if "│ update, pgbench" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][1:] == [
        "100",
        "80.0",
        "2,000",
        "2.5",
    ]
