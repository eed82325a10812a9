"""Which shows there are and whose they are: asked of Postgres once, then known.

A wish about a show that nobody has put must not reach the log: it would be refused there, and
the refusal kept for ever. A show's organizer never changes.
"""

from collections import OrderedDict
from collections.abc import Sequence

from api.bookings import queries
from api.postgres import Pool
from api.problems import problem
from justbookit.ids import OrganizerId, ShowId, is_id

KNOWN_MAX = 200_000


class Shows:
    """The shows this process has heard of."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._owners: OrderedDict[ShowId, OrganizerId] = OrderedDict()

    async def must_exist(self, show_id: ShowId) -> None:
        await self._owner(show_id)

    async def must_be_of(self, show_id: ShowId, organizer_id: OrganizerId) -> None:
        """Raises the same problem for another's show as for none."""
        if await self._owner(show_id) != organizer_id:
            raise _unknown(show_id)

    async def of_same_organizer(self, show_id: ShowId, among: Sequence[ShowId]) -> set[ShowId]:
        """Those of these shows that whoever runs `show_id` runs as well."""
        return await queries.of_same_organizer(self._pool, show_id, among)

    async def _owner(self, show_id: ShowId) -> OrganizerId:
        owner = self._owners.get(show_id)
        if owner is None:
            owner = await queries.owner_of(self._pool, show_id) if is_id(show_id) else None
            if owner is None:
                raise _unknown(show_id)
            self._owners[show_id] = owner
            if len(self._owners) > KNOWN_MAX:
                self._owners.popitem(last=False)
        return owner


def _unknown(show_id: ShowId) -> Exception:
    return problem("unknown_show", f"there is no show {show_id!r}")
