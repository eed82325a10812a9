"""How a program is started: with its parent's life, and letting others go first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.process import wrapped

AUTOGROUP = Path("/proc/self/autogroup")


def said_by(program, **options):
    argv = wrapped([sys.executable, "-c", program], None, **options)
    return subprocess.check_output(argv, text=True, start_new_session=True).strip()


def test_a_program_gives_way_as_much_as_it_is_told_to():
    ours = os.nice(0)

    assert said_by("import os; print(os.nice(0))", nice=3) == str(min(ours + 3, 19))
    assert said_by("import os; print(os.nice(0))") == str(ours)


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="sessions are not grouped here")
def test_a_program_gives_way_to_other_sessions_too():
    show = f"print(open({str(AUTOGROUP)!r}).read())"

    assert said_by(show, nice=3).endswith("nice 3")
    assert said_by(show).endswith("nice 0")
