"""Customers fight over few seats while the stack is being broken; nobody is told anything wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from justbookit.settings import Settings
from lab.chaos.ops import SECOND
from stack.environment import child_environment

MINUTES = "3"
SEED = "4"
CLIENTS = "24"
FAULTS_MIN = 10


@pytest.mark.timeout(900)
def test_whatever_breaks_no_answer_was_wrong(tmp_path: Path) -> None:
    history, report = tmp_path / "history.jsonl", tmp_path / "report.txt"
    chaos = subprocess.run(
        [
            *(sys.executable, "-m", "stack", "chaos", "--own-stack"),
            *("--minutes", MINUTES, "--seed", SEED, "--clients", CLIENTS),
            *("--history", str(history), "--report", str(report)),
        ],
        env=dict(child_environment(Settings(home=str(tmp_path)))),
        capture_output=True,
        text=True,
        check=False,
    )

    assert chaos.returncode == 0, chaos.stdout + chaos.stderr
    last = report.read_text().splitlines()[-2]
    assert last.startswith("Sound: ")
    assert last.endswith(f" 0 violations, seed {SEED}")
    assert int(last.split(" faults that")[0].rpartition(" ")[2]) >= FAULTS_MIN
    asked = [json.loads(line) for line in history.read_bytes().splitlines()]
    known = sum(line["outcome"] != "info" and line["kind"] not in SECOND for line in asked)
    assert f" {known:,} operations" in last
