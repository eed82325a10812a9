"""The servers' jars: fetched once, exactly as locked, and checked by SHA-256 at every start.

`stack/jars/NAME/jgo.toml` says what is wanted, `jgo.lock.toml` beside it what that came to; the
lock names no host. The cache is Maven's own (`~/.m2/repository`, or `M2_REPO`), so another
repository can be named in jgo's or your own settings and nothing is fetched twice.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext, PythonResolver
from rich.progress import BarColumn, Progress, TextColumn

from stack.errors import CannotStart

LOCKS = Path(__file__).parent / "jars"
SERVERS = ("kafka", "opensearch")
ATTEMPTS_MAX = 3
DOWNLOADS_AT_ONCE = 4
TIMEOUT_SECONDS = 60

_Count = Callable[[int], None]


def locked(name: str) -> list[LockedDependency]:
    """The jars of server `name`, as locked."""
    return list(LockFile.load(LOCKS / name / "jgo.lock.toml").dependencies)


def class_path(name: str) -> str:
    """Every jar of server `name` on this machine, fetched first if it is missing or damaged."""
    context = _context(PythonResolver())
    jars = [(one, _artifact(context, one)) for one in locked(name)]
    if any(not _intact(artifact.cached_path, one.sha256) for one, artifact in jars):
        _fetch(name)
    return os.pathsep.join(str(artifact.cached_path) for _, artifact in jars)


def missing(name: str) -> int:
    """How many jars of server `name` are still to be fetched."""
    context = _context(PythonResolver())
    paths = [_artifact(context, one).cached_path for one in locked(name)]
    return sum(path is None or not path.exists() for path in paths)


def _context(resolver: PythonResolver) -> MavenContext:
    wanted = GlobalSettings.load()
    return MavenContext(
        resolver=resolver,
        repo_cache=Path(wanted.repo_cache),
        remote_repos={"central": MAVEN_CENTRAL_URL, **wanted.repositories},
        timeout=TIMEOUT_SECONDS,
    )


def _artifact(context: MavenContext, one: LockedDependency) -> Artifact:
    component = context.project(one.groupId, one.artifactId).at_version(one.version)
    return component.artifact(classifier=one.classifier or "", packaging=one.packaging)


def _intact(path: Path | None, sha256: str | None) -> bool:
    if path is None or not path.exists():
        return False
    with path.open("rb") as jar:
        return hashlib.file_digest(jar, "sha256").hexdigest() == sha256


def _fetch(name: str) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} jars"),
        TextColumn("{task.fields[size]}"),
    )
    wanted = locked(name)
    with Progress(*columns) as progress:
        task = progress.add_task(f"fetching {name}", total=len(wanted), size="")
        fetched = 0

        @contextlib.contextmanager
        def count(_file: str, _total: int) -> Iterator[_Count]:
            def add(size: int) -> None:
                nonlocal fetched
                fetched += size
                progress.update(task, size=f"{fetched / 1e6:.1f} MB")

            yield add

        context = _context(PythonResolver(progress_callback=count))
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            for _ in pool.map(lambda one: _fetch_one(context, one), wanted):
                progress.advance(task)


def _fetch_one(context: MavenContext, one: LockedDependency) -> None:
    artifact = _artifact(context, one)
    path = artifact.cached_path
    reason = ""
    for _ in range(ATTEMPTS_MAX):
        if _intact(path, one.sha256):
            return
        if path is not None:
            path.unlink(missing_ok=True)
        try:
            artifact.resolve()
        except (OSError, RuntimeError) as error:
            reason = str(error)
        else:
            reason = "its SHA-256 is not the locked one"
    if not _intact(path, one.sha256):
        raise CannotStart(
            f"cannot fetch {one.groupId}:{one.artifactId}:{one.version}: {reason}. A Maven"
            " repository must be reachable the first time; name another one with"
            " `jgo config repositories.NAME URL`"
        )
