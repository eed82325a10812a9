"""The locks are fresh, name no host, and lock what runs together."""

import re
from pathlib import Path

import pytest

from stack import jars, lock

ROOT = Path(__file__).parents[2]
FILES = [
    ROOT / "requirements.lock",
    ROOT / "tests" / "mutants.lock",
    *sorted((ROOT / "stack" / "jars").glob("*/jgo*.toml")),
]


def test_no_lock_is_stale():
    assert lock.stale() == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_names_no_host(path):
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", path.read_text())


@pytest.mark.parametrize("server", jars.SERVERS)
def test_every_jar_has_its_hash(server):
    assert all(re.fullmatch("[0-9a-f]{64}", one.sha256) for one in jars.locked(server))


def test_kafka_and_its_clients_are_one_version():
    versions = {one.version for one in jars.locked("kafka") if one.group == "org.apache.kafka"}

    assert len(versions) == 1


def test_opensearch_and_its_plugins_are_one_version():
    versions = {
        one.version
        for one in jars.locked("opensearch")
        if one.group in {"org.opensearch", "org.opensearch.plugin", "org.opensearch.client"}
    }

    assert len(versions) == 1


def test_a_change_of_what_is_wanted_makes_the_lock_stale():
    pyproject = (ROOT / "pyproject.toml").read_text()
    other = pyproject.replace('"yoyo-migrations>=9.0,<10"', '"yoyo-migrations>=9.1,<10"')

    assert lock.fingerprint(other) != lock.fingerprint(pyproject)
