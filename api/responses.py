"""Answers with what HTTP wants beside the body: how long they may be kept, and their ETag."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response

from api.access import AnyRequest
from api.browse.cache import Kept

NO_STORE = {"Cache-Control": "no-store"}
BROWSE_CACHING = "public, max-age=5, stale-while-revalidate=30, stale-if-error=600"
JSON = "application/json"

_encode = msgspec.json.Encoder().encode


def etag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:24]}"'


def conditional(
    request: AnyRequest, body: bytes, etag: str, headers: dict[str, str]
) -> Response[Any]:
    """The body with its ETag; without the body when the caller has it already."""
    headers = {**headers, "ETag": etag}
    asked = request.headers.get("if-none-match", "")
    if asked and (asked == "*" or etag in (each.strip() for each in asked.split(","))):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def browsed(request: AnyRequest, kept: Kept[Any]) -> Response[Any]:
    """What browsing found, with its age; says so when it could not be renewed."""
    headers = {"Cache-Control": BROWSE_CACHING, "Age": str(kept.age)}
    if kept.stale:
        headers["Warning"] = '110 - "Response is Stale"'
    return conditional(request, kept.encoded, kept.etag, headers)
