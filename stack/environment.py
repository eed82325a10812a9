"""Settings as a command sees them: the environment, then `.env`, then the defaults."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from justbookit.settings import Settings
from stack.errors import CannotStart

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: where the other shells' packages lie."""


def parse_dotenv(text: str) -> dict[str, str]:
    """The `NAME=value` lines of `text`; comments and empty lines say nothing.

    Raises ValueError for any other line: a setting that was meant must not be ignored.
    """
    values = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ValueError(f"line {number} is not NAME=value: {line!r}")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        values[name.strip()] = value
    return values


def read_settings(folder: Path | None = None) -> Settings:
    """The settings of a command that was typed in `folder`, with `home` made absolute.

    Raises CannotStart when one of them cannot be read.
    """
    folder = Path.cwd() if folder is None else folder
    dotenv = folder / ".env"
    try:
        written = parse_dotenv(dotenv.read_text()) if dotenv.is_file() else {}
        settings = Settings.read({**written, **os.environ})
    except ValueError as error:
        raise CannotStart(f"the settings cannot be read: {error}") from error
    return msgspec.structs.replace(settings, home=str((folder / settings.home).resolve()))


def child_environment(settings: Settings) -> Mapping[str, str]:
    """What our processes are told: every setting, spelt out, and where the packages lie."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        **settings.environment(),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
    }
