"""What a run brings up, and how the configuration files of its servers read."""

from justbookit.settings import Settings
from justbookit.topics import SEAT_EVENTS, THEATRE_FACTS
from stack import kafka, opensearch, topics, workers
from stack.up import Wish


def test_a_wish_for_nothing_special_is_for_everything():
    assert all(map(Wish().includes, ("postgres", "seats-2", "sink")))


def test_servers_are_wished_for_together():
    wish = Wish(only=["servers", "seats"])

    wanted = [
        name for name in ("kafka", "seats", "seats-3", "search", "api") if wish.includes(name)
    ]
    assert wanted == ["kafka", "seats", "seats-3"]


def test_there_are_as_many_seat_writers_as_the_setting_says():
    names = [program.name for program in workers.programs(Settings(seat_workers=3))]

    assert names == [
        "catalogue", "seats-1", "seats-2", "seats-3", "search", "connectors", "api", "sink",
    ]  # fmt: skip


def test_a_process_is_told_every_setting():
    settings = Settings(api_port=8123)

    for program in workers.programs(settings):
        assert Settings.read(program.environment) == settings


def test_the_broker_listens_on_loopback_only():
    properties = kafka.server_properties(Settings(kafka="127.0.0.1:29092", home="/home/of/it"))

    assert "listeners=PLAINTEXT://127.0.0.1:29092,CONTROLLER://127.0.0.1:29093\n" in properties
    assert "log.dirs=/home/of/it/kafka/data\n" in properties


def test_the_node_listens_on_loopback_only():
    node = opensearch.node_settings(Settings(opensearch="http://127.0.0.1:9250"))

    assert "network.host: 127.0.0.1\n" in node
    assert "transport.port: 9350\n" in node


def test_one_broker_writes_what_is_promised_to_disk_before_it_answers():
    assert topics.configuration(THEATRE_FACTS, brokers=1) == {
        "retention.ms": str(30 * 24 * 60 * 60 * 1000),
        "cleanup.policy": "delete",
        "flush.messages": "1",
    }


def test_more_brokers_rely_on_each_other():
    assert "flush.messages" not in topics.configuration(THEATRE_FACTS, brokers=3)


def test_what_postgres_answers_for_is_not_waited_for():
    assert "flush.messages" not in topics.configuration(SEAT_EVENTS, brokers=1)


def test_events_are_kept_for_ever():
    assert topics.configuration(SEAT_EVENTS, brokers=1)["retention.ms"] == "-1"
