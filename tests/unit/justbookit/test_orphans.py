"""Who is left alone by a choice, and what to take instead."""

import pytest

from justbookit.catalogue import Layout, Row
from justbookit.orphans import left_alone, leftover


@pytest.mark.parametrize(
    ("row", "chosen", "alone"),
    [
        ("....", [0, 1], []),
        ("....", [0, 1, 2], [3]),
        ("....", [1, 2], [0, 3]),
        ("....", [0, 1, 2, 3], []),
        ("#.#.", [1], []),  # the last one was alone before
        (".. .", [0], [1]),
        ("..", [1], [0]),
        ("...", [2], []),
        (".....", [1, 3], [0, 2, 4]),
        (".....", [0, 4], []),
    ],
)
def test_who_is_left_alone(row, chosen, alone):
    assert left_alone([cell == "." for cell in row], chosen) == alone


CASES = {
    "one may move over": ("....#", "A1 A2 A3", ("A4", "")),
    "nobody is left alone": (".....", "A1 A2", ("", "")),
    "the nearest other choice": (".......", "A2 A3", ("A1", "A1 A2")),
    "every choice leaves somebody alone": ("...", "A1 A2", ("A3", "")),
    "seats apart may come together": (".....", "A2 A4", ("A1 A3 A5", "A1 A2")),
    "what is taken is no choice": ("...#..", "A2", ("A1 A3", "A1")),
    "what is for others is no choice": ("x..", "A2", ("A1 A3", "A3")),
}


@pytest.mark.parametrize(("row", "chosen", "then"), CASES.values(), ids=CASES)
def test_what_to_take_instead(row, chosen, then):
    cells = tuple(str(at) for at, _ in enumerate(row, start=1))
    layout = Layout(version=1, rows=(Row(label="A", zone="z", cells=cells),))
    names = dict(zip((f"A{cell}" for cell in cells), row, strict=True))
    places = {name: (0, at) for at, name in enumerate(names)}

    alone, instead = leftover(
        layout,
        places,
        chosen.split(),
        lambda seat: names[seat] != "#",
        lambda seat: names[seat] != "x",
    )

    assert (" ".join(alone), " ".join(instead)) == then
