"""What came in from theatres, what was taken and what was refused, for people and as JSON."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec
from rich.console import Console
from rich.table import Table

from connectors.feeds.translate import COMMAND_PREFIX
from connectors.reader import Reader
from connectors.store import Refused, Store
from justbookit import topics, wire
from justbookit.catalogue_events import CatalogueRefused
from justbookit.dead_letters import FeedDeadLetter

LATEST = 20


class SourceReport(msgspec.Struct, kw_only=True):
    """One theatre chain's feed in numbers; `taken` lines are in Kafka."""

    source: str
    files: int = 0
    open_files: int = 0
    pushes: int = 0
    taken: int = 0
    unreadable: int = 0
    refused: dict[str, int] = {}
    """How many of its commands were not granted later on, by the reason's code."""


class Report(msgspec.Struct, kw_only=True):
    """All sources, with what somebody should mend."""

    sources: list[SourceReport]
    unreadable: list[FeedDeadLetter]
    refused: list[Refused]


def gather(store: Store, reader: Reader) -> Report:
    """Read the topics and tables to their present end. Raises KafkaAway."""
    letters = _letters(reader.values(topics.FEED_DEAD_LETTERS))
    refused = [*_refused(reader.values(topics.CATALOGUE_EVENTS)), *store.refused_facts()]
    sources: dict[str, SourceReport] = {}

    def of(source: str) -> SourceReport:
        return sources.setdefault(source, SourceReport(source=source))

    for file in store.files():
        of(file.source).files += 1
        of(file.source).open_files += file.finished_at is None
        of(file.source).taken += file.records - file.refused
    for push in store.pushes():
        of(push.source).pushes += push.pushes
        of(push.source).taken += push.accepted
    for letter in letters:
        of(letter.source).unreadable += 1
    codes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in refused:
        codes[_source_of(each)][each.code] += 1
    for source, counts in codes.items():
        of(source).refused = dict(counts.most_common())
    return Report(
        sources=sorted(sources.values(), key=lambda report: report.source),
        unreadable=letters,
        refused=refused,
    )


def show(report: Report, console: Console) -> None:
    """Tables: the sources, then the latest of what was refused and why."""
    table = Table(title="Feeds", title_justify="left")
    for heading in ("source", "files", "pushes", "lines taken", "unreadable", "refused later"):
        table.add_column(heading, justify="left" if heading == "source" else "right")
    for source in report.sources:
        files = f"{source.files} ({source.open_files} open)" if source.open_files else source.files
        reasons = ", ".join(f"{count} {code}" for code, count in source.refused.items())
        table.add_row(
            source.source,
            str(files),
            str(source.pushes),
            str(source.taken),
            str(source.unreadable),
            reasons or "0",
        )
    console.print(table if report.sources else "Nothing came in yet.")
    _show_unreadable(report.unreadable, console)
    _show_refused(report.refused, console)


def _show_unreadable(letters: list[FeedDeadLetter], console: Console) -> None:
    if not letters:
        return
    table = Table(title=_title("Lines nobody could read", len(letters)), title_justify="left")
    for heading in ("source", "file", "line", "field", "reason"):
        table.add_column(heading, overflow="fold")
    for letter in letters[-LATEST:]:
        table.add_row(letter.source, letter.file, str(letter.line), letter.field, letter.reason)
    console.print(table)


def _show_refused(refused: list[Refused], console: Console) -> None:
    if not refused:
        return
    table = Table(title=_title("Read, but not granted", len(refused)), title_justify="left")
    for heading in ("of", "reason", "what would work"):
        table.add_column(heading, overflow="fold")
    for each in refused[-LATEST:]:
        table.add_row(each.subject, each.code, each.detail)
    console.print(table)


def _title(text: str, count: int) -> str:
    return f"{text}: {count}" if count <= LATEST else f"{text}: the latest {LATEST} of {count}"


def _letters(values: Iterable[bytes]) -> list[FeedDeadLetter]:
    """In order, without those that a restart sent twice."""
    found: dict[bytes, FeedDeadLetter] = {}
    for value in values:
        found.setdefault(value, wire.decode_feed_dead_letter(value))
    return list(found.values())


def _refused(values: Iterable[bytes]) -> list[Refused]:
    found: dict[str, Refused] = {}
    for value in values:
        event = wire.decode_catalogue_event(value)
        if isinstance(event, CatalogueRefused) and event.command_id.startswith(COMMAND_PREFIX):
            found[event.command_id] = Refused(
                command_id=event.command_id,
                code=event.code,
                subject=event.subject,
                detail=f"{event.field}: {event.detail}",
            )
    return list(found.values())


def _source_of(refused: Refused) -> str:
    return refused.command_id.removeprefix(COMMAND_PREFIX).partition(".")[0]
