"""A paid booking, or some of its seats, for seats of another show: quoted, paid for, made."""

from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from justbookit.ids import SeatId, ShowId
from lab.bench.gateway import Gateway, Held
from lab.chaos.askers import Asker, key_of
from lab.chaos.asking import Elsewhere, Person, Wish
from lab.chaos.ops import Kind, Op, Outcome, booking_in


async def exchange(
    asker: Asker,
    gateway: Gateway,
    paid: Op,
    show_id: ShowId,
    wanted: Sequence[SeatId],
    person: Person,
    dice: Random,
) -> Op | None:
    """Give some seats of `paid` for those of another show; the booking there, if it was made."""
    booking_id, theirs = paid.answer["booking_id"], paid.answer["seat_ids"]
    give = dice.sample(theirs, dice.randint(1, len(theirs)))
    asked = Wish(
        person=person,
        kind=Kind.EXCHANGE_QUOTE,
        show_id=paid.show_id,
        path=f"/bookings/{booking_id}/exchange-quotes",
        body={"to_show_id": show_id, "seat_ids": wanted, "give": give},
        args={"booking_id": booking_id},
        key=key_of(dice),
        elsewhere=Elsewhere(show_id, {"seat_ids": wanted}),
    )
    quoted = await asker.ask(asked, dice, {"to_show_id": show_id, "seat_ids": give})
    if quoted.outcome is not Outcome.OK:
        return None
    await asker.asking.look(person.client, show_id)
    quote = quoted.answer
    there = booking_in(Kind.EXCHANGE_HOLD, quote)
    made = await asker.ask(
        Wish(
            person=person,
            kind=Kind.EXCHANGE,
            show_id=paid.show_id,
            path=f"/bookings/{booking_id}/exchanges",
            body=_as_quoted(gateway, quote, person, asker.asking.now()),
            args={"booking_id": booking_id, "whole": not quote["remaining"]},
            key=key_of(dice),
            elsewhere=Elsewhere(show_id, {"booking_id": there["booking_id"]}),
        ),
        dice,
    )
    await asker.asking.look(person.client, show_id)
    if made.outcome is not Outcome.OK:
        return None
    booking = booking_in(Kind.EXCHANGE_TAKE, made.answer)
    return msgspec.structs.replace(made, show_id=show_id, answer=booking)


def _as_quoted(gateway: Gateway, quote: Any, person: Person, now: float) -> dict[str, str]:
    """The quote that is taken, with what was paid if it costs more."""
    body = {"quote_id": quote["quote_id"]}
    if quote["to_pay"]:
        there = booking_in(Kind.EXCHANGE_HOLD, quote)
        due = {"booking_id": quote["booking_id"], "amount": quote["to_pay"]}
        bill = msgspec.convert({**there, **due}, Held)
        body["payment_token"] = gateway.token(bill, person.principal, now, quote["quote_id"])
    return body
