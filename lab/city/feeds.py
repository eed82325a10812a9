"""The city as files of the feed format, in the order in which they make sense."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from lab.city.counter import at_counter, broken_seat
from lab.city.movies import MOVIES
from lab.city.places import AFTERNOONS, THIRD_TICKET_CITIES, VENUES, Venue
from lab.city.showings import Showing, day_of

PLATFORM = "justbookit"
DAYS = 7

Fields = Mapping[str, object]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of one source."""

    source: str
    name: str
    text: str
    lines: int


def files(seed: int, start: date) -> Iterator[File]:
    """All files, what others are about first."""
    sources = sorted({venue.source for venue in VENUES})
    for source in sources:
        yield _csv(source, "venues.csv", _venues(source))
    for source in sources:
        yield _json(source, "theatres.json", _theatres(source))
    yield _json(PLATFORM, "movies.json", [_filled(movie) for movie in MOVIES])
    yield _json(PLATFORM, "offers.json", _offers())
    days = [start + timedelta(days=number) for number in range(DAYS)]
    for source in sources:
        for day in days:
            yield _csv(source, f"shows-{day}.csv", map(_show, showings(seed, source, day)))
    # From the second day on: shows of the first may have begun and be refused, and then
    # nothing can be told of their seats.
    for source in sources:
        for day in days[1:]:
            yield from _counter_files(seed, source, day)


def showings(seed: int, source: str, day: date) -> Iterator[Showing]:
    """All shows of a source that begin on a day, theatre by theatre."""
    for venue in _venues_of(source):
        for theatre in venue.theatres():
            yield from day_of(seed, venue, theatre, day)


def write(folder: Path, made: Iterable[File]) -> None:
    """Each file appears whole, under its name: the folder may be watched already."""
    for file in made:
        target = folder / file.source / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        growing = target.with_name(f"{target.name}.part")
        growing.write_text(file.text, encoding="utf-8", newline="")
        growing.rename(target)


def _counter_files(seed: int, source: str, day: date) -> Iterator[File]:
    shown = list(showings(seed, source, day))
    counters = [at_counter(seed, showing) for showing in shown if showing.venue.mode == "partial"]
    sales = [sale for counter in counters for sale in counter.sales]
    broken = [
        (showing.show_id, broken_seat(seed, showing))
        for showing in shown
        if showing.venue.mode == "all_in"
    ]
    yield _csv(
        source,
        f"allotments-{day}.csv",
        [{"show": counter.show_id, "seats": counter.ours} for counter in counters],
    )
    yield _csv(
        source,
        f"blocks-{day}.csv",
        [
            {"show": show_id, "seats": seat, "reason": "broken seat"}
            for show_id, seat in broken
            if seat is not None
        ],
    )
    yield _csv(
        source,
        f"counter-sales-{day}.csv",
        [
            {"show": sale.show_id, "sale": sale.sale_id, "seats": " ".join(sale.seats)}
            for sale in sales
        ],
    )
    yield _csv(
        source,
        f"counter-returns-{day}.csv",
        [{"show": sale.show_id, "sale": sale.sale_id} for sale in sales if sale.returned],
    )


def _venues_of(source: str) -> Iterator[Venue]:
    return (venue for venue in VENUES if venue.source == source)


def _venues(source: str) -> Iterator[Fields]:
    for number, venue in enumerate(VENUES):
        if venue.source == source:
            latitude, longitude = venue.position(number)
            yield {
                "id": venue.venue_id,
                "name": venue.name,
                "address": venue.address,
                "city": venue.city.city_id,
                "city_name": venue.city.name,
                "country": venue.city.country,
                "timezone": venue.city.timezone,
                "currency": venue.city.currency,
                "mode": venue.mode,
                "latitude": latitude,
                "longitude": longitude,
            }


def _theatres(source: str) -> list[Fields]:
    return [
        {
            "id": theatre.theatre_id,
            "venue": venue.venue_id,
            "name": theatre.name,
            "rows": list(theatre.shape.rows()),
        }
        for venue in _venues_of(source)
        for theatre in venue.theatres()
    ]


def _offers() -> list[Fields]:
    return [
        {
            "id": "third-ticket-half",
            "name": "Half off the third ticket",
            "rule": "third_ticket",
            "percent": 50,
            "cities": list(THIRD_TICKET_CITIES),
        },
        {
            "id": "afternoon-fifth",
            "name": "Afternoon show",
            "rule": "time_of_day",
            "percent": 20,
            "from_time": "12:00",
            "until_time": "17:00",
            "theatres": [
                f"{venue.source}:{theatre.theatre_id}"
                for venue in VENUES
                if venue.venue_id in AFTERNOONS
                for theatre in venue.theatres()
            ],
        },
    ]


def _show(showing: Showing) -> Fields:
    return {
        "id": showing.show_id,
        "theatre": showing.theatre.theatre_id,
        "movie": f"{PLATFORM}:{showing.movie.id}",
        "starts_at": showing.starts_at.isoformat(timespec="minutes"),
        "prices": " ".join(f"{zone}={amount}" for zone, amount in showing.prices.items()),
        "language": showing.movie.language,
        "subtitles": showing.subtitles,
        "format": showing.format,
    }


def _filled(thing: msgspec.Struct) -> Fields:
    """The fields that have something in them."""
    fields = {name: getattr(thing, name) for name in thing.__struct_fields__}
    return {name: value for name, value in fields.items() if value}


def _csv(source: str, name: str, rows: Iterable[Fields]) -> File:
    rows = list(rows)
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return File(source=source, name=name, text=text.getvalue(), lines=len(rows))


def _json(source: str, name: str, rows: Sequence[Fields]) -> File:
    """A list with one object on each line, so that a complaint's line number says which."""
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return File(source=source, name=name, text=f"[\n{lines}\n]\n", lines=len(rows))
