"""What Faust is told can be committed, and what it need not remember."""

# ruff: noqa: SLF001 - what is replaced are names of Faust's own

from faust.types import TP

from streams.app import PositionedConsumer

HERE, THERE = TP("seat-commands", 0), TP("seat-commands", 1)


def consumer(**acknowledged):
    made = PositionedConsumer.__new__(PositionedConsumer)
    made._acked = {HERE: acknowledged["here"], THERE: []}
    made._acked_index = {HERE: set(acknowledged["here"]), THERE: set()}
    return made


def test_all_before_the_last_acknowledged_event_can_be_committed():
    # An event brings many records under the offset of its last.
    assert consumer(here=[9, 30, 31])._new_offset(HERE) == 32


def test_what_was_committed_is_not_kept():
    reading = consumer(here=[9, 30])
    reading._new_offset(HERE)

    assert reading._new_offset(HERE) is None
    assert reading._acked == {HERE: [], THERE: []}
    assert reading._acked_index == {HERE: set(), THERE: set()}


def test_where_nothing_was_acknowledged_nothing_can_be_committed():
    assert consumer(here=[9])._new_offset(THERE) is None


async def test_what_lies_between_two_events_is_no_gap():
    reading = consumer(here=[9])
    await reading._add_gap(HERE, 10, 30)

    assert reading._new_offset(HERE) == 10
