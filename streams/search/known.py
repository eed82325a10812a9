"""Listings that were made before, so that a sold seat costs a few columns and not a whole show.

Reading and decoding a show with its layout takes a quarter of a millisecond, and what happens to
shows is mostly that seats go. A listing is kept with the versions of what it was made of; while
they are the same, only the seats are read.
"""

from collections.abc import Collection
from typing import NamedTuple

from justbookit.ids import MovieId, ShowId
from justbookit.listing import Details, ShowListing, restated
from justbookit.title_cards import TitleCard, card_of
from streams.search import store

SHOWS_MAX = 20_000


class Read(NamedTuple):
    """Shows as they are now, and the cards of the movies of those that were made anew."""

    listings: list[ShowListing]
    cards: dict[MovieId, TitleCard]


class KnownListings:
    """The shows that were touched last."""

    def __init__(self, shows_max: int = SHOWS_MAX) -> None:
        self._made: dict[ShowId, tuple[Details, ShowListing]] = {}
        self._shows_max = shows_max

    async def read(self, connection: store.Connection, show_ids: Collection[ShowId]) -> Read:
        """These shows as they are now; those not on sale yet, and those long over, are left out.

        A new show, or a new version of a movie, is always made anew: so no card is missed.
        """
        listings: list[ShowListing] = []
        cards: dict[MovieId, TitleCard] = {}
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
            for details, listing, movie in await store.detailed(connection, unknown):
                self._made[listing.show_id] = details, listing
                listings.append(listing)
                if movie.movie_id not in cards:
                    cards[movie.movie_id] = card_of(movie, details.movie)
        return Read(listings, cards)
