"""The seat writer beside row locks: who is measured, in which order, and by how much we differ."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median_low

import msgspec
from rich.table import Table

from justbookit.settings import Settings
from lab.bench import bare_postgres, pooled
from lab.bench.figures import Figures
from lab.bench.ground import Say
from lab.bench.row_locks import RowLocks, Sold

WAYS = ("update", "for_update", "function")
COUNTED = "counted"
"""Like `function`, and the show's row says how many seats are left: each show is a queue."""

CLIENTS = ("psycopg", "pgbench")
PARTS = ("many_shows", "hot_show")


class Beside(msgspec.Struct, frozen=True):
    """How often all is measured in turn, and how long each of the row locks at most."""

    rounds: int = 3
    seconds: float = 10.0


class Part(msgspec.Struct, frozen=True):
    """What is booked: so many shows with so many seats, so many bookings at most."""

    name: str
    shows: int
    seats: int
    bookings: int


class Rivals:
    """Row locks of each kind through each client, measured one after the other."""

    def __init__(
        self,
        settings: Settings,
        locks: RowLocks,
        seconds: float,
        say: Say,
        settle: Callable[[], None],
    ) -> None:
        """`settle` is called before each measurement, when its seats are there."""
        self._locks = locks
        self._seconds = seconds
        self._say = say
        self._settle = settle
        self._pgbench = bare_postgres.program(settings)

    def measure(self, part: Part) -> Iterator[tuple[str, Sold]]:
        """One round: every kind through every client, each on seats that are all free."""
        for client in CLIENTS:
            for way in (*WAYS, COUNTED):
                self._locks.lay(part.shows, part.seats)
                self._settle()
                self._say(f"row locks: {part.name}, {way} through {client}")
                self.book(client, way, part)
                yield f"{part.name}.{way}.{client}", self._locks.sold()

    def book(self, client: str, way: str, part: Part) -> None:
        """Book as much of the part as there is time for."""
        if client == "pgbench":
            bare_postgres.book(
                self._pgbench, self._locks.conninfo, way, part.shows, part.bookings, self._seconds
            )
        else:
            pooled.book(self._locks.conninfo, way, part.shows, part.bookings, self._seconds)


def medians(rounds: Mapping[str, Sequence[float]]) -> Figures:
    """The middle one of what each was measured at."""
    return {key: median_low(rates) for key, rates in rounds.items()}


def ratios(ours: Mapping[str, float], baselines: Mapping[str, float]) -> Figures:
    """How many times as fast as row locks we are.

    Through psycopg as the best of their kinds, through pgbench as the plain UPDATE; and beside a
    system that counts what is left in a show, as the seat writer does.
    """
    found: Figures = {}
    for part in PARTS:
        best = max(baselines[f"{part}.{way}.psycopg"] for way in WAYS)
        against: dict[str, float] = {
            "times_row_locks": best,
            "times_pgbench": baselines[f"{part}.update.pgbench"],
            "times_counted": baselines[f"{part}.{COUNTED}.psycopg"],
            "times_counted_pgbench": baselines[f"{part}.{COUNTED}.pgbench"],
        }
        for name, theirs in against.items():
            found[f"{part}.{name}"] = ours[part] / theirs
    return found


def table(figures: Mapping[str, float], baselines: Mapping[str, float]) -> Table:
    """Each of them in bookings a second, and how many times as fast the seat writer is."""
    shown = Table(
        title="two-seat bookings a second, median; x: how many times as fast the seat writer is",
        title_justify="left",
        header_style="bold",
    )
    shown.add_column("")
    for part in PARTS:
        shown.add_column(part.replace("_", " "), justify="right")
        shown.add_column("x", justify="right")
    ours = {part: figures[f"{part}.bookings_per_s"] for part in PARTS}
    shown.add_row(
        "seat writer",
        *(cell for part in PARTS for cell in (f"{ours[part]:,.0f}", "")),
        style="bold",
    )
    for client in CLIENTS:
        for way in (*WAYS, COUNTED):
            cells = []
            for part in PARTS:
                rate = baselines[f"{part}.{way}.{client}"]
                cells += [f"{rate:,.0f}", f"{ours[part] / rate:.1f}"]
            shown.add_row(f"{way.replace('_', ' ')}, {client}", *cells)
    return shown
