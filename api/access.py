"""Who is asking: a customer by session token, a theatre's organizer by API key, or nobody.

Secrets are looked up by their SHA-256: they are random and long, so a fast hash is enough, and
the tables hold nothing that logs anybody in. What was found is remembered for a minute in this
process; logging out forgets it here at once, in other processes within that minute.
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, Generic, TypeVar

import msgspec
import psycopg
from litestar import Request

from api.problems import problem
from justbookit.ids import CustomerId, OrganizerId

SESSION_PREFIX = "jbs_"
KEY_PREFIX = "jbi_"
SESSION_COOKIE = "jb_session"

_REMEMBERED_SECONDS = 60.0
_REMEMBERED_MAX = 50_000
_PAUSE_SECONDS = 1.0

AnyRequest = Request[Any, Any, Any]


class Customer(msgspec.Struct, frozen=True):
    """A person with bookings."""

    customer_id: CustomerId
    email: str
    name: str
    has_role: bool = False
    """Reads reports; which ones is asked anew each time."""


class Organizer(msgspec.Struct, frozen=True):
    """Who runs venues, speaking through one of their API keys."""

    organizer_id: OrganizerId


Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """Answers of `look_up`, kept for a minute; a secret that opens nothing is not kept."""

    def __init__(self, look_up: Callable[[bytes], Awaitable[Found | None]]) -> None:
        self._look_up = look_up
        self._known: OrderedDict[bytes, tuple[float, Found]] = OrderedDict()

    async def get(self, digest: bytes) -> Found | None:
        known = self.remembered(digest)
        if known is not None:
            return known
        asked_at = time.monotonic()
        found = await self._look_up(digest)
        if found is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = (asked_at + _REMEMBERED_SECONDS, found)
        if len(self._known) > _REMEMBERED_MAX:
            self._known.popitem(last=False)
        return found

    def remembered(self, digest: bytes) -> Found | None:
        """What was found within the last minute."""
        known = self._known.get(digest)
        return known[1] if known is not None and time.monotonic() < known[0] else None

    def forget(self, digest: bytes) -> None:
        self._known.pop(digest, None)


def new_secret(prefix: str) -> str:
    """A secret of 256 bits that shows what it is for."""
    return prefix + token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """What the tables keep of a secret."""
    return sha256(secret.encode()).digest()


def bearer_of(request: AnyRequest) -> str:
    """The secret that came with a request; '' when there is none."""
    return bearer_in(request.headers.get("authorization", ""))


def bearer_in(authorization: str) -> str:
    """The secret in an Authorization header; '' when there is none."""
    scheme, _, secret = authorization.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


class Access:
    """Asks who somebody is, and says no."""

    def __init__(
        self,
        sessions: Callable[[bytes], Awaitable[Customer | None]],
        keys: Callable[[bytes], Awaitable[Organizer | None]],
    ) -> None:
        self.sessions = Remembered(sessions)
        self.keys = Remembered(keys)
        self._ask_again_at = 0.0

    async def customer(self, request: AnyRequest) -> Customer:
        """The customer whose session token came with an API request."""
        return await self.customer_by(request.headers.get("authorization", ""))

    async def customer_by(self, authorization: str) -> Customer:
        """The customer that an Authorization header speaks for."""
        secret = bearer_in(authorization)
        if secret.startswith(KEY_PREFIX):
            raise problem("wrong_role", "an API key cannot do what customers do")
        found = await self.sessions.get(digest_of(secret)) if secret else None
        if found is None:
            raise problem("not_logged_in", "no session token, or it has ended")
        return found

    async def organizer(self, request: AnyRequest) -> Organizer:
        """The organizer whose API key came with an API request."""
        secret = bearer_of(request)
        if secret.startswith(SESSION_PREFIX):
            raise problem("wrong_role", "a customer's session cannot do what theatres do")
        found = await self.keys.get(digest_of(secret)) if secret else None
        if found is None:
            raise problem("not_logged_in", "no API key, or it was revoked")
        return found

    async def visitor(self, request: AnyRequest) -> Customer | None:
        """The customer whose cookie came with a page request, if any."""
        secret = request.cookies.get(SESSION_COOKIE, "")
        return await self.sessions.get(digest_of(secret)) if secret else None

    async def passer_by(self, request: AnyRequest) -> Customer | None:
        """The same for pages that are for everybody: while nobody can be looked up, nobody.

        Then it is not tried again for a second, so that such pages do not wait for it.
        """
        secret = request.cookies.get(SESSION_COOKIE, "")
        if not secret or time.monotonic() < self._ask_again_at:
            return self.sessions.remembered(digest_of(secret))
        try:
            return await self.visitor(request)
        except psycopg.OperationalError:
            self._ask_again_at = time.monotonic() + _PAUSE_SECONDS
            return None
