"""The benchmark's own halls and shows: put on as a theatre would, through the watched folder.

They are real shows of a city of their own, so that everything downstream works on them as on
any other, and so that `verify` holds afterwards. Names are new in every run: seats that one run
has sold are not there for the next.
"""

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg

from justbookit.catalogue import ShowTerms
from justbookit.ids import ShowId
from justbookit.settings import Settings
from lab.bench.figures import NotPlausible
from lab.verify import moment
from lab.verify.kafka_log import KafkaLog
from lab.verify.moment import lags
from lab.verify.stores import Postgres

SOURCE = "bench"
CITY = "benchmark"
CURRENCY = "INR"
PRICE = 20000
ROWS, SEATS_IN_ROW = 10, 20
SHOWS_IN_HALL = 40
SLOT = timedelta(hours=3)
OPEN_SECONDS_MAX = 180.0

Say = Callable[[str], None]

_OPEN = "SELECT count(*) FROM show WHERE theatre_id = ANY(%s) AND status = 'open'"

_TERMS = "SELECT terms::text FROM show WHERE show_id = %s AND status = 'open'"


class Ground(msgspec.Struct, frozen=True):
    """Shows with all their seats free."""

    run: str
    show_ids: tuple[str, ...]

    def pairs(self) -> list[tuple[str, tuple[str, str]]]:
        """Every two neighbouring seats, in an order that goes through all shows again and again."""
        seats = [
            (f"{row}{number}", f"{row}{number + 1}")
            for row in "ABCDEFGHIJ"[:ROWS]
            for number in range(1, SEATS_IN_ROW, 2)
        ]
        return [(show_id, pair) for pair in seats for show_id in self.show_ids]


def lay(settings: Settings, shows: int, say: Say) -> Ground:
    """Put on so many shows and wait until they are on sale and nothing moves any more."""
    run = f"{int(time.time() * 1000):x}"
    halls = [f"hall-{run}-{number}" for number in range(-(-shows // SHOWS_IN_HALL))]
    venue = f"venue-{run}"
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    listed = [
        {
            "id": f"show-{run}-{number}",
            "theatre": halls[number // SHOWS_IN_HALL],
            "movie": f"movie-{run}",
            "starts_at": (begins + SLOT * (number % SHOWS_IN_HALL)).isoformat(timespec="minutes"),
            "prices": f"all={PRICE}",
        }
        for number in range(shows)
    ]
    rows = " | ".join(f"{row} all 1-{SEATS_IN_ROW}" for row in "ABCDEFGHIJ"[:ROWS])
    _drop(
        settings,
        run,
        venues=[
            {
                "id": venue,
                "name": f"Benchmark Hall {run[-5:]}",
                "address": "1 Test Track",
                "city": CITY,
                "city_name": "Benchmark",
                "country": "IN",
                "timezone": "Asia/Kolkata",
                "currency": CURRENCY,
            }
        ],
        theatres=[
            {"id": hall, "venue": venue, "name": f"Hall {number + 1}", "rows": rows}
            for number, hall in enumerate(halls)
        ],
        movies=[
            {
                "id": f"movie-{run}",
                "title": f"Benchmark {run[-5:]}",
                "language": "en",
                "duration_minutes": 100,
            }
        ],
        shows=listed,
    )
    _wait_until_open(settings, [f"{SOURCE}.{hall}" for hall in halls], shows, say)
    wait_until_still(settings, say)
    return Ground(run, tuple(f"{SOURCE}.{show['id']}" for show in listed))


def wait_until_still(settings: Settings, say: Say) -> None:
    """Wait until every writer, and search, has done all there is to do.

    Raises NotPlausible when that does not happen: nothing measured then would mean anything.
    """
    log, postgres = KafkaLog(settings), Postgres(settings)
    try:
        deadline = time.monotonic() + OPEN_SECONDS_MAX
        while behind := lags(log.ends(moment.TOPICS), postgres.positions(), postgres.waiting()):
            say("; ".join(behind))
            if time.monotonic() > deadline:
                raise NotPlausible(f"the stack never came to rest: {'; '.join(behind)}")
            time.sleep(0.2)
    finally:
        postgres.close()
        log.close()


def open_terms(settings: Settings, show_id: ShowId) -> ShowTerms:
    """What a show is sold on now."""
    with psycopg.connect(settings.postgres) as connection:
        row = connection.execute(_TERMS, (show_id,)).fetchone()
    if row is None:
        raise NotPlausible(f"there is no show {show_id}")
    return msgspec.json.decode(row[0], type=ShowTerms)


def _wait_until_open(settings: Settings, halls: list[str], shows: int, say: Say) -> None:
    deadline = time.monotonic() + OPEN_SECONDS_MAX
    with psycopg.connect(settings.postgres, autocommit=True) as connection:
        while True:
            row = connection.execute(_OPEN, (halls,)).fetchone()
            there = row[0] if row else 0
            say(f"{there:,} of {shows:,} shows are on sale")
            if there == shows:
                return
            if time.monotonic() > deadline:
                raise NotPlausible(f"{there} of {shows} shows were put on sale; see the feeds")
            time.sleep(0.2)


def _drop(settings: Settings, run: str, **files: Iterable[Mapping[str, object]]) -> None:
    folder = Path(settings.home) / "feeds" / "inbox" / SOURCE
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in files.items():
        listed = list(rows)
        text = io.StringIO()
        writer = csv.DictWriter(text, listed[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
        growing = folder / f"{kind}-{run}.csv.part"
        growing.write_text(text.getvalue())
        growing.rename(growing.with_suffix(""))
