"""Postgres: how far each file was taken, who may push, what was pushed; and what is on sale.

The first three are ours alone. `show`, `catalogue_position` and `seat_event` belong to the
streams; we read what they have committed and write nothing there.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from psycopg.rows import class_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from connectors.feeds.line import PLATFORM
from justbookit.ids import OrganizerId, ShowId, SourceId

CONNECTIONS_MAX = 4
PATIENCE_SECONDS = 3.0

_BEGIN = """
INSERT INTO feed_cursor (delivery, source, file, sha256, taken_at)
VALUES (%(delivery)s, %(source)s, %(file)s, %(sha256)s, %(taken_at)s)
    ON CONFLICT (delivery) DO UPDATE
   SET sha256 = excluded.sha256,
       records = CASE WHEN feed_cursor.sha256 = excluded.sha256 THEN feed_cursor.records ELSE 0 END,
       refused = CASE WHEN feed_cursor.sha256 = excluded.sha256 THEN feed_cursor.refused ELSE 0 END
RETURNING records, taken_at, finished_at IS NOT NULL AS finished
"""

_ADVANCE = """
UPDATE feed_cursor
   SET records = records + %(records)s, refused = refused + %(refused)s, line = %(line)s
 WHERE delivery = %(delivery)s
"""

_FINISH = "UPDATE feed_cursor SET finished_at = now() WHERE delivery = %(delivery)s"

_CURSORS = """
SELECT source, file, sha256, records, line, refused, taken_at, finished_at
  FROM feed_cursor
 ORDER BY taken_at, delivery
"""

_SOURCE = """
SELECT source, organizer_id, secret, previous_secret
  FROM push_source
 WHERE source = %(source)s
"""

_ADD_SOURCE = """
INSERT INTO push_source (source, organizer_id, secret)
VALUES (%(source)s, %(organizer_id)s, %(secret)s)
    ON CONFLICT (source) DO NOTHING
"""

_ROTATE = """
UPDATE push_source
   SET previous_secret = secret, secret = %(secret)s, changed_at = now()
 WHERE source = %(source)s
"""

_SEEN = """
SELECT sha256, status, answer
  FROM push_seen
 WHERE source = %(source)s AND webhook_id = %(webhook_id)s
"""

_REMEMBER = """
INSERT INTO push_seen (source, webhook_id, sha256, status, answer, accepted, refused)
VALUES (%(source)s, %(webhook_id)s, %(sha256)s, %(status)s, %(answer)s, %(accepted)s, %(refused)s)
    ON CONFLICT (source, webhook_id) DO NOTHING
"""

_FORGET = "DELETE FROM push_seen WHERE seen_at < now() - %(age)s"

_PUSHES = """
SELECT source,
       count(*) AS pushes,
       sum(accepted)::bigint AS accepted,
       sum(refused)::bigint AS refused
  FROM push_seen
 GROUP BY source
 ORDER BY source
"""

# One statement, hence one snapshot: what the catalogue had decided and what was on sale then.
_STANDING = """
SELECT ARRAY(
           SELECT show_id FROM show WHERE show_id = ANY(%(show_ids)s) AND status <> 'opening'
       ) AS known,
       ARRAY(
           SELECT show_id FROM show WHERE show_id = ANY(%(show_ids)s) AND status = 'opening'
       ) AS opening,
       coalesce((SELECT commands_next FROM catalogue_position WHERE partition = 0), 0) AS decided
"""

_REFUSED_FACTS = """
SELECT command_id, body ->> 'code' AS code, show_id AS subject, body ->> 'detail' AS detail
  FROM seat_event
 WHERE type = 'CommandRefused' AND starts_with(command_id, 'feed.')
 ORDER BY at
"""


class Cursor(msgspec.Struct, frozen=True):
    """Where a delivery stands: `records` of it are taken."""

    records: int
    taken_at: datetime
    finished: bool


class TakenFile(msgspec.Struct, frozen=True):
    """A delivered file as the report shows it."""

    source: str
    file: str
    sha256: str
    records: int
    line: int
    refused: int
    taken_at: datetime
    finished_at: datetime | None


class PushSource(msgspec.Struct, frozen=True):
    """Who may push, with the secrets that are good now."""

    source: SourceId
    organizer_id: OrganizerId | None
    secret: str
    previous_secret: str | None


class Seen(msgspec.Struct, frozen=True):
    """What a push with this id was answered."""

    sha256: str
    status: int
    answer: dict[str, object]


class Pushes(msgspec.Struct, frozen=True):
    """What a source pushed, in numbers."""

    source: str
    pushes: int
    accepted: int
    refused: int


class Standing(msgspec.Struct, frozen=True):
    """Which shows a seat writer knows, which are about to be, and how far the catalogue is."""

    known: list[ShowId]
    opening: list[ShowId]
    decided: int


class Refused(msgspec.Struct, frozen=True):
    """A command that a feed asked for and that was not granted."""

    command_id: str
    code: str
    subject: str
    detail: str


class Store:
    """Our tables, and a look at what the streams have committed."""

    def __init__(self, postgres: str) -> None:
        self._pool = ConnectionPool(
            postgres,
            min_size=1,
            max_size=CONNECTIONS_MAX,
            timeout=PATIENCE_SECONDS,
            open=True,
            kwargs={"autocommit": True, "application_name": "connectors"},
            check=ConnectionPool.check_connection,
        )

    def close(self) -> None:
        self._pool.close()

    def begin(
        self, *, delivery: str, source: SourceId, file: str, sha256: str, taken_at: datetime
    ) -> Cursor:
        """Where to go on with a delivery; from its start when its bytes are not the same."""
        values = {
            "delivery": delivery,
            "source": source,
            "file": file,
            "sha256": sha256,
            "taken_at": taken_at,
        }
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Cursor))
            found = cursor.execute(_BEGIN, values).fetchone()
        assert found is not None
        return found

    def advance(self, delivery: str, *, records: int, refused: int, line: int) -> None:
        values = {"delivery": delivery, "records": records, "refused": refused, "line": line}
        with self._pool.connection() as connection:
            connection.execute(_ADVANCE, values)

    def finish(self, delivery: str) -> None:
        with self._pool.connection() as connection:
            connection.execute(_FINISH, {"delivery": delivery})

    def files(self) -> list[TakenFile]:
        with self._pool.connection() as connection:
            return connection.cursor(row_factory=class_row(TakenFile)).execute(_CURSORS).fetchall()

    def source(self, source: SourceId) -> PushSource | None:
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(PushSource))
            return cursor.execute(_SOURCE, {"source": source}).fetchone()

    def organizer_of(self, source: SourceId) -> OrganizerId | None:
        """Whose feed it is: as was said when it was added, else the organizer of its name."""
        if known := self.source(source):
            return known.organizer_id
        return None if source == PLATFORM else OrganizerId(source)

    def add_source(self, source: SourceId, organizer_id: OrganizerId | None, secret: str) -> bool:
        """False, and nothing is changed, when the source is there already."""
        values = {"source": source, "organizer_id": organizer_id, "secret": secret}
        with self._pool.connection() as connection:
            return connection.execute(_ADD_SOURCE, values).rowcount == 1

    def rotate(self, source: SourceId, secret: str) -> bool:
        """False when there is no such source."""
        with self._pool.connection() as connection:
            return connection.execute(_ROTATE, {"source": source, "secret": secret}).rowcount == 1

    def seen(self, source: SourceId, webhook_id: str) -> Seen | None:
        values = {"source": source, "webhook_id": webhook_id}
        with self._pool.connection() as connection:
            return connection.cursor(row_factory=class_row(Seen)).execute(_SEEN, values).fetchone()

    def remember(
        self, source: SourceId, webhook_id: str, seen: Seen, *, accepted: int, refused: int
    ) -> None:
        """The first answer stays; a push that overtook its own retry changes nothing."""
        values = {
            "source": source,
            "webhook_id": webhook_id,
            "sha256": seen.sha256,
            "status": seen.status,
            "answer": Jsonb(seen.answer),
            "accepted": accepted,
            "refused": refused,
        }
        with self._pool.connection() as connection:
            connection.execute(_REMEMBER, values)

    def forget(self, age: timedelta) -> None:
        with self._pool.connection() as connection:
            connection.execute(_FORGET, {"age": age})

    def pushes(self) -> list[Pushes]:
        with self._pool.connection() as connection:
            return connection.cursor(row_factory=class_row(Pushes)).execute(_PUSHES).fetchall()

    def standing(self, show_ids: Iterable[ShowId]) -> Standing:
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Standing))
            found = cursor.execute(_STANDING, {"show_ids": list(show_ids)}).fetchone()
        assert found is not None
        return found

    def refused_facts(self) -> list[Refused]:
        with self._pool.connection() as connection:
            cursor = connection.cursor(row_factory=class_row(Refused))
            return cursor.execute(_REFUSED_FACTS).fetchall()
