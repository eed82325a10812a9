"""What would keep a run from starting, and what to do about it."""

import contextlib
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil

from justbookit.settings import Settings
from stack import jars, java, postgres
from stack.addresses import ports_to_bind, started_here
from stack.errors import StackError

DISK_BYTES_MIN = 2 * 1024**3
"""Below this OpenSearch would soon refuse writes, and a full disk stops all three servers."""
DISK_BYTES_WISH = 5 * 1024**3
PYTHON_MIN = (3, 11)
PROCESSES_MB = 900
"""What our own processes and PostgreSQL take together, beside the two Java heaps."""
JAVA_OVERHEAD = 1.3


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    what: str
    found: str
    verdict: str = "ok"
    """ok, warning or trouble; only trouble keeps a run from starting."""
    cure: str = ""


def examine(
    settings: Settings, *, running: bool, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[Finding]:
    """Everything that is looked at, in the order a person would mend it.

    While a run is going on its ports are taken, and rightly so; and only what is `wanted` counts.
    """
    yield _python()
    yield _java(settings)
    yield _binaries(settings)
    yield from _jars(settings)
    if running:
        yield Finding("ports", "used by the run that is going on")
    else:
        yield from _ports(settings, wanted)
    yield _memory(settings)
    yield _disk(settings)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < PYTHON_MIN:
        return Finding("Python", version, "trouble", "install Python 3.11 or newer")
    return Finding("Python", version)


def _java(settings: Settings) -> Finding:
    try:
        found = java.find(settings)
    except StackError as error:
        return Finding("Java", "none that will do", "trouble", str(error))
    return Finding("Java", f"{found.version} ({found.origin})")


def _binaries(settings: Settings) -> Finding:
    if "postgres" not in started_here(settings):
        return Finding("PostgreSQL", "somewhere else")
    try:
        folder = postgres.binaries(settings)
    except StackError as error:
        return Finding("PostgreSQL", "no binaries", "trouble", str(error))
    data = postgres.folder_of(settings)
    return Finding("PostgreSQL", f"binaries in {folder}, data in {data}")


def _jars(settings: Settings) -> Iterator[Finding]:
    for server in jars.SERVERS:
        if server not in started_here(settings):
            yield Finding(f"{server} jars", "not needed, the server is somewhere else")
        elif count := len(jars.damaged(server)):
            yield Finding(
                f"{server} jars", f"{count} to fetch", "warning", "the next `up` fetches them"
            )
        else:
            yield Finding(f"{server} jars", f"{len(jars.locked(server))}, all here")


def _ports(settings: Settings, wanted: Callable[[str], bool]) -> Iterator[Finding]:
    try:
        ports = ports_to_bind(settings, wanted)
    except StackError as error:
        yield Finding("ports", "not usable", "trouble", str(error))
        return
    taken = {port: use for port, use in ports.items() if not _is_free(port)}
    for port, (use, setting) in taken.items():
        holder = holder_of(port)
        cure = f"stop {holder}, or choose another port with {setting}"
        yield Finding(f"port {port} ({use})", f"taken by {holder}", "trouble", cure)
    if ports and not taken:
        yield Finding("ports", f"{', '.join(map(str, ports))} are free")


def _memory(settings: Settings) -> Finding:
    here = started_here(settings)
    heaps = settings.kafka_heap_mb if "kafka" in here else 0
    heaps += settings.opensearch_heap_mb if "opensearch" in here else 0
    need = int(heaps * JAVA_OVERHEAD) + PROCESSES_MB
    have = psutil.virtual_memory().available // 1024**2
    found = f"{have} MB available, about {need} MB needed"
    if have < need:
        cure = "close something, or lower JUSTBOOKIT_KAFKA_HEAP_MB and _OPENSEARCH_HEAP_MB"
        return Finding("memory", found, "warning", cure)
    return Finding("memory", found)


def _disk(settings: Settings) -> Finding:
    folder = Path(settings.home)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    found = f"{free / 1024**3:.1f} GB free beneath {folder}"
    if free < DISK_BYTES_MIN:
        cure = f"the disk is full: free {DISK_BYTES_MIN // 1024**3} GB, or move JUSTBOOKIT_HOME"
        return Finding("disk", found, "trouble", cure)
    if free < DISK_BYTES_WISH:
        return Finding("disk", found, "warning", "free some space soon")
    return Finding("disk", found)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str:
    """Who listens on `port`, as far as we may know."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status != psutil.CONN_LISTEN or connection.pid is None:
                continue
            if connection.laddr and connection.laddr.port == port:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "a process of another user"
