"""A month through the warehouse: filed, built, brought up to date by a day, settled, asked.

Everything lies in a lake and a database of the benchmark's own, which are gone afterwards: the
running stack lends its PostgreSQL server and nothing else. The warehouse is used as people use
it, by its commands; what they print is what is measured.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import psycopg

from justbookit.settings import Settings
from lab.bench.figures import Figures, NotPlausible, Result, result
from lab.bench.ground import Say
from lab.bench.warehouse_files import Books, contracts
from lab.bench.warehouse_memory import Memory
from lab.bench.warehouse_month import (
    COUNTRIES,
    DAYS,
    FIRST,
    SHOWS_PER_DAY,
    Month,
    houses,
    theatres,
    write,
)
from lab.bench.warehouse_sink import caught_up_per_s

DATABASE = "bench_warehouse"
DAYS_PER_RUN = 7
SETTLED_AFTER_DAYS = 5
"""So many days after the month's last day all of it is due, whatever its contract says."""
TICKETS_PER_BREAK = 1_500
BOOKINGS_PER_TICKET = 0.4
QUERIES = {
    "occupancy": "select venue_name, count(distinct show_id) shows, sum(seat_count) tickets"
    " from bookings where status = 'confirmed' group by 1 order by 3 desc",
    "revenue": "select currency, movie_title, show_date, sum(paid_amount - refund_amount) net"
    " from bookings group by 1, 2, 3 order by 4 desc",
    "offers": "select offer_ids is not null as with_offer, count(*) bookings,"
    " avg(seat_count) seats, avg(amount) amount from bookings where is_paid group by 1",
    "cancellations": "select lead_minutes // 60 hours_before,"
    " count(*) filter (where status = 'cancelled') cancelled, count(*) bookings"
    " from bookings where is_paid group by 1 order by 1",
    "payable": "select organizer_id, currency, sum(payable_amount) payable, sum(commission_amount)"
    " commission from settlement_lines group by 1, 2 order by 3 desc",
}
"""What an analyst asks of a month, typically."""

_FILED = re.compile(r"filed ([\d,]+) messages in ([\d.]+) s, ([\d,]+) in quarantine")
_ANSWERED = re.compile(r" in ([\d.]+) s")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How large the month is; one of `TICKETS_PER_BREAK` tickets is part of a planted break."""

    tickets: int
    seed: int = 1
    keep: bool = False
    """Leave the lake and the database behind, to look into them."""


def warehouse(settings: Settings, plan: Plan, say: Say) -> Result:
    """Measure one month. Raises NotPlausible when what came out is not what went in."""
    home = Path(settings.home) / "bench-warehouse"
    shutil.rmtree(home, ignore_errors=True)
    own = msgspec.structs.replace(
        settings,
        home=str(home),
        postgres=f"{settings.postgres.rpartition('/')[0]}/{DATABASE}",
        payers="; ".join(f"{currency} 12345678 OURSGBBB Us" for _, _, currency, _ in COUNTRIES),
    )
    with _database(settings, keep=plan.keep):
        try:
            figures, parameters = _measure(own, plan, say)
        finally:
            if not plan.keep:
                shutil.rmtree(home, ignore_errors=True)
    return result("warehouse", figures, parameters)


def _measure(settings: Settings, plan: Plan, say: Say) -> tuple[Figures, dict[str, object]]:
    home = Path(settings.home)
    halls = theatres(plan.tickets)
    each = plan.tickets // TICKETS_PER_BREAK
    shows = halls * SHOWS_PER_DAY * DAYS
    books = Books(
        home / "files", each=each, bookings=int(plan.tickets * BOOKINGS_PER_TICKET), shows=shows
    )
    month = Month(plan.tickets, plan.seed, books)
    *most, last = write(month, home / "topics", say)
    figures: Figures = {"sink_events_per_s": caught_up_per_s(most, say)}
    with Memory(settings) as memory:
        figures |= _through(settings, month, most, last, say)
        say("settling")
        contracts(home / "contracts.csv", houses(halls))
        figures["month_settled_s"] = _settle(settings, home, say)
        figures |= _breaks(settings, books)
    figures["peak_memory_gib"] = memory.peak / 2**30
    lake = sum(path.stat().st_size for path in (home / "lake").rglob("*") if path.is_file())
    with psycopg.connect(settings.postgres) as connection:
        (database,) = connection.execute(
            "SELECT pg_database_size(current_database())"
        ).fetchone() or (0,)
    totals = month.totals
    figures["lake_bytes_per_ticket"] = lake / totals.tickets
    figures["disk_bytes_per_ticket"] = (lake + database) / totals.tickets
    return figures, {
        "tickets": totals.tickets,
        "bookings": totals.bookings,
        "messages": totals.messages,
        "theatres": halls,
        "shows": shows,
        "seed": plan.seed,
        "breaks_of_each_kind": each,
    }


def _through(
    settings: Settings, month: Month, most: Sequence[Path], last: Path, say: Say
) -> Figures:
    """File the month, build the books, bring them up to date by a day, and ask."""
    totals = month.totals
    say("bringing the tables up")
    _run(settings, "stack", "migrate")
    figures: Figures = {}
    say(f"filing {totals.messages:,} messages")
    filed, seconds = _load(settings, most)
    figures["lake_events_per_s"] = filed / seconds
    say("building the month but for its last day")
    figures["month_built_s"] = _timed(settings, "build")
    more, _ = _load(settings, [last])
    say("building the last day")
    figures["day_increment_s"] = _timed(settings, "build")
    if filed + more != totals.messages:
        raise NotPlausible(f"{filed + more} messages were filed of {totals.messages}")
    say("asking")
    for name, query in QUERIES.items():
        figures[f"query_{name}_s"] = _ask(settings, query)
    figures["analyst_query_max_s"] = max(figures[f"query_{name}_s"] for name in QUERIES)
    say("checking")
    _run(settings, "warehouse", "check")
    _hold_money(settings, month)
    return figures


def _settle(settings: Settings, home: Path, say: Say) -> float:
    """Settle the month week by week, each run approved by another person, and reconcile it."""
    began = time.perf_counter()
    _run(settings, "warehouse", "contracts", str(home / "contracts.csv"))
    _run(settings, "warehouse", "build")  # what is due depends on the contracts
    _run(settings, "warehouse", "take-files", *map(str, sorted((home / "files").iterdir())))
    last = DAYS + SETTLED_AFTER_DAYS
    for number in [*range(DAYS_PER_RUN, last, DAYS_PER_RUN), last]:
        day = FIRST + timedelta(days=number)
        say(f"settling {day}")
        _run(settings, "warehouse", "settle", "--by", "ann", "--date", f"{day}")
        _run(settings, "warehouse", "settle", "--by", "bob", "--approve", f"S-{day}")
        _run(settings, "warehouse", "settle", "--by", "ann", "--send", f"S-{day}")
    say("reconciling")
    _run(settings, "warehouse", "reconcile")
    seconds = time.perf_counter() - began
    with psycopg.connect(settings.postgres) as connection:
        owed, settled = connection.execute(
            "SELECT (SELECT sum(payable_amount) FROM finance.settlement_lines),"
            " (SELECT sum(payable_amount) FROM settlement.run_lines)"
        ).fetchone() or (None, None)
    if owed != settled:
        raise NotPlausible(f"theatres are owed {owed}, and {settled} was settled")
    return seconds


def _breaks(settings: Settings, books: Books) -> Figures:
    with psycopg.connect(settings.postgres) as connection:
        found = {
            (row[0], row[1])
            for row in connection.execute(
                "SELECT break_type, about FROM finance.reconciliation_breaks"
            )
        }
    planted = {(str(kind), about) for kind, about in books.planted}
    return {
        "breaks_planted": len(planted),
        "breaks_missed": len(planted - found),
        "breaks_invented": len(found - planted),
    }


def _hold_money(settings: Settings, month: Month) -> None:
    with psycopg.connect(settings.postgres) as connection:
        found = {
            row[0]: (int(row[1]), int(row[2]))
            for row in connection.execute(
                "SELECT currency, sum(paid_amount), sum(refund_amount)"
                " FROM finance.bookings GROUP BY 1"
            )
        }
    totals = month.totals
    wanted = {name: (paid, totals.refunded[name]) for name, paid in totals.paid.items()}
    if found != wanted:
        raise NotPlausible(f"the books say {found}, customers paid and got back {wanted}")


def _load(settings: Settings, paths: Sequence[Path]) -> tuple[int, float]:
    """How many messages were filed in how many seconds, by the command's own clock."""
    told = _run(settings, "warehouse", "load", *map(str, paths))
    found = _FILED.search(told)
    if found is None or found[3] != "0":
        raise NotPlausible(f"`warehouse load` said: {told.strip()[-500:]}")
    return int(found[1].replace(",", "")), float(found[2])


def _timed(settings: Settings, *command: str) -> float:
    """How long one of the warehouse's commands takes, with its own start."""
    began = time.perf_counter()
    _run(settings, "warehouse", *command)
    return time.perf_counter() - began


def _ask(settings: Settings, query: str) -> float:
    """How long the answer took: the second time, as an analyst's second look."""
    script = f"{query};\n{query};\n"
    told = _run(settings, "warehouse", "sql", "--format", "csv", given=script)
    seconds = [float(each) for each in _ANSWERED.findall(told)]
    if len(seconds) != 2:
        raise NotPlausible(f"`warehouse sql` said: {told.strip()[-500:]}")
    return seconds[1]


def _run(settings: Settings, package: str, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", package, *arguments],
        env={**os.environ, **settings.environment(), "COLUMNS": "500"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        told = f"{done.stdout}{done.stderr}".strip()[-2000:]
        raise NotPlausible(f"{package} {' '.join(arguments[:2])} failed: {told}")
    return done.stderr


@contextmanager
def _database(settings: Settings, *, keep: bool) -> Iterator[None]:
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    with psycopg.connect(settings.postgres, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield
        finally:
            if not keep:
                connection.execute(drop)
