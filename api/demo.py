"""Logins to try things with: customers, who reads reports, and a key for each organizer there is.

The keys follow from the local secret, so they can be printed again; a real key is random and
shown once.
"""

import base64
import hmac

from api.access import KEY_PREFIX, Access, digest_of
from api.people import queries
from api.people.accounts import Accounts
from api.postgres import pool_of
from api.problems import ProblemRaised
from api.reports import queries as role_queries
from api.reports.reading import Role
from api.server import check
from justbookit.ids import OrganizerId
from justbookit.settings import Settings

PASSWORD = "demo-pass-1"  # noqa: S105 - it is there to be known
CUSTOMERS = (("asha@example.com", "Asha"), ("ben@example.com", "Ben"))
READERS = (
    ("finance@example.com", "Finance", Role.FINANCE),
    ("operations@example.com", "Operations", Role.OPERATIONS),
)


def demo_key(secret: str, organizer_id: OrganizerId) -> str:
    """The key of an organizer on this machine."""
    made = hmac.digest(secret.encode(), f"demo key of {organizer_id}".encode(), "sha256")
    return KEY_PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


async def demo_logins(settings: Settings) -> list[str]:
    """Make what is missing, and say how to log in, line by line."""
    check(settings)
    lines: list[str] = []
    async with pool_of(settings.postgres, size=1) as pool:
        accounts = Accounts(
            pool,
            Access(
                lambda digest: queries.customer_of_session(pool, digest),
                lambda digest: queries.organizer_of_key(pool, digest),
            ),
        )
        for email, name in CUSTOMERS:
            await _register(accounts, email, name)
            lines.append(f"customer {email} {PASSWORD}")
        for email, name, role in READERS:
            await _register(accounts, email, name)
            await role_queries.grant(pool, email, role, OrganizerId(""))
            lines.append(f"{role} {email} {PASSWORD}")
        for organizer_id in await queries.organizers(pool):
            key = demo_key(settings.secret, organizer_id)
            await queries.issue_key(pool, digest_of(key), organizer_id, "demo")
            lines.append(f"organizer {organizer_id} {key}")
    return lines


async def _register(accounts: Accounts, email: str, name: str) -> None:
    try:
        await accounts.register(email, PASSWORD, name)
    except ProblemRaised as raised:
        if raised.problem.code != "email_taken":
            raise
