"""A customer's and a theatre's story through the whole stack; then everything is recomputed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from justbookit.settings import Settings
from stack import run_state

PATIENCE_SECONDS = 240


def start(*arguments: str) -> subprocess.Popen[str]:
    """A command, as a person would type it."""
    return subprocess.Popen(
        [sys.executable, "-m", "stack", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def printed(process: subprocess.Popen[str]) -> str:
    """What a command printed; it must have ended well."""
    output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, output
    return output


def seat_writer(settings: Settings) -> int | None:
    """The process that decides about seats, while it is running."""
    run = run_state.read(Path(settings.home))
    assert run is not None
    return run.processes["seats"].pid


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("stack")
def test_the_story_is_as_promised_and_so_are_the_books() -> None:
    story = printed(start("demo"))
    assert "All 10 steps were as promised" in story
    assert "Sound" in printed(start("verify"))


@pytest.mark.timeout(600)
def test_no_answered_booking_is_lost_when_the_seat_writer_is_killed(
    stack: Settings, tmp_path: Path
) -> None:
    answers, figures = tmp_path / "answers.jsonl", tmp_path / "figures.json"
    bench = start(
        *("bench", "booking", "--answers", str(answers), "--json", str(figures)),
        *("--clients", "8", "--seconds", "10", "--rate", "30"),
    )
    answered_before = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while answered_before < 100:
        assert bench.poll() is None, bench.communicate()[0]
        assert time.monotonic() < deadline, "the benchmark has not begun to book"
        time.sleep(0.1)
        answered_before = len(answers.read_bytes().splitlines()) if answers.exists() else 0
    killed = seat_writer(stack)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    printed(bench)
    assert seat_writer(stack) not in {None, killed}, "somebody else decides about seats now"
    answered = len(answers.read_bytes().splitlines())
    assert answered > answered_before, "it went on afterwards"
    checked = printed(start("verify", "--answers", str(answers)))
    assert f"{answered:,}" in checked
    assert json.loads(figures.read_bytes())["name"] == "booking"
