"""Is it alive, can it work, which version is it."""

from http import HTTPStatus
from importlib.metadata import version

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from psycopg import OperationalError

from api.responses import NO_STORE
from api.services import Services

TAGS = ["Health"]


class Alive(msgspec.Struct, frozen=True):
    status: str = "ok"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """Each server by name: `ok` or `away`. Without `opensearch` browsing goes on from memory."""

    ready: bool
    postgres: str
    kafka: str
    opensearch: str


class Version(msgspec.Struct, frozen=True):
    name: str
    version: str


@get("/livez", operation_id="getLiveness", summary="Is it alive", tags=TAGS)
async def livez() -> Response[Alive]:
    """The process answers."""
    return Response(Alive(), headers=NO_STORE)


@get("/readyz", operation_id="getReadiness", summary="Can it work", tags=TAGS)
async def readyz(services: NamedDependency[Services]) -> Response[Readiness]:
    """200 when bookings can be taken, 503 when not."""
    kafka = services.commands.ready and services.answers.live
    postgres = await _is_postgres_up(services)
    opensearch = await services.search.is_up()
    readiness = Readiness(
        ready=kafka and postgres,
        postgres=_word(postgres),
        kafka=_word(kafka),
        opensearch=_word(opensearch),
    )
    status = HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE
    return Response(readiness, status_code=status, headers=NO_STORE)


async def _is_postgres_up(services: Services) -> bool:
    try:
        async with services.pool.connection() as connection:
            await connection.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def _word(up: bool) -> str:  # noqa: FBT001 - it is what the word is for
    return "ok" if up else "away"


@get("/version", operation_id="getVersion", summary="Which version", tags=TAGS)
async def version_of() -> Response[Version]:
    """The name and version that run."""
    return Response(Version("justbookit", version("justbookit")), headers=NO_STORE)


ROUTES = [livez, readyz, version_of]
