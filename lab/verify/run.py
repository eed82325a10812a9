"""Everything gone through once: the moment, then partition by partition, then the catalogue."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from justbookit import wire
from justbookit.catalogue_events import CatalogueEvent
from justbookit.errors import MalformedMessage
from justbookit.ids import BookingId, CommandId, MovieId, ShowId
from justbookit.settings import Settings
from justbookit.topics import (
    CATALOGUE_EVENTS,
    SEAT_COMMANDS,
    SEAT_EVENTS,
    STREAM_DEAD_LETTERS,
    THEATRE_FACTS,
    Topic,
)
from lab.verify import moment
from lab.verify.audit import Audit, Check
from lab.verify.cards import check_cards
from lab.verify.exchanges import Bridge, judge_exchanges
from lab.verify.history import Record, histories, share_of, shares_for
from lab.verify.judging import Promise, judge_commands, judge_show, judge_thin_air
from lab.verify.kafka_log import KafkaLog
from lab.verify.moment import Moment, Say
from lab.verify.programme import SlotRow, check_catalogue, check_screens, slot_row
from lab.verify.stores import Postgres

_promise = msgspec.json.Decoder(Promise)


def read_promises(path: Path | None) -> dict[BookingId, Promise]:
    """The bookings of an answers file: one JSON object a line."""
    if path is None:
        return {}
    promises: dict[BookingId, Promise] = {}
    with path.open("rb") as lines:
        for line in lines:
            promise = _promise.decode(line)
            promises[promise.booking_id] = promise
    return promises


def verify(
    settings: Settings, promises: Mapping[BookingId, Promise], wait_seconds: float, say: Say
) -> Audit:
    """Recompute everything and compare.

    Raises NeverStill when no moment is quiet, and OtherPartitions when topics are not as they
    should be.
    """
    log, postgres = KafkaLog(settings), Postgres(settings)
    try:
        caught = moment.catch(settings, log, postgres, wait_seconds, say)
        return _Walk(settings, log, postgres, caught, say).go(promises)
    finally:
        postgres.close()
        log.close()


class _Walk:
    def __init__(
        self, settings: Settings, log: KafkaLog, postgres: Postgres, caught: Moment, say: Say
    ) -> None:
        self._partitions = settings.partitions
        self._log = log
        self._postgres = postgres
        self._moment = caught
        self._say = say
        self._audit = Audit()
        self._known: set[ShowId] = set()
        self._on_sale: list[SlotRow] = []
        self._to_come: set[MovieId] = set()
        self._kept: set[BookingId] = set()
        self._bridge = Bridge()

    def go(self, promises: Mapping[BookingId, Promise]) -> Audit:
        audit = self._audit
        audit.look(Check.POSITIONS, len(moment.READERS) + len(self._moment.ends))
        things = self._postgres.things()
        buried = self._buried()
        for partition in range(self._partitions):
            self._say(
                f"partition {partition + 1} of {self._partitions},"
                f" {audit.looked_at[Check.READABLE]:,} events so far"
            )
            shares = shares_for(self._moment.ends[SEAT_EVENTS.name, partition])
            for share in range(shares):
                self._share(partition, (share, shares), promises, buried)
        for booking_id in promises.keys() - self._kept:
            audit.look(Check.PROMISES)
            audit.fault(Check.PROMISES, booking_id, "was answered 201, and is in no show's log")
        judge_exchanges(self._bridge, audit)
        self._strangers()
        check_screens(self._on_sale, self._postgres.slots(), audit)
        told = self._catalogue_events()
        check_catalogue(told, things, audit)
        check_cards(told, self._moment.cards, self._to_come, audit)
        return audit

    def _share(
        self,
        partition: int,
        share: tuple[int, int],
        promises: Mapping[BookingId, Promise],
        buried: set[tuple[str, int, int]],
    ) -> None:
        log, ends, audit = self._log, self._moment.ends, self._audit

        def ours(topic: Topic) -> Iterator[Record]:
            records = log.records(topic, partition, ends)
            return share_of(records, *share, self._partitions)

        shows = histories(ours(SEAT_EVENTS), self._partitions, audit)
        asked: set[CommandId] = set()
        all_kept = True
        for topic in (SEAT_COMMANDS, THEATRE_FACTS):
            all_kept = all_kept and log.first(topic, partition) == 0
            asked |= judge_commands(topic.name, ours(topic), shows, buried, audit)
        if all_kept:
            judge_thin_air(shows, asked, audit)
        rows = self._postgres.rows(shows.keys())
        for show_id, history in shows.items():
            document = self._moment.documents.get(show_id)
            if isinstance(document, str):
                audit.fault(Check.INDEX, show_id, f"its document is none: {document}")
            else:
                rows[show_id].document = document
            terms = judge_show(history, rows[show_id], promises, audit, self._bridge)
            if terms is not None:
                self._on_sale.append(slot_row(terms))
                if terms.ends_at > datetime.now(UTC):
                    self._to_come.add(terms.movie_id)
        self._known |= shows.keys()
        for history in shows.values():
            named = {getattr(event, "booking_id", None) for event in history.events}
            self._kept |= promises.keys() & named

    def _buried(self) -> set[tuple[str, int, int]]:
        found = set()
        for record in self._log.records(STREAM_DEAD_LETTERS, 0, self._moment.ends):
            try:
                letter = wire.decode_stream_dead_letter(record.value)
            except MalformedMessage:
                continue  # it buries nothing; whatever lacks its answer is reported for that
            found.add((letter.topic, letter.partition, letter.offset))
        return found

    def _strangers(self) -> None:
        """Shows that a store knows and the log does not."""
        for table, show_ids in self._postgres.show_ids().items():
            for show_id in show_ids - self._known:
                check = Check.SHOW_ROWS if table == "show" else Check.LOG_ROWS
                self._audit.fault(check, show_id, f"is in {table}, and has no event")
        for show_id in self._moment.documents.keys() - self._known:
            self._audit.fault(Check.INDEX, show_id, "is in the index, and has no event")

    def _catalogue_events(self) -> list[CatalogueEvent]:
        events: list[CatalogueEvent] = []
        for record in self._log.records(CATALOGUE_EVENTS, 0, self._moment.ends):
            self._audit.look(Check.READABLE)
            try:
                events.append(wire.decode_catalogue_event(record.value))
            except MalformedMessage as error:
                self._audit.fault(Check.READABLE, f"catalogue-events@{record.offset}", str(error))
        return events
