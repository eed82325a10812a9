"""What may be decided at all: bytes that no rule and no column can take are no command."""

from datetime import datetime

from aiokafka.structs import ConsumerRecord

from justbookit import wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.dead_letters import StreamDeadLetter
from justbookit.errors import MalformedMessage
from justbookit.topics import CATALOGUE_COMMANDS
from justbookit.well_formed import flaw_of
from streams.letters import letter_about

COMMAND_BYTES_MAX = 256 * 1024
"""What comes of a command is longer than it, and must still fit into a message."""


class Reading:
    """One record, and the command in it or why there is none."""

    __slots__ = ("command", "letter", "record")

    def __init__(self, record: "ConsumerRecord[bytes, bytes]", now: datetime) -> None:
        self.record = record
        self.command: CatalogueCommand | None = None
        self.letter: StreamDeadLetter | None = None
        try:
            self.command = _command(record.value)
        except MalformedMessage as error:
            self.give_up(error.reason, now)

    def give_up(self, reason: str, now: datetime) -> None:
        """This cannot be decided; somebody may look at it."""
        self.command = None
        self.letter = letter_about(self.record, reason, now)


def _command(raw: bytes | None) -> CatalogueCommand:
    if raw is None:
        raise MalformedMessage(CATALOGUE_COMMANDS.name, "no bytes at all")
    if len(raw) > COMMAND_BYTES_MAX:
        raise MalformedMessage(
            CATALOGUE_COMMANDS.name, f"{len(raw)} bytes; a command has at most {COMMAND_BYTES_MAX}"
        )
    command = wire.decode_catalogue_command(raw)
    if flaw := flaw_of(command):
        raise MalformedMessage(CATALOGUE_COMMANDS.name, flaw)
    return command
