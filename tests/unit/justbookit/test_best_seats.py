"""Which seats are the best for so many, row by row; the ids are the specification."""

import pytest

from justbookit.best_seats import Wish, best_seats
from justbookit.catalogue import Layout, Row


def hall(*rows, accessible=()):
    """Rows as one sees them: `.` free, `#` taken, a blank for an aisle; seats count from 1."""
    made, free = [], set()
    for label, row in zip("ABCDEFG", rows, strict=False):
        cells = tuple("" if cell == " " else str(at) for at, cell in enumerate(row, start=1))
        special = tuple(name[1:] for name in accessible if name[0] == label)
        zone = "front" if label == "A" else "back"
        made.append(Row(label=label, zone=zone, cells=cells, accessible=special))
        free |= {f"{label}{at}" for at, cell in enumerate(row, start=1) if cell == "."}
    return Layout(version=1, rows=tuple(made)), free


CASES = {
    "the middle of a row": (["......."], 3, {}, "A3 A4 A5"),
    "two thirds back": ([".....", ".....", ".....", "....."], 1, {}, "C3"),
    "neighbours before a better seat each": (["..#.#"], 2, {}, "A1 A2"),
    "nobody is left alone if that can be": (["#.....#"], 3, {}, ["A2 A3 A4", "A4 A5 A6"]),
    "a worse row is better than leaving somebody alone": (
        [".....", "...##"],
        2,
        {},
        ["A1 A2", "A4 A5"],
    ),
    "somebody is left alone if it cannot": (["#...#"], 2, {}, ["A2 A3", "A3 A4"]),
    "an aisle parts neighbours": ([".. .."], 2, {}, ["A1 A2", "A4 A5"]),
    "a group is parted in the same row": ([".. .."], 4, {}, "A1 A2 A4 A5"),
    "or over two rows, evenly": (["##..##", "##..##"], 4, {}, ["A3 A4 B3 B4", "B3 B4 A3 A4"]),
    "not over the whole hall": (["..", "##", ".."], 4, {}, None),
    "in the zone that was named": ([".....", "....."], 1, {"zone": "front"}, "A3"),
    "the hall counts, not what is free": (["....#####"], 2, {}, "A3 A4"),
}


def choose(rows, count, name="w", accessible=(), **wish):
    layout, free = hall(*rows, accessible=accessible)
    asked = {"zone": None, "accessible": False} | wish
    return best_seats(layout, Wish(size=count, name=name, **asked), free.__contains__)


@pytest.mark.parametrize(("rows", "count", "wish", "best"), CASES.values(), ids=CASES)
def test_the_best_seats(rows, count, wish, best):
    chosen = " ".join(choose(rows, count, **wish).seats)

    assert chosen in (best if isinstance(best, list) else [best or ""])


def test_a_wheelchair_place_is_for_who_asks_and_then_comes_first():
    rows = ["...", "..."]

    assert choose(rows, 1, accessible=("B2",)).seats != ("B2",)
    assert choose(rows, 1, accessible=("A1",), name="x").seats != ("A1",)
    layout, free = hall(*rows, accessible=("A1",))
    wish = Wish(size=2, zone=None, accessible=True, name="w")
    assert best_seats(layout, wish, free.__contains__).seats == ("A1", "A2")


def test_equal_choices_are_told_apart_by_the_name_of_the_wish():
    chosen = {choose(["......"], 2, name=str(name), zone=None).seats for name in range(50)}
    again = {choose([".. .."], 2, name="same").seats for _ in range(5)}
    either = {choose([".. .."], 2, name=str(name)).seats for name in range(50)}

    assert chosen == {("A3", "A4")}
    assert len(again) == 1
    assert either == {("A1", "A2"), ("A4", "A5")}


def test_the_largest_block_is_named_if_there_are_not_so_many():
    best = choose(["..#.#", "#####", "#####", "...##"], 6)

    assert best.seats == ()
    assert best.largest == ("D1", "D2", "D3")


def test_nothing_free_is_nothing_to_offer():
    assert choose(["##"], 1) == ((), ())
