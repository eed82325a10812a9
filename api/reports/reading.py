"""Who may read what: the pages for finance and for operations, and an organizer's statements.

Pure; what is not somebody's to read is not there for them, unless it is a page that everybody
may know of.
"""

from enum import StrEnum

import msgspec

from justbookit.ids import OrganizerId


class Role(StrEnum):
    """What somebody who logged in may see beyond their own bookings."""

    FINANCE = "finance"
    OPERATIONS = "operations"
    THEATRE = "theatre"


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """What one person's roles, or one organizer's key, let them read."""

    pages: tuple[str, ...] = ()
    """Names of report pages."""
    organizers: frozenset[OrganizerId] = frozenset()
    """Whose statements, once their run is approved."""
    is_finance: bool = False
    """Everybody's statements, of any run."""

    @property
    def reads_anything(self) -> bool:
        return bool(self.pages or self.organizers or self.is_finance)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it is listed; amounts in minor units of its currency."""

    run_id: str
    organizer_id: OrganizerId
    currency: str
    settle_date: str
    """The day that the run settles, as 2026-01-31."""
    amount: int
    """What was paid out with it."""
    status: str
    """How far the run has come: draft, balanced, approved or sent."""
    is_reversed: bool
    """Another run takes it back."""


def reader_of(roles: frozenset[tuple[Role, OrganizerId]]) -> Reader:
    """What roles let somebody read; `organizer_id` is empty but for a theatre's."""
    named = {role for role, _ in roles}
    return Reader(
        pages=tuple(role.value for role in (Role.FINANCE, Role.OPERATIONS) if role in named),
        organizers=frozenset(whose for role, whose in roles if role is Role.THEATRE),
        is_finance=Role.FINANCE in named,
    )


_FINAL = {"approved", "sent"}


def may_read(reader: Reader, statement: Statement) -> bool:
    """Finance reads every statement; an organizer its own, once nobody will change it."""
    if reader.is_finance:
        return True
    return statement.organizer_id in reader.organizers and statement.status in _FINAL
