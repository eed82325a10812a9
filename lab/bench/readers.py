"""Readers so cheap that they are not what is measured: a process, a few sockets, no event loop.

A reader asks, waits for the whole answer and asks again; what that costs is two system calls and
a few lines for each answer, so that one process of readers keeps several servers busy.
"""

import multiprocessing
import select
import socket
import time
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate
from multiprocessing.connection import Connection
from random import Random
from typing import NamedTuple

from lab.bench.figures import NotPlausible

PATIENCE_SECONDS = 30.0
_OK, _AWAY = b"200", b"503"
_CHUNK = 262_144


class Asked(NamedTuple):
    """Whole requests and how often each is chosen, of whoever listens there.

    `once`: each is asked once, in order, until the time is over or none is left. Answers with
    `mark` in them are counted.
    """

    host: str
    port: int
    requests: Sequence[bytes]
    weights: Sequence[float] = ()
    once: bool = False
    mark: bytes = b""


class Reading(NamedTuple):
    """What was read after the warm-up: how long each answer took, and how many were refused.

    `marked` of them had the mark that was looked for. Where only quantiles of `took` are known,
    `granted` says how many answers there were.
    """

    took: Sequence[float]
    refused: int
    marked: int
    seconds: float
    granted: int

    @property
    def per_s(self) -> float:
        return self.granted / self.seconds


class Plan(NamedTuple):
    """So many readers for so long, after a warm-up that does not count."""

    readers: int
    warm_up: float
    seconds: float
    seed: int = 7


def read(asked: Asked, plan: Plan) -> Reading:
    """Read in a process of its own. Raises NotPlausible for any answer but 200 and 503."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_report, args=(theirs, asked, plan), daemon=True)
    process.start()
    theirs.close()
    try:
        found = ours.recv()
    except EOFError as error:
        raise NotPlausible("the readers ended without a word") from error
    finally:
        process.join()
        ours.close()
    if isinstance(found, str):
        raise NotPlausible(found)
    return Reading(*found)


def _report(pipe: Connection, asked: Asked, plan: Plan) -> None:
    try:
        pipe.send(tuple(read_here(asked, plan)))
    except (NotPlausible, OSError) as error:
        pipe.send(f"{asked.host}:{asked.port}: {error}")
    finally:
        pipe.close()


def read_here(asked: Asked, plan: Plan) -> Reading:
    """The same in this process."""
    counts_from = time.perf_counter() + plan.warm_up
    ends = counts_from + plan.seconds
    requests = _chosen(asked, Random(plan.seed))
    took, refused, marked, last = array("d"), 0, 0, counts_from
    readers = {}
    with select.epoll() as poll:
        for _, request in zip(range(plan.readers), requests, strict=False):
            reader = Reader(asked.host, asked.port)
            readers[reader.socket.fileno()] = reader
            poll.register(reader.socket, select.EPOLLIN)
            reader.ask(request)
        try:
            while readers:
                ready = poll.poll(PATIENCE_SECONDS)
                if not ready:
                    raise NotPlausible(f"no answer within {PATIENCE_SECONDS:g} s")
                for number, _ in ready:
                    reader = readers[number]
                    status = reader.take()
                    if status is None:
                        continue
                    last = time.perf_counter()
                    if reader.asked_at >= counts_from:
                        if status == _AWAY:
                            refused += 1
                        else:
                            took.append(last - reader.asked_at)
                            marked += bool(asked.mark) and asked.mark in reader.answer
                    following = next(requests, None) if last < ends else None
                    if following is None:
                        poll.unregister(reader.socket)
                        readers.pop(number).socket.close()
                    else:
                        reader.ask(following)
        finally:
            for reader in readers.values():
                reader.socket.close()
    return Reading(took, refused, marked, max(last - counts_from, 1e-9), len(took))


class Reader:
    """One socket, and what has come of the answer so far."""

    __slots__ = ("_got", "_whole", "answer", "asked", "asked_at", "socket")

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked, self.asked_at = b"", 0.0
        self._got = b""
        self.answer = b""
        self._whole = 0
        """Length of the answer with its head, once that is there."""

    def ask(self, request: bytes) -> None:
        self.asked, self.asked_at = request, time.perf_counter()
        self._got, self._whole = b"", 0
        self.socket.sendall(request)

    def take(self) -> bytes | None:
        """The status, when the answer is there to its end."""
        got = self.socket.recv(_CHUNK)
        if not got:
            raise NotPlausible(f"the connection was closed on {self.asked[:100]!r}")
        if self._got:
            got = self._got + got
        if not self._whole:
            end = got.find(b"\r\n\r\n")
            if end < 0:
                self._got = got
                return None
            self._whole = end + 4 + _length(got[:end])
        if len(got) < self._whole:
            self._got = got
            return None
        status = got[9:12]
        if status not in {_OK, _AWAY}:
            raise NotPlausible(f"{self.asked[:200]!r} was answered {got[:500]!r}")
        self.answer = got
        return status


def _length(head: bytes) -> int:
    at = head.find(b"content-length:")
    if at < 0:
        at = head.lower().find(b"content-length:")
    if at < 0:
        raise NotPlausible(f"an answer without a length: {head[:300]!r}")
    return int(head[at + 15 :].split(b"\r\n", 1)[0])


def _chosen(asked: Asked, dice: Random) -> Iterator[bytes]:
    if asked.once:
        yield from asked.requests
        return
    weights = list(accumulate(asked.weights or [1.0] * len(asked.requests)))
    while True:
        yield from dice.choices(asked.requests, cum_weights=weights, k=1000)
