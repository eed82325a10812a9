"""What theatres keep for their own counters, and what they sell, take back and block there."""

import random
from collections.abc import Iterator, Sequence

import msgspec

from lab.city.showings import Showing

KEPT_ROWS = 2
"""A venue that sells at its own counter keeps this many rows at the back."""

SHOWS_WITH_SALES = 0.4
SALES_MAX = 3
SEATS_MAX = 4
RETURNED = 0.15
SHOWS_WITH_BROKEN_SEAT = 0.05


class Sale(msgspec.Struct, frozen=True, kw_only=True):
    """A counter sale, given back later or not."""

    sale_id: str
    show_id: str
    seats: tuple[str, ...]
    returned: bool


class CounterDay(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to the seats of one show away from us."""

    show_id: str
    ours: str
    sales: tuple[Sale, ...]


def at_counter(seed: int, showing: Showing) -> CounterDay:
    """The allotment of a show and the sales from the rows that the theatre kept."""
    rng = random.Random(f"{seed}/counter/{showing.show_id}")
    widths = list(showing.theatre.shape.widths().items())
    ours = " ".join(f"{label}1-{label}{width}" for label, width in widths[:-KEPT_ROWS])
    sales = tuple(_sales(rng, showing.show_id, widths[-KEPT_ROWS:]))
    return CounterDay(show_id=showing.show_id, ours=ours, sales=sales)


def broken_seat(seed: int, showing: Showing) -> str | None:
    """A seat that is out of order during a show, now and then."""
    rng = random.Random(f"{seed}/broken/{showing.show_id}")
    if rng.random() >= SHOWS_WITH_BROKEN_SEAT:
        return None
    label, width = rng.choice(list(showing.theatre.shape.widths().items()))
    return f"{label}{rng.randint(1, width)}"


def _sales(rng: random.Random, show_id: str, rows: Sequence[tuple[str, int]]) -> Iterator[Sale]:
    """Neighbouring seats from the left of a row on, each sold once."""
    if rng.random() >= SHOWS_WITH_SALES:
        return
    label, width = rng.choice(list(rows))
    first = 1
    for number in range(1, rng.randint(1, SALES_MAX) + 1):
        last = min(first + rng.randint(1, SEATS_MAX) - 1, width)
        if first > last:
            return
        yield Sale(
            sale_id=f"{show_id}-c{number}",
            show_id=show_id,
            seats=tuple(f"{label}{seat}" for seat in range(first, last + 1)),
            returned=rng.random() < RETURNED,
        )
        first = last + 1
