"""Serving: granian with as many workers as the settings say, each with its own application."""

import multiprocessing
import threading
import time
import urllib.error
import urllib.request
from ipaddress import ip_address

from granian.constants import Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

from justbookit.settings import Settings

READY_POLL_SECONDS = 0.1
DRAIN_SECONDS = 10


class Insecure(Exception):
    """The settings would let anybody on the network forge payments and sessions."""


def check(settings: Settings) -> None:
    """Raises Insecure for the default secret on an address that others can reach."""
    if settings.secret == Settings().secret and not _is_loopback(settings.api_host):
        raise Insecure(
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


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished."""
    check(settings)
    # Workers forked beside a running thread (ours, or granian's own when it replaces one) may
    # inherit a lock that nobody will ever open.
    multiprocessing.set_start_method("spawn")
    server = Server(
        "api.app:application",
        factory=True,
        address=settings.api_host,
        port=settings.api_port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.api_workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS,
        log_level=LogLevels.warning,
    )
    threading.Thread(target=_say_when_ready, args=(settings,), daemon=True).start()
    server.serve()


def _say_when_ready(settings: Settings) -> None:
    """Tell whoever started us, once bookings can be taken."""
    host = "127.0.0.1" if settings.api_host in {"0.0.0.0", "::"} else settings.api_host  # noqa: S104
    url = f"http://{host}:{settings.api_port}/readyz"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):
                break
        except (urllib.error.URLError, OSError):
            time.sleep(READY_POLL_SECONDS)
    print(f"ready api http://{host}:{settings.api_port}", flush=True)  # noqa: T201 - the supervisor reads it
