"""Fetches wait as long as nothing comes, and gather while something does."""

import pytest

from streams.fetching import BYTES_GATHERED, IDLE_WAIT_MS, PARTIAL_WAIT_MS, how_to_wait


@pytest.mark.parametrize(
    ("came", "gather_ms", "whole", "waits_for"),
    [
        pytest.param(False, 20, True, (1, IDLE_WAIT_MS), id="nothing comes: whatever comes first"),
        pytest.param(True, 20, True, (BYTES_GATHERED, 20), id="much comes: it is gathered"),
        pytest.param(True, 20, False, (BYTES_GATHERED, 20), id="and not for all partitions either"),
        pytest.param(
            False, 20, False, (1, PARTIAL_WAIT_MS), id="a partition is left out: soon again"
        ),
        pytest.param(True, 0, True, (1, IDLE_WAIT_MS), id="who gathers nothing is given all"),
        pytest.param(True, 5, True, (1, IDLE_WAIT_MS), id="nor who would gather for so short"),
    ],
)
def test_how_the_next_fetch_waits(came, gather_ms, whole, waits_for):
    assert how_to_wait(came=came, gather_ms=gather_ms, whole=whole) == waits_for
