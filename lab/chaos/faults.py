"""Breaks things in the running stack as planned, and sees whether anything broke."""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from random import Random

import msgspec
import psycopg

from justbookit.settings import Settings
from lab.chaos.asking import Asking
from lab.chaos.duplicates import send_again
from lab.chaos.findings import Window
from lab.chaos.processes import Processes
from lab.chaos.schedule import MAIN, WRITERS, Fault, Planned

CALM_SECONDS = 2.0
CALM_WITHIN_SECONDS = 45.0
LAST_SECONDS = 5.0
"""So long before the end nothing is broken any more: nobody would notice."""
STOP_SECONDS = (8.0, 10.0)
"""Longer than the session of 6 s: somebody else has the partitions when it goes on."""
DEATHS_MAX = 3
"""In a minute, of one process; the supervisor gives up at the fifth."""

_EPOCHS = "SELECT partition, epoch FROM writer_position"

_SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "stop": signal.SIGSTOP}


class Record(msgspec.Struct, kw_only=True):
    """One fault as it was done, or left out."""

    fault: Fault
    target: str
    t_begin: float
    t_end: float = 0.0
    done: bool = True
    effective: bool = False
    evidence: str = ""
    pid: int = 0
    takeover: bool = False
    """Some partition got another writer."""


class Nemesis:
    """Does one plan."""

    def __init__(self, settings: Settings, asking: Asking, processes: Processes, seed: int) -> None:
        self._settings = settings
        self._asking = asking
        self._processes = processes
        self._dice = Random(f"{seed} nemesis")
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
        target = fault.target
        if fault in WRITERS:
            target = self._dice.choice(self._processes.writers())
        record = Record(fault=fault, target=target, t_begin=self._asking.now())
        self.records.append(record)
        if fault is Fault.DUPLICATES:
            copies = await asyncio.to_thread(send_again, self._settings, self._dice.random())
            record.effective, record.evidence = copies > 0, f"{copies} commands delivered again"
        elif (why := await self._too_much_for_long(target)) is None:
            record.t_begin = self._asking.now()
            before = await asyncio.to_thread(self._epochs)
            await self._strike(record, before)
            await self._mended(record, before)
        else:
            record.done, record.evidence = False, why
        record.t_end = self._asking.now()

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

    async def _strike(self, record: Record, before: dict[int, int]) -> None:
        pid = self._processes.read()[record.target].pid
        assert pid is not None
        record.pid = pid
        os.kill(pid, _SIGNALS[record.fault.value.partition("-")[2]])
        if record.fault is Fault.SEATS_STOP:
            await asyncio.sleep(self._dice.uniform(*STOP_SECONDS))
            meanwhile = await asyncio.to_thread(self._epochs)
            os.kill(pid, signal.SIGCONT)
            frozen = self._asking.now() - record.t_begin
            lost = self._raised(before, meanwhile)
            record.evidence = f"frozen {frozen:.1f} s, {lost} partitions another's when it woke; "

    async def _mended(self, record: Record, before: dict[int, int]) -> None:
        """Wait until everything works and nobody takes anything over any more; then judge."""
        deadline = self._asking.now() + CALM_WITHIN_SECONDS
        last, still_since = before, self._asking.now()
        while self._asking.now() < deadline:
            epochs = await asyncio.to_thread(self._epochs)
            # Who is told to end works on for a while, and is noted as ready meanwhile.
            is_there = record.fault is not Fault.SEATS_STOP and self._pid(record) == record.pid
            if not epochs or epochs != last or is_there or not self._is_ready(record):
                last, still_since = epochs, self._asking.now()
            elif self._asking.now() - still_since >= CALM_SECONDS:
                break
            await asyncio.sleep(0.5)
        pid = self._pid(record)
        raised = self._raised(before, last)
        unknown = self._asking.unknown_between(record.t_begin, self._asking.now())
        record.takeover = record.fault in WRITERS and bool(before) and raised > 0
        replaced = pid not in {None, record.pid}
        record.effective = record.takeover if record.fault in WRITERS else replaced
        record.evidence += (
            f"pid {record.pid} → {pid}; {raised} partitions taken over;"
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

    @staticmethod
    def _raised(before: dict[int, int], after: dict[int, int]) -> int:
        """How many partitions another writer has since."""
        return sum(epoch > before.get(partition, 0) for partition, epoch in after.items())

    def _epochs(self) -> dict[int, int]:
        """How often each partition changed hands; nothing while Postgres is away."""
        try:
            with psycopg.connect(self._settings.postgres, connect_timeout=2) as connection:
                return dict(connection.execute(_EPOCHS).fetchall())
        except psycopg.Error:
            return {}
