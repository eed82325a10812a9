"""The billboard on disk, so that a process that starts while all else is away has it as it was."""

import contextlib
import os
import time
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from justbookit.listing import ShowListing

log = structlog.get_logger()


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Every listing, as they were at `as_of`."""

    as_of: datetime
    listings: tuple[ShowListing, ...]


_decoder = msgspec.json.Decoder(Snapshot)
_encoder = msgspec.json.Encoder()


def path_in(home: str) -> Path:
    return Path(home) / "browse" / "billboard.json"


def read(path: Path) -> Snapshot | None:
    """The last one that was written; None when there is none, or none that can be read."""
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        log.warning("the billboard's snapshot is of no use", why=str(error))
        return None


def age(path: Path) -> float:
    """How many seconds ago some process wrote it."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return float("inf")


def write(path: Path, taken: Snapshot) -> None:
    """Put it in place of the one before, whole or not at all."""
    growing = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        growing.write_bytes(_encoder.encode(taken))
        growing.replace(path)
    except OSError as error:
        log.warning("the billboard cannot be written down", why=str(error))
        with contextlib.suppress(OSError):
            growing.unlink(missing_ok=True)
