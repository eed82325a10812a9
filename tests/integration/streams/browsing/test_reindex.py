"""A new index in place of the old: nobody waits for it, and no change meanwhile is lost."""

import contextlib
import signal
import threading
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from justbookit import catalogue_commands as asked
from streams.search import store
from streams.search.documents import Documents

VERSIONS = f"SELECT show.show_id, {store.VERSION} {store.ON_SALE}"


CARDS = f"SELECT DISTINCT movie.movie_id, movie.version {store.ON_SALE}"


def indices(desk: Any) -> list[str]:
    """One of movies and one of shows, unless something is in the making."""
    return sorted(desk.opensearch("GET", "/shows-*,movies-*/_alias"))


def stale(desk: Any) -> dict[str, Any]:
    """The shows, and the movies that are on, whose document is not as Postgres says."""
    found: dict[str, Any] = {}
    for alias, query in (("shows", VERSIONS), ("movies", CARDS)):
        versions = dict(desk.rows(query))
        body = {"ids": list(versions)}
        documents = desk.opensearch("GET", f"/{alias}/_mget?_source=doc_version", body)["docs"]
        known = {each["_id"]: each.get("_source", {}).get("doc_version") for each in documents}
        found.update(
            (name, (version, known[name]))
            for name, version in versions.items()
            if known[name] != version
        )
    return found


def furnish_shows(desk: Any, count: int) -> None:
    ids = [
        desk.send(
            asked.PutShow(
                command_id=desk.command_id(),
                show=desk.show(f"r{each}", starts_at=desk.tomorrow + timedelta(hours=3 * each)),
            )
        )
        for each in range(count)
    ]
    for command_id in ids:
        desk.answer(command_id)


class Reader(threading.Thread):
    """Reads the alias all the time and keeps what went wrong."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = url
        self.over = threading.Event()
        self.reads = 0
        self.failures: list[str] = []

    def run(self) -> None:
        with httpx.Client(timeout=10) as client:
            while not self.over.is_set():
                for alias in ("shows", "movies"):
                    answer = client.get(f"{self._url}/{alias}/_count")
                    self.reads += 1
                    if answer.status_code != httpx.codes.OK or not answer.json()["count"]:
                        self.failures.append(answer.text)


def test_reindexing_loses_no_change_and_no_reader_notices(desk: Any) -> None:
    furnish_shows(desk, 200)
    desk.until(lambda: not stale(desk))
    before = indices(desk)
    reader = Reader(desk.settings.opensearch)
    reader.start()

    process = desk.run("reindex")
    turn = 0
    while process.poll() is None:
        # each show once, so that what is lost on the way is not made good by the next change
        at = desk.tomorrow + timedelta(hours=3 * turn)
        desk.ask(asked.PutShow, show=desk.show(f"r{turn}", starts_at=at, format="IMAX"))
        turn += 1
    output = process.communicate()[0]
    reader.over.set()
    reader.join()

    assert process.returncode == 0, output
    assert "is deleted" in output
    assert turn > 1
    desk.until(lambda: not stale(desk))
    assert len(indices(desk)) == 2
    assert not set(indices(desk)) & set(before)
    assert reader.reads > 0
    assert reader.failures == []


def test_a_stopped_reindex_leaves_the_old_index_alone_and_a_killed_one_is_cleaned_up(
    desk: Any,
) -> None:
    furnish_shows(desk, 60)
    before = indices(desk)
    assert _interrupted(desk, signal.SIGTERM) == before
    left = _interrupted(desk, signal.SIGKILL)
    assert len(left) > 2
    assert set(before) < set(left)

    process = desk.run("reindex")
    output = process.communicate()[0]

    assert process.returncode == 0, output
    assert len(indices(desk)) == 2
    desk.until(lambda: not stale(desk))


def _interrupted(desk: Any, number: int) -> list[str]:
    """The indices that are there after a reindex got a signal in the middle."""
    process = desk.run("reindex")
    while len(indices(desk)) == 2:
        assert process.poll() is None, "it was faster than we could look"
    process.send_signal(number)
    process.communicate()
    return indices(desk)


@pytest.mark.parametrize("lost", ["shows", "movies"])
def test_a_lost_index_is_made_again_from_postgres(desk: Any, lost: str) -> None:
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: desk.document(desk.show().show_id))
    for name in indices(desk):
        if name.startswith(lost):
            desk.opensearch("DELETE", f"/{name}")

    desk.ask(asked.PutMovie, movie=desk.movie(title="Again"))

    def back() -> bool:
        with contextlib.suppress(httpx.HTTPStatusError):
            return not stale(desk)
        time.sleep(0.2)
        return False

    desk.until(back)
    assert desk.document(desk.show().show_id)["title"] == "Again"


async def test_an_index_that_another_version_has_made_is_made_anew_and_served_until_then(
    desk: Any,
) -> None:
    """As at the first start after an upgrade: no index of movies, shows without our mark."""
    desk.ask(asked.PutShow, show=desk.show())
    desk.until(lambda: not stale(desk))
    before = indices(desk)
    shows = next(name for name in before if name.startswith("shows"))
    desk.opensearch("PUT", f"/{shows}/_mapping", {"_meta": {"made_from": "long ago"}})
    for name in before:
        if name.startswith("movies"):
            desk.opensearch("DELETE", f"/{name}")
    documents = Documents(desk.settings)
    async with contextlib.AsyncExitStack() as at_the_end:
        at_the_end.push_async_callback(documents.close)

        refused = await documents.ensure()

        assert refused == []
        assert len(indices(desk)) == 2
        assert not set(indices(desk)) & set(before)
        # other shows go on meanwhile
        desk.until(lambda: not stale(desk))
        made = indices(desk)
        assert await documents.ensure() == []
        assert indices(desk) == made
    await documents.close()
