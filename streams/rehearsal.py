"""Switches for rehearsing what must never happen: a second owner, a clock that jumps.

`JUSTBOOKIT_REHEARSAL` names a folder; each switch is a file in it. They are for tests and for
`justbookit chaos`, and are refused unless Postgres is on this machine.

    group           another consumer group: it is given every partition, owned or not
    clock-seconds   how far this process' wall clock is off, read at every look at it
"""

import time
from collections.abc import Callable
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from justbookit.settings import Settings

HERE = {"127.0.0.1", "::1", "localhost"}


def group(settings: Settings, name: str) -> str:
    """The consumer group: `name`, unless a rehearsal says otherwise.

    Raises ValueError where nothing may be rehearsed.
    """
    folder = _folder(settings)
    file = None if folder is None else folder / "group"
    return file.read_text().strip() if file is not None and file.exists() else name


def wall_clock(settings: Settings) -> Callable[[], float]:
    """Seconds since 1970 as the machine says, or as far off as a rehearsal says.

    Raises ValueError where nothing may be rehearsed.
    """
    folder = _folder(settings)
    if folder is None:
        return time.time
    file = folder / "clock-seconds"

    def shifted() -> float:
        return time.time() + (float(file.read_text() or 0) if file.exists() else 0.0)

    return shifted


def _folder(settings: Settings) -> Path | None:
    if not settings.rehearsal:
        return None
    parts = conninfo_to_dict(settings.postgres)
    hosts = str(parts.get("hostaddr") or parts.get("host") or "").split(",")
    if away := [host for host in hosts if host not in HERE and not host.startswith("/")]:
        raise ValueError(
            f"JUSTBOOKIT_REHEARSAL is set and Postgres is at {away[0] or 'no named host'}:"
            " disasters are rehearsed against 127.0.0.1 only; unset it"
        )
    folder = Path(settings.rehearsal)
    if not folder.is_dir():
        raise ValueError(f"JUSTBOOKIT_REHEARSAL names {folder}, which is no folder")
    return folder
