"""Giving roles and taking them away, for whoever runs the site."""

from api.postgres import pool_of
from api.reports import queries
from api.reports.reading import Role
from justbookit.errors import JustBookItError
from justbookit.ids import OrganizerId
from justbookit.settings import Settings


class RoleRefused(JustBookItError):
    """No role was given or taken; the message begins with a stable code."""


async def grant(settings: Settings, email: str, role: str, organizer_id: str) -> str:
    """Give a role; what to tell. Raises RoleRefused."""
    wanted, whose = _checked(role, organizer_id)
    async with pool_of(settings.postgres, size=1) as pool:
        if not await queries.grant(pool, email, wanted, whose):
            raise RoleRefused(f"unknown_person: nobody registered as {email}; let them do so first")
    return f"{email} has the role {wanted}{f' of {whose}' if whose else ''}"


async def revoke(settings: Settings, email: str, role: str, organizer_id: str) -> str:
    """Take a role away; what to tell. Raises RoleRefused."""
    wanted, whose = _checked(role, organizer_id)
    async with pool_of(settings.postgres, size=1) as pool:
        if not await queries.revoke(pool, email, wanted, whose):
            raise RoleRefused(f"no_such_role: {email} does not have the role {wanted} {whose}")
    return f"{email} no longer has the role {wanted}{f' of {whose}' if whose else ''}"


def _checked(role: str, organizer_id: str) -> tuple[Role, OrganizerId]:
    wanted = Role(role)
    if (wanted is Role.THEATRE) != bool(organizer_id):
        raise RoleRefused("organizer_missing: `theatre`, and only it, takes --organizer ID")
    return wanted, OrganizerId(organizer_id)
