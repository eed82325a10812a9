"""What a benchmark cost: processor time of each process of the stack, and of the client.

On a shared machine a rate says as much about the neighbours as about the code. What one booking
costs each process says it about the code alone, and the sum of it is the bound: two cores have
2,000 ms to spend in a second.
"""

import os
import time
from collections.abc import Callable, Iterator

import psutil

from justbookit.settings import Settings
from lab import notes
from lab.bench.figures import Figures

CLIENT = "client"
QUIET_CORES, QUIET_SECONDS_MAX = 0.35, 60.0
"""What a stack at rest takes at most, and how long it is waited for."""


class Spending:
    """Counts from its making on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._before = dict(self._seconds())

    def per(self, count: float, prefix: str) -> Figures:
        """Milliseconds that each process spent for each of `count` things, and all of them."""
        spent: dict[str, float] = {}
        for (name, pid), seconds in self._seconds():
            since = seconds - self._before.get((name, pid), 0.0)
            spent[name] = spent.get(name, 0.0) + since
        figures = {f"{prefix}{name}_ms": 1000 * spent[name] / count for name in sorted(spent)}
        return {**figures, f"{prefix}all_ms": sum(figures.values())}

    def cores(self, seconds: float) -> float:
        """How many processors were busy with all of it, over so many seconds."""
        return self.per(1000 * seconds, "")["all_ms"]

    def _seconds(self) -> Iterator[tuple[tuple[str, int], float]]:
        """Processor seconds so far, by name and id; children count under their parent's name."""
        pids = {name: process.pid for name, process in notes.processes(self._settings).items()}
        for name, pid in {**pids, CLIENT: os.getpid()}.items():
            if pid is None:
                continue
            try:
                parent = psutil.Process(pid)
                family = [parent, *(parent.children(recursive=True) if name != CLIENT else ())]
            except psutil.NoSuchProcess:
                continue
            for process in family:
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                yield (name, process.pid), times.user + times.system


def wait_until_quiet(settings: Settings, say: Callable[[str], None]) -> None:
    """Wait until the stack does next to nothing, or for a minute.

    Lags of nobody do not mean that: Postgres cleans up, and the API writes down what has changed.
    """
    deadline = time.monotonic() + QUIET_SECONDS_MAX
    while time.monotonic() < deadline:
        spending, began = Spending(settings), time.monotonic()
        time.sleep(1)
        if (cores := spending.cores(time.monotonic() - began)) <= QUIET_CORES:
            return
        say(f"the stack is still busy with {cores:.1f} cores")
