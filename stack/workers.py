"""Our own processes, in the order they are started."""

import importlib.util
import sys

from justbookit.settings import Settings
from stack.environment import child_environment
from stack.process import GIVING_WAY, Program

STREAMS, EDGES = 1, 2
"""Stages: the edges are stopped first, so that what they asked for is still answered."""


def programs(settings: Settings) -> list[Program]:
    """Every process of ours; each is `python -m` something."""
    seats = (
        ["seats"]
        if settings.seat_workers == 1
        else [f"seats-{number}" for number in range(1, settings.seat_workers + 1)]
    )
    return [
        _program(settings, "catalogue", STREAMS, "streams", "catalogue"),
        *(_program(settings, name, STREAMS, "streams", "seats") for name in seats),
        _program(settings, "search", STREAMS, "streams", "search", nice=GIVING_WAY),
        _program(settings, "connectors", EDGES, "connectors", "run"),
        _program(settings, "api", EDGES, "api", "serve"),
        _program(settings, "sink", EDGES, "warehouse", "sink", nice=GIVING_WAY),
    ]


def exists(program: Program) -> bool:
    """Whether the package that this process runs is there to be run."""
    package = program.argv[2]
    return (
        importlib.util.find_spec(package) is not None
        and importlib.util.find_spec(f"{package}.__main__") is not None
    )


def _program(
    settings: Settings, name: str, stage: int, *module_and_arguments: str, nice: int = 0
) -> Program:
    return Program(
        name=name,
        nice=nice,
        argv=(sys.executable, "-m", *module_and_arguments),
        environment=child_environment(settings),
        stage=stage,
        # The edges go on without: browsing does, whatever is down.
        needs=("postgres", "kafka") if stage == STREAMS else (),
    )
