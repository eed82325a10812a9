"""What events say has changed: the shows by their key, the rest of the catalogue by its name."""

import msgspec

from justbookit import topics, wire
from justbookit.catalogue_events import MoviePut, TheatrePut, VenuePut
from justbookit.errors import MalformedMessage
from justbookit.ids import MovieId, ShowId, TheatreId, VenueId


class Noticed(msgspec.Struct, kw_only=True):
    """Each thing once, however often it changed."""

    shows: set[ShowId] = set()
    movies: set[MovieId] = set()
    venues: set[VenueId] = set()
    theatres: set[TheatreId] = set()
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
            event = wire.decode_catalogue_event(raw)
        except MalformedMessage:
            self.unreadable = True
            return
        match event:
            case MoviePut(movie=movie):
                self.movies.add(movie.movie_id)
            case VenuePut(venue=venue):
                self.venues.add(venue.venue_id)
            case TheatrePut(theatre=theatre):
                self.theatres.add(theatre.theatre_id)
            case _:
                pass  # what is removed has no show to come; an offer changes no listing

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
