"""The interface, described by itself: OpenAPI 3.1 at /openapi.json, Swagger UI at /docs.

Everything the page needs is served from here; nothing is fetched from elsewhere.
"""

from litestar import MediaType, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.response import Template

from api.access import AnyRequest
from api.headers import DOCS_POLICY

SWAGGER_VERSION = "5.35.0"

_DESCRIPTION = """
Browse, hold, pay, book. Every error is a problem (RFC 9457): match on `code`, show `detail`,
and do what `advice` says; `/problems/{code}` explains each.

Requests that change something take an `Idempotency-Key`: a random name of the request. Repeat
it when you retry; what was done is not done twice, and the answer says `Idempotent-Replayed`.

Amounts are whole minor units (paise, cents) with a currency; times are UTC, with the venue's
time zone beside them.
"""


def openapi_config(version: str) -> OpenAPIConfig:
    """What Litestar needs to know to describe the routes."""
    return OpenAPIConfig(
        title="JustBookIt",
        version=version,
        description=_DESCRIPTION,
        path="/schema",
        render_plugins=[],
        create_examples=False,
        use_handler_docstrings=True,
        tags=[
            Tag(name="Browse", description="What is on; nobody needs to log in."),
            Tag(name="Customers", description="Register, log in, log out."),
            Tag(name="Bookings", description="With a customer's session token."),
            Tag(name="Theatres", description="With an organizer's API key, for their own only."),
            Tag(name="Health", description="For whoever runs it."),
        ],
        components=Components(
            security_schemes={
                "session": SecurityScheme(
                    type="http", scheme="bearer", description="A session token, `jbs_…`."
                ),
                "apiKey": SecurityScheme(
                    type="http", scheme="bearer", description="An API key, `jbi_…`."
                ),
            }
        ),
    )


@get("/openapi.json", include_in_schema=False, media_type="application/vnd.oai.openapi+json")
async def openapi_json(request: AnyRequest) -> dict[str, object]:
    """The description, for programs."""
    return request.app.openapi_schema.to_schema()


@get("/docs", include_in_schema=False, media_type=MediaType.HTML)
async def docs() -> Template:
    """The description, for people."""
    return Template(
        "docs.html",
        context={"version": SWAGGER_VERSION},
        headers={"Content-Security-Policy": DOCS_POLICY},
    )


ROUTES = [openapi_json, docs]
