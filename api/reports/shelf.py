"""The files that `justbookit reports` and `justbookit settle` wrote, given to who may read them.

A file is read whole from `<home>`, which the API and the warehouse share, and told with its ETag:
a reader asks each time whether it changed, and no cache but the reader's own keeps it.
"""

import asyncio
from pathlib import Path
from typing import Any

from litestar import Response

from api.access import AnyRequest, Customer, Organizer
from api.postgres import Pool
from api.problems import problem
from api.reports import queries
from api.reports.reading import Reader, Statement, may_read, reader_of
from api.responses import conditional, etag_of
from justbookit.ids import OrganizerId

PAGES = ("finance", "operations")
FORMATS = {"html": "text/html", "pdf": "application/pdf"}

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
"""A report brings its own style and drawings, and no script at all."""

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, Authorization",
    "Content-Security-Policy": REPORT_POLICY,
}


class ReportShelf:
    """Where reports are asked for."""

    def __init__(self, pool: Pool, home: str) -> None:
        self._pool = pool
        self._home = Path(home).resolve()

    async def reader(self, customer: Customer) -> Reader:
        """What somebody may read now; a role that was taken away counts at once."""
        return reader_of(await queries.roles_of(self._pool, customer.customer_id))

    @staticmethod
    def reader_with_key(organizer: Organizer) -> Reader:
        """What an organizer's API key lets read."""
        return Reader(organizers=frozenset({organizer.organizer_id}))

    def pages(self, reader: Reader) -> list[tuple[str, bool]]:
        """The pages that somebody may read, and whether each was written yet."""
        return [(name, self._page(name).is_file()) for name in reader.pages]

    async def page(self, request: AnyRequest, reader: Reader, name: str) -> Response[Any]:
        """A report page."""
        if name not in PAGES:
            raise problem("unknown_report", f"there is no report {name!r}", valid=list(PAGES))
        if name not in reader.pages:
            raise problem("role_missing", f"reading the page for {name} needs the role {name}")
        return await _told(
            request, self._page(name), "html", f"the page for {name} was not written yet"
        )

    async def statements(self, reader: Reader) -> list[Statement]:
        """The statements that somebody may read and that were written."""
        found = await queries.statements(self._pool, reader.organizers, everybody=reader.is_finance)
        return [
            each for each in found if may_read(reader, each) and self._file(each, "html").is_file()
        ]

    async def statement(
        self, request: AnyRequest, reader: Reader, asked: tuple[str, OrganizerId, str]
    ) -> Response[Any]:
        """One statement, `asked` as run, organizer and `INR.html` or `INR.pdf`."""
        run_id, organizer_id, name = asked
        currency, _, format_ = name.partition(".")
        found = [
            each
            for each in await self.statements(reader)
            if (each.run_id, each.organizer_id, each.currency) == (run_id, organizer_id, currency)
        ]
        if not found or format_ not in FORMATS:
            raise problem("unknown_statement", f"no statement {run_id} {organizer_id} {name}")
        # the names are those of the row that was found, never what was asked for
        return await _told(request, self._file(found[0], format_), format_, "not written yet")

    def _page(self, name: str) -> Path:
        return self._home / "reports" / f"{name}.html"

    def _file(self, statement: Statement, format_: str) -> Path:
        name = f"statement-{statement.organizer_id}-{statement.currency}.{format_}"
        return self._home / "settlement" / statement.run_id / name


async def _told(request: AnyRequest, path: Path, format_: str, missing: str) -> Response[Any]:
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError as error:
        raise problem("report_not_written", missing) from error
    return conditional(request, content, etag_of(content), _HEADERS, FORMATS[format_])
