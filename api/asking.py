"""A wish and its answer as one: send the command, wait for the event that carries its id.

Should the event pass by unseen (this process lost Kafka for a moment), it still lies in Postgres
from before it was published; so an answer that is late is looked for there.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from api.answers import Answer, Answered, Answers
from api.commands import Commands, Failed, NotTaken
from api.keys import key_reused
from api.problems import ProblemRaised, problem
from justbookit import topics, wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.ids import CommandId
from justbookit.seat_commands import SeatCommand
from justbookit.seat_events import CommandRefused

log = structlog.get_logger()

FindAnswer = Callable[[CommandId], Awaitable[tuple[str, bytes] | None]]

_LOOK_AFTER_SECONDS = 2.5
RETRY_SECONDS = 2


class Asking:
    """Asks the writers."""

    def __init__(
        self, commands: Commands, answers: Answers, find_answer: FindAnswer, patience: float
    ) -> None:
        self._commands = commands
        self._answers = answers
        self._find_answer = find_answer
        self._patience = patience

    async def seats(self, command: SeatCommand, *, replay: bool = False) -> Answer:
        """What became of a seat command; `replay`: it may have been answered already."""
        if replay and (found := await self.found(command.command_id)) is not None:
            return found
        return (await self._ask_seats(command)).event

    async def once(self, command: SeatCommand) -> Answered:
        """What became of a seat command that carries the fingerprint of what was asked.

        The writer decides each name once and gives the old answer to who comes again, so nothing
        is looked up before. Raises the problem of a name that came with another wish before.
        """
        answered = await self._ask_seats(command)
        _belongs(answered.event, command.fingerprint)
        return answered

    async def before(
        self, command_id: CommandId, fingerprint: str | msgspec.UnsetType
    ) -> Answered | None:
        """What this very wish was answered, if it was. Raises as `once` does."""
        event = await self.found(command_id)
        if event is None:
            return None
        _belongs(event, fingerprint)
        return Answered(event, again=True)

    async def followed(self, command: SeatCommand, following: CommandId) -> Answer:
        """What became of a seat command: a refusal, or the answer to the errand that follows."""
        future = self._answers.expect(following)
        try:
            event = (await self._ask_seats(command)).event
            if isinstance(event, CommandRefused):
                return event
            return (await self._wait(following, future)).event
        finally:
            self._answers.forget(following, future)

    async def answer_to(self, command_id: CommandId) -> Answer:
        """The answer to what somebody else has asked, now or soon."""
        future = self._answers.expect(command_id)
        try:
            found = await self.found(command_id)
            return found or (await self._wait(command_id, future)).event
        finally:
            self._answers.forget(command_id, future)

    async def catalogue(
        self, key: str, command: CatalogueCommand, *, replay: bool = False
    ) -> Answer:
        """What became of a catalogue command: shows are answered by the seat writer."""
        if replay and (found := await self.found(command.command_id)) is not None:
            return found

        async def send(failed: Failed) -> None:
            await self._commands.send_catalogue(key, command, failed)

        return (await self._ask(command.command_id, send)).event

    async def _ask_seats(self, command: SeatCommand) -> Answered:
        async def send(failed: Failed) -> None:
            await self._commands.send_seat(command, failed)

        return await self._ask(command.command_id, send)

    async def found(self, command_id: CommandId) -> Answer | None:
        """The event that answered a command, if it has been written."""
        found = await self._find_answer(command_id)
        if found is None:
            return None
        topic, raw = found
        if topic == topics.SEAT_EVENTS.name:
            event = wire.decode_seat_event(raw)
            self._answers.heard(event)
            return event
        return wire.decode_catalogue_event(raw)

    async def _ask(
        self,
        command_id: CommandId,
        send: Callable[[Failed], Awaitable[None]],
    ) -> Answered:
        future = self._answers.expect(command_id)

        def failed(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        try:
            await send(failed)
            return await self._wait(command_id, future)
        except NotTaken as error:
            log.warning("a command was not taken", command_id=command_id, why=str(error))
            if (given := await self._found_late(command_id)) is not None:
                return Answered(given, again=True)
            raise paused(command_id) from error
        finally:
            self._answers.forget(command_id, future)
            if future.done() and not future.cancelled():
                future.exception()  # marks it as seen: it may have failed after its answer

    async def _wait(self, command_id: CommandId, future: "asyncio.Future[Answered]") -> Answered:
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            left = deadline - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(max(0.0, min(left, _LOOK_AFTER_SECONDS))):
                    return await asyncio.shield(future)
            except TimeoutError:
                found = await self._found_late(command_id)
                if found is not None:
                    return Answered(found)
                if left <= _LOOK_AFTER_SECONDS:
                    raise problem(
                        "no_answer_yet",
                        f"no answer within {self._patience:g} s; it may still be done",
                        command_id=command_id,
                        retry_after=RETRY_SECONDS,
                    ) from None

    async def _found_late(self, command_id: CommandId) -> Answer | None:
        """What Postgres knows of an answer; nothing when it cannot be asked."""
        try:
            return await self.found(command_id)
        except Exception as error:  # noqa: BLE001 - going on waiting is all one can do
            log.warning("cannot look for an answer", why=str(error))
            return None


def paused(command_id: CommandId | None = None) -> ProblemRaised:
    """Booking cannot be safe now."""
    return problem(
        "booking_paused",
        "bookings cannot be taken just now; seats you hold are safe",
        command_id=command_id,
        retry_after=RETRY_SECONDS,
    )


def _belongs(event: Answer, fingerprint: str | msgspec.UnsetType) -> None:
    """Raises the problem of a key that came before with another wish."""
    asked = getattr(event, "fingerprint", msgspec.UNSET)
    if asked is not msgspec.UNSET and asked != fingerprint:
        raise key_reused()
