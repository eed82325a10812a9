"""Customers and a theatre who want the same seats, change their minds and ask twice."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

from justbookit.ids import SeatId, ShowId
from lab.bench.gateway import Gateway, Held
from lab.chaos.asking import Asking, Person, Wish
from lab.chaos.halls import Hall, Halls
from lab.chaos.looks import FREE
from lab.chaos.ops import Kind, Op, Outcome
from lab.chaos.past import seconds

THINK_SECONDS = 0.03
PARALLEL_SHARE, AGAIN_SHARE, REUSED_SHARE = 0.08, 0.08, 0.04
LATE_SECONDS_MAX = 10.0
"""Who holds for no longer than that may wait until it is too late."""
CLERKS = 2
PATIENCE_SECONDS = 0.5
VISITS_MAX = 6
"""Who has no answer for so long tries elsewhere meanwhile; so many things at once, no more."""
FINAL_READS_MAX = 500
LOOKERS = 6
"""Who look at seat maps and book nothing."""
CAREFUL_SHARE = 0.5
"""Of those who book, who want seats that were shown as free."""


class Crowd:
    """Everybody who asks in one run."""

    def __init__(
        self, asking: Asking, halls: Halls, people: Sequence[Person], gateway: Gateway, seed: int
    ) -> None:
        self._asking = asking
        self._halls = halls
        self._people = people
        self._gateway = gateway
        self._seed = seed
        self._ends = 0.0
        self._memory = Random(f"{seed} again")
        self._known = 0
        self._some: list[Wish] = []
        """Of all wishes whose answers are known, each with the same chance to be in here."""
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

    async def ask_again(self) -> None:
        """Ask for some of all that was answered once more: an answer is for ever."""
        some = self._some
        for at in range(0, len(some), 10):
            await asyncio.gather(*(self._asking.insist(wish) for wish in some[at : at + 10]))

    async def _customer(self, person: Person, dice: Random, tasks: asyncio.TaskGroup) -> None:
        visits: set[asyncio.Task[None]] = set()
        while self._asking.now() < self._ends:
            await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
            visit = tasks.create_task(self._visit(person, dice, tasks))
            visits.add(visit)
            visit.add_done_callback(visits.discard)
            await asyncio.wait({visit}, timeout=PATIENCE_SECONDS)
            if len(visits) >= VISITS_MAX:
                await asyncio.wait(visits, return_when=asyncio.FIRST_COMPLETED)

    async def _visit(self, person: Person, dice: Random, tasks: asyncio.TaskGroup) -> None:
        """Seats wanted and held, and then paid for, given back or forgotten."""
        hall = self._halls.pick(dice)
        hall.tries += 1
        seats = await self._chosen(person, hall, dice)
        wish = Wish(
            person=person,
            kind=Kind.HOLD,
            show_id=hall.show_id,
            path=f"/shows/{hall.show_id}/holds",
            body={"seat_ids": seats},
            args={"seat_ids": seats},
            key=_key(dice),
        )
        op = await self._ask(wish, dice, {"seat_ids": [*seats, "A1"]})
        # whoever was told something looks at once whether it is shown
        await self._asking.look(person.client, wish.show_id)
        if op.outcome is not Outcome.OK:
            return
        held_for = seconds(op.answer["held_until"]) - self._asking.now()
        match dice.choices(("pay", "release", "late", "forget"), (55, 15, 20, 10))[0]:
            case "pay":
                await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
                await self._pay(person, op, dice)
            case "release":
                await self._step(person, Kind.RELEASE, op, dice)
            case "late" if held_for < LATE_SECONDS_MAX:
                tasks.create_task(self._pay_late(person, op, dice, held_for))
            case _:
                pass

    async def _chosen(self, person: Person, hall: Hall, dice: Random) -> list[SeatId]:
        shown = await self._asking.look(person.client, hall.show_id)
        count, seats = dice.randint(1, 3), self._halls.seats
        if shown is not None and dice.random() < CAREFUL_SHARE:
            pairs = zip(seats, shown.seats, strict=True)
            free = [seat for seat, letter in pairs if letter == FREE]
            seats = free if len(free) >= count else seats
        return dice.sample(seats, count)

    async def _look_around(self, name: str, dice: Random) -> None:
        while self._asking.now() < self._ends:
            await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
            await self._asking.look(name, self._halls.pick(dice).show_id)

    async def _pay_late(self, person: Person, held: Op, dice: Random, held_for: float) -> None:
        await asyncio.sleep(max(0.0, held_for + dice.uniform(-0.1, 0.3)))
        await self._pay(person, held, dice)

    async def _pay(self, person: Person, held: Op, dice: Random) -> None:
        answer = held.answer
        bill = Held(
            booking_id=answer["booking_id"],
            show_id=held.show_id,
            seat_ids=tuple(answer["seat_ids"]),
            amount=answer["amount"],
            currency=answer["currency"],
        )
        token = self._gateway.token(bill, person.principal, self._asking.now())
        op = await self._step(person, Kind.CONFIRM, held, dice, {"payment_token": token})
        if op.outcome is Outcome.OK and dice.random() < 0.3:
            await self._step(person, Kind.CANCEL, held, dice)

    async def _step(
        self, person: Person, kind: Kind, held: Op, dice: Random, body: Any = None
    ) -> Op:
        booking_id = held.answer["booking_id"]
        wish = Wish(
            person=person,
            kind=kind,
            show_id=held.show_id,
            path=f"/bookings/{booking_id}/{kind}",
            body=body,
            args={"booking_id": booking_id},
            key=_key(dice),
        )
        return await self._ask(wish, dice, {"payment_token": "another"} if body else None)

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
                key=_key(dice),
            )
            op = await self._ask(wish, dice, {"seat_ids": [*seats, "A1"]})
            if kind is Kind.BLOCK and op.outcome is Outcome.OK:
                self._blocked += [(show_id, seat) for seat in op.answer["seat_ids"]]

    def _remember(self, wish: Wish) -> None:
        self._known += 1
        if len(self._some) < FINAL_READS_MAX:
            self._some.append(wish)
        elif (at := self._memory.randrange(self._known)) < FINAL_READS_MAX:
            self._some[at] = wish

    async def _ask(self, wish: Wish, dice: Random, other_body: Any) -> Op:
        """Ask until it is known; sometimes several times at once, or once more, or otherwise."""
        copies = dice.randint(2, 5) if dice.random() < PARALLEL_SHARE else 1
        ops = await asyncio.gather(*(self._asking.insist(wish) for _ in range(copies)))
        op = min(ops, key=lambda each: (each.outcome is Outcome.INFO, each.t_complete))
        if op.outcome is Outcome.INFO:
            return op
        self._remember(wish)
        if dice.random() < AGAIN_SHARE:
            await self._asking.insist(wish)
        if other_body is not None and dice.random() < REUSED_SHARE:
            await self._asking.once(wish, other_body)
        return op


def _key(dice: Random) -> str:
    return f"{dice.getrandbits(96):024x}"
