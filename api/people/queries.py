"""SQL of customers, sessions and API keys."""

from datetime import datetime

from psycopg.errors import UniqueViolation

from api.access import Customer, Organizer
from api.postgres import Pool
from justbookit.ids import CustomerId, OrganizerId

_REGISTER = """
INSERT INTO customer (customer_id, email, name, password_hash)
VALUES (%(customer_id)s, %(email)s, %(name)s, %(password_hash)s)
"""

_CUSTOMER_BY_EMAIL = """
SELECT customer_id, email, name, password_hash
  FROM customer
 WHERE email = %(email)s
"""

_OPEN_SESSION = """
INSERT INTO customer_session (token_sha256, customer_id, expires_at)
VALUES (%(token_sha256)s, %(customer_id)s, %(expires_at)s)
"""

_CUSTOMER_OF_SESSION = """
SELECT customer.customer_id, customer.email, customer.name,
       EXISTS (SELECT FROM customer_role WHERE customer_role.customer_id = customer.customer_id)
  FROM customer_session
  JOIN customer USING (customer_id)
 WHERE customer_session.token_sha256 = %(token_sha256)s
   AND customer_session.expires_at > now()
"""

_END_SESSION = """
DELETE FROM customer_session
 WHERE token_sha256 = %(token_sha256)s
"""

_ORGANIZER_OF_KEY = """
SELECT organizer_id
  FROM api_key
 WHERE key_sha256 = %(key_sha256)s
   AND revoked_at IS NULL
"""

_ISSUE_KEY = """
INSERT INTO api_key (key_sha256, organizer_id, name)
VALUES (%(key_sha256)s, %(organizer_id)s, %(name)s)
    ON CONFLICT (key_sha256) DO NOTHING
"""

_ORGANIZERS = """
  SELECT DISTINCT organizer_id
    FROM venue
   WHERE removed_at IS NULL
ORDER BY organizer_id
"""


async def register(pool: Pool, customer: Customer, password_hash: str) -> bool:
    """Write a new customer down; False when the e-mail address is taken."""
    try:
        async with pool.connection() as connection:
            await connection.execute(
                _REGISTER,
                {
                    "customer_id": customer.customer_id,
                    "email": customer.email,
                    "name": customer.name,
                    "password_hash": password_hash,
                },
            )
    except UniqueViolation:
        return False
    return True


async def customer_by_email(pool: Pool, email: str) -> tuple[Customer, str] | None:
    """A customer with the password's hash."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_CUSTOMER_BY_EMAIL, {"email": email})
        row = await cursor.fetchone()
    return None if row is None else (Customer(CustomerId(row[0]), row[1], row[2]), row[3])


async def open_session(
    pool: Pool, token_sha256: bytes, customer_id: CustomerId, expires_at: datetime
) -> None:
    async with pool.connection() as connection:
        await connection.execute(
            _OPEN_SESSION,
            {
                "token_sha256": token_sha256,
                "customer_id": customer_id,
                "expires_at": expires_at,
            },
        )


async def customer_of_session(pool: Pool, token_sha256: bytes) -> Customer | None:
    async with pool.connection() as connection:
        cursor = await connection.execute(_CUSTOMER_OF_SESSION, {"token_sha256": token_sha256})
        row = await cursor.fetchone()
    return None if row is None else Customer(CustomerId(row[0]), row[1], row[2], row[3])


async def end_session(pool: Pool, token_sha256: bytes) -> None:
    async with pool.connection() as connection:
        await connection.execute(_END_SESSION, {"token_sha256": token_sha256})


async def organizer_of_key(pool: Pool, key_sha256: bytes) -> Organizer | None:
    async with pool.connection() as connection:
        cursor = await connection.execute(_ORGANIZER_OF_KEY, {"key_sha256": key_sha256})
        row = await cursor.fetchone()
    return None if row is None else Organizer(OrganizerId(row[0]))


async def issue_key(pool: Pool, key_sha256: bytes, organizer_id: OrganizerId, name: str) -> None:
    """Let a key speak for an organizer; nothing changes when it does already."""
    async with pool.connection() as connection:
        await connection.execute(
            _ISSUE_KEY,
            {"key_sha256": key_sha256, "organizer_id": organizer_id, "name": name},
        )


async def organizers(pool: Pool) -> list[OrganizerId]:
    """Everybody who runs a venue."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_ORGANIZERS)
        return [OrganizerId(row[0]) for row in await cursor.fetchall()]
