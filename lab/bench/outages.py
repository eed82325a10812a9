"""Parts of the running stack ended at once, kept down for a while, and put back.

A process is kept down by its mark in `<home>/paused`, as by `justbookit pause`; but it is killed,
not asked: nobody who is cut off by an outage was told before.
"""

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from justbookit.settings import Settings
from lab import notes
from lab.bench.figures import NotPlausible

SERVERS = ("opensearch", "kafka", "postgres")
WORKERS = ("catalogue", "seats", "search")
"""The processes that write: Faust's, and the one that writes the index."""
API = "api"
OUTAGES = (*SERVERS, "workers", "all")
LOOK_SECONDS = 0.1
END_SECONDS = 20.0
BACK_SECONDS = 180.0


def parts(settings: Settings, outage: str) -> list[str]:
    """The processes that are down in an outage."""
    wanted = {
        "workers": WORKERS,
        "all": (*SERVERS, *WORKERS),
    }.get(outage, (outage,))
    there = notes.processes(settings)
    found = [name for name in there if name.partition("-")[0] in wanted]
    if missing := set(wanted) - {name.partition("-")[0] for name in found}:
        raise NotPlausible(f"this stack does not run {', '.join(sorted(missing))} here")
    return found


def take_out(settings: Settings, names: Sequence[str]) -> None:
    """Kill these and keep them down; back when they have ended.

    Raises NotPlausible when one of them does not end.
    """
    there = notes.processes(settings)
    for name in names:
        mark = _mark(settings, name)
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
    for name in names:
        pid = there[name].pid
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    _until(settings, names, "paused", END_SECONDS)


def put_back(settings: Settings, names: Sequence[str]) -> None:
    """Start these again, all at once; back when all are ready.

    Raises NotPlausible when one of them does not become ready.
    """
    let_go(settings, names)
    _until(settings, names, "ready", BACK_SECONDS)


def let_go(settings: Settings, names: Sequence[str]) -> None:
    """Let the supervisor start these again, and do not wait for it."""
    for name in names:
        _mark(settings, name).unlink(missing_ok=True)


def _mark(settings: Settings, name: str) -> Path:
    return Path(settings.home) / "paused" / name


def _until(settings: Settings, names: Sequence[str], state: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while others := [name for name in names if notes.processes(settings)[name].state != state]:
        if time.monotonic() > deadline:
            raise NotPlausible(f"{', '.join(others)}: not {state} after {patience:g} s")
        time.sleep(LOOK_SECONDS)
