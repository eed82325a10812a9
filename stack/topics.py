"""The topics as they should be and as they are: made, checked, never changed silently."""

import msgspec
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from justbookit.settings import Settings
from justbookit.topics import TOPICS, Topic
from stack.errors import CannotStart


class TopicReport(msgspec.Struct, frozen=True):
    """One topic: what it should be like, and in what it differs."""

    topic: Topic
    partitions: int
    differences: tuple[str, ...]


def configuration(topic: Topic, brokers: int) -> dict[str, str]:
    """What is configured for a topic that lies on so many brokers.

    With one broker a promised message is on disk before it is acknowledged; with more, the
    other replicas are the safety, and the broker's own defaults rule.
    """
    wanted = {"retention.ms": str(topic.retention_ms), "cleanup.policy": "delete"}
    if brokers == 1 and topic.promised:
        wanted["flush.messages"] = "1"
    return wanted


def partitions_of(topic: Topic, settings: Settings) -> int:
    """How many partitions a topic should have."""
    return settings.partitions if topic.partitions is None else topic.partitions


def ensure(settings: Settings) -> list[str]:
    """Make the topics that are missing; the names of those.

    Raises CannotStart when one that is there has another number of partitions: shows would
    change their writer.
    """
    admin = _connect(settings)
    try:
        brokers = len(admin.describe_cluster()["brokers"])
        there = set(admin.list_topics())
        missing = [topic for topic in TOPICS if topic.name not in there]
        if missing:
            admin.create_topics(
                {
                    topic.name: {
                        "num_partitions": partitions_of(topic, settings),
                        "configs": configuration(topic, brokers),
                    }
                    for topic in missing
                },
                wait_for_metadata=True,
            )
        reports = _compare(admin, settings)
    except KafkaError as error:
        raise CannotStart(f"Kafka at {settings.kafka} refused the topics: {error}") from error
    finally:
        admin.close()
    wrong = [report for report in reports if any("partitions" in why for why in report.differences)]
    if wrong:
        lines = "; ".join(
            f"{report.topic.name}: {', '.join(report.differences)}" for report in wrong
        )
        raise CannotStart(
            f"topics are not as they should be: {lines}. The number of partitions is fixed once"
            " topics exist: set JUSTBOOKIT_PARTITIONS back, or `justbookit reset` to begin anew"
        )
    return [topic.name for topic in missing]


def compare(settings: Settings) -> list[TopicReport]:
    """Every topic of ours, and in what it differs from what it should be."""
    admin = _connect(settings)
    try:
        return _compare(admin, settings)
    finally:
        admin.close()


def _connect(settings: Settings) -> KafkaAdminClient:
    try:
        return KafkaAdminClient(bootstrap_servers=settings.kafka, bootstrap_timeout_ms=5000)
    except (KafkaError, OSError, ValueError) as error:
        raise CannotStart(f"Kafka at {settings.kafka} does not answer: {error}") from error


def _compare(admin: KafkaAdminClient, settings: Settings) -> list[TopicReport]:
    brokers = len(admin.describe_cluster()["brokers"])
    there = set(admin.list_topics())
    names = [topic.name for topic in TOPICS if topic.name in there]
    found = {one["name"]: len(one["partitions"]) for one in admin.describe_topics(names)}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configured = admin.describe_configs(resources, config_filter="all")["topic"] if names else {}
    reports = []
    for topic in TOPICS:
        partitions = partitions_of(topic, settings)
        differences = []
        if topic.name not in found:
            differences.append("is missing")
        else:
            if found[topic.name] != partitions:
                differences.append(f"{found[topic.name]} partitions, not {partitions}")
            actual = configured[topic.name]
            differences += [
                f"{name} is {actual[name]['value']}, not {value}"
                for name, value in configuration(topic, brokers).items()
                if actual[name]["value"] != value
            ]
        reports.append(TopicReport(topic, partitions, tuple(differences)))
    return reports
