"""Jars come one process at a time, and are asked for again when a repository refuses."""

import fcntl
import hashlib
import threading

import pytest

from stack import fetch, jars
from stack.errors import CannotStart
from stack.jars import Jar

BYTES = b"a jar"


class Repository:
    """Stands for jgo's context, project and artifact; refuses so many times."""

    def __init__(self, jar, refusals):
        self._jar = jar
        self._refusals = refusals
        self.asked = 0

    def project(self, _group, _artifact):
        return self

    def at_version(self, _version):
        return self

    def artifact(self, **_kind):
        return self

    def resolve(self):
        self.asked += 1
        if self.asked <= self._refusals:
            raise RuntimeError("503 for a moment")
        self._jar.path.parent.mkdir(parents=True, exist_ok=True)
        self._jar.path.write_bytes(BYTES)


@pytest.fixture(name="jar")
def _jar(monkeypatch, tmp_path):
    monkeypatch.setenv("M2_REPO", str(tmp_path))
    monkeypatch.setattr(fetch, "PAUSES", (0.0, 0.0, 0.0))
    sha256 = hashlib.sha256(BYTES).hexdigest()
    return Jar(group="org.example", artifact="a", version="1", sha256=sha256)


def test_what_is_refused_for_a_moment_is_asked_for_again(jar):
    repository = Repository(jar, refusals=2)

    fetch.fetch_one(repository, jar)

    assert jar.intact
    assert repository.asked == 3


def test_what_cannot_be_had_is_named_with_the_reason(jar):
    with pytest.raises(CannotStart, match="503 for a moment"):
        fetch.fetch_one(Repository(jar, refusals=9), jar)


def test_who_comes_while_another_fetches_waits_and_looks_again_at_what_is_missing(
    monkeypatch, tmp_path
):
    looked = threading.Event()

    def damaged(_server):
        looked.set()
        return []

    monkeypatch.setenv("M2_REPO", str(tmp_path / "repository"))
    monkeypatch.setattr(jars, "damaged", damaged)
    fetch.fetch("kafka")
    assert looked.is_set()
    looked.clear()

    with (tmp_path / "repository" / ".justbookit.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        second = threading.Thread(target=fetch.fetch, args=("kafka",))
        second.start()
        assert not looked.wait(0.2)

    assert looked.wait(5)
    second.join(5)
    assert not second.is_alive()
