"""What a batch of catalogue commands came to: rows to write and messages to send, in order."""

from collections.abc import Mapping
from datetime import datetime

from justbookit import catalogue_commands as asked
from justbookit import wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.catalogue_events import (
    CatalogueEvent,
    CatalogueRefused,
    CatalogueUnchanged,
    MoviePut,
    MovieRemoved,
    OfferPut,
    OfferRemoved,
    TheatrePut,
    TheatreRemoved,
    VenuePut,
    VenueRemoved,
)
from justbookit.dead_letters import StreamDeadLetter
from justbookit.ids import CommandId
from justbookit.schedule import Decision, View, evolve
from justbookit.scheduling import decide
from justbookit.seat_commands import ChangeShow, CloseShow, MoveShow, OpenShow
from justbookit.topics import CATALOGUE_EVENTS, SEAT_COMMANDS, partition_of
from streams.letters import posted
from streams.publisher import Outgoing


def subject_of(command: CatalogueCommand) -> str:  # noqa: C901 - one case a command
    """The id of what is put or removed: the key of the event that answers."""
    subject: str
    match command:
        case asked.PutVenue(venue=venue):
            subject = venue.venue_id
        case asked.PutTheatre(theatre=theatre):
            subject = theatre.theatre_id
        case asked.PutMovie(movie=movie):
            subject = movie.movie_id
        case asked.PutShow(show=show):
            subject = show.show_id
        case asked.PutOffer(offer=offer):
            subject = offer.offer_id
        case asked.RemoveVenue():
            subject = command.venue_id
        case asked.RemoveTheatre():
            subject = command.theatre_id
        case asked.RemoveMovie():
            subject = command.movie_id
        case asked.RemoveShow() | asked.MoveShow():
            subject = command.show_id
        case asked.RemoveOffer():
            subject = command.offer_id
    return subject


class Batch:
    """Filled while commands are decided; not changed once it is committed."""

    def __init__(
        self, view: View, answers: Mapping[str, Outgoing], *, now: datetime, partitions: int
    ) -> None:
        self.view = view
        self.now = now
        self._answers = dict(answers)
        self._partitions = partitions
        self.outgoing: list[Outgoing] = []
        self.answered: list[Outgoing] = []
        """The one answer of each command that was decided now."""
        self.opened: list[OpenShow] = []
        self.asked: list[OpenShow | ChangeShow | MoveShow] = []
        self.venues: set[str] = set()
        self.theatres: set[str] = set()
        self.movies: set[str] = set()
        self.offers: set[str] = set()
        """The things that are no longer as they were."""

    def answer(self, command: CatalogueCommand) -> None:
        """Decide a command, or say again what was decided."""
        before = self._answers.get(command.command_id)
        if before is not None:
            self.outgoing.append(before)
            return
        decision = decide(self.view, command, self.now)
        evolve(self.view, decision, command.organizer_id)
        subject = subject_of(command)
        message = self._message(decision.answer, subject)
        self._answers[command.command_id] = message
        self.answered.append(message)
        self.outgoing.append(message)
        self.outgoing.extend(self._message(change, change.show_id) for change in decision.also)
        self._note(subject, decision)

    def bury(self, letter: StreamDeadLetter) -> None:
        """These bytes are no command; somebody may look at them."""
        self.outgoing.append(posted(letter))

    def _note(self, subject: str, decision: Decision) -> None:
        self.asked.extend(decision.also)
        match decision.answer:
            case OpenShow() as opening:
                self.opened.append(opening)
                self.asked.append(opening)
            case ChangeShow() | MoveShow() as change:
                self.asked.append(change)
            case VenuePut() | VenueRemoved():
                self.venues.add(subject)
            case TheatrePut() | TheatreRemoved():
                self.theatres.add(subject)
            case MoviePut() | MovieRemoved():
                self.movies.add(subject)
            case OfferPut() | OfferRemoved():
                self.offers.add(subject)
            case CloseShow() | CatalogueUnchanged() | CatalogueRefused():
                pass

    def _message(
        self, answer: CatalogueEvent | OpenShow | ChangeShow | CloseShow | MoveShow, subject: str
    ) -> Outgoing:
        command_id: CommandId = answer.command_id
        if isinstance(answer, OpenShow | ChangeShow | CloseShow | MoveShow):
            return Outgoing(
                topic=SEAT_COMMANDS.name,
                partition=partition_of(answer.show_id, self._partitions),
                key=answer.show_id,
                body=wire.encode(answer),
                command_id=command_id,
            )
        return Outgoing(
            topic=CATALOGUE_EVENTS.name,
            partition=0,
            key=subject,
            body=wire.encode(answer),
            command_id=command_id,
        )
