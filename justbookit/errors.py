"""Everything that can go wrong, as one tree.

    JustBookItError
    ├── MalformedMessage   bytes on a topic are none of our messages   → dead letter
    ├── Fenced             another writer owns the partition           → drop memory and exit
    ├── MissingOffsets     messages between two offsets never came     → stop, seek, go on
    └── BrokenInvariant    the books disagree with the rules           → stop, page a human

A refusal is not an error: whoever asks for a taken seat gets a `CommandRefused` event.
"""


class JustBookItError(Exception):
    """The root of what this project raises on purpose."""


class MalformedMessage(JustBookItError):
    """Bytes on a topic are none of our messages."""

    def __init__(self, topic: str, reason: str) -> None:
        super().__init__(f"no message of {topic}: {reason}")
        self.topic = topic
        self.reason = reason


class Fenced(JustBookItError):
    """Another writer has taken the partition over; nothing of ours may be written any more."""


class MissingOffsets(JustBookItError):
    """A later offset was delivered than the one that comes next."""


class BrokenInvariant(JustBookItError):
    """The books disagree with the rules; going on would make it worse."""
