"""Start a program that dies with its parent: `child.py --parent PID [...] -- program args`.

Run by path in an isolated interpreter (`python -I -S`), so it imports only the standard library.
The signal is set after the user is changed, because changing the user clears it.
"""

import argparse
import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


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
    os.nice(wanted.nice)
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


if __name__ == "__main__":
    main(sys.argv[1:])
