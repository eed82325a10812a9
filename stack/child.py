"""Start a program that dies with its parent: `child.py --parent PID [...] -- program args`.

Run by path in an isolated interpreter (`python -I -S`), so it imports only the standard library.
The signal is set after the user is changed, because changing the user clears it.
"""

import argparse
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_AUTOGROUP = Path("/proc/self/autogroup")
_ATTEMPTS, _PAUSE_SECONDS = 20, 0.05


def main(argv: list[str]) -> None:
    """Become another user if asked to, ask the kernel for the signal, and become the program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("program", nargs="+")
    wanted = parser.parse_args(argv)
    if wanted.nice:
        _give_way(wanted.nice)
    if wanted.gid is not None:
        os.setgroups([])
        os.setgid(wanted.gid)
    if wanted.uid is not None:
        os.setuid(wanted.uid)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, wanted.signal, 0, 0, 0)
    if os.getppid() != wanted.parent:
        sys.exit("the parent is gone already")
    os.execvp(wanted.program[0], wanted.program)  # noqa: S606 (becoming the program is the point)


def _give_way(nice: int) -> None:
    """Let others go first: those of this session, and those of others.

    Where Linux groups processes by session (`autogroup`), and each program here has a session of
    its own, `nice` counts within the session only, and one number for all of it beside others.
    """
    os.nice(nice)
    for _ in range(_ATTEMPTS):
        try:
            _AUTOGROUP.write_text(str(nice))
        except BlockingIOError:
            # Ten of these a second are allowed on the whole machine, except to root.
            time.sleep(_PAUSE_SECONDS)
        except OSError:
            return  # no sessions are grouped here
        else:
            return


if __name__ == "__main__":
    main(sys.argv[1:])
