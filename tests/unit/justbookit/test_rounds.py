"""When what keeps up with sales goes on."""

import pytest

from justbookit.rounds import next_round


@pytest.mark.parametrize(
    ("took", "after"),
    [(0.0, 1.0), (0.25, 1.0), (0.5, 2.0), (2.0, 8.0), (5.0, 15.0), (60.0, 70.0)],
    ids=["nothing to do", "a quarter", "half", "more", "as long as it may rest", "very long"],
)
def test_it_rests_three_times_as_long_as_it_took_but_not_for_ever(took, after):
    assert next_round(100.0, 100.0 + took, every=1.0, rest_max=10.0) == 100.0 + after
