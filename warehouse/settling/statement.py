"""An organizer's statement of a run, as a page, down to the seat; `print` has the same on paper."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment

from justbookit.settlement import Payout
from warehouse import amounts

_TEMPLATE = Path(__file__).with_name("statement.html")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement says: the payout, its shows, and their seats."""

    run_id: str
    settle_date: date
    payout: Payout
    shows: Sequence[Mapping[str, Any]]
    seats: Sequence[Mapping[str, Any]]

    @property
    def seats_by_show(self) -> dict[str, list[Mapping[str, Any]]]:
        by_show: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for seat in self.seats:
            by_show[seat["show_id"]].append(seat)
        return dict(by_show)


def as_html(statement: Statement) -> str:
    """The page; it needs nothing from anywhere else."""
    template = Environment(autoescape=True).from_string(_TEMPLATE.read_text())
    return template.render(
        run_id=statement.run_id,
        settle_date=statement.settle_date,
        payout=statement.payout,
        shows=statement.shows,
        seats=statement.seats_by_show,
        money=partial(amounts.money, currency=statement.payout.currency),
    )
