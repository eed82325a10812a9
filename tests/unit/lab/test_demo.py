"""The demo's feed is one that a theatre could send, and its sums are the ones it promises."""

from datetime import UTC, datetime

import pytest

from connectors.feeds.files import read
from connectors.feeds.line import Feed, Translated, Unreadable
from connectors.feeds.translate import translate
from justbookit.catalogue_commands import PutShow
from justbookit.ids import OrganizerId, SourceId
from justbookit.seat_commands import SellAtCounter
from lab.demo import feed
from lab.demo.door import Answer, NotAsPromised, expected, hold_true
from lab.demo.story import CONTESTED_COSTS, GIVEN_BACK_COSTS, less, money

FEED = Feed(source=SourceId("demo"), organizer_id=OrganizerId("demo"), delivery="d1")
NOW = datetime(2030, 5, 1, 20, 0, tzinfo=UTC)


def translated(name: str, text: str) -> list[Translated | Unreadable]:
    return list(translate(FEED, read(name, text.encode())))


def test_every_line_of_the_feed_is_a_command() -> None:
    theatre = feed.invent(NOW)
    lines = [
        line for name, text in feed.catalogue(theatre).items() for line in translated(name, text)
    ]
    assert [line for line in lines if isinstance(line, Unreadable)] == []
    assert len(lines) == 6
    (put,) = (line.command for line in lines if isinstance(line.command, PutShow))
    assert put.show.show_id == theatre.show_id
    assert put.show.movie_id == theatre.movie_id


def test_tomorrow_is_tomorrow_where_the_theatre_is() -> None:
    """At 20:00 UTC it is past midnight in India."""
    assert feed.invent(NOW).day == "2030-05-03"


def test_two_runs_do_not_meet() -> None:
    later = datetime(2030, 5, 1, 20, 0, 1, tzinfo=UTC)
    assert feed.invent(NOW).show_id != feed.invent(later).show_id


def test_the_title_is_misspelt_and_can_be_recognised() -> None:
    for second in range(40):
        theatre = feed.invent(NOW.replace(second=second))
        right = theatre.title.removeprefix("The ").lower()
        assert theatre.misspelt != right
        assert sorted(theatre.misspelt) == sorted(right)


def test_the_bad_line_is_refused_by_field_and_the_counter_sale_is_not() -> None:
    theatre = feed.invent(NOW)
    (bad,) = translated(*feed.bad_show(theatre))
    assert isinstance(bad, Unreadable)
    assert (bad.line, bad.field) == (2, "prices")
    (sale,) = translated(*feed.counter_sale(theatre, ["D1", "D2"]))
    assert isinstance(sale, Translated)
    assert isinstance(sale.command, SellAtCounter)
    assert sale.command.seat_ids == ("D1", "D2")


def test_the_sums_are_worked_out_by_hand() -> None:
    """300.01 less 20 % twice, 300.01 less half (to the even paisa); 450.00 less 20 % twice."""
    assert CONTESTED_COSTS == 24001 + 24001 + 15001
    assert GIVEN_BACK_COSTS == 36000 + 36000
    assert less(10001, 50) == 5001
    assert money(CONTESTED_COSTS) == "INR 630.03"


def test_what_is_not_as_promised_is_said() -> None:
    with pytest.raises(NotAsPromised, match="should be 3, and is 4"):
        hold_true("it", 4, 3)
    with pytest.raises(NotAsPromised, match="409 seat_taken"):
        expected(Answer(409, {"code": "show_closed"}, {}), 409, "seat_taken")
    assert expected(Answer(200, {"a": 1}, {}), 200) == {"a": 1}


def test_a_file_appears_whole(tmp_path) -> None:
    feed.drop(tmp_path, "shows-x.csv", "id\n1\n")
    folder = tmp_path / "feeds" / "inbox" / "demo"
    assert [path.name for path in folder.iterdir()] == ["shows-x.csv"]
