"""The lake on a real disk: half a batch is no batch, and a batch that comes again is one."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from justbookit import topics, wire
from justbookit.dead_letters import FeedDeadLetter, StreamDeadLetter
from justbookit.errors import MissingOffsets
from justbookit.ids import ShowId, SourceId
from justbookit.show_views import ShowsViewed
from warehouse import duck, manifest
from warehouse.ask import Desk
from warehouse.batch_table import COLUMNS, SELECTED
from warehouse.dump import Kept, load
from warehouse.lake import FILES_MIN, Lake, LakeBusy, read_manifest
from warehouse.manifest import LakeUnreadable, Partition
from warehouse.record import DATASETS, Record, Row, file_away
from warehouse.spool import Spool

History = Callable[[int, int], list[Record]]
Gather = Callable[[list[Record]], Spool]

CLOSED = '{"type":"ShowClosed","show_id":"ს","version":1,"at":"2026-03-01T00:00:00Z"'


def odd(offset: int, value: str | bytes | None, key: bytes | None = b"s") -> Record:
    """A message that is unlike those our own writers send."""
    return Record(
        topic="seat-events",
        partition=9,
        offset=offset,
        timestamp=datetime(2026, 3, 2, tzinfo=UTC),
        key=key,
        value=value.encode() if isinstance(value, str) else value,
    )


def at(moment: str) -> str:
    return CLOSED.replace("2026-03-01T00:00:00Z", moment) + "}"


ODD = [
    odd(number, *given)
    for number, given in enumerate(
        [
            (CLOSED + "}",),
            (CLOSED + "}", None),
            (CLOSED + "}", b""),
            (CLOSED + "}", b"two\nlines"),
            (CLOSED + "}", b"\x01\xff"),
            (CLOSED.replace(",", ",\n\t") + "\r\n}",),
            ("  " + CLOSED + ' ,"command_id":null,"later":"\\"\\u0001\\ud83c\\udf9f ,\'"}  ',),
            (CLOSED + ',"command_id":"a\\"b\\\\c","later":[{"type":"x","at":1}]}',),
            (CLOSED + f',"later":"{"long" * 300_000}"}}',),
            (at("2026-03-01T23:30:00.123456-05:00"),),
            (at("2026-03-01t00:00:00z"),),
            (at("9999-12-31T23:59:59-08:00"),),
            (at("0001-01-01T00:00:00+08:00"),),
            (at("2026-03-01T00:00:00"),),
            (CLOSED + ',"later":' + "[" * 100_000 + "]" * 100_000 + "}",),
            (CLOSED.encode() + b',"later":"\xff"}',),
            (b"\xff\x00",),
            (b"",),
            (None,),
            (None, None),
        ]
    )
]
"""What is rare, and must be filed all the same, or quarantined with its reason."""

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
OTHERS = [
    Record(
        topic=topic.name,
        partition=0,
        offset=0,
        timestamp=MOMENT,
        key=b"chain",
        value=wire.encode(message),
    )
    for topic, message in [
        (
            topics.FEED_DEAD_LETTERS,
            FeedDeadLetter(
                source=SourceId("chain"),
                file="shows.csv",
                line=2,
                field="starts_at",
                reason="no time",
                raw="never",
                at=MOMENT,
            ),
        ),
        (
            topics.STREAM_DEAD_LETTERS,
            StreamDeadLetter(
                topic="seat-commands", partition=1, offset=7, reason="odd", raw=b"?", at=MOMENT
            ),
        ),
        (
            topics.SHOW_VIEWS,
            ShowsViewed(at=MOMENT, minute_at=MOMENT, views={ShowId("show-1"): 3}),
        ),
    ]
]
"""One of each topic whose messages are of one type, and two of them do not say so."""


def following(records: list[Record]) -> dict[Partition, int]:
    return {(each.topic, each.partition): each.offset + 1 for each in records}


def kept(folder: Path) -> list[tuple[str, int, int]]:
    desk = Desk(folder)
    union = " UNION ALL ".join(
        f"SELECT topic, partition, event_offset FROM {name}" for name in DATASETS
    )
    found = desk.ask(union, rows_max=100_000, seconds_max=30)
    desk.close()
    return sorted((str(topic), int(part), int(at)) for topic, part, at in found.rows)


def names(records: list[Record]) -> list[tuple[str, int, int]]:
    return sorted((each.topic, each.partition, each.offset) for each in records)


def test_what_a_crash_left_is_not_read_and_not_kept_twice(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    records = history(5, 20)
    lake = Lake(tmp_path)
    lake.write(spool(records[:100]))
    # killed after the files of the second batch and before its line in the manifest
    lake._write_files(spool(records[100:300]))  # noqa: SLF001
    lake.close()

    assert kept(tmp_path) == names(records[:100])
    again = Lake(tmp_path)
    assert again.next == following(records[:100])
    again.write(spool(records[100:180]))
    assert kept(tmp_path) == names(records[:180])
    again.write(spool(records[180:]))
    again.close()

    assert kept(tmp_path) == names(records)


def test_a_line_that_was_not_finished_is_no_batch(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    records = history(6, 10)
    lake = Lake(tmp_path)
    lake.write(spool(records[:50]))
    lake.write(spool(records[50:]))
    lake.close()
    path = tmp_path / manifest.NAME
    path.write_bytes(path.read_bytes()[:-20])

    assert kept(tmp_path) == names(records[:50])
    again = Lake(tmp_path)
    again.write(spool(records[50:]))
    again.close()

    assert kept(tmp_path) == names(records)
    assert len(read_manifest(tmp_path).files) == len(list(tmp_path.glob("*/v1/*/*.parquet")))


def test_many_at_a_time_are_filed_as_each_alone_would_be(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    records = [*history(12, 30), *ODD, *OTHERS]
    lake = Lake(tmp_path)
    lake.write(spool(records))
    lake.close()

    found = {}
    with duck.connect(tmp_path) as connection:
        for path, file in read_manifest(tmp_path).files.items():
            parquet = f"read_parquet('{tmp_path / path}', hive_partitioning = false)"
            for row in connection.execute(f"SELECT {SELECTED} FROM {parquet}").fetchall():
                values = dict(zip(COLUMNS, row, strict=True))
                day = path.split("event_date=")[1][:10]
                name = (values["topic"], values["partition"], values["offset"])
                found[name] = Row(dataset=file.dataset, event_date=day, **values)

    alone = {(each.topic, each.partition, each.offset): file_away(each) for each in records}
    assert found == alone


def test_a_batch_in_which_nothing_can_be_read_is_filed(tmp_path: Path, spool: Gather) -> None:
    records = [odd(number, "?") for number in range(3)]
    lake = Lake(tmp_path)
    (file,) = lake.write(spool(records))
    lake.close()

    assert (file.dataset, file.rows, file.first, file.last) == ("quarantine", 3, 0, 2)
    assert kept(tmp_path) == names(records)


def test_files_are_named_for_where_they_come_from(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    lake = Lake(tmp_path)
    lake.write(spool(history(7, 5)))
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


def test_files_without_their_manifest_are_left_alone(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    lake = Lake(tmp_path)
    lake.write(spool(history(8, 5)))
    lake.close()
    (tmp_path / manifest.NAME).unlink()

    with pytest.raises(LakeUnreadable, match="put the manifest back"):
        Lake(tmp_path)

    assert list(tmp_path.glob("*/v1/*/*.parquet"))


def in_small_files(lake: Lake, records: list[Record], spool: Gather) -> None:
    for start in range(0, len(records), 40):
        lake.write(spool(records[start : start + 40]))


def test_small_files_become_one_and_nothing_is_lost_or_doubled(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    records = history(9, 40)
    lake = Lake(tmp_path)
    in_small_files(lake, records, spool)
    before = len(read_manifest(tmp_path).files)

    made = []
    while merged := lake.compact():
        made.append(merged)

    assert made
    assert kept(tmp_path) == names(records)
    assert len(read_manifest(tmp_path).files) <= before - len(made) * (FILES_MIN - 1)
    assert lake.next == following(records), "compacting moves no offset"
    lake.close()
    again = Lake(tmp_path)
    assert again.next == following(records)
    again.close()
    assert kept(tmp_path) == names(records)


def test_who_has_a_small_file_in_hand_can_still_read_it(
    tmp_path: Path, history: History, spool: Gather
) -> None:
    lake = Lake(tmp_path)
    in_small_files(lake, history(10, 60), spool)
    listed = list(read_manifest(tmp_path).files)
    desk = Desk(tmp_path)

    assert lake.compact()
    lake.close()
    Lake(tmp_path).close()  # a sink that starts again tidies up

    assert desk.ask("SELECT count(body) FROM seat_events", rows_max=1, seconds_max=9).rows
    desk.close()
    assert all((tmp_path / path).exists() for path in listed)


def test_a_dump_is_filed_once_and_a_hole_in_it_stops_everything(
    tmp_path: Path, history: History
) -> None:
    records = [each for each in history(11, 10) if each.value is not None]
    lines = [
        msgspec.json.encode(
            Kept(
                topic=each.topic,
                partition=each.partition,
                offset=each.offset,
                timestamp=int(each.timestamp.timestamp() * 1000),
                key=None if each.key is None else each.key.decode(),
                value=None if each.value is None else each.value.decode(),
            )
        )
        for each in records
    ]
    whole, holed = tmp_path / "whole.ndjson", tmp_path / "holed.ndjson"
    whole.write_bytes(b"\n".join(lines) + b"\n")
    holed.write_bytes(b"\n".join([*lines[:5], *lines[6:]]) + b"\n")
    lake = Lake(tmp_path / "lake")

    with pytest.raises(MissingOffsets, match=r"the lake needs"):
        load(lake, [holed], 3)
    done = load(lake, [whole], 50)
    again = load(lake, [whole], 50)

    lake.close()
    assert again.messages == 0
    assert done.quarantined == 0 or done.messages > done.quarantined
    assert kept(tmp_path / "lake") == names(records)
