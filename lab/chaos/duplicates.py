"""Commands delivered again, out of order: the same bytes, from wherever in the topic."""

from random import Random

from kafka import KafkaProducer
from kafka.errors import KafkaError

from justbookit import wire
from justbookit.settings import Settings
from justbookit.topics import SEAT_COMMANDS
from lab.verify.kafka_log import KafkaLog

PARTITIONS = 3
LATEST = 60
COPIES = 20


def send_again(settings: Settings, luck: float) -> int:
    """Put some of the latest commands of some partitions behind the others; how many."""
    dice = Random(luck)
    try:
        log = KafkaLog(settings)
        producer = KafkaProducer(
            bootstrap_servers=settings.kafka.split(","), acks="all", compression_type="lz4"
        )
    except KafkaError:
        return 0
    try:
        ends = log.ends((SEAT_COMMANDS,))
        sent = 0
        for partition in dice.sample(
            range(settings.partitions), min(PARTITIONS, settings.partitions)
        ):
            first = max(0, ends[SEAT_COMMANDS.name, partition] - LATEST)
            records = list(log.records(SEAT_COMMANDS, partition, ends, first))
            for record in dice.sample(records, min(COPIES, len(records))):
                key = wire.decode_seat_command(record.value).show_id.encode()
                producer.send(SEAT_COMMANDS.name, record.value, key=key, partition=partition)
                sent += 1
        producer.flush(timeout=10)
    except (KafkaError, TimeoutError):
        return 0
    else:
        return sent
    finally:
        producer.close(timeout=5)
        log.close()
