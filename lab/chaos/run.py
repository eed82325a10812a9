"""One run: a crowd on the stack, faults as planned, quiet, and then the checks."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

import aiohttp
import msgspec

from justbookit.settings import Settings
from justbookit.topics import SEAT_EVENTS
from lab.bench.gateway import Gateway
from lab.bench.http import Connections
from lab.chaos.askers import Asker
from lab.chaos.asking import Asking, admit
from lab.chaos.checks import check
from lab.chaos.coverage import TAKEOVERS, classes, vacuous
from lab.chaos.crowd import Crowd
from lab.chaos.cuts import Proxies
from lab.chaos.faults import Nemesis
from lab.chaos.findings import Findings
from lab.chaos.halls import Halls, build
from lab.chaos.history import promises, read, split
from lab.chaos.processes import SPARE, Processes
from lab.chaos.report import Report
from lab.chaos.schedule import ENDING, TAKING, Fault, plan
from lab.demo.door import Door, host_of, until
from lab.verify.audit import Audit
from lab.verify.history import histories, share_of, shares_for
from lab.verify.kafka_log import KafkaLog, see_partitions
from lab.verify.run import verify

HALLS = 6
ANSWER_SECONDS_MAX = 15.0
CONNECTIONS_MAX = 1024
"""A request may be sent five times at once, and whoever waits does not wait for a connection."""
KNOWN_WITHIN_SECONDS = 60.0
"""After the last request and the last fault, everything that was asked is known."""
STILL_WITHIN_SECONDS = 120.0
READY_WITHIN_SECONDS = 180.0

Say = Callable[[str], None]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How long, how much, and what is to be broken."""

    seconds: float
    seed: int
    clients: int
    faults: Collection[Fault]
    every: float
    """Seconds from one fault that changes who decides to the next."""
    history: Path


async def chaos(
    settings: Settings, wanted: Plan, say: Say, proxies: Proxies | None = None
) -> Report:
    """With `proxies` between our processes and the servers, connections can be cut as well.

    Raises NeverStill when the stack does not come to rest afterwards, and OtherPartitions when its
    topics are not what the settings say.
    """
    current = asyncio.current_task()
    assert current is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, current.cancel)
    wanted.history.parent.mkdir(parents=True, exist_ok=True)
    with wanted.history.open("wb") as file:
        load = _Load(settings, wanted, say, proxies)
        await load.go(file)
    return await asyncio.to_thread(load.judged)


class _Load:
    def __init__(self, settings: Settings, wanted: Plan, say: Say, proxies: Proxies | None) -> None:
        self._settings = settings
        self._wanted = wanted
        self._say = say
        self._proxies = proxies
        self._processes = Processes(settings)
        self._seconds = 0.0
        self._asking: Asking
        self._nemesis: Nemesis
        self._halls: Halls

    async def go(self, file: BinaryIO) -> None:
        """Everything that needs the stack to be there, and other people."""
        settings, wanted, say = self._settings, self._wanted, self._say
        self._processes.read()
        # before a second writer is started that would look for shows elsewhere
        await asyncio.to_thread(see_partitions, settings)
        host = host_of(settings)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            Connections(
                host, settings.api_port, CONNECTIONS_MAX, ANSWER_SECONDS_MAX
            ) as connections,
        ):
            door = Door(session, settings)
            people = await admit(door, wanted.clients, say)
            self._halls = await build(settings, door, HALLS, say)
            self._asking = asking = Asking(connections, host, file)
            self._nemesis = Nemesis(settings, asking, self._processes, self._proxies, wanted.seed)
            gateway = Gateway(settings.secret)
            asker = Asker(asking, self._halls, wanted.seed)
            crowd = Crowd(asker, self._halls, people, gateway, wanted.seed)
            async with asyncio.TaskGroup() as tasks:
                watch = tasks.create_task(self._processes.watch())
                spare = tasks.create_task(self._processes.keep_spare())
                await self._until_two_writers()
                await self._halls.open_all(asking)
                renew = tasks.create_task(self._halls.renew(asking))
                await self._rage(crowd)
                say("asking again for what was answered")
                await asker.ask_again()
                for task in (renew, watch, spare):
                    task.cancel()

    async def _rage(self, crowd: Crowd) -> None:
        asking, wanted = self._asking, self._wanted
        began = asking.now()
        asking.patient_until = began + wanted.seconds + KNOWN_WITHIN_SECONDS
        planned = plan(wanted.seed, wanted.seconds, wanted.faults, wanted.every)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._nemesis.go(planned, wanted.seconds, self._say))
            both.create_task(crowd.go(began + wanted.seconds))
        asking.patient_until = asking.now() + KNOWN_WITHIN_SECONDS
        self._seconds = asking.now() - began

    async def _until_two_writers(self) -> None:
        self._say("a second seat writer begins")

        async def look() -> bool | None:
            ready = SPARE in self._processes.read() and self._processes.all_ready()
            return True if ready else None

        await until("a second seat writer", look, READY_WITHIN_SECONDS)

    def judged(self) -> Report:
        """What the log and the stores say of all answers, a share of the shows at a time."""
        wanted, settings = self._wanted, self._settings
        audit = verify(settings, promises(wanted.history), STILL_WITHIN_SECONDS, self._say)
        faults = self._nemesis.records
        takeovers = sum(record.takeover for record in faults)
        happened: Counter[str] = Counter()
        findings = Findings()
        parts: list[Path] = []
        log = KafkaLog(settings)
        try:
            ends = log.ends((SEAT_EVENTS,))
            shares = shares_for(max(ends.values()))
            parts = split(wanted.history, settings.partitions * shares)
            for number, part in enumerate(parts):
                self._say(f"holding the answers against the log: {number + 1} of {len(parts)}")
                share, partition = divmod(number, settings.partitions)
                records = log.records(SEAT_EVENTS, partition, ends)
                here = share_of(records, share, shares, settings.partitions)
                shows = histories(here, settings.partitions, Audit())
                ours = shows.keys() & self._halls.show_ids
                logs = {name: shows[name].events for name in ours}
                ops = read(part)
                happened += classes(ops, logs)
                findings.add(check(ops, logs, self._nemesis.windows()))
        finally:
            log.close()
            for part in parts:
                part.unlink()
        findings.settle()
        happened[TAKEOVERS] = takeovers
        return Report(
            seed=wanted.seed,
            seconds=self._seconds,
            tally=self._asking.tally,
            happened=happened,
            missing=vacuous(
                happened,
                faults=any(record.effective and record.fault in ENDING for record in faults),
                takeovers=takeovers if set(TAKING) & set(wanted.faults) else None,
            ),
            faults=faults,
            findings=findings,
            audit=audit,
            history=str(wanted.history),
        )
