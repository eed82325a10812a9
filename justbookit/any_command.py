"""What every command about a show says, and what several of them name."""

from typing import Annotated

import msgspec

from justbookit.catalogue import Amount
from justbookit.ids import CommandId, SeatId, ShowId

Seats = Annotated[tuple[SeatId, ...], msgspec.Meta(max_length=2000)]


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True, gc=False):
    """One wish about one show."""

    command_id: CommandId
    show_id: ShowId
    fingerprint: str | msgspec.UnsetType = msgspec.UNSET
    """What was asked, hashed, where who asks may ask again; the answer repeats it."""


class Payment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a gateway says was paid; `reference` is the gateway's own name for it."""

    reference: str
    method: str
    amount: Amount
    currency: str
