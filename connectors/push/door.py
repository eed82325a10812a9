"""HTTP: POST /feeds/{source} takes a push, GET /livez says that somebody is here.

202 is answered only after Kafka has acknowledged every fact. Errors are application/problem+json.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from aiohttp import web

from connectors.push.take import Problem, Taker

BODY_BYTES_MAX = 1024 * 1024
BODY_SECONDS_MAX = 30.0
AT_ONCE = 8

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """The push door's routes around one taker."""

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push")

    def application(self) -> web.Application:
        app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[problems])
        app.router.add_get("/livez", _livez)
        app.router.add_post("/feeds/{source}", self._push)
        app.on_cleanup.append(self._close)
        return app

    async def _push(self, request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(BODY_SECONDS_MAX):
                body = await request.read()
        except TimeoutError as error:
            raise Problem(
                HTTPStatus.REQUEST_TIMEOUT, "slow-body", f"no body after {BODY_SECONDS_MAX:.0f} s"
            ) from error
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = await asyncio.get_running_loop().run_in_executor(
            self._threads, self._taker.take, request.match_info["source"], headers, body
        )
        refused = answer.status != HTTPStatus.ACCEPTED
        return _json(answer.body, answer.status, problem=refused)

    async def _close(self, _app: web.Application) -> None:
        await asyncio.to_thread(self._threads.shutdown)


async def _livez(_request: web.Request) -> web.Response:
    return _json({"status": "ok"}, HTTPStatus.OK, problem=False)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever went wrong, in the one shape of RFC 9457."""
    try:
        return await handler(request)
    except Problem as problem:
        retry = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
        return _json(problem.body(), problem.status, problem=True, headers=retry)
    except web.HTTPException as error:
        status = HTTPStatus(error.status)
        slug = status.phrase.lower().replace(" ", "-")
        detail = (
            f"the body may have {BODY_BYTES_MAX} bytes"
            if status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            else f"{request.method} {request.path}: {status.description or status.phrase}"
        )
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return _json(Problem(status, slug, detail).body(), status, problem=True, headers=allow)
    except Exception:
        log.exception("a push failed")
        ours = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "our-fault", "send the same push again")
        return _json(ours.body(), ours.status, problem=True)


def _json(
    body: object, status: int, *, problem: bool, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        text=json.dumps(body, ensure_ascii=False),
        status=status,
        headers=headers,
        content_type="application/problem+json" if problem else "application/json",
    )
