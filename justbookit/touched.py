"""Which listings an event is about. Events only say that something changed, Postgres says what."""

import msgspec

from justbookit.catalogue_events import CatalogueEvent, MoviePut, TheatrePut, VenuePut
from justbookit.ids import MovieId, ShowId, TheatreId, VenueId


class Touched(msgspec.Struct, kw_only=True):
    """What changed, each thing once however often it changed."""

    shows: set[ShowId] = set()
    movies: set[MovieId] = set()
    venues: set[VenueId] = set()
    theatres: set[TheatreId] = set()

    def by(self, event: CatalogueEvent) -> None:
        """Add what an event of the catalogue is about; a show's own events name the show."""
        match event:
            case MoviePut(movie=movie):
                self.movies.add(movie.movie_id)
            case VenuePut(venue=venue):
                self.venues.add(venue.venue_id)
            case TheatrePut(theatre=theatre):
                self.theatres.add(theatre.theatre_id)
            case _:
                pass  # what is removed has no show to come; an offer changes no listing
