"""How people ask: until it is known, sometimes several times at once, once more, or otherwise."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

from justbookit.ids import SeatId, ShowId
from lab.chaos.asking import Asking, Person, Wish
from lab.chaos.halls import Halls
from lab.chaos.looks import FREE
from lab.chaos.ops import Op, Outcome

PARALLEL_SHARE, AGAIN_SHARE, REUSED_SHARE = 0.08, 0.08, 0.04
FINAL_READS_MAX = 500
CAREFUL_SHARE = 0.5
"""Of those who book, who want seats that were shown as free."""


class Asker:
    """Asks for everybody, and remembers some of it."""

    def __init__(self, asking: Asking, halls: Halls, seed: int) -> None:
        self.asking = asking
        self._halls = halls
        self._memory = Random(f"{seed} again")
        self._known = 0
        self._some: list[Wish] = []
        """Of all wishes whose answers are known, each with the same chance to be in here."""

    async def ask(self, wish: Wish, dice: Random, other_body: Any = None) -> Op:
        """Ask until it is known; `other_body` is what the key may come with as well."""
        copies = dice.randint(2, 5) if dice.random() < PARALLEL_SHARE else 1
        ops = await asyncio.gather(*(self.asking.insist(wish) for _ in range(copies)))
        op = min(ops, key=lambda each: (each.outcome is Outcome.INFO, each.t_complete))
        if op.outcome is Outcome.INFO:
            return op
        self._remember(wish)
        if dice.random() < AGAIN_SHARE:
            await self.asking.insist(wish)
        if other_body is not None and dice.random() < REUSED_SHARE:
            await self.asking.once(wish, other_body)
        return op

    async def ask_again(self) -> None:
        """Ask for some of all that was answered once more: an answer is for ever."""
        some = self._some
        for at in range(0, len(some), 10):
            await asyncio.gather(*(self.asking.insist(wish) for wish in some[at : at + 10]))

    async def choose(
        self, person: Person, show_id: ShowId, dice: Random, count: int
    ) -> tuple[Sequence[SeatId], int]:
        """Seats that somebody wants after a look at the map, and how many it shows as free."""
        shown = await self.asking.look(person.client, show_id)
        seats: Sequence[SeatId] = self._halls.seats
        if shown is None:
            return dice.sample(seats, count), len(seats)
        pairs = zip(seats, shown.seats, strict=True)
        free = [seat for seat, letter in pairs if letter == FREE]
        if len(free) >= count and dice.random() < CAREFUL_SHARE:
            seats = free
        return dice.sample(seats, count), len(free)

    def _remember(self, wish: Wish) -> None:
        self._known += 1
        if len(self._some) < FINAL_READS_MAX:
            self._some.append(wish)
        elif (at := self._memory.randrange(self._known)) < FINAL_READS_MAX:
            self._some[at] = wish


def key_of(dice: Random) -> str:
    """An Idempotency-Key that nobody had before."""
    return f"{dice.getrandbits(96):024x}"
