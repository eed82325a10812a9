"""One command for each line that can be read, one complaint for each that cannot.

Pure, and the same behind both doors: what a line becomes depends on its feed and its content.

**A command's id.** The same line of the same delivery is the same command, however often it is
sent: that is what makes a crash, a retry and a doubled push harmless. What a theatre states
(a price, an allotment) may be stated again after something else was, A then B then A, so the
id of a statement has its delivery and its place in it. What happened once (a counter sale, its
return) is the same fact in every delivery, so its id has its content alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

import msgspec

from connectors.feeds import catalogue, facts
from connectors.feeds.line import BadField, Feed, Kind, Line, Translated, Unreadable, readable
from connectors.feeds.record import Record
from justbookit import wire
from justbookit.catalogue_commands import CatalogueCommand
from justbookit.errors import MalformedMessage
from justbookit.ids import CommandId, SourceId
from justbookit.seat_commands import ReturnCounterSale, SeatCommand, SellAtCounter

COMMAND_PREFIX = "feed."
COMMAND_BYTES_MAX = 900_000
"""Below what Kafka takes as one message."""

_WHERE = re.compile(r" - at `\$\.?(.*)`$")


class Form(msgspec.Struct, frozen=True):
    """How one kind of line is read, and which fields it may have."""

    read: Callable[[Feed, Record], CatalogueCommand | SeatCommand]
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return self.required + self.optional


FORMS = {
    Kind.VENUE: Form(
        catalogue.venue,
        ("id",),
        (
            *("name", "address", "city", "city_name", "country", "timezone", "currency"),
            *("mode", "latitude", "longitude", "organizer", "action"),
        ),
    ),
    Kind.THEATRE: Form(
        catalogue.theatre,
        ("id",),
        (
            "venue",
            "name",
            "rows",
            "areas",
            "sales_cutoff_minutes",
            "seats_per_booking_max",
            "seats_per_person_max",
            "accessible_released_minutes",
            "orphan_rule",
            "exchange_cutoff_minutes",
            "action",
        ),
    ),
    Kind.MOVIE: Form(
        catalogue.movie,
        ("id",),
        (
            *("title", "language", "duration_minutes", "genres", "other_titles", "rating"),
            *("description", "released_on", "action"),
        ),
    ),
    Kind.OFFER: Form(
        catalogue.offer,
        ("id",),
        (
            *("name", "rule", "percent", "from_time", "until_time", "cities", "theatres"),
            *("starts_on", "ends_on", "action"),
        ),
    ),
    Kind.SHOW: Form(
        catalogue.show,
        ("id",),
        (
            *("theatre", "movie", "starts_at", "prices", "language", "subtitles", "format"),
            *("action", "reason"),
        ),
    ),
    Kind.ALLOTMENT: Form(
        facts.allotment, ("show", "seats"), ("areas", "give_back_at", "give_back_minutes_before")
    ),
    Kind.BLOCK: Form(
        facts.block,
        ("show", "seats"),
        ("areas", "action", "reason", "until", "until_minutes_before"),
    ),
    Kind.COUNTER_SALE: Form(facts.counter_sale, ("show", "sale", "seats"), ("areas",)),
    Kind.COUNTER_RETURN: Form(facts.counter_return, ("show", "sale")),
}


def translate(feed: Feed, lines: Iterable[Line | Unreadable]) -> Iterator[Translated | Unreadable]:
    """A bad line never stops the lines after it."""
    for line in lines:
        if isinstance(line, Unreadable):
            yield line
            continue
        try:
            command = _command(feed, line)
        except BadField as bad:
            yield _unreadable(line, bad.field, bad.reason)
        except RecursionError:
            yield _unreadable(line, "", "is nested too deep")
        else:
            yield Translated(line=line.number, command=command, raw=line.raw)


def is_of(command_id: CommandId, source: SourceId) -> bool:
    """Whether a feed of `source` asked for it."""
    return command_id.startswith(f"{COMMAND_PREFIX}{source}.")


def _unreadable(line: Line, field: str, reason: str) -> Unreadable:
    return Unreadable(
        line=line.number, field=readable(field), reason=readable(reason), raw=line.raw
    )


def _command(feed: Feed, line: Line) -> CatalogueCommand | SeatCommand:
    form = FORMS[line.kind]
    record = Record(feed.source, line.record)
    record.refuse_others_than(form.fields)
    unnamed = form.read(feed, record)
    said = wire.encode(unnamed)
    happened_once = isinstance(unnamed, SellAtCounter | ReturnCounterSale)
    place = b"" if happened_once else f"{feed.delivery}/{line.index}/".encode()
    digest = sha256(place + said).hexdigest()[:32]
    command_id = CommandId(f"{COMMAND_PREFIX}{feed.source}.{digest}")
    named = msgspec.structs.replace(unnamed, command_id=command_id)
    _check(named)
    return named


def _check(command: CatalogueCommand | SeatCommand) -> None:
    """What we send must be readable at the other end, whatever a feed has found to say."""
    raw = wire.encode(command)
    if len(raw) > COMMAND_BYTES_MAX:
        raise BadField("", f"makes {len(raw)} bytes, {COMMAND_BYTES_MAX} are allowed")
    try:
        if isinstance(command, CatalogueCommand):
            wire.decode_catalogue_command(raw)
        else:
            wire.decode_seat_command(raw)
    except MalformedMessage as error:
        where = _WHERE.search(error.reason)
        field = where.group(1).rpartition(".")[2] if where else ""
        raise BadField(field, _WHERE.sub("", error.reason)) from error
