"""Fetch what is missing of the servers' jars: `python -m stack.fetch kafka opensearch`.

A process of its own, because jgo takes a second to import and is needed once in a machine's
life. jgo's own settings (`jgo config`) may name other repositories than Maven Central.
"""

import contextlib
import fcntl
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from jgo.config import GlobalSettings
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext, PythonResolver
from rich.progress import BarColumn, Progress, TextColumn

from stack import jars
from stack.errors import CannotStart
from stack.jars import Jar

PAUSES = (0.0, 1.0, 3.0, 9.0)
"""Seconds before each attempt: a repository may refuse for a moment."""
AT_ONCE = 4
TIMEOUT_SECONDS = 60


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Keep others from fetching: they would take what is half here for damaged, and remove it."""
    cache = jars.cache()
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".justbookit.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@_alone()
def fetch(server: str) -> None:
    """Bring every missing jar of `server` into the cache.

    Raises CannotStart when one cannot be had as it was locked.
    """
    wanted = jars.damaged(server)
    columns = ("{task.description}", "{task.completed}/{task.total} jars", "{task.fields[size]}")
    description, *figures = map(TextColumn, columns)
    with Progress(description, BarColumn(), *figures) as progress:
        task = progress.add_task(f"fetching {server}", total=len(wanted), size="")
        fetched = 0

        @contextlib.contextmanager
        def count(_file: str, _total: int) -> Iterator[Callable[[int], None]]:
            def add(size: int) -> None:
                nonlocal fetched
                fetched += size
                progress.update(task, size=f"{fetched / 1e6:.1f} MB")

            yield add

        context = _context(PythonResolver(progress_callback=count))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(lambda jar: fetch_one(context, jar), wanted):
                progress.advance(task)


def _context(resolver: PythonResolver) -> MavenContext:
    return MavenContext(
        resolver=resolver,
        repo_cache=jars.cache(),
        remote_repos={"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories},
        timeout=TIMEOUT_SECONDS,
    )


def fetch_one(context: MavenContext, jar: Jar) -> None:
    """Bring one jar into the cache. Raises CannotStart when it cannot be had as it was locked."""
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    artifact = component.artifact(classifier=jar.classifier, packaging=jar.packaging)
    reason = "its SHA-256 is not the locked one"
    for pause in PAUSES:
        time.sleep(pause)
        jar.path.unlink(missing_ok=True)
        try:
            artifact.resolve()
        except (OSError, RuntimeError) as error:
            reason = str(error)
        if jar.intact:
            return
    raise CannotStart(
        f"cannot fetch {jar.group}:{jar.artifact}:{jar.version}: {reason}. A Maven repository"
        " must be reachable the first time; `jgo config repositories.NAME URL` names another one"
    )


def main() -> None:
    """Fetch for the servers named."""
    try:
        for server in sys.argv[1:]:
            fetch(server)
    except CannotStart as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
