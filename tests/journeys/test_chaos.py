"""Customers fight over few seats while the stack is being broken; nobody is told anything wrong."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MINUTES = "1.5"
SEED = "4"
CLIENTS = "12"
FAULTS_MIN = 6
FAULTS = "seats-kill,seats-term,seats-stop,api-kill,catalogue-kill,search-kill,duplicates"
"""Without the servers: other tests keep connections to those."""


@pytest.mark.timeout(500)
@pytest.mark.usefixtures("stack")
def test_whatever_breaks_no_answer_was_wrong(tmp_path: Path) -> None:
    history, report = tmp_path / "history.jsonl", tmp_path / "report.txt"
    chaos = subprocess.run(
        [
            *(sys.executable, "-m", "stack", "chaos"),
            *("--minutes", MINUTES, "--seed", SEED, "--clients", CLIENTS),
            *("--faults", FAULTS),
            *("--history", str(history), "--report", str(report)),
        ],
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
    assert f"{len(asked):,} operations" in last
