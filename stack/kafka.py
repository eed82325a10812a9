"""Apache Kafka as a child process: one KRaft node that is broker and controller."""

import asyncio
import base64
import os
import uuid
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from justbookit.settings import Settings
from stack import jars
from stack.addresses import controller_port, kafka_address, port_of
from stack.java import Java, command
from stack.process import Program, run_once

BROKER = {
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "6000",
    "offsets.topic.num.partitions": "4",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "unclean.leader.election.enable": "false",
}
"""What docker-compose.yml tells its broker too; a test holds the two equal."""


JVM = (
    "-XX:+UseG1GC",
    "-XX:MaxGCPauseMillis=20",
    "-XX:+ExitOnOutOfMemoryError",
    # The optimizing compiler makes the first two minutes dear, and saves little after them.
    "-XX:TieredStopAtLevel=1",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd/HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config=warn",
)


def server_properties(settings: Settings) -> str:
    """The broker's configuration file."""
    broker, listens_on = kafka_address(settings), port_of("kafka", settings)
    controller = f"127.0.0.1:{controller_port(settings)}"
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://127.0.0.1:{listens_on},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{broker.port}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(_folder(settings) / "data"),
        **BROKER,
    }
    return "".join(f"{name}={value}\n" for name, value in properties.items())


async def prepare(settings: Settings, java: Java, logs: Path) -> Program:
    """Format the storage if that was not done yet, and say how to start the broker."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "server.properties"
    configuration.write_text(server_properties(settings))
    class_path = jars.class_path("kafka")
    if not (folder / "data" / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        argv = command(java, ["-Xmx128m"], class_path, folder / "format.options")
        # One id in 64 begins with a dash; joined to its option it is not taken for another.
        argv += ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
        await run_once([*argv, "--config", str(configuration)], log=logs / "kafka-format.log")
    heap = f"{settings.kafka_heap_mb}m"
    options = [f"-Xms{heap}", f"-Xmx{heap}", *JVM]
    argv = command(java, options, class_path, folder / "java.options")
    return Program(
        name="kafka",
        argv=(*argv, "kafka.Kafka", str(configuration)),
        environment=os.environ,
        stage=0,
        answers=lambda: answers(settings),
    )


async def answers(settings: Settings) -> bool:
    """Whether the broker is there and its controller works."""
    return await asyncio.to_thread(_answers, settings)


def _answers(settings: Settings) -> bool:
    try:
        admin = KafkaAdminClient(
            bootstrap_servers=settings.kafka,
            bootstrap_timeout_ms=1000,
            request_timeout_ms=5000,
        )
    except (KafkaError, OSError, ValueError):
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()


def _folder(settings: Settings) -> Path:
    return Path(settings.home) / "kafka"
