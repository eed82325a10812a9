"""An answer put together as it is sent: its bytes, plain and compressed, and its headers.

The ETag is strong: it names the bytes, so the compressed ones have another. What changes with
each moment (how old the answer is) is not in here; it comes with the answer's source.
"""

import gzip
from collections.abc import Callable
from typing import Protocol

from api.headers import ALWAYS, PAGE_POLICY, Header

GZIP_FROM = 600
"""Shorter bodies fit into one packet as they are."""
_GZIP_LEVEL = 5


class Ready:
    """A body of JSON with its ETag (in quotes), and how long it may be kept.

    `sent` is called when somebody is given the body, if anybody wants to know.
    """

    __slots__ = ("_caching", "_zipped", "body", "etags", "headers", "not_modified", "sent")

    def __init__(
        self, body: bytes, etag: str, caching: str, sent: Callable[[], None] | None = None
    ) -> None:
        self.body = body
        self.sent = sent
        self.etags = (etag.encode(), f'{etag[:-1]}-gzip"'.encode())
        self.not_modified = _headers(self.etags[0], caching)
        self.headers = [*_of(body), *self.not_modified]
        self._caching = caching
        self._zipped: tuple[list[Header], bytes] | None = None

    def plain(self) -> tuple[list[Header], bytes]:
        return self.headers, self.body

    def zipped(self) -> tuple[list[Header], bytes]:
        """Compressed, once, when somebody first takes it so; plain when that is as good."""
        if len(self.body) < GZIP_FROM:
            return self.plain()
        if self._zipped is None:
            body = gzip.compress(self.body, _GZIP_LEVEL, mtime=0)
            encoding = (b"content-encoding", b"gzip")
            headers = [*_of(body), encoding, *_headers(self.etags[1], self._caching)]
            self._zipped = headers, body
        return self._zipped


class Source(Protocol):
    """What has an answer ready again and again."""

    def ready_now(self) -> Ready | None:
        """The answer as it is now; None when it is for the route to give."""

    def freshness_now(self) -> tuple[Header, ...]:
        """Up to when that is known to be true."""


def _of(body: bytes) -> list[Header]:
    return [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]


def _headers(etag: bytes, caching: str) -> list[Header]:
    return [
        (b"etag", etag),
        (b"cache-control", caching.encode()),
        (b"vary", b"accept-encoding"),
        *ALWAYS,
        (b"content-security-policy", PAGE_POLICY.encode()),
    ]
