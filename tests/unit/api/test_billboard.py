"""What is on is arranged by what is asked, and a change concerns what tells of it."""

from datetime import timedelta

import pytest

from api.browse.billboard import ALL, Billboard, price_step
from tests.unit.api.listings import NOW, listing, with_free

GRID = ("grid", "m1", "pune", "2026-11-23")
FLAGS = {("flags", "pune"), ("flags", "")}
EVERYTHING = {ALL, GRID, ("city", "pune"), *FLAGS, ("show", "s1")}


@pytest.fixture
def board():
    made = Billboard()
    made.put(listing(), NOW)
    return made


@pytest.mark.parametrize(
    ("changed", "topics"),
    [
        pytest.param(
            with_free(listing(), 90, 2), {("show", "s1"), GRID}, id="a seat goes: show and times"
        ),
        pytest.param(
            with_free(listing(), 15, 2),
            {("show", "s1"), GRID, *FLAGS},
            id="few are left: the flag as well",
        ),
        pytest.param(
            listing(doc_version=1, seats_free=3), set(), id="an older one changes nothing"
        ),
        pytest.param(listing(doc_version=2, title="Lamp"), EVERYTHING, id="another title: all"),
        pytest.param(listing(doc_version=2, open=False), EVERYTHING, id="taken off: all"),
        pytest.param(
            listing(doc_version=2, local_date="2026-11-24"),
            EVERYTHING | {("grid", "m1", "pune", "2026-11-24")},
            id="another day: both days",
        ),
    ],
)
def test_a_change_concerns_what_tells_of_it(board, changed, topics):
    assert board.put(changed, NOW) == topics


def test_what_is_closed_or_has_started_is_known_and_not_on_sale(board):
    board.put(listing("closed", open=False), NOW)
    board.put(listing("old", starts_at=NOW - timedelta(minutes=1)), NOW)

    assert {show.show_id for show in board.shows_in(board.masks.everything)} == {"s1"}
    assert board.get("closed") is not None
    assert board.get("old") is not None


def test_a_show_goes_off_sale_in_the_minute_after_its_start(board):
    starts = listing().starts_at

    assert board.pass_time(starts + timedelta(seconds=59)) == set()
    assert ALL in board.pass_time(starts + timedelta(seconds=60))
    assert board.masks.everything == 0


def test_a_show_that_was_moved_to_later_stays_on_sale(board):
    starts = listing().starts_at
    board.put(listing(doc_version=2, starts_at=starts + timedelta(hours=2)), NOW)

    assert board.pass_time(starts + timedelta(minutes=5)) == set()
    assert board.masks.everything.bit_count() == 1


def test_what_is_removed_leaves_nothing_behind(board):
    assert board.remove("s1") == EVERYTHING

    assert len(board) == 0
    assert board.masks.values("city") == []
    assert board.remove("s1") == set()


def test_many_changes_do_not_pile_up(board):
    for version in range(2, 3000):
        board.put(listing(doc_version=version, title=f"Lamps {version}"), NOW)

    assert len(board._starts) < 1100  # noqa: SLF001 - what must not grow is seen by nobody


@pytest.mark.parametrize(
    ("price", "step"),
    [(0, "-15000"), (14999, "-15000"), (15000, "15000-25000"), (40000, "40000-")],
)
def test_a_price_is_in_one_step(price, step):
    assert price_step(price) == step
