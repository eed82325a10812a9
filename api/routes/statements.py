"""Routes of theatres: what they were paid, statement by statement."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.access import AnyRequest, Organizer
from api.reports.reading import Statement
from api.responses import NO_STORE
from api.services import Services

TAGS = ["Theatres"]


class Statements(msgspec.Struct, frozen=True, kw_only=True):
    """Statements, the newest first."""

    items: list[Statement]


@get(
    "/theatre/statements",
    operation_id="listOwnStatements",
    summary="Own settlement statements",
    tags=TAGS,
)
async def statements(
    organizer: NamedDependency[Organizer], services: NamedDependency[Services]
) -> Response[Statements]:
    """The statements of settlement runs that were approved, newest first."""
    reader = services.reports.reader_with_key(organizer)
    return Response(Statements(items=await services.reports.statements(reader)), headers=NO_STORE)


@get(
    "/theatre/statements/{run_id:str}/{name:str}",
    operation_id="getOwnStatement",
    summary="A settlement statement",
    tags=TAGS,
    media_type="application/octet-stream",
)
async def statement(
    request: AnyRequest,
    run_id: FromPath[str],
    name: FromPath[str],
    organizer: NamedDependency[Organizer],
    services: NamedDependency[Services],
) -> Response[Any]:
    """Down to the seat, as a page or on paper: `name` is its currency with `.html` or `.pdf`."""
    asked = (run_id, organizer.organizer_id, name)
    return await services.reports.statement(
        request, services.reports.reader_with_key(organizer), asked
    )


ROUTES = [statements, statement]
