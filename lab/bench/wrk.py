"""Readers by wrk (Debian's package of that name), where it is installed: C beside our servers.

It asks what it is given, drawn beforehand, and tells quantiles of how long the answers took, not
each of them; an answer's status is looked at, its body is not.
"""

import shutil
import subprocess
import tempfile
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

import msgspec

from lab.bench.figures import NotPlausible
from lab.bench.readers import PATIENCE_SECONDS, Asked, Plan, Reading

DRAWN = 50_000
QUANTILES = 1000

_SCRIPT = """
local function lines(name)
  local found = {}
  for line in io.lines(FOLDER .. "/" .. name) do found[#found + 1] = line end
  return found
end
local requests, draws, at = {}, {}, 0
for number, line in ipairs(lines("requests")) do
  requests[number] = line:gsub("..", function(hex) return string.char(tonumber(hex, 16)) end)
end
for number, line in ipairs(lines("draws")) do draws[number] = tonumber(line) end

function request()
  at = at % #draws + 1
  return requests[draws[at]]
end

function done(summary, latency, _)
  local took = {}
  for q = 0, QUANTILES - 1 do took[q + 1] = latency:percentile(100 * (q + 0.5) / QUANTILES) end
  local e = summary.errors
  io.write(string.format(
    '{"answered": %d, "microseconds": %d, "refused": %d, "lost": %d, "took": [%s]}\\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    table.concat(took, ", ")))
end
"""


class _Told(msgspec.Struct):
    answered: int
    microseconds: int
    refused: int
    lost: int
    took: list[float]


@cache
def version() -> str | None:
    """Which wrk is installed; None where there is none."""
    path = shutil.which("wrk")
    if path is None:
        return None
    said = subprocess.run([path, "-v"], capture_output=True, text=True, check=False)
    words = (said.stdout + said.stderr).split()
    return words[1] if len(words) > 1 else "of an unknown version"


def read(asked: Asked, plan: Plan) -> Reading:
    """Read by wrk. Raises NotPlausible when a connection is lost or an answer does not come.

    Answers of 400 and more count as refused.
    """
    with tempfile.TemporaryDirectory(prefix="wrk-") as made:
        folder = Path(made)
        _prepare(folder, asked, plan)
        if plan.warm_up:
            _run(folder, asked, plan.readers, plan.warm_up)
        told = _run(folder, asked, plan.readers, plan.seconds)
    if told.lost or not told.answered:
        raise NotPlausible(f"{asked.host}:{asked.port}: {told.lost} of {told.answered} were lost")
    granted = told.answered - told.refused
    seconds = told.microseconds / 1_000_000
    return Reading([each / 1_000_000 for each in told.took], told.refused, 0, seconds, granted)


def _prepare(folder: Path, asked: Asked, plan: Plan) -> None:
    weights = list(accumulate(asked.weights or [1.0] * len(asked.requests)))
    draws = Random(plan.seed).choices(
        range(1, len(asked.requests) + 1), cum_weights=weights, k=DRAWN
    )
    (folder / "requests").write_text("".join(each.hex() + "\n" for each in asked.requests))
    (folder / "draws").write_text("".join(f"{each}\n" for each in draws))
    settings = f'local FOLDER, QUANTILES = "{folder}", {QUANTILES}\n'
    (folder / "script.lua").write_text(settings + _SCRIPT)


def _run(folder: Path, asked: Asked, readers: int, seconds: float) -> _Told:
    command = ["wrk", "-t1", f"-c{readers}", f"-d{max(1, round(seconds))}s"]
    command += ["--timeout", f"{PATIENCE_SECONDS:.0f}s", "-s", str(folder / "script.lua")]
    done = subprocess.run(
        [*command, f"http://{asked.host}:{asked.port}/"],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 2 * PATIENCE_SECONDS,
    )
    lines = done.stdout.splitlines()
    if done.returncode or not lines or not lines[-1].startswith("{"):
        raise NotPlausible(f"wrk: {done.stderr.strip() or done.stdout.strip()[-300:]}")
    return msgspec.json.decode(lines[-1], type=_Told)
