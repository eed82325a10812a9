"""Who sits beside whom, looked at by other code than the writer's."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from justbookit.catalogue import Row
from justbookit.ids import SeatId
from lab.verify.witness import Witness


class Choice(NamedTuple):
    """Seats that somebody takes, and their own that they give for them at the same moment."""

    at: datetime
    seats: Collection[SeatId]
    accessible: bool
    given: Collection[SeatId] = ()


class Neighbours:
    """The rows in which a choice was made, just before it."""

    def __init__(self, witness: Witness, choice: Choice) -> None:
        self._witness = witness
        self._choice = choice
        self._chosen = {str(seat) for seat in choice.seats}
        self._given = {str(seat) for seat in choice.given}

    def another_choice(self) -> str | None:
        """Seats of a row that leave nobody alone, where those that were chosen there do."""
        terms = self._witness.terms
        if terms is None or self._choice.at >= terms.starts_at - timedelta(hours=1):
            return None
        for row in terms.layout.rows:
            mine = self._chosen.intersection(map(str, row.seat_ids()))
            if mine and self._makes_alone(row, mine):
                for other in self._choices(row, len(mine)):
                    if not self._makes_alone(row, set(other)):
                        return " ".join(other)
        return None

    def _is_free(self, seat: str) -> bool:
        return seat in self._given or self._witness.may_be_had(SeatId(seat), self._choice.at)

    def _groups(self, row: Row, without: set[str]) -> Iterator[list[str]]:
        """Free seats that touch each other."""
        group: list[str] = []
        for cell in (*row.cells, ""):
            seat = row.label + cell
            if cell and seat not in without and self._is_free(seat):
                group.append(seat)
                continue
            yield group
            group = []

    def _makes_alone(self, row: Row, chosen: set[str]) -> bool:
        """Whether a seat is alone after the choice that was not before."""
        alone = [
            {group[0] for group in self._groups(row, without) if len(group) == 1}
            for without in (set[str](), chosen)
        ]
        return bool(alone[1] - alone[0])

    def _choices(self, row: Row, size: int) -> Iterator[list[str]]:
        for group in self._groups(row, set()):
            for first in range(len(group) - size + 1):
                choice = group[first : first + size]
                if all(self._is_for_them(seat) for seat in choice):
                    yield choice

    def _is_for_them(self, seat: str) -> bool:
        special = seat in self._witness.special and seat not in self._chosen
        return seat not in self._given and (self._choice.accessible or not special)
