"""People who hold two seats, pay and confirm; who ask again when no answer comes.

Asking again with the same Idempotency-Key is what every client of the API is to do, so it is
part of the benchmark: a booking counts when it is answered 201, however often it was asked for.
"""

import asyncio
import time
from collections.abc import Iterator
from secrets import token_hex
from typing import BinaryIO

import msgspec

from lab.bench.figures import NotPlausible
from lab.bench.gateway import Gateway, Held
from lab.bench.http import Connections, Gone, request

PASSWORD = "bench-pass-1"  # noqa: S105 - of customers made up for one run
CREATED = 201
AGAIN = frozenset({429, 502, 503, 504})
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.25

_held = msgspec.json.Decoder(Held)
_encode = msgspec.json.Encoder().encode


class Customer(msgspec.Struct, frozen=True):
    """Somebody who is logged in."""

    customer_id: str
    token: str


class Booked(msgspec.Struct, frozen=True):
    """How long one booking took, in seconds; `whole` from when it was meant to begin."""

    hold: float
    confirm: float
    whole: float
    done_at: float
    asked_again: int


class Desk:
    """Makes bookings, one after the other or many at once."""

    def __init__(
        self,
        connections: Connections,
        host: str,
        gateway: Gateway,
        wishes: Iterator[tuple[str, tuple[str, str]]],
        answers: BinaryIO | None,
    ) -> None:
        self._connections = connections
        self._host = host
        self._gateway = gateway
        self._wishes = wishes
        self._answers = answers

    async def admit(self, count: int) -> list[Customer]:
        """Register and log in so many customers."""
        run = token_hex(4)
        return [await self._admit(f"bench-{run}-{number}@example.com") for number in range(count)]

    async def book(self, customer: Customer, meant_at: float) -> Booked:
        """One booking, from hold to ticket; `meant_at` is when it should have begun."""
        show_id, seats = next(self._wishes)
        body = _encode({"seat_ids": seats})
        held_raw, again_hold = await self._insist(
            self._post(f"/shows/{show_id}/holds", body, customer.token)
        )
        held = _held.decode(held_raw)
        held_at = time.perf_counter()
        token = self._gateway.token(held, customer.customer_id, time.time())
        confirm = self._post(
            f"/bookings/{held.booking_id}/confirm",
            _encode({"payment_token": token}),
            customer.token,
        )
        signed_at = time.perf_counter()
        _, again_confirm = await self._insist(confirm)
        done_at = time.perf_counter()
        if self._answers is not None:
            self._answers.write(_encode(held) + b"\n")
        # What the gateway takes to sign is no part of it.
        return Booked(
            hold=held_at - meant_at,
            confirm=done_at - signed_at,
            whole=(done_at - meant_at) - (signed_at - held_at),
            done_at=done_at,
            asked_again=again_hold + again_confirm,
        )

    def _post(self, path: str, body: bytes, token: str) -> bytes:
        return request(
            "POST", f"/api/v1{path}", self._host, body=body, secret=token, key=token_hex(12)
        )

    async def _insist(self, wish: bytes) -> tuple[bytes, int]:
        """The 201 of a wish, asked until it comes; and how often it was asked again."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        again = 0
        while True:
            try:
                status, body = await self._connections.ask(wish)
            except (Gone, OSError, TimeoutError) as error:
                status, body = 0, repr(error).encode()
            if status == CREATED:
                return body, again
            if status not in AGAIN and status != 0:
                raise NotPlausible(
                    f"{wish.split(b' HTTP', 1)[0]!r} was answered {status}: {body!r}"
                )
            if time.perf_counter() > deadline:
                raise NotPlausible(f"no answer within {PATIENCE_SECONDS:g} s: {status} {body!r}")
            again += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _admit(self, email: str) -> Customer:
        person = {"email": email, "password": PASSWORD, "name": "Bench"}
        await self._insist(self._post("/customers", _encode(person), ""))
        login = _encode({"email": email, "password": PASSWORD})
        session, _ = await self._insist(self._post("/sessions", login, ""))
        return msgspec.json.decode(session, type=Customer)
