"""All that happens to a push: whose is it, was it here before, translate, send, remember.

Nothing is remembered before Kafka has all of it, and whatever is done twice (the answer was
lost, the process was killed) is done with the same command ids.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus

import msgspec
import psycopg
from psycopg_pool import PoolTimeout

from connectors.feeds.line import Feed, Line, Translated, Unreadable, is_source
from connectors.feeds.translate import translate
from connectors.gate import Gate, Verdict, refuse_unknown, shows_of
from connectors.producer import KafkaAway, Producer, messages_of
from connectors.push import batch
from connectors.push.signature import is_signed
from connectors.reader import Reader
from connectors.store import PushSource, Seen, Store
from justbookit.ids import SourceId

WEBHOOK_ID_MAX = 200
ON_SALE_SECONDS = 5.0
LOOK_SECONDS = 0.1


class Problem(Exception):
    """Why nothing of a push was taken."""

    def __init__(
        self, status: HTTPStatus, slug: str, detail: str, *, retry_after: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.detail = detail
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """As application/problem+json."""
        return {
            "type": f"/problems/{self.slug}",
            "title": self.slug.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
        }


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a push gets, the first time and every time after."""

    status: int
    body: dict[str, object]


class Taker:
    """Takes one push after the other."""

    def __init__(self, store: Store, producer: Producer, reader: Reader, partitions: int) -> None:
        self._store = store
        self._producer = producer
        self._reader = reader
        self._partitions = partitions

    def take(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises Problem when the push as a whole was not taken."""
        try:
            return self._take(name, headers, body)
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise _away("Postgres") from error
        except KafkaAway as error:
            raise _away("Kafka") from error

    def _take(self, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        source = self._authenticated(name, headers, body)
        webhook_id = headers["webhook-id"]
        digest = sha256(body).hexdigest()
        if seen := self._store.seen(source.source, webhook_id):
            return _as_before(seen, digest)
        try:
            lines = batch.read(body)
        except batch.NoBatch as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "no-batch", str(error)) from error
        feed = Feed(
            source=source.source,
            organizer_id=source.organizer_id,
            delivery=f"push/{webhook_id}",
        )
        items = self._send(feed, lines)
        answer = _answer(items)
        self._store.remember(
            source.source,
            webhook_id,
            Seen(sha256=digest, status=answer.status, answer=answer.body),
            accepted=sum(isinstance(item, Translated) for item in items),
            refused=sum(isinstance(item, Unreadable) for item in items),
        )
        return answer

    def _authenticated(self, name: str, headers: Mapping[str, str], body: bytes) -> PushSource:
        """An unknown source and a wrong signature look the same from outside."""
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "no-batch", "the body is not UTF-8") from error
        source = self._store.source(SourceId(name)) if is_source(name) else None
        if source is None or not is_signed(source, headers, text):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "not-signed",
                "needs webhook-id, webhook-timestamp (within 5 minutes) and webhook-signature"
                " made with a secret of this source",
            )
        webhook_id = headers["webhook-id"]
        if len(webhook_id) > WEBHOOK_ID_MAX or not webhook_id.isprintable():
            raise Problem(
                HTTPStatus.BAD_REQUEST,
                "bad-webhook-id",
                f"webhook-id may have {WEBHOOK_ID_MAX} printable characters",
            )
        return source

    def _send(self, feed: Feed, lines: list[Line | Unreadable]) -> list[Translated | Unreadable]:
        """What became of each fact, once Kafka has them all.

        A show and what is told of its seats may come in one push: the show goes first, and a
        push whose show is not on sale in time is asked for again as a whole.
        """
        items = list(translate(feed, batch.in_order(lines)))
        unreadable = [item for item in items if isinstance(item, Unreadable)]
        readable = [item for item in items if isinstance(item, Translated)]
        facts = [item for item in readable if shows_of([item])]
        catalogue = [item for item in readable if not shows_of([item])]
        self._produce(feed, catalogue)
        rest = unreadable + self._judged(facts)
        self._produce(feed, rest)
        return catalogue + rest

    def _judged(self, facts: Sequence[Translated]) -> list[Translated | Unreadable]:
        if not facts:
            return []
        gate = Gate(self._store.standing, self._reader.catalogue_end)
        deadline = time.monotonic() + ON_SALE_SECONDS
        while True:
            verdicts = gate.verdicts(shows_of(facts))
            if Verdict.WAIT not in verdicts.values():
                return refuse_unknown(facts, verdicts)
            if time.monotonic() > deadline:
                raise Problem(
                    HTTPStatus.SERVICE_UNAVAILABLE,
                    "show-not-on-sale-yet",
                    "a show in this push is not on sale yet; send the same push again",
                    retry_after=2,
                )
            time.sleep(LOOK_SECONDS)

    def _produce(self, feed: Feed, items: Sequence[Translated | Unreadable]) -> None:
        if items:
            now = datetime.now(UTC)
            self._producer.send(messages_of(feed, feed.delivery, now, items, self._partitions))


def _answer(items: list[Translated | Unreadable]) -> Answer:
    refused = [
        {"index": item.line - 1, "field": item.field, "reason": item.reason}
        for item in sorted(items, key=lambda item: item.line)
        if isinstance(item, Unreadable)
    ]
    accepted = len(items) - len(refused)
    if accepted:
        body: dict[str, object] = {"accepted": accepted, "refused": refused}
        return Answer(status=HTTPStatus.ACCEPTED, body=body)
    problem = Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "nothing-accepted", "every fact was refused")
    return Answer(status=problem.status, body=problem.body() | {"refused": refused})


def _as_before(seen: Seen, digest: str) -> Answer:
    if seen.sha256 != digest:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "webhook-id-reused",
            "this webhook-id was used for another body",
        )
    return Answer(status=seen.status, body=seen.answer)


def _away(server: str) -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "not-now",
        f"{server} cannot be reached; nothing is lost, send the same push again",
        retry_after=5,
    )
