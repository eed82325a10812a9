"""Kafka's record batches, opened as wholes."""

import pytest
from kafka import TopicPartition
from kafka.errors import CorruptRecordError
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder

from warehouse.batches import Batch, Batches

TP = TopicPartition("seat-events", 1)
LZ4 = 3


def made(first: int, count: int, compression: int = 0) -> bytes:
    builder = MemoryRecordsBuilder(
        magic=2, compression_type=compression, batch_size=1 << 20, offset=first
    )
    for number in range(count):
        builder.append(timestamp=1000 + number, key=b"k", value=b"v%d" % number, headers=[])
    builder.close()
    return bytes(builder.buffer())


def opened(data: bytes, offset: int, most: int | None = None) -> tuple[list[Batch], int]:
    batches = Batches(offset, TP, MemoryRecords(data))
    return batches.take(most), batches.next_fetch_offset


@pytest.mark.parametrize("compression", [0, LZ4], ids=["plain", "lz4"])
def test_a_batch_is_a_stretch(compression: int) -> None:
    (batch,), following = opened(made(7, 3, compression), 7)

    assert (batch.stretch.first, batch.stretch.following, batch.offset) == (7, 10, 9)
    assert batch.stretch.values == [b"v0", b"v1", b"v2"]
    assert (batch.stretch.keys[0], batch.stretch.timestamps) == (b"k", [1000, 1001, 1002])
    assert following == 10
    assert not batch.holes


def test_a_batch_is_read_though_reading_begins_in_its_middle() -> None:
    batches, _ = opened(made(0, 2) + made(2, 4) + made(6, 1), 4)

    assert [batch.stretch.first for batch in batches] == [2, 6]


def test_what_was_not_taken_yet_comes_next() -> None:
    batches = Batches(0, TP, MemoryRecords(made(0, 2) + made(2, 4)))

    assert [batch.stretch.first for batch in batches.take(1)] == [0]
    assert batches.next_fetch_offset == 2
    assert [batch.stretch.first for batch in batches.take(5)] == [2]
    assert not batches


def test_half_a_batch_at_the_end_of_a_fetch_is_left_for_the_next() -> None:
    batches, following = opened(made(0, 2) + made(2, 4)[:-5], 0)

    assert [batch.stretch.first for batch in batches] == [0]
    assert following == 2


def test_a_batch_that_does_not_add_up_is_not_read() -> None:
    data = bytearray(made(0, 2))
    data[-3] ^= 1

    with pytest.raises(CorruptRecordError):
        opened(bytes(data), 0)


def test_a_hole_in_a_batch_is_seen() -> None:
    builder = MemoryRecordsBuilder(magic=2, compression_type=0, batch_size=1 << 20, offset=0)
    builder.append(timestamp=0, key=b"k", value=b"v", headers=[])
    builder.skip(1)
    builder.append(timestamp=0, key=b"k", value=b"v", headers=[])
    builder.close()

    (batch,), _ = opened(bytes(builder.buffer()), 0)

    assert batch.holes
