"""What the benchmark of expiry makes of holds: which are a figure and which are none."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from lab.bench.expiry import Hold, Plan, lags, see_short_enough
from lab.bench.figures import NotPlausible

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


def hold(made: float, late: float, lives: float = 60.0) -> Hold:
    held_at = NOON + timedelta(seconds=made)
    held_until = held_at + timedelta(seconds=lives)
    released_at = held_until + timedelta(seconds=late)
    return Hold(held_at, held_until, released_at, released_at.timestamp() + 0.01)


def test_the_lag_of_expiry_begins_when_the_hold_has_run_out() -> None:
    found = lags([hold(0, 0.02), hold(10, 0.5), hold(50, 0.05)])
    assert found["live_holds"] == 3
    assert found["ran_out_per_s"] == pytest.approx(3 / 50)
    assert found["expiry_lag_p99_ms"] == pytest.approx(500)
    assert found["expiry_lag_p50_ms"] == pytest.approx(50)
    assert math.isclose(found["expiry_published_max_ms"], 510, abs_tol=0.1)


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        ([hold(0, 0.1), hold(61, 0.1)], "before the last was made"),
        ([hold(0, 0.1), hold(1, -0.5)], r"0\.500 s too early"),
        ([hold(0, 0.1), Hold(NOON, NOON + timedelta(seconds=60))], "1 holds never ran out"),
    ],
    ids=["were never live at once", "early", "never"],
)
def test_expiry_that_is_not_what_was_to_be_measured_is_no_figure(
    holds: list[Hold], why: str
) -> None:
    with pytest.raises(NotPlausible, match=why):
        lags(holds)


@pytest.mark.parametrize(
    ("lives", "why"),
    [(480, "--wait is 300.*JUSTBOOKIT_HOLD_SECONDS=110"), (20, "make them takes 50")],
)
def test_the_setting_to_start_the_stack_with_is_said(lives: int, why: str) -> None:
    plan = Plan(holds=100_000, per_second=2000, wait=300)
    see_short_enough(hold(0, 0, 100), plan)
    with pytest.raises(NotPlausible, match=why):
        see_short_enough(hold(0, 0, lives), plan)
