"""Pages for who has a role: which reports and statements there are, and the reports themselves."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from api.access import AnyRequest
from api.pages.page import customer_of, page
from api.problems import problem
from api.services import Services
from justbookit.ids import OrganizerId


@get("/reports", include_in_schema=False)
async def reports_page(request: AnyRequest, services: NamedDependency[Services]) -> Template:
    """What somebody may read."""
    visitor = await customer_of(services, request)
    reader = await services.reports.reader(visitor)
    if not reader.reads_anything:
        raise problem("role_missing", "this login has no role to read reports with")
    return page(
        "reports.html",
        visitor,
        pages=services.reports.pages(reader),
        statements=await services.reports.statements(reader),
    )


@get("/reports/{name:str}", include_in_schema=False)
async def report_page(
    request: AnyRequest, services: NamedDependency[Services], name: FromPath[str]
) -> Response[Any]:
    """A page for finance or operations, as `justbookit reports` wrote it."""
    reader = await services.reports.reader(await customer_of(services, request))
    return await services.reports.page(request, reader, name.removesuffix(".html"))


@get("/reports/statements/{run_id:str}/{organizer_id:str}/{name:str}", include_in_schema=False)
async def statement_page(
    request: AnyRequest,
    services: NamedDependency[Services],
    run_id: FromPath[str],
    organizer_id: FromPath[str],
    name: FromPath[str],
) -> Response[Any]:
    """An organizer's statement, as `justbookit settle --statements` wrote it."""
    reader = await services.reports.reader(await customer_of(services, request))
    asked = (run_id, OrganizerId(organizer_id), name)
    return await services.reports.statement(request, reader, asked)


ROUTES = [reports_page, report_page, statement_page]
