"""What becomes of a message that cannot be read: a letter that says where it was and why."""

from datetime import datetime

from aiokafka.structs import ConsumerRecord

from justbookit import wire
from justbookit.dead_letters import StreamDeadLetter
from justbookit.topics import STREAM_DEAD_LETTERS
from streams.publisher import Outgoing

SHOWN_BYTES_MAX = 128 * 1024
"""How much of the message is in the letter, which must fit into a message itself."""


def letter_about(
    record: "ConsumerRecord[bytes, bytes]", reason: str, now: datetime
) -> StreamDeadLetter:
    """Say of `record` why nothing came of it."""
    return StreamDeadLetter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        reason=reason,
        raw=(record.value or b"")[:SHOWN_BYTES_MAX],
        at=now,
    )


def posted(letter: StreamDeadLetter) -> Outgoing:
    """The letter as a message."""
    return Outgoing(
        topic=STREAM_DEAD_LETTERS.name,
        partition=0,
        key=f"{letter.topic}/{letter.partition}",
        body=wire.encode(letter),
    )
