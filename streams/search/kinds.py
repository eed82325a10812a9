"""What there is an index of: its alias, how it is made, and what its documents are."""

import hashlib
from importlib.resources import files
from typing import Any, NamedTuple, TypeAlias

import msgspec

from justbookit import wire
from justbookit.listing import ShowListing
from justbookit.title_cards import EDITION, TitleCard


class Kind(NamedTuple):
    """Readers and writers use the alias; behind it is one index, named after when it was made."""

    alias: str
    thing: str
    version_type: str

    @property
    def definition(self) -> bytes:
        """Settings and mapping of its index."""
        return files("streams.search").joinpath(f"{self.alias}.json").read_bytes()

    @property
    def made_from(self) -> str:
        """Tells an index that was defined, or filled, in another way."""
        return f"{EDITION}-{hashlib.sha256(self.definition).hexdigest()[:16]}"

    @property
    def body(self) -> dict[str, Any]:
        """What its index is created with."""
        body: dict[str, Any] = msgspec.json.decode(self.definition)
        body["mappings"]["_meta"] = {"made_from": self.made_from}
        return body


SHOWS = Kind("shows", "show", "external")
MOVIES = Kind("movies", "movie", "external_gte")
"""A card is put again whenever a show of its movie is new to us, so that one that was forgotten
comes back: the same version may come twice."""
KINDS = (SHOWS, MOVIES)

Names: TypeAlias = dict[Kind, str]
ALIASES: Names = {kind: kind.alias for kind in KINDS}


class Document(NamedTuple):
    """A listing or a card, with what OpenSearch has to know of it."""

    kind: Kind
    id: str
    version: int
    body: ShowListing | TitleCard

    def lines(self, target: str) -> bytes:
        """Put it there unless a newer one is there, as two lines of a bulk request."""
        action = {
            "_index": target,
            "_id": self.id,
            "version": self.version,
            "version_type": self.kind.version_type,
        }
        return b"%b\n%b\n" % (wire.encode({"index": action}), wire.encode(self.body))


def of_show(listing: ShowListing) -> Document:
    return Document(SHOWS, listing.show_id, listing.doc_version, listing)


def of_movie(card: TitleCard) -> Document:
    return Document(MOVIES, card.movie_id, card.doc_version, card)
