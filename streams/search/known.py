"""Listings that were made before, so that a sold seat costs a few columns and not a whole show.

Reading and decoding a show with its layout takes a quarter of a millisecond, and what happens to
shows is mostly that seats go. A listing is kept with the versions of what it was made of; while
they are the same, only the seats are read.
"""

from collections.abc import Collection

from justbookit.ids import ShowId
from justbookit.listing import Details, ShowListing, restated
from streams.search import store

SHOWS_MAX = 20_000


class KnownListings:
    """The shows that were touched last."""

    def __init__(self, shows_max: int = SHOWS_MAX) -> None:
        self._made: dict[ShowId, tuple[Details, ShowListing]] = {}
        self._shows_max = shows_max

    async def read(
        self, connection: store.Connection, show_ids: Collection[ShowId]
    ) -> list[ShowListing]:
        """These shows as they are now; those not on sale yet, and those long over, are left out."""
        listings: list[ShowListing] = []
        unknown: list[ShowId] = []
        for show_id, details, now in await store.seats(connection, show_ids):
            known = self._made.get(show_id)
            if known is not None and known[0] == details:
                listings.append(restated(known[1], **now))
            else:
                unknown.append(show_id)
        if unknown:
            if len(self._made) + len(unknown) > self._shows_max:
                self._made.clear()
            for details, listing in await store.detailed(connection, unknown):
                self._made[listing.show_id] = details, listing
                listings.append(listing)
        return listings
