"""Binary arrays are byte for byte what psycopg would send for the same values."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import Format

from streams import arrays

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MOMENTS = [EPOCH, EPOCH - timedelta(microseconds=1), datetime(2026, 11, 23, 1, 2, 3, 456, UTC)]


@pytest.mark.parametrize(
    ("ours", "values"),
    [
        (arrays.Texts(["A1", "", "सीट", '{,}\\"']), ["A1", "", "सीट", '{,}\\"']),
        (arrays.Times(MOMENTS), MOMENTS),
    ],
    ids=["texts", "times"],
)
def test_an_array_is_what_psycopg_makes_of_a_list(ours, values):
    dumper = Transformer().get_dumper(values, PyFormat.BINARY)
    theirs = bytes(dumper.dump(values))

    # Apart from the flag that says whether there may be a NULL: we do not look.
    assert ours.encoded[8:] == theirs[8:]
    assert dumper.format is Format.BINARY


@pytest.mark.parametrize(
    ("ours", "elements"),
    [
        (arrays.SmallInts([1, -1]), "0000000200010000 0002ffff"),
        (arrays.Ints([1, -1]), "00000004000000010000 0004ffffffff"),
        (arrays.BigInts([2**40]), "00000008 0000010000000000"),
        (arrays.Jsons([b"{}", None]), "000000027b7d ffffffff"),
        (arrays.Bytes([b"\0\xff"]), "0000000200ff"),
        (arrays.Texts([None]), "ffffffff"),
        (arrays.Times([None]), "ffffffff"),
    ],
    ids=["smallints", "ints", "bigints", "jsons", "bytes", "no text", "no time"],
)
def test_an_element_is_its_length_and_its_bytes(ours, elements):
    assert ours.encoded[20:] == bytes.fromhex(elements)


def test_an_array_of_nothing_is_an_array():
    assert arrays.Ints([]).count == 0
    assert arrays.Ints([]).encoded[12:16] == bytes(4)
