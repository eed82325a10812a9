"""Two writers on one partition: either net alone keeps a seat from being sold twice."""

import subprocess
import sys
from pathlib import Path

import pytest

from justbookit.settings import Settings
from stack.environment import child_environment


@pytest.mark.timeout(600)
def test_each_net_holds_alone_and_both_are_missed_when_they_are_gone(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"

    nets = subprocess.run(
        [sys.executable, "-m", "stack", "chaos", "--nets", "--report", str(report)],
        env=dict(child_environment(Settings(home=str(tmp_path)))),
        capture_output=True,
        text=True,
        check=False,
    )

    assert nets.returncode == 0, nets.stdout + nets.stderr
    cells = [
        [cell.strip() for cell in line.strip("│\n").split("│")]
        for line in report.read_text().splitlines()
        if line.startswith("│")
    ]
    seen = {name: tuple(map(int, numbers[:5])) for name, *numbers in cells if numbers[0]}
    assert list(seen) == ["both nets", "no fence", "no keys", "only the seat's key", "neither"]
    for name, (by_fence, by_key, bookings, sold_twice, violations) in seen.items():
        assert (by_fence > 0) is (name in {"both nets", "no keys"})
        assert (by_key > 0) is (name in {"no fence", "only the seat's key"})
        assert bookings > 0
        assert (sold_twice > 0) is (name == "neither")
        assert violations == 0 or name in {"neither", "only the seat's key"}
