"""A run without a terminal: started, watched until it is ready, and ended later."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from justbookit.settings import Settings
from stack import run_state
from stack.environment import child_environment
from stack.errors import StackError
from stack.process import tail_of
from stack.run_state import RunState

POLL_SECONDS = 0.2
STOP_SECONDS_MAX = 90.0


def start(settings: Settings, arguments: Sequence[str]) -> None:
    """Start `justbookit up` on its own, showing what it says until it is ready.

    Raises StackError when it ends before that.
    """
    log = Path(settings.home) / "logs" / "supervisor.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "stack", "up", *arguments],
            env=dict(child_environment(settings)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    with log.open() as said:
        while not _is_ready(settings, process.pid):
            print(said.read(), end="", flush=True)
            if (code := process.poll()) is not None:
                print(said.read(), end="", flush=True)
                raise StackError(f"the run ended with {code} before it was ready; see {log}")
            time.sleep(POLL_SECONDS)
        print(said.read(), end="", flush=True)


def _is_ready(settings: Settings, pid: int) -> bool:
    run = run_state.read(Path(settings.home))
    return run is not None and run.supervisor == pid and run.ready


def stop(settings: Settings) -> RunState | None:
    """Ask the run in this home to end and wait until it has; what it was, if there was one.

    Raises StackError when it does not end.
    """
    home = Path(settings.home)
    run = run_state.read(home)
    if run is not None:
        with contextlib.suppress(ProcessLookupError):  # killed: its guard ends what it left
            os.kill(run.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while run_state.is_locked(home):
        if time.monotonic() > deadline:
            log = home / "logs" / "supervisor.log"
            raise StackError(f"the run has not ended after a while:\n{tail_of(log)}")
        time.sleep(POLL_SECONDS)
    return run
