"""The lake on a real disk: half a batch is no batch, and a batch that comes again is one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse import manifest
from warehouse.ask import Desk
from warehouse.lake import Lake, LakeBusy, read_manifest
from warehouse.manifest import LakeUnreadable, Partition
from warehouse.record import Record, file_away

History = Callable[[int, int], list[Record]]


def following(records: list[Record]) -> dict[Partition, int]:
    return {(each.topic, each.partition): each.offset + 1 for each in records}


def write(lake: Lake, records: list[Record]) -> None:
    lake.write([file_away(each) for each in records], following(records))


def kept(folder: Path) -> list[tuple[str, int, int]]:
    desk = Desk(folder)
    names = ("seat_events", "catalogue_events", "quarantine")
    union = " UNION ALL ".join(
        f"SELECT topic, partition, event_offset FROM {name}" for name in names
    )
    found = desk.ask(union, rows_max=100_000, seconds_max=30)
    desk.close()
    return sorted((str(topic), int(part), int(at)) for topic, part, at in found.rows)


def names(records: list[Record]) -> list[tuple[str, int, int]]:
    return sorted((each.topic, each.partition, each.offset) for each in records)


def test_what_a_crash_left_is_not_read_and_not_kept_twice(tmp_path: Path, history: History) -> None:
    records = history(5, 20)
    lake = Lake(tmp_path)
    write(lake, records[:100])
    # killed after the files of the second batch and before its line in the manifest
    lake._write_files([file_away(each) for each in records[100:300]])  # noqa: SLF001
    lake.close()

    assert kept(tmp_path) == names(records[:100])
    again = Lake(tmp_path)
    assert again.next == following(records[:100])
    write(again, records[100:180])
    assert kept(tmp_path) == names(records[:180])
    write(again, records[180:])
    again.close()

    assert kept(tmp_path) == names(records)


def test_a_line_that_was_not_finished_is_no_batch(tmp_path: Path, history: History) -> None:
    records = history(6, 10)
    lake = Lake(tmp_path)
    write(lake, records[:50])
    write(lake, records[50:])
    lake.close()
    path = tmp_path / manifest.NAME
    path.write_bytes(path.read_bytes()[:-20])

    assert kept(tmp_path) == names(records[:50])
    again = Lake(tmp_path)
    write(again, records[50:])
    again.close()

    assert kept(tmp_path) == names(records)
    assert len(read_manifest(tmp_path).files) == len(list(tmp_path.glob("*/v1/*/*.parquet")))


def test_files_are_named_for_where_they_come_from(tmp_path: Path, history: History) -> None:
    lake = Lake(tmp_path)
    write(lake, history(7, 5))
    lake.close()

    first = tmp_path / "catalogue_events/v1/event_date=2026-03-01"
    assert [path.name for path in first.iterdir()] == [
        "part-catalogue-events-0-000000000000.parquet"
    ]


def test_a_lake_has_one_writer(tmp_path: Path) -> None:
    lake = Lake(tmp_path)

    with pytest.raises(LakeBusy):
        Lake(tmp_path)

    lake.close()
    Lake(tmp_path).close()


def test_files_without_their_manifest_are_left_alone(tmp_path: Path, history: History) -> None:
    lake = Lake(tmp_path)
    write(lake, history(8, 5))
    lake.close()
    (tmp_path / manifest.NAME).unlink()

    with pytest.raises(LakeUnreadable, match="put the manifest back"):
        Lake(tmp_path)

    assert list(tmp_path.glob("*/v1/*/*.parquet"))
