"""The guard ends what a dead supervisor left, and nothing else."""

import subprocess
import sys

import pytest

from stack import guard


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (["+7\n", "+8\n"], {7, 8}),
        (["+7\n", "+8\n", "-7\n"], {8}),
        (["+7\n", "bye\n"], set()),
        ([], set()),
    ],
)
def test_what_is_left_when_the_supervisor_falls_silent(said, left):
    assert guard.watch(said) == left


def test_a_process_that_does_not_listen_is_killed_with_its_children():
    stubborn = (
        "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork();"
        " os.write(1, b'up\\n'); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout.readline() == process.stdout.readline() == b"up\n"

        guard.end({process.pid}, grace_seconds=0.2)

        assert process.wait(5) == -9
        assert process.stdout.read() == b""  # nobody holds the pipe any more
