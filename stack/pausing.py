"""One process of a running stack taken out on purpose, and put back: the supervisor keeps off.

A paused process has a mark in `<home>/paused`. Its supervisor sees it end, finds the mark and
starts it again when the mark is gone; such an end is no death.
"""

import os
import time
from pathlib import Path

from justbookit.settings import Settings
from stack import run_state
from stack.errors import StackError

STOP_SECONDS = 20.0
START_SECONDS = 60.0
LOOK_SECONDS = 0.1


def mark(home: Path, name: str) -> Path:
    """The file that says that `name` is to stay down."""
    return home / "paused" / name


def clear(home: Path) -> None:
    """A new run begins with nothing paused."""
    for path in (home / "paused").glob("*"):
        path.unlink()


def pause(settings: Settings, name: str) -> None:
    """Stop `name` and keep it down; back when it has ended.

    Raises StackError when there is no such process, or it does not end.
    """
    home = Path(settings.home)
    process = _process(settings, name)
    path = mark(home, name)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    if process.pid is not None:
        os.kill(process.pid, process.stop_signal)
    _until(settings, name, "paused", STOP_SECONDS)


def resume(settings: Settings, name: str) -> None:
    """Start `name` again; back when it is ready.

    Raises StackError when there is no such process, or it does not become ready.
    """
    _process(settings, name)
    mark(Path(settings.home), name).unlink(missing_ok=True)
    _until(settings, name, "ready", START_SECONDS)


def _process(settings: Settings, name: str) -> run_state.ProcessState:
    run = run_state.read(Path(settings.home))
    if run is None:
        raise StackError(f"nothing is running in {settings.home}; `justbookit up` starts it")
    if name not in run.processes:
        raise StackError(f"no process {name!r}; there are {', '.join(sorted(run.processes))}")
    return run.processes[name]


def _until(settings: Settings, name: str, state: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while _process(settings, name).state != state:
        if time.monotonic() > deadline:
            raise StackError(f"{name} is not {state} after {patience:.0f} s; see its log")
        time.sleep(LOOK_SECONDS)
