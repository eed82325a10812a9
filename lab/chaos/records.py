"""One fault as it was done, and who had which partition before and after it."""

from collections.abc import Mapping

import msgspec
import psycopg

from justbookit.settings import Settings
from lab.chaos.schedule import Fault

_EPOCHS = "SELECT partition, epoch FROM writer_position"


class Record(msgspec.Struct, kw_only=True):
    """One fault as it was done, or left out."""

    fault: Fault
    target: str
    t_begin: float
    t_end: float = 0.0
    done: bool = True
    effective: bool = False
    evidence: str = ""
    pid: int = 0
    takeover: bool = False
    """Some partition got another writer."""


def epochs(settings: Settings) -> dict[int, int]:
    """How often each partition changed hands; nothing while Postgres is away."""
    try:
        with psycopg.connect(settings.postgres, connect_timeout=2) as connection:
            return dict(connection.execute(_EPOCHS).fetchall())
    except psycopg.Error:
        return {}


def raised(before: Mapping[int, int], after: Mapping[int, int]) -> int:
    """How many partitions another writer has since."""
    return sum(epoch > before.get(partition, 0) for partition, epoch in after.items())
