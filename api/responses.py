"""Answers with what HTTP wants beside the body: how long they may be kept, and their ETag."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Response

from api.access import AnyRequest
from api.browse.kept import BROWSE_CACHING, Kept
from api.keys import REPLAYED, Claim
from api.ready import Source

NO_STORE = {"Cache-Control": "no-store"}
JSON = "application/json"

_encode = msgspec.json.Encoder().encode


def headers_of(claim: Claim | None) -> dict[str, str]:
    """What becomes of a wish is for who asked; and whether they had asked before."""
    return {**NO_STORE, REPLAYED: "true"} if claim is not None and claim.replay else NO_STORE


def etag_of(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:24]}"'


def conditional(
    request: AnyRequest, body: bytes, etag: str, headers: dict[str, str], media_type: str = JSON
) -> Response[Any]:
    """The body with its ETag; without the body when the caller has it already."""
    headers = {**headers, "ETag": etag}
    asked = request.headers.get("if-none-match", "")
    if asked and (asked == "*" or etag in (each.strip() for each in asked.split(","))):
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def browsed(request: AnyRequest, kept: Kept[Any]) -> Response[Any]:
    """What browsing found, with its age."""
    return fronted(request, kept.slot, kept.encoded, kept.etag, BROWSE_CACHING)


def fronted(
    request: AnyRequest, source: Source, body: bytes, etag: str, caching: str
) -> Response[Any]:
    """A body that `source` has ready; it answers this address from now on, in front of us."""
    front = request.app.state.services.front
    front.remember(request.scope["path"], request.scope["query_string"], source)
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    headers |= {name.decode(): value.decode() for name, value in source.freshness_now()}
    return conditional(request, body, etag, headers)
