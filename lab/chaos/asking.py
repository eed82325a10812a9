"""Sends requests, again and again until the answer is known, and writes every one of them down."""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from itertools import count
from math import inf
from secrets import token_hex
from typing import Any, BinaryIO

import msgspec

from justbookit.ids import CommandId, ShowId
from lab.bench.http import Connections, Gone, request
from lab.chaos.history import Tally
from lab.chaos.looks import Seen, seen
from lab.chaos.ops import Kind, Op, Outcome, command_id_of, elsewhere, outcome_of
from lab.demo.door import Door

PAUSE_SECONDS, PAUSE_SECONDS_MAX = 0.5, 4.0
"""Between asking and asking again: twice as long each time."""
UNKNOWN_KEPT_MAX = 20_000

AS_OF = re.compile(rb"\r\nas-of: ([^\r]+)")
REPLAYED = b"\r\nidempotent-replayed: true"
TOLD_MAX = 500

_encode = msgspec.json.Encoder().encode


class Person(msgspec.Struct, frozen=True):
    """Who asks: a client of the run, as the API knows it."""

    client: str
    principal: str
    secret: str


class Elsewhere(msgspec.Struct, frozen=True):
    """What of a wish another show decides."""

    show_id: ShowId
    args: dict[str, Any]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody wants; asking again means sending the very same."""

    person: Person
    kind: Kind
    show_id: ShowId
    path: str
    body: Any = None
    args: dict[str, Any]
    key: str
    method: str = "POST"
    elsewhere: Elsewhere | None = None


class Asking:
    """The history grows here."""

    def __init__(self, connections: Connections, host: str, file: BinaryIO) -> None:
        self._connections = connections
        self._host = host
        self._file = file
        self._epoch = time.time() - time.monotonic()
        self.tally = Tally()
        self._left_open: deque[float] = deque(maxlen=UNKNOWN_KEPT_MAX)
        self._waiting: dict[int, float] = {}
        """Since when, of the requests that something is to be decided about."""
        self._numbers = count()
        self.patient_until = inf
        """From then on nobody asks again for what is still not known."""

    def now(self) -> float:
        """Seconds since 1970, by a clock that never goes back."""
        return self._epoch + time.monotonic()

    def unknown_between(self, begin: float, end: float) -> int:
        """How many requests of that time were left without a certain answer."""
        return sum(begin <= at <= end for at in self._left_open)

    def waits(self) -> float:
        """For how long whoever waits longest for a decision has waited, in seconds."""
        return self.now() - min(self._waiting.values(), default=inf)

    async def insist(self, wish: Wish) -> Op:
        """Ask until it is known what became of it, or it is too late to ask."""
        pause = PAUSE_SECONDS
        while True:
            op = await self.once(wish)
            if op.outcome is not Outcome.INFO or self.now() > self.patient_until:
                return op
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)

    async def once(self, wish: Wish, other_body: Any = None) -> Op:
        """Ask once; with `other_body`, for something else under the same key."""
        person = wish.person
        route = f"{wish.method} /api/v1{wish.path}"
        body = wish.body if other_body is None else other_body
        raw = request(
            wish.method,
            f"/api/v1{wish.path}",
            self._host,
            body=b"" if body is None else _encode(body),
            secret=person.secret,
            key=wish.key,
        )
        number, began = next(self._numbers), self.now()
        self._waiting[number] = began
        try:
            status, head, answer = await self._answer(raw)
        finally:
            del self._waiting[number]
        outcome = outcome_of(status)
        is_problem = outcome is not Outcome.OK and isinstance(answer, dict)
        op = Op(
            op_id=self.tally.requests + 1,
            client=person.client,
            kind=wish.kind,
            show_id=wish.show_id,
            command_id=command_id_of(person.principal, route, wish.key),
            key=wish.key,
            args=wish.args,
            t_invoke=began,
            t_complete=self.now(),
            outcome=outcome,
            status=status,
            code=answer.get("code", "") if is_problem else "",
            replayed=REPLAYED in head,
            reused=other_body is not None,
            answer=answer,
        )
        if outcome is Outcome.INFO:
            self._left_open.append(op.t_complete)
        self._note(op)
        if wish.elsewhere is not None and not op.reused:
            further = elsewhere(op, wish.elsewhere.show_id, wish.elsewhere.args)
            self._file.write(_encode(further) + b"\n")
        return op

    async def read(self, person: Person, path: str) -> Any:
        """What is at that path for this person, once; None when there was no certain answer."""
        raw = request("GET", f"/api/v1{path}", self._host, secret=person.secret)
        status, _, answer = await self._answer(raw)
        return answer if outcome_of(status) is Outcome.OK else None

    async def look(self, client: str, show_id: ShowId) -> Seen | None:
        """Look at a show's seat map, once; None when there was no certain answer."""
        began = self.now()
        path = f"/shows/{show_id}/seat-map"
        status, head, answer = await self._answer(request("GET", f"/api/v1{path}", self._host))
        outcome = outcome_of(status)
        shown = seen(answer, _as_of(head)) if outcome is Outcome.OK else None
        self._note(
            Op(
                op_id=self.tally.requests + 1,
                client=client,
                kind=Kind.LOOK,
                show_id=show_id,
                command_id=CommandId(""),
                key="",
                args={},
                t_invoke=began,
                t_complete=self.now(),
                outcome=outcome,
                status=status,
                answer=answer if shown is None else shown,
            )
        )
        return shown

    async def _answer(self, raw: bytes) -> tuple[int, bytes, Any]:
        """Status, head and body; 0 and what went wrong when there was no answer."""
        try:
            status, head, text = await self._connections.whole(raw)
        except (Gone, OSError, TimeoutError) as error:
            return 0, b"", repr(error)
        return status, head, _decoded(text)

    def _note(self, op: Op) -> None:
        self.tally.add(op)
        self._file.write(_encode(op) + b"\n")


def _as_of(head: bytes) -> float:
    """Up to when an answer says it is true; its head is in small letters."""
    found = AS_OF.search(head)
    return 0.0 if found is None else parsedate_to_datetime(found[1].decode()).timestamp()


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text) if text else None
    except msgspec.DecodeError:
        return text.decode(errors="replace")[:TOLD_MAX]


async def admit(door: Door, count: int, say: Callable[[str], None]) -> list[Person]:
    """Register and log in so many customers."""
    run = token_hex(4)
    people = []
    for number in range(count):
        say(f"customer {number + 1} of {count} registers")
        login = {"email": f"chaos-{run}-{number}@example.com", "password": token_hex(8)}
        await door.post("/customers", {**login, "name": "Chaos"})
        session = await door.post("/sessions", login)
        people.append(Person(f"customer-{number}", session["customer_id"], session["token"]))
    return people
