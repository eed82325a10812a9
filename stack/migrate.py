"""The tables: every shell's `schema/*.sql`, applied in order of their names, each once."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import OperationalError
from psycopg.errors import LockNotAvailable
from yoyo import get_backend, read_migrations
from yoyo.exceptions import LockTimeout

from justbookit.months import open_tables
from justbookit.settings import Settings
from stack.environment import ROOT
from stack.errors import CannotStart

OWNERS = ("api", "connectors", "streams", "warehouse")


def schema_folders() -> list[Path]:
    """Where the owners of tables keep their DDL."""
    folders = [ROOT / owner / "schema" for owner in OWNERS]
    return [folder for folder in folders if folder.is_dir()]


def migrate(settings: Settings) -> list[str]:
    """Bring the tables up to date; the names of what was applied.

    Raises CannotStart when the server does not answer or somebody else migrates for long.
    """
    scheme, _, rest = settings.postgres.partition("://")
    if scheme not in {"postgresql", "postgres"}:
        raise CannotStart("JUSTBOOKIT_POSTGRES must begin with postgresql://")
    migrations = read_migrations(*map(str, schema_folders()))
    try:
        backend = get_backend(f"postgresql+psycopg://{rest}")
    except OperationalError as error:
        raise CannotStart(f"PostgreSQL does not answer: {error}") from error
    try:
        with backend.lock(timeout=60):
            waiting = backend.to_apply(migrations)
            backend.apply_migrations(waiting)
            _open_months(settings)
            return [migration.id for migration in waiting]
    except LockTimeout as error:
        raise CannotStart(
            "another process has been migrating this database for a minute; when that one is"
            " dead, `DELETE FROM yoyo_lock` frees it"
        ) from error
    finally:
        backend.connection.close()


def _open_months(settings: Settings) -> None:
    """Raises nothing while others use the table: bookings of a month without one lie elsewhere."""
    with contextlib.suppress(LockNotAvailable), psycopg.connect(settings.postgres) as connection:
        connection.execute("SET lock_timeout = '2s'")
        for table in open_tables(datetime.now(UTC)):
            connection.execute("SELECT open_booking_month(%s, %s, %s)", table)
