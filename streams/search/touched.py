"""What the messages of a round are about."""

from aiokafka.structs import ConsumerRecord

from justbookit import touched, wire
from justbookit.topics import SEAT_EVENTS


class Touched(touched.Touched, kw_only=True):
    """What changed, as records of the two event topics say it."""

    def note(self, record: "ConsumerRecord[bytes, bytes]") -> None:
        """Add what this message is about.

        Raises MalformedMessage when it is no message of ours.
        """
        if record.topic == SEAT_EVENTS.name:
            self.shows.add(wire.decode_seat_event(record.value or b"").show_id)
        else:
            self.by(wire.decode_catalogue_event(record.value or b""))
