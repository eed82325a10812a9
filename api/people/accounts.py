"""Registering, logging in and out: what the API's routes and the pages' forms both do."""

import math
import time
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import msgspec

from api.access import SESSION_PREFIX, Access, Customer, digest_of, new_secret
from api.people import passwords, queries
from api.people.throttle import Throttle
from api.postgres import Pool
from api.problems import problem
from justbookit.ids import CustomerId

SESSION_DAYS = 30
_ADDRESS_FREE_FAILURES = 50
"""More than for an account: a whole cinema's office may share one address."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A login; the token is shown this once."""

    token: str
    customer_id: CustomerId
    name: str
    expires_at: datetime


class Accounts:
    """Customers and their sessions."""

    def __init__(self, pool: Pool, access: Access) -> None:
        self._pool = pool
        self._access = access
        self._by_account = Throttle()
        self._by_address = Throttle(_ADDRESS_FREE_FAILURES)

    async def register(self, email: str, password: str, name: str) -> Customer:
        """A new customer; raises a problem when the address is taken."""
        customer = Customer(CustomerId(f"u-{token_hex(10)}"), email.strip().lower(), name.strip())
        if not await queries.register(self._pool, customer, await passwords.hashed(password)):
            raise problem("email_taken", "somebody is registered with this e-mail address")
        return customer

    async def log_in(self, email: str, password: str, address: str) -> Session:
        """A new session; raises a problem, the same for a wrong e-mail as for a wrong password."""
        email, now = email.strip().lower(), time.monotonic()
        wait = max(self._by_account.wait(email, now), self._by_address.wait(address, now))
        if wait > 0:
            raise problem(
                "too_many_attempts", "too many wrong passwords", retry_after=math.ceil(wait)
            )
        found = await queries.customer_by_email(self._pool, email)
        if not await passwords.matches(found[1] if found else None, password) or found is None:
            self._by_account.failed(email, now)
            self._by_address.failed(address, now)
            raise problem("wrong_credentials", "the e-mail address or the password is wrong")
        self._by_account.succeeded(email)
        customer = found[0]
        token = new_secret(SESSION_PREFIX)
        expires_at = datetime.now(UTC) + timedelta(days=SESSION_DAYS)
        await queries.open_session(self._pool, digest_of(token), customer.customer_id, expires_at)
        return Session(
            token=token,
            customer_id=customer.customer_id,
            name=customer.name,
            expires_at=expires_at,
        )

    async def log_out(self, token: str) -> None:
        digest = digest_of(token)
        await queries.end_session(self._pool, digest)
        self._access.sessions.forget(digest)
