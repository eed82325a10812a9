"""The supervisor with real processes: it restarts, gives up, and stops in order."""

import asyncio
import os
import signal
import sys
import time

import pytest

from justbookit.settings import Settings
from stack import pausing, run_state
from stack import supervisor as supervising
from stack.errors import GaveUp
from stack.process import Program
from stack.run_state import Journal
from stack.supervisor import Supervisor

WORKER = """
import signal, sys, time
def end(*_):
    open("ends", "a").write(sys.argv[1] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready to work", flush=True)
while True: time.sleep(0.05)
"""

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready and deaf", flush=True)
time.sleep(60)
"""

DEAF_TO_SIGTERM = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def worker(name, stage=1, script=WORKER, **more):
    argv = (sys.executable, "-c", script, name)
    return Program(name=name, argv=argv, environment=os.environ, stage=stage, **more)


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path)


@pytest.fixture
async def supervisor(tmp_path, monkeypatch, journal):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    with run_state.lock(Settings(home=str(tmp_path))) as lock:
        made = Supervisor(logs=tmp_path / "logs", journal=journal, lock=lock, say=lambda _: None)
        yield made
        await made.stop()


async def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def test_what_dies_is_started_again(supervisor, journal):
    await supervisor.bring_up([worker("one")])
    state = journal.state.processes
    before = state["one"].pid

    os.kill(before, signal.SIGKILL)

    await until(lambda: state["one"].state == "ready" and state["one"].pid != before)
    assert state["one"].deaths == 1


async def test_a_program_that_never_works_is_given_up_with_its_last_words(supervisor):
    with pytest.raises(GaveUp, match=r"(?s)broken ended 2 times, last with 3.*no such luck"):
        await supervisor.bring_up(
            [worker("broken", script="import sys; print('no such luck'); sys.exit(3)")]
        )


async def test_too_many_deaths_in_a_minute_end_the_run(supervisor, journal, monkeypatch):
    monkeypatch.setattr(supervising, "PAUSE_SECONDS_MIN", 0.01)
    await supervisor.bring_up([worker("mortal")])

    async def kill_it_again_and_again():
        processes = journal.state.processes
        for _ in range(supervising.DEATHS_MAX):
            await until(lambda: processes["mortal"].state == "ready")
            os.kill(processes["mortal"].pid, signal.SIGKILL)
            await until(lambda: processes["mortal"].state != "ready")

    killer = asyncio.create_task(kill_it_again_and_again())
    with pytest.raises(GaveUp, match="mortal ended 5 times, last with -9"):
        async with asyncio.timeout(20):
            await supervisor.until_given_up()
    await killer


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
async def test_what_is_paused_stays_down_until_it_is_wanted_again(
    supervisor, journal, tmp_path, stop_signal
):
    settings = Settings(home=str(tmp_path))
    script = WORKER.replace("SIGTERM", stop_signal.name)
    if stop_signal is not signal.SIGTERM:
        script = script.replace("import signal, sys, time", DEAF_TO_SIGTERM)
    await supervisor.bring_up([worker("napper", script=script, stop_signal=stop_signal)])
    state = journal.state.processes

    await asyncio.to_thread(pausing.pause, settings, "napper")
    assert (state["napper"].state, state["napper"].pid) == ("paused", None)

    await asyncio.to_thread(pausing.resume, settings, "napper")
    assert (state["napper"].state, state["napper"].deaths) == ("ready", 0)


async def test_what_dies_with_its_server_waits_for_it(supervisor, journal, tmp_path):
    slow = f"""
import os, time
while os.path.exists({str(tmp_path / "broken")!r}): time.sleep(0.02)
{WORKER}"""
    await supervisor.bring_up([worker("server", 0, slow)])
    await supervisor.bring_up([worker("writer", needs=("server", "elsewhere"))])
    state = journal.state.processes
    (tmp_path / "broken").touch()

    os.kill(state["server"].pid, signal.SIGKILL)
    await until(lambda: state["server"].state == "starting")
    os.kill(state["writer"].pid, signal.SIGKILL)
    await until(lambda: state["writer"].state == "dead")
    await asyncio.sleep(3 * supervising.PAUSE_SECONDS_MIN)

    assert state["writer"].pid is None
    (tmp_path / "broken").unlink()
    await until(lambda: state["server"].state == state["writer"].state == "ready")
    assert state["writer"].deaths == 1


async def test_the_last_stage_is_stopped_first(supervisor, tmp_path):
    await supervisor.bring_up([worker("server", 0), worker("writer", 1), worker("edge", 2)])

    await supervisor.stop()

    assert (tmp_path / "ends").read_text() == "edge writer server "


async def test_what_does_not_end_when_asked_is_killed(supervisor, journal):
    await supervisor.bring_up([worker("deaf", script=DEAF, stop_seconds_max=0.2)])
    pid = journal.state.processes["deaf"].pid

    await supervisor.stop()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
