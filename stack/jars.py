"""The servers' jars: fetched once, exactly as locked, and checked by SHA-256 at every start.

`stack/jars/NAME/jgo.toml` says what is wanted, `jgo.lock.toml` beside it what that came to; the
lock names no host. The cache is Maven's own (`~/.m2/repository`, or `M2_REPO`).
"""

import hashlib
import os
import tomllib
from pathlib import Path

import msgspec

LOCKS = Path(__file__).parent / "jars"
SERVERS = ("kafka", "opensearch")


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """One locked jar, by its Maven coordinates."""

    group: str = msgspec.field(name="groupId")
    artifact: str = msgspec.field(name="artifactId")
    version: str
    sha256: str
    packaging: str = "jar"
    classifier: str = ""

    @property
    def path(self) -> Path:
        """Where Maven's cache keeps it."""
        classifier = f"-{self.classifier}" if self.classifier else ""
        folder = cache() / self.group.replace(".", "/") / self.artifact / self.version
        return folder / f"{self.artifact}-{self.version}{classifier}.{self.packaging}"

    @property
    def intact(self) -> bool:
        """Whether it is here, and is what was locked."""
        try:
            with self.path.open("rb") as jar:
                return hashlib.file_digest(jar, "sha256").hexdigest() == self.sha256
        except FileNotFoundError:
            return False


def cache() -> Path:
    """Maven's cache on this machine."""
    return Path(os.environ.get("M2_REPO") or Path.home() / ".m2" / "repository")


def locked(server: str) -> list[Jar]:
    """The jars of `server`, as locked."""
    lock = tomllib.loads((LOCKS / server / "jgo.lock.toml").read_text())
    return msgspec.convert(lock["dependencies"], list[Jar])


def damaged(server: str) -> list[Jar]:
    """The jars of `server` that are still to be fetched, or to be fetched again."""
    return [jar for jar in locked(server) if not jar.intact]


def class_path(server: str) -> str:
    """Every jar of `server`, once they are here."""
    return os.pathsep.join(str(jar.path) for jar in locked(server))
