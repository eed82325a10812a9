"""What a customer does: seats are held, and then paid for, given back, exchanged or forgotten."""

import asyncio
from random import Random
from typing import Any

import msgspec

from lab.bench.gateway import Gateway, Held
from lab.chaos.askers import Asker, key_of
from lab.chaos.asking import Person, Wish
from lab.chaos.exchanging import exchange
from lab.chaos.halls import Halls
from lab.chaos.ops import Kind, Op, Outcome
from lab.chaos.past import seconds
from lab.chaos.standing import stand_in_line

THINK_SECONDS = 0.03
LATE_SECONDS_MAX = 10.0
"""Who holds for no longer than that may wait until it is too late."""
SEATS_MAX = 3
SCARCE = 6
"""Where so few seats are left, whoever gets none may wait for some."""
WAIT_SHARE = 0.5
CANCEL_SHARE, EXCHANGE_SHARE, BOTH_SHARE = 0.25, 0.3, 0.15
"""Of those who paid, who think better of it; of those who exchange, who cancel meanwhile."""


class Visits:
    """All that customers do in one run."""

    def __init__(self, asker: Asker, halls: Halls, gateway: Gateway) -> None:
        self._asker = asker
        self._asking = asker.asking
        self._halls = halls
        self._gateway = gateway

    async def visit(self, person: Person, dice: Random, tasks: asyncio.TaskGroup) -> None:
        """Seats wanted and held, and what becomes of them."""
        hall = self._halls.pick(dice)
        hall.tries += 1
        count = dice.randint(1, SEATS_MAX)
        seats, free = await self._asker.choose(person, hall.show_id, dice, count)
        wish = Wish(
            person=person,
            kind=Kind.HOLD,
            show_id=hall.show_id,
            path=f"/shows/{hall.show_id}/holds",
            body={"seat_ids": seats},
            args={"seat_ids": seats},
            key=key_of(dice),
        )
        op = await self._asker.ask(wish, dice, {"seat_ids": [*seats, "A1"]})
        # whoever was told something looks at once whether it is shown
        await self._asking.look(person.client, wish.show_id)
        if op.outcome is Outcome.OK:
            await self._go_on(person, op, dice, tasks)
        elif op.outcome is Outcome.FAIL and free <= SCARCE and dice.random() < WAIT_SHARE:
            tasks.create_task(self._wait(person, wish, dice, tasks))

    async def _wait(
        self, person: Person, missed: Wish, dice: Random, tasks: asyncio.TaskGroup
    ) -> None:
        taken = await stand_in_line(self._asker, person, missed.show_id, dice)
        if taken is not None:
            await self._go_on(person, taken, dice, tasks)

    async def _go_on(
        self, person: Person, held: Op, dice: Random, tasks: asyncio.TaskGroup
    ) -> None:
        held_for = seconds(held.answer["held_until"]) - self._asking.now()
        match dice.choices(("pay", "release", "late", "forget"), (55, 15, 20, 10))[0]:
            case "pay":
                await asyncio.sleep(dice.expovariate(1 / THINK_SECONDS))
                await self._pay(person, held, dice)
            case "release":
                await self._step(person, Kind.RELEASE, held, dice)
            case "late" if held_for < LATE_SECONDS_MAX:
                tasks.create_task(self._pay_late(person, held, dice, held_for))
            case _:
                pass

    async def _pay_late(self, person: Person, held: Op, dice: Random, held_for: float) -> None:
        await asyncio.sleep(max(0.0, held_for + dice.uniform(-0.1, 0.3)))
        await self._pay(person, held, dice)

    async def _pay(self, person: Person, held: Op, dice: Random) -> None:
        bill = msgspec.convert(held.answer, Held)
        token = self._gateway.token(bill, person.principal, self._asking.now())
        op = await self._step(person, Kind.CONFIRM, held, dice, {"payment_token": token})
        if op.outcome is Outcome.OK:
            await self._think_again(person, held, dice)

    async def _think_again(self, person: Person, paid: Op, dice: Random) -> None:
        """Some cancel what they paid for, some exchange it, and some do both at once."""
        chance = dice.random()
        if chance < CANCEL_SHARE:
            await self._step(person, Kind.CANCEL, paid, dice)
        elif chance < CANCEL_SHARE + EXCHANGE_SHARE:
            show_id, count = self._halls.pick(dice).show_id, dice.randint(1, SEATS_MAX)
            if show_id == paid.show_id:
                return
            wanted, _ = await self._asker.choose(person, show_id, dice, count)
            exchanging = exchange(self._asker, self._gateway, paid, show_id, wanted, person, dice)
            if dice.random() < BOTH_SHARE:
                await asyncio.gather(exchanging, self._step(person, Kind.CANCEL, paid, dice))
            elif (there := await exchanging) is not None and dice.random() < CANCEL_SHARE:
                await self._step(person, Kind.CANCEL, there, dice)

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
            key=key_of(dice),
        )
        return await self._asker.ask(wish, dice, {"payment_token": "another"} if body else None)
