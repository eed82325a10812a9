"""Small halls with few seats, and shows in them: what everybody wants at the same time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from secrets import token_hex

import msgspec

from justbookit.ids import SeatId, ShowId
from justbookit.settings import Settings
from lab.chaos.asking import Asking, Person, Wish
from lab.chaos.ops import Kind, Outcome
from lab.demo.door import Door, NotAsPromised, command, until

SOURCE = "chaos"
ROWS, SEATS_IN_ROW = "ABCDEF", 12
PRICE = 15000
SLOT = timedelta(hours=3)
WORN_AFTER = 300
"""So many times somebody tried to get seats in a show, and there is another one."""
OPEN_SECONDS_MAX = 180.0
LOOK_SECONDS = 0.2


class Hall(msgspec.Struct):
    """A hall with the show that is on sale in it now."""

    theatre_id: str
    slot: int = 0
    show_id: ShowId = ShowId("")
    tries: int = 0


class Halls:
    """The halls of one run."""

    def __init__(self, run: str, theatre: Person, count: int) -> None:
        self.theatre = theatre
        self._movie_id = f"{SOURCE}.movie-{run}"
        self._run = run
        self._begin = (datetime.now(UTC) + timedelta(days=1)).replace(
            minute=0, second=0, microsecond=0
        )
        self._halls = [Hall(f"{SOURCE}.hall-{run}-{number}") for number in range(count)]
        self.seats = [
            SeatId(f"{row}{number}") for row in ROWS for number in range(1, SEATS_IN_ROW + 1)
        ]
        self.show_ids: set[ShowId] = set()
        """Every show there ever was."""

    def pick(self, dice: Random) -> Hall:
        """Where somebody goes now."""
        return dice.choice(self._halls)

    async def open_all(self, asking: Asking) -> None:
        """Put the first show of each hall on sale."""
        await asyncio.gather(*(self._open(hall, asking) for hall in self._halls))

    async def renew(self, asking: Asking) -> None:
        """Put on another show wherever one is worn out; goes on until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            worn = [hall for hall in self._halls if hall.tries >= WORN_AFTER]
            await asyncio.gather(*(self._open(hall, asking) for hall in worn))

    async def _open(self, hall: Hall, asking: Asking) -> None:
        number = len(self.show_ids)
        show_id = ShowId(f"{SOURCE}.show-{self._run}-{number}")
        self.show_ids.add(show_id)
        starts_at = self._begin + SLOT * hall.slot
        hall.slot += 1
        body = {
            "theatre_id": hall.theatre_id,
            "movie_id": self._movie_id,
            "starts_at": starts_at.isoformat(),
            "prices": {"all": PRICE},
        }
        op = await asking.insist(
            Wish(
                person=self.theatre,
                kind=Kind.OPEN,
                show_id=show_id,
                method="PUT",
                path=f"/theatre/shows/{show_id}",
                body=body,
                args={"theatre_id": hall.theatre_id},
                key=token_hex(12),
            )
        )
        if op.outcome is Outcome.FAIL:
            raise NotAsPromised(f"a show was refused: {op.answer!r}")
        if op.outcome is Outcome.OK:
            hall.show_id, hall.tries = show_id, 0


async def build(settings: Settings, door: Door, count: int, say: Callable[[str], None]) -> Halls:
    """A venue with so many halls and a movie, by a feed; the theatre's key, from the stack."""
    run = token_hex(5)
    rows = " | ".join(f"{row} all 1-{SEATS_IN_ROW}" for row in ROWS)
    _drop(
        settings,
        run,
        venues=[
            "id,name,address,city,city_name,country,timezone,currency",
            f"venue-{run},Chaos Pictures {run},1 Fault Line,chaos,Chaos,IN,Asia/Kolkata,INR",
        ],
        theatres=[
            "id,venue,name,rows",
            *(f"hall-{run}-{n},venue-{run},Hall {n + 1},{rows}" for n in range(count)),
        ],
        movies=["id,title,language,duration_minutes", f"movie-{run},Chaos {run},en,100"],
    )
    say("waiting for the halls")

    async def look() -> Person | None:
        printed = await command("api", "demo-logins", settings=settings)
        lines = [line.split() for line in printed.splitlines()]
        key = next((words[2] for words in lines if words[:2] == ["organizer", SOURCE]), None)
        if key is None:
            return None
        listed = await door.get("/theatre/theatres", secret=key)
        known = {theatre["theatre_id"] for theatre in listed["items"]}
        there = all(f"{SOURCE}.hall-{run}-{n}" in known for n in range(count))
        movies = await door.get("/theatre/movies", secret=key, q=run)
        return Person("theatre", SOURCE, key) if there and movies["items"] else None

    theatre, _ = await until("the halls of the run", look, OPEN_SECONDS_MAX)
    return Halls(run, theatre, count)


def _drop(settings: Settings, run: str, **files: Sequence[str]) -> None:
    folder = Path(settings.home) / "feeds" / "inbox" / SOURCE
    folder.mkdir(parents=True, exist_ok=True)
    for kind, lines in files.items():
        growing = folder / f"{kind}-{run}.csv.part"
        growing.write_text("\n".join([*lines, ""]))
        growing.rename(growing.with_suffix(""))
