"""What is wired to what: routes, dependencies, problems, headers and the description of it all."""

import contextlib
import gc
import os
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, Router
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency, Provide
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ASGIApp

from api.access import AnyRequest, Customer, Organizer
from api.description import describe
from api.draining import Draining
from api.express import Express
from api.failures import told
from api.headers import safely
from api.pages import routes as page_routes
from api.pages.failures import as_page
from api.pages.page import LogInFirst
from api.problems import PROBLEM_JSON, Problem
from api.routes import (
    bookings,
    browsing,
    changes,
    docs,
    exchanges,
    health,
    live,
    payments,
    people,
    seats,
    statements,
    theatre_cancellations,
    theatre_moves,
    theatre_shows,
    theatres,
    waiting,
)
from api.services import Services
from justbookit.settings import Settings

BODY_MAX = 64 * 1024
GARBAGE_THRESHOLD = 20_000

_HERE = Path(__file__).parent
_IMMUTABLE = 365 * 24 * 3600


def _kept_for(seconds: int) -> CacheControlHeader:
    return CacheControlHeader(public=True, max_age=seconds)


def problem_json(request: AnyRequest, error: Exception) -> Response[Problem]:
    """Whatever was raised under /api, as a problem."""
    made, headers = told(request.url.path, error)
    return Response(made, status_code=made.status, headers=headers, media_type=PROBLEM_JSON)


def problem_or_page(request: AnyRequest, error: Exception) -> Response[Any]:
    """Whatever was raised elsewhere: a page for who reads pages."""
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api"):
        return as_page(request, error)
    return problem_json(request, error)


def create_app(settings: Settings) -> Litestar:
    """The application of one worker."""
    services = Services(settings)

    # Asking for `services` puts these behind it: Litestar starts a group of tasks for
    # dependencies that do not wait for each other, which costs more than both of them.
    async def customer(request: AnyRequest, services: NamedDependency[Services]) -> Customer:
        return await services.access.customer(request)

    async def organizer(request: AnyRequest, services: NamedDependency[Services]) -> Organizer:
        return await services.access.organizer(request)

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with services.running():
            yield

    api = Router(
        "/api/v1",
        route_handlers=[
            *browsing.ROUTES,
            *seats.ROUTES,
            *live.ROUTES,
            *people.ROUTES,
            *bookings.ROUTES,
            *changes.ROUTES,
            *exchanges.ROUTES,
            *waiting.ROUTES,
            *payments.ROUTES,
            *theatre_shows.ROUTES,
            *theatre_cancellations.ROUTES,
            *theatre_moves.ROUTES,
            *theatres.ROUTES,
            *statements.ROUTES,
        ],
        exception_handlers={Exception: problem_json},
    )
    app = Litestar(
        route_handlers=[
            api,
            *health.ROUTES,
            *docs.ROUTES,
            *page_routes.ROUTES,
            create_static_files_router(
                "/static/vendor", [_HERE / "static" / "vendor"], cache_control=_kept_for(_IMMUTABLE)
            ),
            create_static_files_router("/static", [_HERE / "static"], cache_control=_kept_for(300)),
        ],
        dependencies={
            "services": Provide(lambda: services, sync_to_thread=False, use_cache=True),
            "customer": Provide(customer),
            "organizer": Provide(organizer),
        },
        exception_handlers={LogInFirst: as_page, Exception: problem_or_page},
        lifespan=[lifespan],
        csrf_config=CSRFConfig(
            secret=settings.secret,
            cookie_name="jb_csrf",
            cookie_httponly=True,
            exclude=["^/(api|static|docs|openapi|livez|readyz|version)"],
        ),
        request_max_body_size=BODY_MAX,
        template_config=TemplateConfig(directory=_HERE / "templates", engine=JinjaTemplateEngine),
        openapi_config=docs.openapi_config(version("justbookit")),
        logging_config=None,
    )
    app.state.services = services
    describe(app)
    return app


def application() -> ASGIApp:
    """What a worker serves, as the environment says."""
    made = create_app(Settings.read(os.environ))
    services: Services = made.state.services
    behind = services.shedding.before(Express(made, services))
    app = Draining(services.front.before(safely(behind)), services.bells.end)
    # What is here now stays for good, and what requests leave behind is mostly freed by counting
    # references: looking for cycles all the time would cost a tenth of the worker.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)
    return app
