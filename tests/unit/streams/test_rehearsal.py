"""Disasters are rehearsed on this machine or not at all."""

import time

import pytest

from justbookit.settings import Settings
from streams.rehearsal import group, wall_clock

AWAY = "postgresql://justbookit@db.example.com/justbookit"


def test_without_a_rehearsal_nothing_is_switched():
    settings = Settings(postgres=AWAY)

    assert group(settings, "seats") == "seats"
    assert wall_clock(settings) is time.time


def test_the_folder_says_which_group_and_how_far_the_clock_is_off(tmp_path):
    settings = Settings(rehearsal=str(tmp_path))
    clock = wall_clock(settings)
    assert group(settings, "seats") == "seats"
    assert abs(clock() - time.time()) < 60

    (tmp_path / "group").write_text("rivals\n")
    (tmp_path / "clock-seconds").write_text("-3600")

    assert group(settings, "seats") == "rivals"
    assert abs(clock() - time.time() + 3600) < 60


@pytest.mark.parametrize(
    "postgres",
    [
        AWAY,
        "postgresql://justbookit@/justbookit?host=127.0.0.1,db.example.com",
        "postgresql://justbookit@127.0.0.1/justbookit?hostaddr=10.0.0.7",
        "dbname=justbookit",
    ],
)
def test_no_disaster_is_rehearsed_on_another_machine(tmp_path, postgres):
    settings = Settings(rehearsal=str(tmp_path), postgres=postgres)

    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        group(settings, "seats")
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        wall_clock(settings)


def test_a_folder_that_is_not_there_is_no_rehearsal(tmp_path):
    with pytest.raises(ValueError, match="no folder"):
        group(Settings(rehearsal=str(tmp_path / "gone")), "seats")
