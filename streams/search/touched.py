"""Which shows a message is about. Messages only say that something changed, Postgres says what."""

import msgspec
from aiokafka.structs import ConsumerRecord

from justbookit import wire
from justbookit.catalogue_events import MoviePut, TheatrePut, VenuePut
from justbookit.ids import MovieId, ShowId, TheatreId, VenueId
from justbookit.topics import SEAT_EVENTS


class Touched(msgspec.Struct, kw_only=True):
    """What changed, each thing once however often it changed."""

    shows: set[ShowId] = set()
    movies: set[MovieId] = set()
    venues: set[VenueId] = set()
    theatres: set[TheatreId] = set()

    def note(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Add what this message is about.

        Raises MalformedMessage when it is no message of ours.
        """
        if record.topic == SEAT_EVENTS.name:
            self.shows.add(wire.decode_seat_event(record.value or b"").show_id)
            return
        match wire.decode_catalogue_event(record.value or b""):
            case MoviePut(movie=movie):
                self.movies.add(movie.movie_id)
            case VenuePut(venue=venue):
                self.venues.add(venue.venue_id)
            case TheatrePut(theatre=theatre):
                self.theatres.add(theatre.theatre_id)
            case _:
                pass  # what is removed has no show to come; an offer changes no listing
