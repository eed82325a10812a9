"""What events say has changed: the shows by their key, the rest of the catalogue by its name."""

from justbookit import topics, wire
from justbookit.errors import MalformedMessage
from justbookit.ids import ShowId
from justbookit.touched import Touched


class Noticed(Touched, kw_only=True):
    """What changed, as events that came by say it."""

    unreadable: bool = False
    """An event could not be read: anything may have changed."""

    def add(self, topic: str, key: bytes | None, raw: bytes) -> None:
        """Add what an event is about. No event of seats is decoded: its key is its show."""
        if topic == topics.SEAT_EVENTS.name:
            try:
                self.shows.add(ShowId((key or b"").decode()))
            except UnicodeDecodeError:
                self.unreadable = True
            return
        try:
            self.by(wire.decode_catalogue_event(raw))
        except MalformedMessage:
            self.unreadable = True

    def also(self, other: "Noticed") -> None:
        """Add what somebody else noticed."""
        self.shows |= other.shows
        self.movies |= other.movies
        self.venues |= other.venues
        self.theatres |= other.theatres
        self.unreadable = self.unreadable or other.unreadable

    @property
    def things(self) -> bool:
        """Whether something changed that shows are made of."""
        return bool(self.movies or self.venues or self.theatres)

    @property
    def something(self) -> bool:
        return bool(self.shows or self.things)
