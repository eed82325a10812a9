"""Serving: granian with as many workers as the settings say, each with its own application."""

import contextlib
import multiprocessing
import os
import resource
import socket
import threading
import time
import urllib.error
import urllib.request
from ipaddress import ip_address

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server.mp import MPServer

from api.draining import DRAIN
from justbookit.settings import Settings

FILES = 65_536
READY_POLL_SECONDS = 0.1
BOOKINGS_SECONDS = 20.0
"""How long bookings are waited for before less will do."""
DRAIN_SECONDS = 10.0
STOP_SECONDS = 3


class CannotServe(Exception):
    """Serving would be wrong; the message says why and what to change."""


class DrainingServer(MPServer):
    """Lets each worker finish what it has begun before it is stopped."""

    def _stop_workers(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        for worker in self.wrks:
            worker.interrupt_by_parent = True  # it is meant to end, and not to be replaced
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.inner.pid, DRAIN)
        for worker in self.wrks:
            worker.inner.join(max(0.0, deadline - time.monotonic()))
        super()._stop_workers()  # type: ignore[no-untyped-call]


def check(settings: Settings) -> None:
    """Raises CannotServe for the default secret on an address that others can reach."""
    if settings.secret == Settings().secret and not _is_loopback(settings.api_host):
        raise CannotServe(
            f"JUSTBOOKIT_API_HOST={settings.api_host} can be reached by others, and "
            "JUSTBOOKIT_SECRET is the published default: set a secret of your own"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _check_port(settings: Settings) -> None:
    """Workers share their port, so the kernel would let a stranger share it as well."""
    address = (settings.api_host, settings.api_port)
    with socket.socket(socket.AF_INET6 if ":" in settings.api_host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotServe(
                f"cannot listen at {address[0]}:{address[1]}: {error.strerror}; "
                "choose another with JUSTBOOKIT_API_HOST and JUSTBOOKIT_API_PORT"
            ) from error


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished.

    Raises CannotServe.
    """
    check(settings)
    _check_port(settings)
    # Each who looks on is a file: as many as the system allows, our workers inherit it.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, FILES)), hard))
    # Workers forked beside a running thread (ours, or granian's own when it replaces one) may
    # inherit a lock that nobody will ever open.
    multiprocessing.set_start_method("spawn")
    server = DrainingServer(
        "api.app:application",
        factory=True,
        address=settings.api_host,
        port=settings.api_port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.api_workers,
        websockets=False,
        # Who looks on is a request that does not end: at granian's own limit of 1,024 for all
        # workers nobody else would be answered any more. What is too much, shedding decides.
        backpressure=FILES,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.warning,
    )
    threading.Thread(target=_say_when_ready, args=(settings,), daemon=True).start()
    server.serve()


def _say_when_ready(settings: Settings) -> None:
    """Tell whoever started us, once bookings can be taken.

    When that takes long, once what is on can be told: while all else is away that is much.
    """
    host = "127.0.0.1" if settings.api_host in {"0.0.0.0", "::"} else settings.api_host  # noqa: S104
    base = f"http://{host}:{settings.api_port}"
    for_less_at = time.monotonic() + BOOKINGS_SECONDS
    while not _answers(f"{base}/readyz"):
        if time.monotonic() > for_less_at and _answers(f"{base}/api/v1/cities"):
            break
        time.sleep(READY_POLL_SECONDS)
    print(f"ready api {base}", flush=True)  # noqa: T201 - the supervisor reads it


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - an address of our own
            return True
    except (urllib.error.URLError, OSError):
        return False
