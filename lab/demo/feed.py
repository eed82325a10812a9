"""A theatre's files, as its system would drop them; all names are new in every run."""

import csv
import io
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

SOURCE = "demo"
CITY = "demoville"
TIMEZONE = "Asia/Kolkata"
CURRENCY = "INR"
PRICES = {"gold": 45000, "stalls": 30001}
THIRD_PERCENT, AFTERNOON_PERCENT = 50, 20
STARTS = time(15, 0)

_FIRST = ("Amber", "Bamboo", "Cobalt", "Distant", "Emerald", "Fearless", "Hidden", "Ivory")
_SECOND = ("Mountain", "Orchard", "Pavilion", "Lighthouse", "Monsoon", "Caravan", "Elephant")

Row = Mapping[str, object]


class Theatre(msgspec.Struct, frozen=True, kw_only=True):
    """What this run puts on: one show in one hall."""

    run: str
    title: str
    misspelt: str
    starts_at: datetime

    @property
    def show_id(self) -> str:
        return f"{SOURCE}.show-{self.run}"

    @property
    def movie_id(self) -> str:
        return f"{SOURCE}.movie-{self.run}"

    @property
    def day(self) -> str:
        """Of the show, where the theatre is."""
        return f"{self.starts_at:%Y-%m-%d}"


def invent(now: datetime) -> Theatre:
    """A theatre that nobody has heard of, with a show tomorrow afternoon."""
    dice = random.Random(now.timestamp())
    first, second = dice.choice(_FIRST), dice.choice(_SECOND)
    tomorrow = now.astimezone(ZoneInfo(TIMEZONE)).date() + timedelta(days=1)
    middle = len(second) // 2
    swapped = second[: middle - 1] + second[middle] + second[middle - 1] + second[middle + 1 :]
    return Theatre(
        run=f"{int(now.timestamp() * 1000):x}",
        title=f"The {first} {second}",
        misspelt=f"{first.lower()} {swapped.lower()}",
        starts_at=datetime.combine(tomorrow, STARTS, ZoneInfo(TIMEZONE)),
    )


def catalogue(theatre: Theatre) -> dict[str, str]:
    """Files that put the show on: name to text."""
    run = theatre.run
    hall = f"hall-{run}"
    return {
        f"venues-{run}.csv": _csv(
            {
                "id": f"venue-{run}",
                "name": f"Demo Pictures {run[-4:]}",
                "address": "1 Example Street",
                "city": CITY,
                "city_name": "Demoville",
                "country": "IN",
                "timezone": TIMEZONE,
                "currency": CURRENCY,
                "mode": "partial",
            }
        ),
        f"theatres-{run}.csv": _csv(
            {
                "id": hall,
                "venue": f"venue-{run}",
                "name": "Hall 1",
                "rows": " | ".join(
                    f"{label} {zone} 1-4 _ 5-8"
                    for label, zone in zip("ABCDEF", ["gold"] * 2 + ["stalls"] * 4, strict=True)
                ),
            }
        ),
        f"movies-{run}.csv": _csv(
            {
                "id": f"movie-{run}",
                "title": theatre.title,
                "language": "hi",
                "duration_minutes": 118,
                "genres": "Drama|Adventure",
            }
        ),
        f"offers-{run}.csv": _csv(
            {
                "id": f"third-{run}",
                "name": "Half off the third ticket",
                "rule": "third_ticket",
                "percent": THIRD_PERCENT,
                "from_time": "",
                "until_time": "",
                "theatres": hall,
            },
            {
                "id": f"afternoon-{run}",
                "name": "Afternoon show",
                "rule": "time_of_day",
                "percent": AFTERNOON_PERCENT,
                "from_time": "12:00",
                "until_time": "17:00",
                "theatres": hall,
            },
        ),
        f"shows-{run}.csv": _csv(
            {
                "id": f"show-{run}",
                "theatre": hall,
                "movie": f"movie-{run}",
                "starts_at": theatre.starts_at.isoformat(timespec="minutes"),
                "prices": " ".join(f"{zone}={price}" for zone, price in PRICES.items()),
            }
        ),
    }


def bad_show(theatre: Theatre) -> tuple[str, str]:
    """A file whose only line, the second, has a price in rupees and not in paise."""
    name = f"shows-bad-{theatre.run}.csv"
    return name, _csv(
        {
            "id": f"bad-{theatre.run}",
            "theatre": f"hall-{theatre.run}",
            "movie": f"movie-{theatre.run}",
            "starts_at": theatre.starts_at.isoformat(timespec="minutes"),
            "prices": "gold=450.00 stalls=300.01",
        }
    )


def counter_sale(theatre: Theatre, seats: Sequence[str]) -> tuple[str, str]:
    """A file that tells of seats sold at the theatre's own counter."""
    name = f"counter-sales-{theatre.run}.csv"
    return name, _csv(
        {
            "show": f"show-{theatre.run}",
            "sale": f"till-{theatre.run}",
            "seats": " ".join(seats),
        }
    )


def drop(home: Path, name: str, text: str) -> None:
    """Put a file into the watched folder; it appears there whole."""
    folder = home / "feeds" / "inbox" / SOURCE
    folder.mkdir(parents=True, exist_ok=True)
    growing = folder / f"{name}.part"
    growing.write_text(text, encoding="utf-8")
    growing.rename(folder / name)


def _csv(*rows: Row) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
