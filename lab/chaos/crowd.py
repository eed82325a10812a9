"""Customers and a theatre who want the same seats, change their minds and ask twice."""

import asyncio
from collections.abc import Sequence
from random import Random

from justbookit.ids import ShowId
from lab.bench.gateway import Gateway
from lab.chaos.askers import Asker, key_of
from lab.chaos.asking import Person, Wish
from lab.chaos.halls import Halls
from lab.chaos.ops import Kind, Outcome
from lab.chaos.visits import THINK_SECONDS, Visits

CLERKS = 2
PATIENCE_SECONDS = 0.5
VISITS_MAX = 6
"""Who has no answer for so long tries elsewhere meanwhile; so many things at once, no more."""
LOOKERS = 6
"""Who look at seat maps and book nothing."""


class Crowd:
    """Everybody who asks in one run."""

    def __init__(
        self, asker: Asker, halls: Halls, people: Sequence[Person], gateway: Gateway, seed: int
    ) -> None:
        self._asker = asker
        self._asking = asker.asking
        self._visits = Visits(asker, halls, gateway)
        self._halls = halls
        self._people = people
        self._seed = seed
        self._ends = 0.0
        self._blocked: list[tuple[ShowId, str]] = []

    async def go(self, ends: float) -> None:
        """Ask until then, and until all that was asked is known."""
        self._ends = ends
        async with asyncio.TaskGroup() as tasks:
            for number, person in enumerate(self._people):
                dice = Random(f"{self._seed} {number}")
                tasks.create_task(self._customer(person, dice, tasks))
            for number in range(LOOKERS):
                name = f"looker-{number}"
                tasks.create_task(self._look_around(name, Random(f"{self._seed} {name}")))
            for number in range(CLERKS):
                tasks.create_task(self._clerk(Random(f"{self._seed} clerk {number}")))

    async def _customer(self, person: Person, dice: Random, tasks: asyncio.TaskGroup) -> None:
        visits: set[asyncio.Task[None]] = set()
        while self._asking.now() < self._ends:
            await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
            visit = tasks.create_task(self._visits.visit(person, dice, tasks))
            visits.add(visit)
            visit.add_done_callback(visits.discard)
            await asyncio.wait({visit}, timeout=PATIENCE_SECONDS)
            if len(visits) >= VISITS_MAX:
                await asyncio.wait(visits, return_when=asyncio.FIRST_COMPLETED)

    async def _look_around(self, name: str, dice: Random) -> None:
        while self._asking.now() < self._ends:
            await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
            await self._asking.look(name, self._halls.pick(dice).show_id)

    async def _clerk(self, dice: Random) -> None:
        while self._asking.now() < self._ends:
            await asyncio.sleep(dice.expovariate(1 / (3 * THINK_SECONDS)))
            show_id = self._halls.pick(dice).show_id
            seats = dice.sample(self._halls.seats, dice.randint(1, 2))
            kind = dice.choice((Kind.SELL, Kind.BLOCK, Kind.UNBLOCK))
            if kind is Kind.UNBLOCK and self._blocked:
                show_id, seat = self._blocked.pop(0)
                seats = [seat]  # type: ignore[list-item]
            path = {Kind.SELL: "counter-sales", Kind.BLOCK: "blocks"}.get(kind, "unblock")
            wish = Wish(
                person=self._halls.theatre,
                kind=kind,
                show_id=show_id,
                path=f"/theatre/shows/{show_id}/{path}",
                body={"seat_ids": seats},
                args={"seat_ids": seats},
                key=key_of(dice),
            )
            op = await self._asker.ask(wish, dice, {"seat_ids": [*seats, "A1"]})
            if kind is Kind.BLOCK and op.outcome is Outcome.OK:
                self._blocked += [(show_id, seat) for seat in op.answer["seat_ids"]]
