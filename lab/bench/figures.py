"""What a benchmark found out, as a table and as a file, with the machine it was found out on."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from math import ceil
from pathlib import Path

import msgspec
import psutil
import psycopg
from opensearchpy import ConnectionError as OpenSearchConnectionError
from opensearchpy import OpenSearch
from rich.console import Console
from rich.table import Table

from justbookit.settings import Settings

Figures = dict[str, float]

_LIBRARIES = (
    "faust-streaming",
    "aiokafka",
    "kafka-python",
    "psycopg",
    "litestar",
    "granian",
    "opensearch-py",
    "msgspec",
)


class NotPlausible(Exception):
    """What was measured cannot be what was meant to be measured."""


def leaves(error: Exception) -> Iterator[NotPlausible]:
    """What was not plausible, when many clients found out at once; anything else is raised."""
    if isinstance(error, NotPlausible):
        yield error
    elif isinstance(error, ExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        raise error


class Result(msgspec.Struct, kw_only=True):
    """One benchmark: its figures by flat keys, and under which parameters they came about."""

    name: str
    figures: Figures
    parameters: dict[str, object]
    baselines: Figures = {}
    machine: dict[str, object] = {}
    versions: dict[str, str] = {}
    failures: list[str] = []
    """What should not have been seen, in words; the first of it."""
    at: datetime


def result(
    name: str,
    figures: Figures,
    parameters: Mapping[str, object],
    baselines: Figures | None = None,
) -> Result:
    """A result as of now."""
    return Result(
        name=name,
        figures=_rounded(figures),
        baselines=_rounded(baselines or {}),
        parameters=dict(parameters),
        at=datetime.now(UTC),
    )


def _rounded(figures: Figures) -> Figures:
    return {key: round(value, 3) for key, value in figures.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that so many percent of them do not exceed (nearest rank).

    Raises ValueError when there are none.
    """
    if not values:
        raise ValueError("no values, no percentile")
    ranked = sorted(values)
    return ranked[max(0, ceil(len(ranked) * percent / 100) - 1)]


def latencies(prefix: str, seconds: Sequence[float]) -> Figures:
    """Seconds as p50, p99 and the longest, in milliseconds."""
    return {
        f"{prefix}p50_ms": 1000 * percentile(seconds, 50),
        f"{prefix}p99_ms": 1000 * percentile(seconds, 99),
        f"{prefix}max_ms": 1000 * max(seconds),
    }


def machine() -> dict[str, object]:
    """What this ran on, and how busy that was before."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_mib": psutil.virtual_memory().total // 2**20,
        "system": platform.platform(),
        "load_average_before": [round(load, 2) for load in os.getloadavg()],
    }


def versions(settings: Settings) -> dict[str, str]:
    """What was measured: servers and libraries."""
    with psycopg.connect(settings.postgres) as connection:
        postgres = connection.info.parameter_status("server_version") or ""
    with OpenSearch(hosts=[settings.opensearch], max_retries=0) as client:
        try:
            opensearch = str(client.info()["version"]["number"])
        except OpenSearchConnectionError:
            opensearch = "not running"
    libraries = {name: version(name) for name in _LIBRARIES}
    return {
        "python": platform.python_version(),
        "postgresql": postgres,
        "opensearch": opensearch,
        **libraries,
    }


def show(found: Result, console: Console) -> None:
    """Print the figures."""
    table = Table(title=f"bench {found.name}", title_justify="left", header_style="bold")
    table.add_column("figure")
    table.add_column("", justify="right")
    for key, value in found.figures.items():
        table.add_row(key, f"{value:,.1f}")
    for key, value in found.baselines.items():
        table.add_row(f"baseline {key}", f"{value:,.1f}", style="dim")
    console.print(table)
    told = ", ".join(f"{key} {value}" for key, value in found.parameters.items())
    console.print(told, style="dim", markup=False)


def write(found: Result, path: Path) -> None:
    """Keep the result as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
