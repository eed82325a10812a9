"""Breaks things in the running stack as planned, and sees whether anything broke."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from justbookit.settings import Settings
from lab.chaos.asking import Asking
from lab.chaos.blows import Blows
from lab.chaos.cuts import Proxies
from lab.chaos.findings import Window
from lab.chaos.processes import SPARE, Processes
from lab.chaos.records import Record, epochs, raised
from lab.chaos.schedule import ENDING, MAIN, TAKING, WRITERS, Fault, Planned

CALM_SECONDS = 2.0
CALM_WAIT_MAX = 1.0
"""While somebody waits longer for a decision, partitions are between two writers."""

CALM_WITHIN_SECONDS = 45.0
LAST_SECONDS = 5.0
"""So long before the end nothing is broken any more: nobody would notice."""
DEATHS_MAX = 3
"""In a minute, of one process; the supervisor gives up at the fifth."""


class Nemesis:
    """Does one plan."""

    def __init__(
        self,
        settings: Settings,
        asking: Asking,
        processes: Processes,
        proxies: Proxies | None,
        seed: int,
    ) -> None:
        self._settings = settings
        self._asking = asking
        self._processes = processes
        self._dice = Random(f"{seed} nemesis")
        self._blows = Blows(settings, processes, proxies, self._dice)
        self._turns = {True: asyncio.Lock(), False: asyncio.Lock()}
        """Of the faults that change who decides, and of the others: one at a time, until mended."""
        self._ends = 0.0
        self.records: list[Record] = []

    async def go(
        self, planned: Sequence[Planned], seconds: float, say: Callable[[str], None]
    ) -> None:
        """All of it, from now on for so long, and until everything is mended."""
        began = self._asking.now()
        self._ends = began + seconds
        async with asyncio.TaskGroup() as tasks:
            for each in planned:
                await asyncio.sleep(max(0.0, began + each.at - self._asking.now()))
                say(f"{each.at:.0f} s: {each.fault}")
                tasks.create_task(self._do(each.fault))

    def windows(self) -> list[Window]:
        """When seats could not be decided about as usual."""
        return [
            Window(record.t_begin, record.t_end, record.fault.target)
            for record in self.records
            if record.done and record.fault in MAIN
        ]

    async def _do(self, fault: Fault) -> None:
        async with self._turns[fault in MAIN]:
            await self._do_now(fault)

    async def _do_now(self, fault: Fault) -> None:
        record = Record(fault=fault, target=self._target(fault), t_begin=self._asking.now())
        self.records.append(record)
        if fault is Fault.DUPLICATES:
            await self._blows.strike(record)
        elif (why := await self._too_much_for_long(record.target)) is None:
            record.t_begin = self._asking.now()
            before = await asyncio.to_thread(epochs, self._settings)
            await self._blows.strike(record)
            await self._mended(record, before)
        else:
            record.done, record.evidence = False, why
        record.t_end = self._asking.now()

    def _target(self, fault: Fault) -> str:
        if fault not in WRITERS:
            return fault.target
        writers = self._processes.writers()
        if fault is Fault.SEATS_CLOCK:
            writers = [name for name in writers if self._processes.switches(name)] or [SPARE]
        return self._dice.choice(writers)

    async def _too_much_for_long(self, target: str) -> str | None:
        """Wait until a process can be struck; why not, if that is never."""
        while (why := self._too_much(target)) is not None:
            if self._asking.now() > self._ends - LAST_SECONDS:
                return why
            await asyncio.sleep(0.5)
        return None if self._asking.now() <= self._ends - LAST_SECONDS else "the run was over"

    def _too_much(self, target: str) -> str | None:
        """Why a process had better be left alone now."""
        processes = self._processes.read()
        process = processes.get(target)
        if process is None or process.pid is None or process.state != "ready":
            return f"{target} was not running"
        # What lives on a server dies with it, sometimes more than once.
        near = set(processes) if target in {"kafka", "postgres", "opensearch"} else {target}
        tired = [name for name in near if self._processes.deaths(name) >= DEATHS_MAX - 1]
        return f"{', '.join(tired)} died often enough" if tired else None

    async def _mended(self, record: Record, before: dict[int, int]) -> None:
        """Wait until everything works and nobody takes anything over any more; then judge."""
        deadline = self._asking.now() + CALM_WITHIN_SECONDS
        last, still_since = before, self._asking.now()
        while self._asking.now() < deadline:
            now = await asyncio.to_thread(epochs, self._settings)
            # Who is told to end works on for a while, and is noted as ready meanwhile.
            is_there = record.fault in ENDING and self._pid(record) == record.pid
            is_slow = self._asking.waits() > CALM_WAIT_MAX
            if not now or now != last or is_there or is_slow or not self._is_ready(record):
                last, still_since = now, self._asking.now()
            elif self._asking.now() - still_since >= CALM_SECONDS:
                break
            await asyncio.sleep(0.5)
        pid = self._pid(record)
        taken = raised(before, last)
        unknown = self._asking.unknown_between(record.t_begin, self._asking.now())
        record.takeover = record.fault in TAKING and bool(before) and taken > 0
        if record.fault in TAKING:
            record.effective = record.takeover
        elif record.fault in ENDING:
            record.effective = pid not in {None, record.pid}
        record.evidence += (
            f"pid {record.pid} → {pid}; {taken} partitions taken over;"
            f" {unknown} requests left open; calm after {self._asking.now() - record.t_begin:.1f} s"
        )

    def _is_ready(self, record: Record) -> bool:
        """Whether those work again that a fault concerns, as far as the notes know."""
        names = {record.target}
        if record.fault in MAIN:
            names |= {"postgres", "kafka", *self._processes.writers()}
        found = self._processes.read()
        return all(found[name].state == "ready" for name in names if name in found)

    def _pid(self, record: Record) -> int | None:
        process = self._processes.read().get(record.target)
        return None if process is None else process.pid
