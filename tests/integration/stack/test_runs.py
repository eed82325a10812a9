"""How runs begin and end, seen from outside: signals, `kill -9`, taken ports, a second run."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import psutil
import psycopg
import pytest

from justbookit.settings import Settings
from stack.environment import child_environment
from stack.postgres import PUBLIC_HOME


def environment(settings):
    return dict(child_environment(settings))


def justbookit(settings, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "stack", *arguments],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Run:
    """`justbookit up --only postgres`: the smallest run that has everything."""

    def __init__(self, settings):
        self.settings = settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stack", "up", "--only", "postgres"],
            env=environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.family = []

    def until_ready(self):
        for line in self.process.stdout:
            if line.startswith("Ready"):
                break
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        assert self.postgres in {one.pid for one in self.family}
        return self

    @property
    def postgres(self):
        state = json.loads(Path(self.settings.home, "run.json").read_text())
        return state["processes"]["postgres"]["pid"]

    def leaves_nothing(self, seconds):
        _, alive = psutil.wait_procs(self.family, timeout=seconds)
        return not alive

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=30)


@pytest.fixture
def small(tmp_path_factory):
    """Settings of a run of its own, with PostgreSQL on a free port."""
    home = tmp_path_factory.mktemp("run")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        home=str(home), postgres=f"postgresql://justbookit@127.0.0.1:{port}/justbookit"
    )
    yield settings
    justbookit(settings, "reset", "--yes")


def test_ctrl_c_ends_a_run_cleanly_and_its_data_stays(small):
    with Run(small) as run:
        run.until_ready()
        with psycopg.connect(small.postgres) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS seat")
        run.process.send_signal(signal.SIGINT)
        said, _ = run.process.communicate(timeout=30)
        assert run.process.returncode == 0
        assert said.splitlines()[-1] == "stopped"
        assert run.leaves_nothing(0)

    with Run(small) as again:
        again.until_ready()
        with psycopg.connect(small.postgres) as connection:
            assert connection.execute("SELECT seat FROM kept").fetchone() == (7,)


def test_kill_9_of_the_parent_leaves_nothing_behind(small):
    with Run(small) as run:
        run.until_ready()

        run.process.kill()

        assert run.leaves_nothing(15)
    assert justbookit(small, "status").returncode == 3
    with Run(small) as again:
        again.until_ready()


def test_a_killed_server_comes_back(small):
    with Run(small) as run:
        run.until_ready()
        os.kill(run.postgres, signal.SIGKILL)

        deadline = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(small.postgres, connect_timeout=2).close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                time.sleep(0.1)


def test_a_taken_port_is_named_with_who_has_it_and_what_to_do(small):
    port = int(small.postgres.rpartition(":")[2].split("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        asked = justbookit(small, "up", "--only", "postgres")

    assert asked.returncode == 1
    assert f"port {port} (postgres): taken by" in asked.stderr
    assert f"(process {os.getpid()})" in asked.stderr
    assert "JUSTBOOKIT_POSTGRES" in asked.stderr


def test_a_second_run_in_the_same_home_is_refused(stack):
    asked = justbookit(stack, "up")

    assert asked.returncode == 1
    assert f"is running in {stack.home} already" in asked.stderr
    assert "justbookit down" in asked.stderr


def test_servers_that_are_somewhere_else_are_used_and_not_started(stack, tmp_path):
    elsewhere = msgspec.structs.replace(stack, home=str(tmp_path), servers="")

    up = justbookit(elsewhere, "up", "--detach", "--only", "servers")

    assert up.returncode == 0, up.stdout + up.stderr
    assert json.loads((tmp_path / "run.json").read_text())["processes"] == {}
    down = justbookit(elsewhere, "down")
    assert (down.returncode, down.stdout) == (0, "stopped\n")


def test_a_broken_setting_is_told_in_a_line(small):
    asked = subprocess.run(
        [sys.executable, "-m", "stack", "status"],
        env={**environment(small), "JUSTBOOKIT_API_PROT": "80"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert asked.returncode == 1
    assert "no such setting: JUSTBOOKIT_API_PROT" in asked.stderr
    assert "Traceback" not in asked.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives PostgreSQL another user")
def test_a_home_that_is_closed_to_others_keeps_its_data_in_a_public_place(small):
    with Run(small) as run:
        run.until_ready()

        assert not Path(small.home, "postgres", "data").exists()
        assert any(PUBLIC_HOME.glob("*/data/PG_VERSION"))
    assert justbookit(small, "reset", "--yes").returncode == 0
