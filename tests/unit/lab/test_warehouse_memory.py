"""Sessions of a server come and go while their memory is looked at."""

import os
import subprocess
import sys

from lab.bench.warehouse_memory import _of_pids


def test_a_session_that_has_just_ended_is_passed_over():
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()

    found = _of_pids([ended.pid, os.getpid()])

    assert [each.pid for each in found] == [os.getpid()]
