"""Who has the seats of a show, and how many are what."""

from enum import StrEnum

import msgspec


class ClaimKind(StrEnum):
    """What kind of thing has a seat."""

    BOOKING = "booking"
    COUNTER = "counter"
    BLOCK = "block"
    OFFER = "offer"


CAN_GO = frozenset({ClaimKind.BLOCK, ClaimKind.OFFER})
"""What a theatre may take back: its own block, and what is only offered."""


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Who has a seat: a booking, a counter sale, a block's reason, or a party it is offered to."""

    kind: ClaimKind
    by: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many seats of a show are what; all but the total add up to the total."""

    seats_total: int
    seats_free: int
    seats_held: int
    """Held, or set aside for somebody on the waiting list."""
    seats_booked: int
    seats_counter: int
    seats_blocked: int
    seats_not_allotted: int
