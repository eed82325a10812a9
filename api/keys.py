"""The same request is done once: Idempotency-Key, with a fingerprint of the body.

The id of a command follows from who asks, what for and the key alone, and the seat writer
decides each id once: that is what keeps a retry from booking twice. What remains is to notice a
key that comes back with another body. Holds and payments carry the fingerprint to the writer,
whose answer repeats it: nothing is looked up or noted on their way. For everything else there is
a table of keys; its rows may be written without waiting for the disk, many requests in one
statement.
"""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from api.gathering import Gathering
from api.problems import ProblemRaised, problem
from justbookit.ids import BookingId, CommandId, EntryId, SaleId, ShowId
from justbookit.months import booking_in, month_of

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LENGTH_MAX = 255
FINGERPRINT_LENGTH = 16
"""Hexadecimal digits: one body in 2^64 is taken for another under the same key."""


class Ask(msgspec.Struct, frozen=True):
    """One request that must be done once."""

    scope: bytes
    fingerprint: bytes


class Claim(msgspec.Struct, frozen=True):
    """A request that may go on, as the command that it always is; `replay`: it came before.

    `asked` is what the command carries where the seat writer tells one wish from another under
    the same key; then nothing is noted in the table, and `replay` is not known beforehand.
    """

    scope: bytes
    replay: bool = False
    asked: str | msgspec.UnsetType = msgspec.UNSET

    @property
    def command_id(self) -> CommandId:
        return CommandId(f"c-{self.scope.hex()[:32]}")

    @property
    def booking_id(self) -> BookingId:
        """Says the month; a retry in another month is answered with the name that it had."""
        return booking_in(month_of(datetime.now(UTC)), _name(self.scope, "booking"))

    @property
    def sale_id(self) -> SaleId:
        return SaleId(f"s-{_name(self.scope, 'sale')}")

    @property
    def entry_id(self) -> EntryId:
        return EntryId(f"w-{_name(self.scope, 'entry')}")

    @property
    def show_id(self) -> ShowId:
        return ShowId(f"show-{_name(self.scope, 'show')}")


def _name(scope: bytes, kind: str) -> str:
    """A name that is random to whoever does not know the key, and the same at every retry."""
    return sha256(scope + kind.encode()).hexdigest()[:20]


def ask_of(principal: str, route: str, key: str | None, body: bytes) -> Ask:
    """What a request is, for telling whether it came before."""
    if not key:
        raise problem("idempotency_key_missing", f"this request needs the header {HEADER}")
    if len(key) > LENGTH_MAX or not key.isprintable():
        raise problem("validation", f"{HEADER}: at most {LENGTH_MAX} printable characters")
    scope = sha256(f"{principal}\n{route}\n{key}".encode()).digest()
    return Ask(scope, sha256(body).digest())


def key_reused() -> ProblemRaised:
    """A key that came before, with something else to be done under it."""
    return problem("idempotency_key_reused", f"this {HEADER} came before, with another body")


def carried(ask: Ask) -> Claim:
    """A request whose fingerprint goes along with its command."""
    return Claim(ask.scope, asked=ask.fingerprint.hex()[:FINGERPRINT_LENGTH])


class Keys:
    """The keys that were seen."""

    def __init__(self, written: "Gathering[Ask, bytes | None]") -> None:
        self._written = written

    async def claim(self, ask: Ask) -> Claim:
        """Note the request; raises the problem of a key that came with another body before."""
        before = await self._written.add(ask)
        if before is not None and before != ask.fingerprint:
            raise key_reused()
        return Claim(ask.scope, before is not None)
