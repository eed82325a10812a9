"""A run at a glance."""

import msgspec
import psycopg

from justbookit.settings import Settings
from justbookit.settlement import Payout
from warehouse.settling import runs

_COUNTS = """
SELECT (SELECT count(*) FROM settlement.run_lines WHERE run_id = %(run_id)s),
       (SELECT count(*) FROM settlement.run_bookings WHERE run_id = %(run_id)s)
"""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """How much a run is about."""

    show_count: int
    booking_count: int


def run_of(settings: Settings, run_id: str) -> Overview:
    """How many shows and bookings a run settles."""
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        shows, bookings = connection.execute(_COUNTS, {"run_id": run_id}).fetchone() or (0, 0)
    return Overview(show_count=shows, booking_count=bookings)


def payouts_of(settings: Settings, run_id: str) -> list[Payout]:
    """Its payouts."""
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        return runs.payouts(connection, run_id)
