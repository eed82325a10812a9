"""SQL of roles and of statements."""

from api.postgres import Pool
from api.reports.reading import Role, Statement
from justbookit.ids import CustomerId, OrganizerId

_ROLES = """
SELECT role, organizer_id
  FROM customer_role
 WHERE customer_id = %(customer_id)s
"""

_GRANT = """
INSERT INTO customer_role (customer_id, role, organizer_id)
SELECT customer_id, %(role)s, %(organizer_id)s
  FROM customer
 WHERE email = %(email)s
    ON CONFLICT (customer_id, role, organizer_id) DO UPDATE SET role = excluded.role
"""

_REVOKE = """
DELETE FROM customer_role
 USING customer
 WHERE customer.customer_id = customer_role.customer_id
   AND customer.email = %(email)s
   AND customer_role.role = %(role)s
   AND customer_role.organizer_id = %(organizer_id)s
"""

_STATEMENTS = """
SELECT payouts.run_id, payouts.organizer_id, payouts.currency, runs.settle_date::text AS day,
       payouts.amount, last.status, back.run_id IS NOT NULL AS is_reversed
  FROM settlement.payouts
  JOIN settlement.runs ON runs.run_id = payouts.run_id
  JOIN LATERAL (SELECT status
                  FROM settlement.run_steps
                 WHERE run_steps.run_id = payouts.run_id
                 ORDER BY number DESC
                 LIMIT 1) AS last ON true
  LEFT JOIN settlement.runs AS back ON back.reverses = payouts.run_id
 WHERE %(everybody)s OR payouts.organizer_id = ANY(%(organizers)s)
 ORDER BY runs.settle_date DESC, payouts.run_id, payouts.organizer_id, payouts.currency
 LIMIT 500
"""


async def roles_of(pool: Pool, customer_id: CustomerId) -> frozenset[tuple[Role, OrganizerId]]:
    """The roles of somebody, each with whose statements it is about."""
    async with pool.connection() as connection:
        cursor = await connection.execute(_ROLES, {"customer_id": customer_id})
        return frozenset(
            (Role(role), OrganizerId(whose)) for role, whose in await cursor.fetchall()
        )


async def grant(pool: Pool, email: str, role: Role, organizer_id: OrganizerId) -> bool:
    """Give a role; again changes nothing. False when nobody has the e-mail address."""
    return await _change(pool, _GRANT, email, role, organizer_id)


async def revoke(pool: Pool, email: str, role: Role, organizer_id: OrganizerId) -> bool:
    """Take a role away. False when they did not have it."""
    return await _change(pool, _REVOKE, email, role, organizer_id)


async def _change(
    pool: Pool, statement: str, email: str, role: Role, organizer_id: OrganizerId
) -> bool:
    values = {"email": email.strip().lower(), "role": role.value, "organizer_id": organizer_id}
    async with pool.connection() as connection:
        cursor = await connection.execute(statement.encode(), values)
        return cursor.rowcount > 0


async def statements(
    pool: Pool, organizers: frozenset[OrganizerId], *, everybody: bool
) -> list[Statement]:
    """The newest statements of these organizers, or of everybody; whether or not one may read."""
    async with pool.connection() as connection:
        values = {"organizers": list(organizers), "everybody": everybody}
        cursor = await connection.execute(_STATEMENTS, values)
        return [
            Statement(
                run_id=run_id,
                organizer_id=OrganizerId(organizer_id),
                currency=currency,
                settle_date=day,
                amount=amount,
                status=status,
                is_reversed=is_reversed,
            )
            for run_id, organizer_id, currency, day, amount, status, is_reversed in (
                await cursor.fetchall()
            )
        ]
