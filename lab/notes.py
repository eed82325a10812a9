"""What a run of the stack writes down about itself, as far as it is needed here."""

from pathlib import Path

import msgspec

from justbookit.settings import Settings


class NoStack(Exception):
    """No stack runs in the folder that the settings name."""


class Process(msgspec.Struct):
    """One process as the supervisor last saw it."""

    pid: int | None = None
    state: str = ""
    deaths: int = 0


class Notes(msgspec.Struct):
    """The part of `run.json` that is read here."""

    processes: dict[str, Process]


def processes(settings: Settings) -> dict[str, Process]:
    """Every process there is, by name. Raises NoStack when none runs here."""
    try:
        return msgspec.json.decode(
            (Path(settings.home) / "run.json").read_bytes(), type=Notes
        ).processes
    except FileNotFoundError as error:
        raise NoStack(f"no stack runs in {settings.home}") from error
