"""The proxies of a stack of our own, and how they are told to cut somebody off."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import msgspec
from psycopg.conninfo import conninfo_to_dict

from justbookit.settings import Settings
from lab.chaos.proxy import Between, Order, Told
from lab.demo.door import NotAsPromised
from lab.own_stack import ROOT, dies_with_us


class Proxies:
    """One process that carries everything between ours and the servers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def tell(self, order: Order) -> Told:
        """Have a cut made or mended. Raises NotAsPromised when the proxies are gone."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(msgspec.json.encode(order) + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        if not answer:
            raise NotAsPromised(f"the proxies ended with {process.poll()}")
        return msgspec.json.decode(answer, type=Told)


@contextmanager
def proxies(settings: Settings) -> Iterator[Proxies]:
    """Proxies where `settings` say the servers are, until the block ends."""
    postgres = conninfo_to_dict(settings.postgres)
    ports = {
        "postgres": int(str(postgres["port"])),
        "kafka": int(settings.kafka.rpartition(":")[2]),
        "opensearch": urlsplit(settings.opensearch).port or 0,
    }
    betweens = [Between(name, port, port + settings.listen_above) for name, port in ports.items()]
    argv = [sys.executable, "-m", "lab.chaos.proxy", msgspec.json.encode(betweens).decode()]
    process = subprocess.Popen(
        dies_with_us(argv), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise NotAsPromised("the proxies did not start")
        yield Proxies(process)
    finally:
        process.kill()
        process.communicate()
