"""What a run writes down about itself: one lock, and `run.json` for `status` and `down`."""

import fcntl
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from justbookit.settings import Settings
from stack.errors import CannotStart
from stack.process import Program


class ProcessState(msgspec.Struct):
    """One child as the supervisor last saw it."""

    pid: int | None = None
    state: str = "waiting"
    deaths: int = 0
    stop_signal: int = signal.SIGTERM
    """What asks it to end, at once and in order."""


class RunState(msgspec.Struct):
    """One run of the stack."""

    supervisor: int
    started_at: datetime
    ready: bool = False
    urls: dict[str, str] = {}
    processes: dict[str, ProcessState] = {}


class Journal:
    """Keeps `run.json` true; written beside it and moved, so that no reader sees half of it."""

    def __init__(self, home: Path) -> None:
        self._path = home / "run.json"
        self.state = RunState(supervisor=os.getpid(), started_at=datetime.now(UTC))

    def note(self, program: Program, *, pid: int | None, state: str, deaths: int) -> None:
        """Remember what became of a process."""
        self.state.processes[program.name] = ProcessState(
            pid=pid, state=state, deaths=deaths, stop_signal=program.stop_signal
        )
        self.write()

    def write(self) -> None:
        """Write down the state as it is."""
        draft = self._path.with_suffix(".draft")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(self.state)))
        draft.replace(self._path)

    def close(self) -> None:
        """The run is over."""
        self._path.unlink(missing_ok=True)


def read(home: Path) -> RunState | None:
    """The run that is going on in `home`, if there is one."""
    if not is_locked(home):
        return None
    try:
        return msgspec.json.decode((home / "run.json").read_bytes(), type=RunState)
    except FileNotFoundError:
        return None


def is_locked(home: Path) -> bool:
    """Whether a run, or the guard that cleans up after one, holds `home`."""
    try:
        with (home / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def lock(settings: Settings) -> IO[bytes]:
    """Take `home` for one run; the file must stay open as long as the run goes on.

    Raises CannotStart when another run has it.
    """
    home = Path(settings.home)
    home.mkdir(parents=True, exist_ok=True)
    file = (home / "lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        run = read(home)
        who = f"process {run.supervisor}" if run else "a run that is ending"
        raise CannotStart(
            f"JustBookIt is running in {home} already ({who}):"
            " see `justbookit status`, or stop it with `justbookit down`"
        ) from error
    return file
