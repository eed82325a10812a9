"""When the day is closed: after the cut-off of the theatres that come to it last.

A run settles what is due by then, so it waits for all of them; `justbookit daily` is what is done.
This is for a machine without cron, Airflow or Kubernetes, which call that command themselves.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from justbookit.settings import Settings
from warehouse.build import dbt_environment

CUT_OFF = time(2)
"""Where the theatre is; the variable settlement_cut_off of the dbt project."""
AFTER = timedelta(minutes=15)
"""For what was decided just before it to reach the lake."""

_ZONES = "SELECT DISTINCT body ->> 'timezone' FROM venue WHERE removed_at IS NULL"


def closing_of(day: date, zones: Collection[str]) -> datetime:
    """When the last of these zones has had its cut-off on that day; UTC where there is none."""
    cut_offs = [datetime.combine(day, CUT_OFF, ZoneInfo(zone)) for zone in zones or {"UTC"}]
    return max(each.astimezone(UTC) for each in cut_offs) + AFTER


def next_closing(now: datetime, zones: Collection[str]) -> datetime:
    """The first closing after `now`."""
    first = now.astimezone(UTC).date() - timedelta(days=1)
    closings = (closing_of(first + timedelta(days=number), zones) for number in range(4))
    return next(each for each in closings if each > now)


def zones_of(settings: Settings) -> list[str]:
    """The time zones in which there are venues."""
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        return [zone for (zone,) in connection.execute(_ZONES)]


def keep_closing(
    settings: Settings, by: str, stopped: threading.Event, say: Callable[[str], None]
) -> None:
    """Close each day when it is time, until `stopped`; a day that failed does not stop the next."""
    while True:
        at = next_closing(datetime.now(UTC), zones_of(settings))
        say(f"the next closing is at {at:%Y-%m-%d %H:%M} UTC")
        if stopped.wait((at - datetime.now(UTC)).total_seconds()):
            return
        command = [sys.executable, "-m", "warehouse", "daily", "--by", by]
        code = subprocess.call(command, env=dbt_environment(settings))  # noqa: S603 - our own
        say(f"closed{f', with trouble: exit code {code}' if code else ''}")
