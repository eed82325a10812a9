"""Whatever was raised while a page was made, as a page."""

from typing import Any

from litestar import Response

from api.access import AnyRequest
from api.failures import told
from api.pages.page import LogInFirst, go, page
from api.responses import NO_STORE


def as_page(request: AnyRequest, error: Exception) -> Response[Any]:
    """A page that says what went wrong and what would work; or the one to log in at."""
    if isinstance(error, LogInFirst):
        return go(f"/login?next={error.back_to}")
    made, headers = told(request.url.path, error)
    return page(
        "problem.html",
        None,
        status=made.status,
        headers={**NO_STORE, **headers},
        problem=made,
        anonymous=True,
    )
