"""How each fault is done to the running processes, and what is seen of it at once."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from random import Random

from justbookit.settings import Settings
from lab.chaos.cuts import Proxies
from lab.chaos.duplicates import send_again
from lab.chaos.processes import HOLD_SECONDS, Processes
from lab.chaos.proxy import How, Order
from lab.chaos.records import Record, epochs, raised
from lab.chaos.schedule import CUTS, Fault
from lab.own_stack import dies_with_us, environment

STOP_SECONDS = (8.0, 10.0)
"""Longer than the session of 6 s: somebody else has the partitions when it goes on."""
CUT_SECONDS: dict[How, tuple[float, float]] = {"reset": (3.0, 6.0), "silence": (7.0, 10.0)}
JUMP_SECONDS, JUMPED_FOR_SECONDS = 3600, 5.0
RIVAL_SECONDS_MAX = 20.0
FENCED = 70

_SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "stop": signal.SIGSTOP}


class Blows:
    """Does any of the faults; comes back when the cause is gone, not when all is mended."""

    def __init__(
        self, settings: Settings, processes: Processes, proxies: Proxies | None, dice: Random
    ) -> None:
        self._settings = settings
        self._processes = processes
        self._proxies = proxies
        self._dice = dice

    async def strike(self, record: Record) -> None:
        """Do it to the process that `record` names, and note what was seen."""
        if record.fault is Fault.DUPLICATES:
            copies = await asyncio.to_thread(send_again, self._settings, self._dice.random())
            record.effective, record.evidence = copies > 0, f"{copies} commands delivered again"
            return
        record.pid = self._processes.read()[record.target].pid or 0
        if not record.pid:
            record.evidence = "it was gone by itself; "
        elif record.fault in CUTS:
            await self._cut(record)
        elif record.fault is Fault.SEATS_RIVAL:
            await self._rival(record)
        elif record.fault is Fault.SEATS_CLOCK:
            await self._jump(record)
        elif record.fault is Fault.SEATS_STOP:
            await self._freeze(record)
        else:
            _signal(record.pid, _SIGNALS[record.fault.value.rpartition("-")[2]])

    async def _freeze(self, record: Record) -> None:
        before = await asyncio.to_thread(epochs, self._settings)
        _signal(record.pid, signal.SIGSTOP)
        try:
            seconds = self._dice.uniform(*STOP_SECONDS)
            await asyncio.sleep(seconds)
            meanwhile = await asyncio.to_thread(epochs, self._settings)
        finally:
            _signal(record.pid, signal.SIGCONT)
        lost = raised(before, meanwhile)
        record.evidence = f"frozen {seconds:.1f} s, {lost} partitions another's when it woke; "

    async def _cut(self, record: Record) -> None:
        assert self._proxies is not None
        ways: tuple[How, ...] = ("reset", "silence")
        how = self._dice.choice(ways)
        server = record.fault.value.split("-")[1]
        name = f"{record.fault} {record.t_begin}"
        cut = Order(name=name, server=server, pids=(record.pid,), how=how)
        await asyncio.to_thread(self._proxies.tell, cut)
        seconds = self._dice.uniform(*CUT_SECONDS[how])
        await asyncio.sleep(seconds)
        told = await asyncio.to_thread(self._proxies.tell, Order(name=name, mend=True))
        record.effective = told.cut > 0
        record.evidence = (
            f"{how} for {seconds:.1f} s: {told.cut} connections to {server} cut,"
            f" {told.refused} tried meanwhile; "
        )

    async def _jump(self, record: Record) -> None:
        switches = self._processes.switches(record.target)
        assert switches is not None
        jump = self._dice.choice((JUMP_SECONDS, -JUMP_SECONDS))
        before = self._processes.said(record.target, b"the clock jumped")
        file = switches / "clock-seconds"
        await asyncio.to_thread(file.write_text, str(jump))
        await asyncio.sleep(JUMPED_FOR_SECONDS)
        await asyncio.to_thread(file.write_text, "0")
        record.effective = self._processes.said(record.target, b"the clock jumped") > before
        record.evidence = f"its clock went {jump:+d} s; "

    async def _rival(self, record: Record) -> None:
        """A third writer in a group of its own: it is given every partition, as the others are."""
        switches = Path(self._settings.home) / "rehearsal-rival"
        await asyncio.to_thread(_switch, switches, "group", "justbookit-seats-rival")
        told = {
            "JUSTBOOKIT_REHEARSAL": str(switches),
            "JUSTBOOKIT_HOLD_SECONDS": str(HOLD_SECONDS),
        }
        with (Path(self._settings.home) / "logs" / "chaos-rival.log").open("ab") as log:
            rival = await asyncio.create_subprocess_exec(
                *dies_with_us([sys.executable, "-m", "streams", "seats"]),
                env={**environment(self._settings), **told},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            async with asyncio.timeout(RIVAL_SECONDS_MAX):
                code = await rival.wait()
            record.evidence = f"a rival ended with {code}{', fenced' if code == FENCED else ''}; "
        except TimeoutError:
            rival.terminate()
            await rival.wait()
            record.evidence = f"a rival had all for a while, of {RIVAL_SECONDS_MAX:.0f} s; "
        finally:
            if rival.returncode is None:
                rival.kill()
        # A writer that was overruled on a partition learns it with its next commit. Where nothing
        # is asked any more there is none, and what the rival left in the outbox would lie there.
        found = self._processes.read()
        for pid in [found[name].pid for name in self._processes.writers()]:
            if pid is not None:
                _signal(pid, signal.SIGTERM)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it may die of something else at any moment
        os.kill(pid, number)


def _switch(folder: Path, name: str, value: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(value)
