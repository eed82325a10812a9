"""Whoever gets no seats stands in line for a while, and takes what is offered."""

import asyncio
from random import Random

from justbookit.ids import ShowId
from lab.chaos.askers import Asker, key_of
from lab.chaos.asking import Person, Wish
from lab.chaos.ops import Kind, Op, Outcome

WAIT_SECONDS_MAX = 15.0
LOOK_SECONDS = 0.5
PARTY_MAX = 2


async def stand_in_line(asker: Asker, person: Person, show_id: ShowId, dice: Random) -> Op | None:
    """The seats that were offered, held; None when nothing was, or the line is left again."""

    async def ask(kind: Kind, path: str, method: str = "POST", body: object = None) -> Op:
        wish = Wish(
            person=person,
            kind=kind,
            show_id=show_id,
            path=path,
            body=body,
            args={},
            key=key_of(dice),
            method=method,
        )
        return await asker.ask(wish, dice)

    party = {"size": dice.randint(1, PARTY_MAX), "together": dice.random() < 0.5}
    joined = await ask(Kind.JOIN, f"/shows/{show_id}/waiting-list", body=party)
    if joined.outcome is not Outcome.OK:
        return None
    place = f"/waiting-list/{joined.answer['entry_id']}"
    ends = asker.asking.now() + dice.uniform(1, WAIT_SECONDS_MAX)
    while asker.asking.now() < ends:
        await asyncio.sleep(LOOK_SECONDS)
        entry = await asker.asking.read(person, place)
        if entry is not None and entry["status"] == "offered":
            taken = await ask(Kind.ACCEPT, f"{place}/accept")
            return taken if taken.outcome is Outcome.OK else None
    await ask(Kind.LEAVE, place, method="DELETE")
    return None
