"""A seat writer that stops itself, as a paused machine would, before or after its first commit.

`python frozen_seats.py before|after`. Nothing in the writer knows of it: the one function that
commits is wrapped here.
"""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from streams.__main__ import main
from streams.seats import store

_commit = store.commit


async def _commit_and_freeze(connection: Any, transaction: Sequence[store.Statement]) -> None:
    store.commit = _commit
    if sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGSTOP)
    await _commit(connection, transaction)
    if sys.argv[1] == "after":
        os.kill(os.getpid(), signal.SIGSTOP)


store.commit = _commit_and_freeze
main(["seats"])
