"""The catalogue's transaction: the fence first, then every row of a batch, in one round trip."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from justbookit import wire
from justbookit.schedule import Kept, slot_of
from streams.arrays import Ints, Jsons, SmallInts, Texts, Times
from streams.catalogue.batch import Batch
from streams.publisher import Outgoing

Connection = AsyncConnection[TupleRow]

PARTITION = 0
ANSWERS_KEPT = "31 days"
"""Longer than commands are kept: none can come again after its answer was forgotten."""

_CLAIM = """
INSERT INTO catalogue_position AS mine (partition, epoch, commands_next)
VALUES (%(partition)s, 1, 0)
ON CONFLICT (partition) DO UPDATE SET epoch = mine.epoch + 1
RETURNING epoch, commands_next
"""

_FENCE = """
SELECT advance_catalogue_position(
           %(partition)s::smallint, %(epoch)s::bigint, %(expected)s::bigint, %(after)s::bigint
       )
"""

_VENUES = """
INSERT INTO venue (venue_id, version, removed_at, body, organizer_id, city_id)
SELECT each.id, each.version, each.removed_at, each.body::jsonb,
       each.body ->> 'organizer_id', each.body ->> 'city_id'
  FROM unnest(%(ids)s, %(versions)s, %(removed)s, %(bodies)s)
       AS each (id, version, removed_at, body)
ON CONFLICT (venue_id) DO UPDATE
   SET version = EXCLUDED.version, removed_at = EXCLUDED.removed_at, body = EXCLUDED.body,
       organizer_id = EXCLUDED.organizer_id, city_id = EXCLUDED.city_id
"""

_THEATRES = """
INSERT INTO theatre (theatre_id, version, removed_at, body, venue_id)
SELECT each.id, each.version, each.removed_at, each.body::jsonb, each.body ->> 'venue_id'
  FROM unnest(%(ids)s, %(versions)s, %(removed)s, %(bodies)s)
       AS each (id, version, removed_at, body)
ON CONFLICT (theatre_id) DO UPDATE
   SET version = EXCLUDED.version, removed_at = EXCLUDED.removed_at, body = EXCLUDED.body,
       venue_id = EXCLUDED.venue_id
"""

_MOVIES = """
INSERT INTO movie (movie_id, version, removed_at, body, organizer_id)
SELECT *
  FROM unnest(%(ids)s, %(versions)s, %(removed)s, %(bodies)s::jsonb [], %(owners)s)
ON CONFLICT (movie_id) DO UPDATE
   SET version = EXCLUDED.version, removed_at = EXCLUDED.removed_at, body = EXCLUDED.body
"""

_OFFERS = """
INSERT INTO offer (offer_id, version, removed_at, body, organizer_id)
SELECT *
  FROM unnest(%(ids)s, %(versions)s, %(removed)s, %(bodies)s::jsonb [], %(owners)s)
ON CONFLICT (offer_id) DO UPDATE
   SET version = EXCLUDED.version, removed_at = EXCLUDED.removed_at, body = EXCLUDED.body
"""

_SHOWS = """
INSERT INTO show (
    show_id, theatre_id, movie_id, venue_id, city_id, organizer_id, starts_at, ends_at,
    status, version, terms
)
SELECT terms ->> 'show_id', terms ->> 'theatre_id', terms ->> 'movie_id', terms ->> 'venue_id',
       terms ->> 'city_id', terms ->> 'organizer_id', (terms ->> 'starts_at')::timestamptz,
       (terms ->> 'ends_at')::timestamptz, 'opening', 0, terms
  FROM unnest(%(terms)s::jsonb []) AS each (terms)
"""

_SLOTS = """
INSERT INTO screen_slot (command_id, theatre_id, show_id, during, terms)
SELECT each.command_id, each.terms ->> 'theatre_id', each.terms ->> 'show_id',
       tstzrange(each.begins, each.ends), each.terms
  FROM unnest(%(commands)s, %(begins)s, %(ends)s, %(terms)s::jsonb [])
  WITH ORDINALITY AS each (command_id, begins, ends, terms, place)
 ORDER BY each.place
"""

_ANSWERS = """
INSERT INTO catalogue_answer (command_id, topic, partition, key, body, at)
SELECT each.*, %(now)s
  FROM unnest(%(commands)s, %(topics)s, %(partitions)s, %(keys)s, %(bodies)s) AS each
"""

_OUTBOX = """
INSERT INTO catalogue_outbox (command_id, topic, partition, key, body)
SELECT each.command_id, each.topic, each.partition, each.key, each.body
  FROM unnest(%(commands)s, %(topics)s, %(partitions)s, %(keys)s, %(bodies)s)
  WITH ORDINALITY AS each (command_id, topic, partition, key, body, place)
 ORDER BY each.place
RETURNING outbox_id
"""

_UNPUBLISHED = """
SELECT outbox_id, command_id, topic, partition, key, body FROM catalogue_outbox ORDER BY outbox_id
"""

_PUBLISHED = "DELETE FROM catalogue_outbox WHERE outbox_id <= %(last)s"

_FORGET = "DELETE FROM catalogue_answer WHERE at < now() - %(kept)s::interval"


async def claim(connection: Connection) -> tuple[int, int]:
    """Take the partition over: nobody else can commit from now on. The epoch and the offset."""
    cursor = await connection.execute(_CLAIM, {"partition": PARTITION})
    epoch, commands_next = (await cursor.fetchall())[0]
    return epoch, commands_next


async def commit(
    connection: Connection, batch: Batch, *, epoch: int, expected: int, after: int
) -> int | None:
    """Write all of a batch, or nothing; the last outbox id, if something is to be published.

    Raises psycopg.Error; nothing is written then.
    """
    fence = {"partition": PARTITION, "epoch": epoch, "expected": expected, "after": after}
    outbox: AsyncCursor[TupleRow] | None = None
    try:
        async with connection.pipeline():
            # COMMIT goes out with the rest, so no transaction waits for a client that froze
            await connection.execute("BEGIN")
            await connection.execute(_FENCE, fence)
            for query, parameters in _rows(batch):
                await connection.execute(query, parameters)
            if batch.outgoing:
                outbox = await connection.execute(_OUTBOX, _columns(batch.outgoing))
            await connection.execute("COMMIT")
    except BaseException:
        if connection.info.transaction_status is not TransactionStatus.UNKNOWN:
            await connection.rollback()
        raise
    return None if outbox is None else max(row[0] for row in await outbox.fetchall())


async def unpublished(connection: Connection) -> tuple[int, list[Outgoing]]:
    """What was committed and perhaps never sent, with the last outbox id."""
    cursor = await connection.execute(_UNPUBLISHED)
    rows = await cursor.fetchall()
    messages = [
        Outgoing(topic=topic, partition=partition, key=key, body=body, command_id=command_id)
        for _, command_id, topic, partition, key, body in rows
    ]
    return max((row[0] for row in rows), default=0), messages


async def published(connection: Connection, last: int) -> None:
    """Forget what was sent. A zombie can only forget what it sent itself, or its heir did."""
    await connection.execute(_PUBLISHED, {"last": last})


async def forget_answers(connection: Connection) -> None:
    """Answers of commands that no topic holds any more."""
    await connection.execute(_FORGET, {"kept": ANSWERS_KEPT})


def _rows(batch: Batch) -> list[tuple[str, dict[str, Any]]]:
    view, now = batch.view, batch.now
    venues = _kept({key: kept for key, kept in view.venues.items() if key in batch.venues}, now)
    theatres = _kept(
        {key: kept for key, kept in view.theatres.items() if key in batch.theatres}, now
    )
    movies = _kept({key: kept for key, kept in view.movies.items() if key in batch.movies}, now)
    offers = _kept({key: kept for key, kept in view.offers.items() if key in batch.offers}, now)
    writes: list[tuple[bool, str, dict[str, Any]]] = [
        (bool(batch.venues), _VENUES, venues),
        (bool(batch.theatres), _THEATRES, theatres),
        (bool(batch.movies), _MOVIES, movies),
        (bool(batch.offers), _OFFERS, offers),
        (
            bool(batch.opened),
            _SHOWS,
            {"terms": Jsons([wire.encode(opening.terms) for opening in batch.opened])},
        ),
        (bool(batch.asked), _SLOTS, _slots(batch)),
        (bool(batch.answered), _ANSWERS, _columns(batch.answered) | {"now": now}),
    ]
    return [(query, parameters) for wanted, query, parameters in writes if wanted]


def _kept(things: dict[Any, Kept[Any]], now: datetime) -> dict[str, Any]:
    values = list(things.values())
    return {
        "ids": Texts(list(things)),
        "versions": Ints([kept.version for kept in values]),
        "removed": Times([now if kept.removed else None for kept in values]),
        "bodies": Jsons([wire.encode(kept.thing) for kept in values]),
        "owners": Texts([kept.owner for kept in values]),
    }


def _slots(batch: Batch) -> dict[str, Any]:
    slots = [slot_of(ask.terms) for ask in batch.asked]
    return {
        "commands": Texts([ask.command_id for ask in batch.asked]),
        "begins": Times([slot.begins for slot in slots]),
        "ends": Times([slot.ends for slot in slots]),
        "terms": Jsons([wire.encode(ask.terms) for ask in batch.asked]),
    }


def _columns(messages: list[Outgoing]) -> dict[str, Any]:
    return {
        "commands": Texts([message.command_id for message in messages]),
        "topics": Texts([message.topic for message in messages]),
        "partitions": SmallInts([message.partition for message in messages]),
        "keys": Texts([message.key for message in messages]),
        "bodies": Jsons([message.body for message in messages]),
    }
