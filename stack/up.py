"""One run of the stack, from the lock to "Ready" to the end of the last process."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import IO

import msgspec

from justbookit.settings import Settings
from stack import (
    doctor,
    jars,
    java,
    kafka,
    migrate,
    opensearch,
    pausing,
    postgres,
    run_state,
    sample,
    topics,
    workers,
)
from stack.addresses import SERVERS, started_here
from stack.environment import ROOT, child_environment
from stack.errors import CannotStart, StackError
from stack.process import Program, wrapped
from stack.supervisor import Supervisor

REACH_SECONDS_MAX = 15.0
"""How long a server that is somewhere else may take to answer."""

Say = Callable[[str], None]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What one run is to bring up."""

    only: Collection[str] = ()
    """Names of processes, or `servers`; nothing means everything."""
    with_sample: bool = True

    def includes(self, name: str) -> bool:
        """Whether the process `name` is wanted."""
        kind = name.partition("-")[0]
        if not self.only or name in self.only or kind in self.only:
            return True
        return "servers" in self.only and name in SERVERS


def run(settings: Settings, wish: Wish, say: Say) -> None:
    """Bring the stack up and look after it until somebody asks it to stop.

    Raises StackError when it cannot start, or cannot go on; nothing is left running then.
    """
    logs = Path(settings.home) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    with run_state.lock(settings) as lock:
        pausing.clear(Path(settings.home))
        check(settings, wish, say)
        asyncio.run(_Run(settings, wish, say, lock, logs).go())


def check(settings: Settings, wish: Wish, say: Say) -> None:
    """Look for what would keep the run from working, and fetch the jars.

    Raises CannotStart with every trouble found.
    """
    findings = list(doctor.examine(settings, running=False, wanted=wish.includes))
    for finding in findings:
        if finding.verdict == "warning":
            say(f"{finding.what}: {finding.found}; {finding.cure}")
    if troubles := [finding for finding in findings if finding.verdict == "trouble"]:
        raise CannotStart("\n".join(f"{one.what}: {one.found}; {one.cure}" for one in troubles))
    here = [server for server in started_here(settings) if wish.includes(server)]
    missing = [server for server in jars.SERVERS if server in here and jars.damaged(server)]
    if missing and subprocess.call([sys.executable, "-m", "stack.fetch", *missing], cwd=ROOT):
        raise CannotStart(f"the jars of {' and '.join(missing)} are not complete; see above")


class _Run:
    def __init__(
        self, settings: Settings, wish: Wish, say: Say, lock: IO[bytes], logs: Path
    ) -> None:
        self._settings = settings
        self._wish = wish
        self._say = say
        self._lock = lock
        self._logs = logs
        self._journal = run_state.Journal(Path(settings.home))

    async def go(self) -> None:
        supervisor = Supervisor(
            logs=self._logs, journal=self._journal, lock=self._lock, say=self._say
        )
        work = asyncio.create_task(self._work(supervisor))
        self._listen(work, supervisor)
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await work
        finally:
            self._say("stopping")
            await supervisor.stop()
            self._journal.close()
            self._say("stopped")

    def _listen(self, work: asyncio.Task[None], supervisor: Supervisor) -> None:
        asked = 0

        def stop() -> None:
            nonlocal asked
            asked += 1
            if asked == 1:
                work.cancel()
            else:
                supervisor.kill()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop)

    async def _work(self, supervisor: Supervisor) -> None:
        started = time.monotonic()
        self._journal.write()
        await supervisor.bring_up(await self._servers())
        await self._reach_the_others()
        await self._shape()
        programs = [
            program
            for program in workers.programs(self._settings)
            if self._wish.includes(program.name) and self._is_there(program)
        ]
        if programs:
            self._say(f"starting {', '.join(program.name for program in programs)}")
        await supervisor.bring_up(programs)
        names = {program.name for program in programs}
        if self._wish.with_sample and {"api", "connectors", "search"} <= names:
            await sample.load(self._settings, self._say)
        await self._welcome(names, time.monotonic() - started)
        await supervisor.until_given_up()

    async def _servers(self) -> list[Program]:
        wanted = [name for name in started_here(self._settings) if self._wish.includes(name)]
        if wanted:
            self._say(f"starting {', '.join(wanted)}")
        return list(await asyncio.gather(*map(self._prepare, wanted)))

    async def _prepare(self, server: str) -> Program:
        if server == "postgres":
            return await postgres.prepare(self._settings, self._logs)
        found = await asyncio.to_thread(java.find, self._settings)
        if server == "kafka":
            return await kafka.prepare(self._settings, found, self._logs)
        return opensearch.prepare(self._settings, found)

    async def _reach_the_others(self) -> None:
        ask = {
            "postgres": postgres.answers,
            "kafka": kafka.answers,
            "opensearch": opensearch.answers,
        }
        for name in set(SERVERS) - set(started_here(self._settings)):
            deadline = time.monotonic() + REACH_SECONDS_MAX
            while not await ask[name](self._settings):
                if time.monotonic() > deadline:
                    where = getattr(self._settings, name)
                    raise CannotStart(
                        f"{name} at {where} does not answer, and JUSTBOOKIT_SERVERS says it is"
                        " not to be started here: start it over there, or correct its address"
                    )
                await asyncio.sleep(0.5)

    async def _shape(self) -> None:
        if self._wish.includes("postgres"):
            await postgres.make_database(self._settings)
            for name in await asyncio.to_thread(migrate.migrate, self._settings):
                self._say(f"applied {name}")
        if self._wish.includes("kafka"):
            made = await asyncio.to_thread(topics.ensure, self._settings)
            if made:
                self._say(f"made the topics {', '.join(made)}")

    def _is_there(self, program: Program) -> bool:
        if workers.exists(program):
            return True
        self._say(f"{program.name} is left out: there is no package {program.argv[2]}")
        return False

    async def _welcome(self, names: Collection[str], seconds: float) -> None:
        settings = self._settings
        urls = {name: getattr(settings, name) for name in SERVERS}
        if "api" in names:
            urls["shop"] = sample.api_url(settings)
        lines = [f"Ready after {seconds:.0f} s"]
        lines += [f"  {name:<12}{url}" for name, url in urls.items()]
        if "api" in names:
            lines += await self._logins()
        lines.append("  Ctrl-C or `justbookit down` stops everything")
        self._say("\n".join(lines))
        self._journal.state.urls = urls
        self._journal.state.ready = True
        self._journal.write()

    async def _logins(self) -> list[str]:
        process = await asyncio.create_subprocess_exec(
            *wrapped([sys.executable, "-m", "api", "demo-logins"], None),
            env=dict(child_environment(self._settings)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, complaint = await process.communicate()
        if process.returncode:
            raise StackError(f"the demo logins could not be made:\n{complaint.decode()}")
        return [f"  {line}" for line in output.decode().splitlines()]
