"""The three servers are what the rest relies on: the right versions, bound, durable, shaped."""

import subprocess
import sys

import httpx
import msgspec
import psycopg
import pytest
from kafka import KafkaAdminClient

from justbookit.settings import Settings
from justbookit.topics import TOPICS
from stack import migrate, topics
from stack.environment import child_environment
from stack.errors import CannotStart

TITLE = "Amélie का सपना"


def test_postgres_is_eighteen_and_keeps_what_it_confirmed(stack: Settings):
    with psycopg.connect(stack.postgres) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("server_version_num", "fsync", "synchronous_commit", "TimeZone")
        }

    assert shown["server_version_num"].startswith("18")
    assert (shown["fsync"], shown["synchronous_commit"], shown["TimeZone"]) == ("on", "on", "UTC")


def test_postgres_folds_letters_of_every_script(stack: Settings):
    with psycopg.connect(stack.postgres) as connection:
        found = connection.execute("SELECT lower('ÉCLAIR ПРИВЕТ'), getdatabaseencoding()")

        assert found.fetchone() == ("éclair привет", "UTF8")


def test_every_topic_is_as_its_contract_says(stack: Settings):
    reports = topics.compare(stack)

    assert {report.topic.name: report.differences for report in reports} == {
        topic.name: () for topic in TOPICS
    }


def test_making_topics_again_makes_none(stack: Settings):
    assert topics.ensure(stack) == []


def test_another_number_of_partitions_is_refused(stack: Settings):
    other = msgspec.structs.replace(stack, partitions=stack.partitions + 1)

    with pytest.raises(
        CannotStart,
        match=f"seat-commands: {stack.partitions} partitions, not {stack.partitions + 1}",
    ):
        topics.ensure(other)


def test_a_misspelt_topic_is_not_made_by_asking_for_it(stack: Settings):
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    try:
        admin.describe_topics(["seat-comands"])
        assert "seat-comands" not in admin.list_topics()
    finally:
        admin.close()


def test_migrating_again_applies_nothing(stack: Settings):
    assert migrate.migrate(stack) == []


def test_titles_are_found_across_scripts_and_typos(stack: Settings):
    analysis = {
        "analyzer": {
            "titles": {"type": "custom", "tokenizer": "icu_tokenizer", "filter": ["icu_folding"]}
        }
    }
    fields = {"title": {"type": "text", "analyzer": "titles"}}
    with httpx.Client(base_url=stack.opensearch, timeout=60) as search:
        made = search.put(
            "/stack-test",
            json={"settings": {"analysis": analysis}, "mappings": {"properties": fields}},
        )
        assert made.status_code == 200, made.text
        try:
            search.put("/stack-test/_doc/1?refresh=true", json={"title": TITLE})
            for asked in ("amelie", "amelje", "सपना"):
                query = {"match": {"title": {"query": asked, "fuzziness": "AUTO"}}}
                found = search.post("/stack-test/_search", json={"query": query}).json()
                assert found["hits"]["total"]["value"] == 1, asked
        finally:
            search.delete("/stack-test")


def test_the_command_shows_the_run_it_is_asked_about(stack: Settings):
    asked = subprocess.run(
        [sys.executable, "-m", "stack", "status"],
        env=dict(child_environment(stack)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 0, asked.stderr
    assert "opensearch" in asked.stdout
    assert stack.kafka in asked.stdout
