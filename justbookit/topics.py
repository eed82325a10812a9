"""Where messages travel: every topic with its key, its payload and who may write to it.

Nobody spells a topic name elsewhere. A topic of facts or events has one kind of writer; a
topic of commands is written by whoever asks. Command topics are never compacted and never
written by a transactional producer: the seat writer relies on offsets without holes.
"""

from zlib import crc32

import msgspec

from justbookit.ids import ShowId

FOREVER = -1
DAYS = 24 * 60 * 60 * 1000


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic; `partitions` None means: as many as the setting `partitions` says.

    `promised`: its acknowledgement is passed on to somebody outside as ours, so on a single
    broker a message is on disk before it is acknowledged (docs/decisions/0002).
    """

    name: str
    key: str
    payload: str
    writers: tuple[str, ...]
    partitions: int | None = None
    retention_ms: int = FOREVER
    promised: bool = False


SEAT_COMMANDS = Topic(
    name="seat-commands",
    key="show_id",
    payload="justbookit.seat_commands.SeatCommand",
    writers=("api", "streams.catalogue", "streams.seats"),
    retention_ms=30 * DAYS,
)
THEATRE_FACTS = Topic(
    name="theatre-facts",
    key="show_id",
    payload="justbookit.seat_commands.SeatCommand",
    writers=("connectors",),
    retention_ms=30 * DAYS,
    promised=True,
)
SEAT_EVENTS = Topic(
    name="seat-events",
    key="show_id",
    payload="justbookit.seat_events.SeatEvent",
    writers=("streams.seats",),
)
CATALOGUE_COMMANDS = Topic(
    name="catalogue-commands",
    key="the id of what is put or removed",
    payload="justbookit.catalogue_commands.CatalogueCommand",
    writers=("api", "connectors"),
    partitions=1,
    retention_ms=30 * DAYS,
    promised=True,
)
CATALOGUE_EVENTS = Topic(
    name="catalogue-events",
    key="the id of what was put or removed",
    payload="justbookit.catalogue_events.CatalogueEvent",
    writers=("streams.catalogue",),
    partitions=1,
)
FEED_DEAD_LETTERS = Topic(
    name="feed-dead-letters",
    key="source",
    payload="justbookit.dead_letters.FeedDeadLetter",
    writers=("connectors",),
    partitions=1,
    promised=True,
)
STREAM_DEAD_LETTERS = Topic(
    name="stream-dead-letters",
    key="topic/partition",
    payload="justbookit.dead_letters.StreamDeadLetter",
    writers=("streams",),
    partitions=1,
)
SHOW_VIEWS = Topic(
    name="show-views",
    key="none",
    payload="justbookit.show_views.ShowsViewed",
    writers=("api",),
    partitions=1,
)

TOPICS = (
    SEAT_COMMANDS,
    THEATRE_FACTS,
    SEAT_EVENTS,
    CATALOGUE_COMMANDS,
    CATALOGUE_EVENTS,
    FEED_DEAD_LETTERS,
    STREAM_DEAD_LETTERS,
    SHOW_VIEWS,
)

HEADER_COMMAND_ID = "command_id"
HEADER_AGAIN = "again"
"""On an event that was published before, for who asks the same once more."""


def partition_of(show_id: ShowId, partitions: int) -> int:
    """The partition of a show in every topic that is keyed by show: crc32 of its id.

    Producers name the partition themselves, so that three client libraries with three
    default partitioners cannot disagree about who the one writer of a show is.
    """
    return crc32(show_id.encode()) % partitions
