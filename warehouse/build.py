"""Publish, then let dbt build and test the books; the marts are copied back into the lake.

dbt is a process of its own: it reads its log-in from the environment (`dbt_project/profiles.yml`)
and writes beneath `<home>/dbt`, never into the checkout.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from justbookit.errors import JustBookItError
from justbookit.settings import Settings
from warehouse.marts import export
from warehouse.publish import connection_parameters
from warehouse.settling import calendar

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
DBT = (sys.executable, "-c", "from dbt.cli.main import cli; cli()")

_FAILURES = frozenset({"error", "fail", "runtime error", "warn"})


class NoProject(JustBookItError):
    """The dbt project is not beside the package."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One model, seed or test that dbt is done with."""

    name: str
    kind: str
    status: str
    number: int
    total: int
    seconds: float
    message: str

    @property
    def failed(self) -> bool:
        return self.status in _FAILURES


def dbt_environment(settings: Settings) -> dict[str, str]:
    """What dbt and `profiles.yml` ask the environment for.

    Raises NoProject where only the package was installed, without the checkout.
    """
    if not PROJECT.is_dir():
        raise NoProject(f"there is no dbt project in {PROJECT}: run this in the checkout")
    work = Path(settings.home).resolve() / "dbt"
    login = connection_parameters(settings)
    ours = {
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str(work / "target"),
        "DBT_LOG_PATH": str(work / "logs"),
        "DBT_WARN_ERROR": "true",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "DBT_POSTGRES_HOST": login.get("host", "127.0.0.1"),
        "DBT_POSTGRES_PORT": login.get("port", "5432"),
        "DBT_POSTGRES_USER": login.get("user", "justbookit"),
        "DBT_POSTGRES_DBNAME": login.get("dbname", "justbookit"),
        "DBT_ENV_SECRET_POSTGRES_PASSWORD": login.get("password", ""),
    }
    return {**os.environ, **ours}


def dbt(settings: Settings, arguments: Sequence[str]) -> int:
    """Run dbt as it is, for whoever knows it; its exit code."""
    return subprocess.call(  # noqa: S603 - our own interpreter
        [*DBT, *arguments], env=dbt_environment(settings)
    )


CLOSING = "tag:closing"
"""What is built when a day is closed, not each time: the ledger and the reconciliation."""
ANALYTICS = "tag:analytics"
"""What is built for the reports: everything about sales that nobody is paid by."""


def build(settings: Settings, arguments: Sequence[str], say: Callable[[Step], None]) -> int:
    """Run `dbt build`, telling each step; its exit code. The marts are exported when it is 0.

    The calendar of business days, by which dbt finds out what is due, is filled first.
    """
    with psycopg.connect(settings.postgres, connect_timeout=5) as connection:
        calendar.fill(connection)
    code = _run(settings, ["build", *arguments], say)
    if code == 0:
        export(settings)
    return code


def is_fresh(settings: Settings, say: Callable[[Step], None]) -> bool:
    """Whether what the books are built from came in as lately as the sources themselves demand."""
    return _run(settings, ["source", "freshness"], say) == 0


def _run(settings: Settings, arguments: Sequence[str], say: Callable[[Step], None]) -> int:
    command = [*DBT, *arguments, "--log-format", "json", "--no-use-colors"]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command,
        env=dbt_environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for step in steps(process.stdout):
            say(step)
    return process.returncode


def steps(lines: Iterator[str] | Sequence[str]) -> Iterator[Step]:
    """What dbt's JSON log tells of finished steps, and of what went wrong outside of them."""
    for line in lines:
        try:
            entry: Mapping[str, Any] = msgspec.json.decode(line)
        except msgspec.DecodeError:
            entry = {"info": {"level": "error", "msg": line.rstrip(), "name": "Output"}}
        info, data = entry.get("info", {}), entry.get("data", {})
        total = data.get("total") or data.get("num_models")
        if total and "status" in data and "execution_time" in data:
            node = data.get("node_info", {})
            yield Step(
                name=node.get("node_name", ""),
                kind=node.get("resource_type", ""),
                status=str(node.get("node_status") or data["status"]).lower(),
                number=data.get("index", 0),
                total=total,
                seconds=data["execution_time"],
                message=info.get("msg", ""),
            )
        elif info.get("level") == "error" and info.get("msg", "").strip():
            yield Step(
                name=info.get("name", ""),
                kind="dbt",
                status="error",
                number=0,
                total=0,
                seconds=0.0,
                message=info["msg"],
            )
