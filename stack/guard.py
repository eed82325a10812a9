"""The last net under a supervisor that was killed: end what it started, whole groups at a time.

The supervisor tells it on standard input which process groups exist (`+123`, `-123`), and ends
with `bye`. If the pipe closes without a `bye`, the supervisor is dead: its children have had
their signal from the kernel, and what is left of their groups after a grace period is killed.
It holds the lock of the home folder meanwhile, so that a new run cannot start too early.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 8.0


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def watch(lines: Iterable[str]) -> set[int]:
    """Follow the supervisor until it ends; the groups it left behind."""
    groups: set[int] = set()
    for line in lines:
        match line[:1]:
            case "+":
                groups.add(int(line[1:]))
            case "-":
                groups.discard(int(line[1:]))
            case _:
                return set()
    return groups


def end(groups: set[int], grace_seconds: float) -> None:
    """Wait for `groups` to end by themselves, then kill what did not."""
    deadline = time.monotonic() + grace_seconds
    while (groups := {group for group in groups if _alive(group)}) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            continue


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    end(watch(sys.stdin), GRACE_SECONDS)
