"""Whether browsing ever goes dark: each server, the workers, and all of them are away for minutes.

Onlookers go on looking at everything: lists, times, shows, seat maps, searches and the pages of
them, also at shows that nobody has looked at before. In the middle of each outage the API is
killed and starts again, which nobody waits for: what it knows then, it has from disk.
"""

import http.client
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from urllib.parse import quote

import msgspec

from justbookit.settings import Settings
from lab.bench import outages
from lab.bench.figures import Figures, NotPlausible, Result, percentile, result
from lab.bench.ground import Say, wait_until_still
from lab.bench.http import Connections
from lab.bench.onlookers import PATIENCE_SECONDS, Ask, Onlookers, Seen
from lab.bench.questions import Questions, look_around

SEED = 7
ONLOOKERS = 8
BEFORE_SECONDS = 5.0
SHELVED_SECONDS_MAX = 400.0
STARTED_SECONDS_MAX = 60.0
FRESH_SECONDS_MAX = 120.0
LOOK_SECONDS = 0.1
OK = 200
API = "/api/v1"


class Wanted(msgspec.Struct, frozen=True):
    """Which outages, and how long each is."""

    outages: Sequence[str]
    seconds: float


class _Bench:
    def __init__(self, settings: Settings, wanted: Wanted, say: Say, tell: Say) -> None:
        self._settings = settings
        self._wanted = wanted
        self._say = say
        self._tell = tell
        self.host = (
            "127.0.0.1" if settings.api_host in {"", "0.0.0.0", "::"} else settings.api_host  # noqa: S104
        )
        self.figures: Figures = {}
        self.told: list[str] = []

    def wait_for_the_shelf(self, show_ids: Sequence[str]) -> None:
        """Until the seats of every show lie on disk, where the API puts them a few at a time."""
        path = Path(self._settings.home) / "browse" / "seatmaps.sqlite"
        deadline = time.monotonic() + SHELVED_SECONDS_MAX
        wanted = set(show_ids)
        while missing := wanted - _shelved(path):
            self._say(f"{len(missing)} shows are not on the shelf yet")
            if time.monotonic() > deadline:
                raise NotPlausible(f"{len(missing)} shows are not on the shelf")
            time.sleep(1.0)

    def measure(self, asks: dict[str, list[Ask]]) -> None:
        """One outage after the other, with onlookers all the time."""
        at = (self.host, self._settings.api_port)
        with Onlookers(*at, asks, ONLOOKERS, SEED) as onlookers:
            time.sleep(BEFORE_SECONDS)
            self._note("before", onlookers.take())
            for name in self._wanted.outages:
                self._outage(name, onlookers)

    def _outage(self, name: str, onlookers: Onlookers) -> None:
        parts = outages.parts(self._settings, name)
        half = self._wanted.seconds / 2
        self._say(f"without {name}: {half:g} s")
        began = time.monotonic()
        outages.take_out(self._settings, parts)
        try:
            time.sleep(half)
            with onlookers.elsewhere():
                self._say(f"without {name}: the API starts again")
                self.figures[f"{name}.api_start_s"] = self._start_api_again()
            self._say(f"without {name}: {half:g} s more")
            time.sleep(half)
            self._note(name, onlookers.take())
            self.figures[f"{name}.away_s"] = time.monotonic() - began
        finally:
            outages.let_go(self._settings, parts)
        self._say(f"{name} comes back")
        outages.put_back(self._settings, parts)
        self.figures[f"{name}.true_again_s"] = self._seconds_until_true()
        self._note(f"{name}.back", onlookers.take())

    def _start_api_again(self) -> float:
        """How long it takes from its start to its first answer."""
        outages.take_out(self._settings, [outages.API])
        outages.let_go(self._settings, [outages.API])
        return self._seconds_until(lambda headers: True, STARTED_SECONDS_MAX)  # noqa: ARG005

    def _seconds_until_true(self) -> float:
        """How long it takes from when all is there to an answer that is not stale."""
        return self._seconds_until(lambda headers: "warning" not in headers, FRESH_SECONDS_MAX)

    def _seconds_until(self, good: Callable[[dict[str, str]], bool], patience: float) -> float:
        began = time.monotonic()
        while True:
            headers = self._headers()
            if headers is not None and good(headers):
                return time.monotonic() - began
            if time.monotonic() - began > patience:
                raise NotPlausible(f"not after {patience:g} s: {headers}")
            time.sleep(LOOK_SECONDS)

    def _headers(self) -> dict[str, str] | None:
        """Those of the list of cities; None when there is none."""
        at = (self.host, self._settings.api_port)
        with closing(http.client.HTTPConnection(*at, timeout=PATIENCE_SECONDS)) as connection:
            try:
                connection.request("GET", f"{API}/cities")
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return None
        return {name.lower(): value for name, value in answer.getheaders() if answer.status == OK}

    def _note(self, name: str, seen: Seen) -> None:
        if not seen.took:
            raise NotPlausible(f"{name}: nothing was read at all; {seen.told}")
        self.told += [f"{name}: {why}" for why in seen.told]
        failed = seen.failed.total()
        self._tell(
            f"{name}: {len(seen.took) + failed:,} reads, {failed:,} failed"
            f" {dict(seen.failed) if failed else ''}, the oldest {seen.oldest} s old"
        )
        self.figures |= {
            f"{name}.reads": len(seen.took) + failed,
            f"{name}.failed": failed,
            f"{name}.p50_ms": 1000 * percentile(seen.took, 50),
            f"{name}.p99_ms": 1000 * percentile(seen.took, 99),
            f"{name}.stale_share": seen.stale / len(seen.took),
            f"{name}.oldest_s": seen.oldest,
        }


def dark(
    settings: Settings, wanted: Wanted, say: Say, tell: Say, run: Callable[..., object]
) -> Result:
    """What was seen during each outage, and the first failures in words.

    `tell` is told of each outage when it is over: all of them take half an hour.
    """
    for name in wanted.outages:
        outages.parts(settings, name)
    wait_until_still(settings, say)
    bench = _Bench(settings, wanted, say, tell)

    async def look() -> Questions:
        async with Connections(bench.host, settings.api_port, 4) as connections:
            say("looking at what there is to browse")
            return await look_around(connections, bench.host, Random(SEED))

    questions = run(look())
    assert isinstance(questions, Questions)
    bench.wait_for_the_shelf(questions.show_ids)
    asks = asks_of(questions)
    bench.measure(asks)
    failed = sum(value for key, value in bench.figures.items() if key.endswith(".failed"))
    figures = {"failed_reads": failed, **bench.figures}
    parameters = {
        "minutes": wanted.seconds / 60,
        "outages": ", ".join(wanted.outages),
        "onlookers": ONLOOKERS,
        "kinds": ", ".join(asks),
        "questions": sum(map(len, asks.values())),
        "shows": len(questions.show_ids),
        "workers": settings.api_workers,
        "seed": SEED,
    }
    found = result("dark", figures, parameters)
    found.failures = bench.told
    return found


def asks_of(questions: Questions) -> dict[str, list[Ask]]:
    """Everything there is to look at, as data and as pages."""
    paths = questions.paths
    cities = [Ask(f"/cities/{city}", b"As of") for city in questions.cities]
    searches = [
        Ask(f"/search?q={quote(titles[0])}", movie_id.encode())
        for movie_id, titles in questions.titles.items()
    ]
    return {
        "cities": [
            Ask(path, city.encode()) for path in paths["cities"] for city in questions.cities
        ],
        "movies": [Ask(path, b'"movie_id"') for path in paths["movies"]],
        "times": [Ask(path, b'"show_id"') for path in paths["times"]],
        "show": [Ask(f"{API}/shows/{show}", show.encode()) for show in questions.show_ids],
        "seat_map": [
            Ask(f"{API}/shows/{show}/seat-map", show.encode()) for show in questions.show_ids
        ],
        "search": [Ask(f"{API}{ask.path}", ask.says) for ask in searches],
        "filters": [
            Ask(f"{API}/search?city={city}&sort=cheapest", b'"facets"') for city in questions.cities
        ],
        "suggestions": [
            Ask(f"{API}/suggestions?q={quote(titles[0][:3])}", titles[0].encode())
            for titles in questions.titles.values()
        ],
        "pages": [
            Ask("/", b"As of"),
            *cities,
            *(Ask(ask.path, b"As of") for ask in searches),
            *(Ask(f"/shows/{show}", b"seat") for show in questions.show_ids),
        ],
    }


def _shelved(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path, timeout=5.0)) as file:
        try:
            return {show_id for (show_id,) in file.execute("SELECT show_id FROM seat_map")}
        except sqlite3.OperationalError:
            return set()  # it is being made
